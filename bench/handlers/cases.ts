import { createPublicKey } from "node:crypto"
import { createVerifier } from "fast-jwt"
import { audience, type BenchKey, issuer } from "../tokens.ts"
import { awsJwtVerifyHandler } from "./aws-jwt-verify.ts"
import { eventsOf, type GatewayEvent, type Kind } from "./events.ts"
import { hallpassHandler, type Mode } from "./hallpass.ts"
import { jsonWebTokenHandler } from "./jsonwebtoken.ts"
import { rulesOf } from "./rules.ts"
import { type Outcome, outcomeOf, type Scenario, scenarios, settingFor, tokensOf } from "./scenario.ts"

/** One handler, or for the yardstick one verifier, called with an event. */
export interface CaseSubject {
  readonly name: string
  readonly handle: (event: GatewayEvent) => unknown
  /** It remembers no token, so that every call costs a signature check. */
  readonly slow?: true
}

/** What is measured side by side: some handlers, and the events that each of them is called with. */
export interface Case {
  readonly name: string
  readonly scenario: Scenario
  /** What every handler must answer to every event. */
  readonly outcome: Outcome
  readonly subjects: readonly CaseSubject[]
  readonly events: readonly GatewayEvent[]
}

export const ownName = "hallpass"
export const yardstickName = "fast-jwt, verify alone, token cached"

const labels: { readonly [kind in Kind]: string } = {
  "rest-token": "REST TOKEN",
  "rest-request": "REST REQUEST",
  "http-1.0": "HTTP 1.0",
  "http-2.0": "HTTP 2.0",
  "http-2.0 simple": "HTTP 2.0 simple",
  websocket: "WebSocket",
}

/** How many rules there are, and what an answer is right for. */
const tables: readonly { readonly rules: number; readonly mode: Mode }[] = [
  { rules: 0, mode: "route" },
  { rules: 50, mode: "route" },
  { rules: 50, mode: "principal" },
  { rules: 1000, mode: "route" },
  { rules: 1000, mode: "principal" },
]

/** What is looked at: what a call takes, or what it allocates, where a token is looked up and where it is verified. */

export type Quantity = "times" | "allocations"

/**
 * The cases of one kind of event. Cache hits with every table; everything else with 50 rules, and for REST REQUEST with
 * every table. Tokens that are to be missed are so many that they come round after the cache has forgotten them.
 */
export async function casesOf(
  kind: Kind,
  key: BenchKey,
  callers: number,
  quantity: Quantity = "times",
): Promise<readonly Case[]> {
  const simple = kind === "http-2.0 simple"
  const cases: Case[] = []
  for (const scenario of scenarios) {
    if (quantity === "allocations" && scenario !== "hit" && scenario !== "miss") continue
    const count = { hit: callers, miss: 2 * callers }[scenario as string] ?? Math.ceil(callers / 2)
    const events = eventsOf(kind, tokensOf(scenario, key, count))
    for (const { rules, mode } of tables) {
      const usual = rules === 50 && mode === "route"
      if (mode === "principal" && simple) continue // refused as configuration: one boolean cannot be right for all routes
      if (rules === 0 && scenario === "forbidden route") continue
      if (!usual && scenario !== "hit" && kind !== "rest-request") continue
      if (!usual && quantity === "allocations") continue
      const setting = settingFor(key, rules === 0 ? undefined : rulesOf(rules), simple)
      const maxTokens = scenario === "miss" ? callers : 10_000
      const subjects: CaseSubject[] = [
        { name: ownName, handle: await hallpassHandler(setting, { mode, maxTokens, observed: false }) },
      ]
      if (usual) {
        subjects.push(
          { name: "hallpass, logging", handle: await hallpassHandler(setting, { mode, maxTokens, observed: true }) },
          { name: "usual handler, aws-jwt-verify", slow: true, handle: awsJwtVerifyHandler(setting) },
          { name: "usual handler, jsonwebtoken + jwks-rsa", slow: true, handle: jsonWebTokenHandler(setting) },
        )
      }
      if (scenario === "hit") subjects.push(yardstick(key))
      const scope = mode === "principal" ? ", answer for all routes" : ""
      cases.push({
        name: `${labels[kind]}, ${scenario}, ${rules} rules${scope}`,
        ...{ scenario, subjects, events },
        outcome: simple && outcomeOf[scenario] !== "allow" ? "forbidden" : outcomeOf[scenario],
      })
    }
  }
  return cases
}

/** fast-jwt, looking up a token that it has verified before: no event is read, nothing is decided, nothing is answered. */
function yardstick({ jwk }: BenchKey): CaseSubject {
  const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" })
  const verify = createVerifier({
    ...{ key: pem, algorithms: ["RS256"], allowedIss: issuer, allowedAud: audience, cache: true },
  })
  return { name: yardstickName, handle: (event) => verify(bearerOf(event)) }
}

function bearerOf({ authorizationToken, headers }: GatewayEvent): string {
  const { Authorization, authorization } = (headers ?? {}) as { readonly [name: string]: string }
  return String(authorizationToken ?? Authorization ?? authorization).slice("Bearer ".length)
}
