/**
 * What an edge needs that signs requests for hallpass: the `edge-v1` signature, and the rotation of its key.
 * Start with `signEdgeRequest`.
 *
 * @module hallpass/edge
 */
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
