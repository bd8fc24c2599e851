import { audience, type BenchKey, issuer, spoiledTokens, tokens } from "../tokens.ts"
import type { Rules } from "./rules.ts"

/** What an authorizer is asked. */
export const scenarios = ["hit", "miss", "expired", "bad signature", "unknown kid", "forbidden route"] as const
export type Scenario = (typeof scenarios)[number]

/** What comes of it. HTTP APIs with simple responses do not tell the two refusals apart. */
export type Outcome = "allow" | "unauthenticated" | "forbidden"

export const outcomeOf: { readonly [scenario in Scenario]: Outcome } = {
  hit: "allow",
  miss: "allow",
  expired: "unauthenticated",
  "bad signature": "unauthenticated",
  "unknown kid": "unauthenticated",
  "forbidden route": "forbidden",
}

/** Characters of a token. */
const length = 800

/** The tokens of so many callers in a scenario. */
export function tokensOf(scenario: Scenario, key: BenchKey, count: number): readonly string[] {
  const prepared =
    scenario === "hit" || scenario === "miss"
      ? tokens(key, count, length)
      : scenario === "forbidden route"
        ? tokens(key, count, length, { claims: { scope: "openid profile email orders:write" } })
        : spoiledTokens(key, count, length, scenario)
  return prepared.map(({ token }) => token)
}

/** What every handler is made for. */
export interface HandlerSetting {
  readonly issuer: string
  readonly audience: string
  readonly jwks: { readonly keys: readonly (BenchKey["jwk"] & { readonly kid: string })[] }
  /** Absent: whoever is authenticated may call everything. */
  readonly rules: Rules | undefined
  readonly simple: boolean
}

export function settingFor(key: BenchKey, rules: Rules | undefined, simple: boolean): HandlerSetting {
  return { issuer, audience, jwks: { keys: [key.jwk] }, rules, simple }
}
