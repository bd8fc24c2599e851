/**
 * What an edge needs that signs requests for hallpass: the `edge-v1` signature, and the rotation of its key. And what a
 * backend needs that verifies the headers of an edge itself. Start with `signEdgeRequest` or `createEdgeVerifier`.
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
export { createEdgeVerifier, type EdgeVerifier, type EdgeVerifierConfig } from "./http/edge-verifier.ts"
export type { GuardedRequest } from "./http/guarded-request.ts"
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
