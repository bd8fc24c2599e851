import type { AuthorizerConfig } from "../types/configuration.ts"
import type { ReasonCode } from "../types/reasons.ts"

/** What a 401 says in `WWW-Authenticate`, by reason. */
export type ChallengeOf = (code: ReasonCode) => string

/** The request is wrong, whatever the token says (RFC 6750 section 3.1). */
const invalidRequest: readonly ReasonCode[] = ["credential_ambiguous", "credential_malformed"]

/**
 * The challenges of a configuration, by RFC 6750 section 3: without a credential there is no error code, and never more
 * than one of the three codes. Which check failed is not said: that would help an attacker.
 */
export function challenges({ credential }: Pick<AuthorizerConfig, "credential">): ChallengeOf {
  const plain = `${credential?.scheme ?? "Bearer"} realm="hallpass"`
  return (code) => {
    // An edge's evidence is no bearer token, and the client cannot do anything about it.
    if (code === "credential_missing" || code.startsWith("edge_")) return plain
    return `${plain}, error="${invalidRequest.includes(code) ? "invalid_request" : "invalid_token"}"`
  }
}
