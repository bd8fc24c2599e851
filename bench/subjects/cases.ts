import { createPublicKey } from "node:crypto"
import { evaluatePolicy } from "../../local/gateway/evaluate.ts"
import { eventsOf, type GatewayEvent, type Kind, kinds } from "./events.ts"
import { awsJwtVerifyHandler, type HallpassOptions, hallpassHandler } from "./handlers.ts"
import { type BenchKey, type Prepared, spoiledTokens, tokens } from "./tokens.ts"
import { fastJwt } from "./verifiers.ts"

/** One handler, or for the yardstick one verifier, called with an event. */
export interface CaseSubject {
  readonly name: string
  readonly handle: (event: GatewayEvent) => unknown
}

type Outcome = "allow" | "unauthenticated" | "forbidden"

/** What is measured side by side: some handlers, and the events that each of them is called with. */
export interface Case {
  readonly name: string
  /** What every handler must answer to every event. */
  readonly outcome: Outcome
  readonly subjects: readonly CaseSubject[]
  readonly events: readonly GatewayEvent[]
}

export const ownName = "hallpass"
export const deployedName = "hallpass, deployed and observed"
const awsName = "aws-jwt-verify + Powertools"
export const yardstickName = "fast-jwt, verify alone, token cached"

const outcomes = {
  hit: "allow",
  miss: "allow",
  expired: "unauthenticated",
  "forbidden route": "forbidden",
} as const
type Scenario = keyof typeof outcomes

function tokensOf(scenario: Scenario, key: BenchKey, count: number): readonly string[] {
  const good = scenario === "hit" || scenario === "miss"
  const claims = { scope: "openid profile email orders:write" }
  const prepared = good
    ? tokens(key, count, 800)
    : scenario === "forbidden route"
      ? tokens(key, count, 800, { claims })
      : spoiledTokens(key, count, 800, scenario)
  return prepared.map(({ token }) => token)
}

/**
 * The cases of one kind of event: cache hits with every table, and for HTTP 2.0 everything else with 50 rules. Tokens
 * that are to be missed come round after the cache has forgotten them.
 */
export async function casesOf(kind: Kind, key: BenchKey, callers: number): Promise<readonly Case[]> {
  const simple = kind === "http-2.0 simple"
  const cases: Case[] = []
  for (const scenario of Object.keys(outcomes) as Scenario[]) {
    if (scenario !== "hit" && kind !== "http-2.0") continue
    const events = eventsOf(kind, tokensOf(scenario, key, scenario === "miss" ? 2 * callers : callers))
    const usual = { rules: 50, mode: "route", responses: simple ? "simple" : "policy", observed: false } as const
    const maxTokens = scenario === "miss" ? callers : 10_000
    const own = async (name: string, options: Partial<HallpassOptions>): Promise<CaseSubject> => ({
      name,
      handle: await hallpassHandler(key, { ...usual, maxTokens, ...options }),
    })
    const add = (name: string, ...subjects: CaseSubject[]) =>
      cases.push({ name: `${kinds[kind]}, ${scenario}, ${name}`, outcome: outcomes[scenario], subjects, events })
    const others = scenario === "hit" ? [yardstick(key)] : []
    if (simple) others.push({ name: awsName, handle: await awsJwtVerifyHandler(key) })
    add("50 rules", await own(ownName, {}), await own(deployedName, { observed: true }), ...others)
    if (simple || scenario !== "hit") continue // one boolean cannot be right for all routes: refused as configuration
    for (const rules of [50, 1000])
      add(`${rules} rules, answer for all routes`, await own(ownName, { mode: "principal", rules }), yardstick(key))
  }
  return cases
}

/** fast-jwt, looking up a token that it has verified before. It reads no event, decides nothing, answers nothing. */
function yardstick({ jwk }: BenchKey): CaseSubject {
  const { check } = fastJwt("RS256", createPublicKey({ key: jwk, format: "jwk" }), yardstickName, { cache: true })
  const bearerOf = ({ authorizationToken, headers }: GatewayEvent): string => {
    const { Authorization, authorization } = Object(headers)
    return String(authorizationToken ?? Authorization ?? authorization).slice("Bearer ".length)
  }
  return { name: yardstickName, handle: (event) => check({ token: bearerOf(event) } as Prepared) }
}

/** Right before fast: every handler answers as it must before it is timed. */
export async function judgeAll({ name, subjects, events, outcome }: Case, yardstick: string): Promise<void> {
  for (const subject of subjects) {
    if (subject.name === yardstick) continue // no handler; it throws if a token is not good
    for (const event of events.slice(0, 64)) {
      const said = await judge(subject, event)
      if (said !== outcome) throw new Error(`${name}: ${subject.name} says ${said} instead of ${outcome}`)
    }
  }
}

/** What a handler's answer to an event means for the request. */
async function judge({ handle }: CaseSubject, event: GatewayEvent): Promise<Outcome> {
  let answer: ReturnType<typeof Object>
  try {
    answer = Object(await handle(event))
  } catch (error) {
    if (error instanceof Error && error.message === "Unauthorized") return "unauthenticated"
    throw error
  }
  const { isAuthorized, principalId, policyDocument } = answer
  if (isAuthorized !== undefined) return isAuthorized ? "allow" : "forbidden"
  if (!principalId) throw new Error("a policy without principalId")
  const arn = String(event.methodArn ?? event.routeArn)
  return evaluatePolicy(policyDocument, arn).verdict === "allow" ? "allow" : "forbidden"
}
