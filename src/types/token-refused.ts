import { meaningOf } from "./reason-messages.ts"
import type { ReasonCode } from "./reasons.ts"

/**
 * A token that proves nothing: malformed, expired, of another issuer or audience, badly signed …
 * `code` is a row of the reason table; the message is that row's sentence and holds no part of the token.
 */
export class TokenRefused extends Error {
  override readonly name: string = "TokenRefused"
  readonly code: ReasonCode

  constructor(code: ReasonCode) {
    super(meaningOf(code))
    this.code = code
  }
}
