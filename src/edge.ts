export {
  type EdgeV1Request,
  type EdgeV1Signing,
  edgeV1Signature,
  edgeV1Text,
  signEdgeRequest,
} from "./edge/edge-v1.ts"
export { RotationFailed, type RotationParts, rotateEdgeSecret } from "./rotation/rotate.ts"
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
} from "./types/edge-options.ts"
export type { FetchSecret, SecretReference } from "./types/secret-options.ts"
