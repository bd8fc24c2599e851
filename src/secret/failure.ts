/** Kinds of failure, as they are counted. */
export type SecretFailureKind =
  | "timeout"
  | "network"
  | "throttled"
  | "denied"
  | "not_found"
  | "service"
  | "client_missing"
  | "malformed"
  | "weak"
  | "interrupted"

/**
 * Why a secret could not be fetched. It has no cause on purpose: texts of parsers and of the AWS SDK quote what they
 * could not read, and that is the secret.
 */
export class SecretFailure extends Error {
  override readonly name: string = "SecretFailure"
  readonly kind: SecretFailureKind

  constructor(kind: SecretFailureKind) {
    super(`Could not fetch the secret: ${kind}`)
    this.kind = kind
  }
}
