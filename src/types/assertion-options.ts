import type { SigningKeyReference } from "./secret-options.ts"

/** What of the caller an assertion can say, beside who it is. */
export type AssertionClaim = "scope" | "client_id" | "roles" | "groups" | "permissions" | "tenant"

/**
 * A JWT assertion for the mesh behind the gateway: hallpass signs who the caller is, for a short time (ES256). It is the
 * key `assertion` of the context, and the header `x-hallpass-assertion` of the service.
 */
export interface AssertionOptions {
  /** The `iss` of assertions. It must be no issuer of callers' tokens. */
  readonly issuer: string
  /** The `aud` of assertions: the trust domain of the mesh. */
  readonly audience: string
  /** The first key signs. All keys are published, so a new key waits behind the one that signs. */
  readonly keys: readonly SigningKeyReference[]
  /** What an assertion says beside the subject, if the caller has it. @default ["scope", "client_id"] */
  readonly claims?: readonly AssertionClaim[]
  /**
   * How much longer an assertion lives than API Gateway keeps an answer (`gateway.resultTtlSeconds`). Seconds.
   *
   * @default 60, 10 to 300
   */
  readonly marginSeconds?: number
}
