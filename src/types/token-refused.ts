import { meaningOf } from "./reason-messages.ts"
import type { ReasonCode } from "./reasons.ts"

/**
 * A token that proves nothing: malformed, expired, of another issuer or audience, or badly signed.
 * `code` is a row of docs/reasons.md. The message is the sentence of that row, and holds no part of the token.
 *
 * @example
 * ```ts
 * import { createTestIssuer } from "hallpass/testing"
 * import { createVerifier, TokenRefused } from "hallpass/verify"
 *
 * const issuer = createTestIssuer({ provider: "auth0" })
 * const verifier = createVerifier({ issuers: [issuer.config] })
 * try {
 *   await verifier.verify(issuer.token({}, "wrongAudience"))
 * } catch (error) {
 *   if (error instanceof TokenRefused) console.log(error.code) // audience_mismatch
 * }
 * ```
 */
export class TokenRefused extends Error {
  override readonly name: string = "TokenRefused"
  readonly code: ReasonCode

  constructor(code: ReasonCode) {
    super(meaningOf(code))
    this.code = code
  }
}
