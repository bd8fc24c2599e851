export {
  type EdgeV1Request,
  type EdgeV1Signing,
  edgeV1Signature,
  edgeV1Text,
  signEdgeRequest,
} from "./edge/edge-v1.ts"
export { type CompiledHeaders, compileHeaders, type EdgeValue, type EdgeValues } from "./edge/header-options.ts"
export {
  createHeaderScan,
  foldHeaderName,
  type ScanHeaders,
  type ScannedHeaders,
  type TrustedHeader,
} from "./edge/headers.ts"
export { RotationFailed, type RotationParts, rotateEdgeSecret } from "./secret/rotation.ts"
export type {
  CertificateField,
  DnMode,
  EdgeEvidence,
  EdgeHeaders,
  EdgeOptions,
  HeaderFormat,
  HeaderOption,
  HeaderOptions,
  HmacEvidence,
  JwsEvidence,
  MtlsEvidence,
  SharedSecretEvidence,
} from "./shared/edge-options.ts"
export type { FetchSecret, SecretReference } from "./shared/secret-options.ts"
