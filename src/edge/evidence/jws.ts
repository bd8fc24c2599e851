import type { Principal } from "../../types/principal.ts"
import { type Refusal, refusal } from "../../types/reasons.ts"
import { type JwsClaims, missing, type Proof, type VerifyEvidence } from "./evidence.ts"

/** Verifies a token as a bearer token is verified. The authorizer hands it in. */
export type VerifyToken = (token: string, nowMs: number) => Principal | Refusal | Promise<Principal | Refusal>

/** A minted JWS, ready to be checked. */
export interface JwsOptions {
  /** The header with the bare token, in lower case. */
  readonly header: string
  readonly verify: VerifyToken
  readonly claims: JwsClaims
  /** How far away `exp` may be. Seconds. */
  readonly windowSeconds: number
  /** Tolerated clock difference. Seconds; small, or tokens of 10 seconds mean nothing. */
  readonly toleranceSeconds: number
}

const tooLong = refusal("lifetime_too_long")

/** Checks a JWS that the edge minted: signature, issuer, audience and times, and that its end is near (SR-130). */
export function jwsEvidence({ header, verify, claims, windowSeconds, toleranceSeconds }: JwsOptions): VerifyEvidence {
  const judge = (result: Principal | Refusal, nowMs: number): Proof | Refusal => {
    if ("refused" in result) return result
    const { expiresAt } = result
    if (!(expiresAt - nowMs / 1000 <= windowSeconds + toleranceSeconds)) return tooLong
    return { expiresAt, asserted: { principal: result, claims } }
  }
  return ({ scanned, nowMs }) => {
    const token = scanned.get(header)
    if (token === undefined || token === "") return missing
    const result = verify(token, nowMs)
    return result instanceof Promise ? result.then((settled) => judge(settled, nowMs)) : judge(result, nowMs)
  }
}
