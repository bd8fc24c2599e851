import type { TokenName } from "../issuers/tokens.ts"
import type { Kind } from "./kind.ts"
import type { Verdict } from "./verdict.ts"

const reasons: { readonly [name in TokenName]: readonly [outcome: string, reason: string] } = {
  good: ["allow", "ok"],
  expired: ["unauthenticated", "token_expired"],
  "wrong-audience": ["unauthenticated", "audience_mismatch"],
  "wrong-scope": ["forbidden", "scope_missing"],
  tampered: ["unauthenticated", "signature_invalid"],
  missing: ["unauthenticated", "credential_missing"],
}

/** What has to come out for this token under this kind of authorizer. */
export function expectedVerdict(kind: Kind, token: TokenName): Verdict {
  const [outcome, reason] = reasons[token]
  return { outcome, reason, answer: expectedAnswer(kind, outcome) }
}

function expectedAnswer({ gateway, onUnauthorized }: Kind, outcome: string): string {
  if (gateway.responses === "simple") return `isAuthorized: ${outcome === "allow"}`
  if (outcome === "allow") return "Allow"
  return outcome === "unauthenticated" && gateway.unauthorized === "throw" ? onUnauthorized : "Deny"
}
