import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../../src/index.ts"
import { nowSeconds } from "../../support/mint.ts"
import { seeded, worth } from "../../support/seed.ts"
import { type Asked, persons, requests, type Table, tables } from "./arbitraries.ts"
import { cachingGateway, type Seen } from "./cache.ts"
import { problemOf } from "./coarse.ts"
import { expected, isAmbiguous, mayRefuseSlash } from "./expected.ts"
import { chosenRoute, methodOf, methods, templateOf } from "./gateway.ts"
import type { Person } from "./rules.ts"
import { tally } from "./tally.ts"
import {
  authorizerOf,
  authorizerUnlessConflicts,
  bearerOf,
  configOf,
  eventOf,
  type HttpKind,
  httpKinds,
} from "./world.ts"

type Event = { readonly [name: string]: unknown }
type Gateway = NonNullable<AuthorizerConfig["gateway"]>

const { count, of } = tally("cache simulator")

/** A way to set up an authorizer: the kind of event, the settings, and what the gateway takes as the key. */
interface Setup {
  readonly kind: HttpKind
  readonly gateway: Gateway
  readonly identity: (event: Event) => readonly unknown[]
  readonly byRoute: boolean
}

const header = ({ headers, authorizationToken }: Event): unknown => {
  const named = headers as { Authorization?: string; authorization?: string } | undefined
  return named?.Authorization ?? named?.authorization ?? authorizationToken
}
const context = (event: Event): { httpMethod?: string; resourcePath?: string; routeKey?: string } =>
  (event.requestContext ?? {}) as object
const restRoute = (event: Event): unknown[] => [header(event), context(event).httpMethod, context(event).resourcePath]
const httpRoute = (event: Event): unknown[] => [header(event), context(event).routeKey]
const restSources = ["token", "context.httpMethod", "context.resourcePath"]
const httpSources = ["token", "$context.routeKey"]

const setups: { readonly [name: string]: Setup } = {
  "principal policies, REST TOKEN": principalSetup("rest-token"),
  "principal policies, REST REQUEST": principalSetup("rest-request"),
  "principal policies, HTTP 1.0": principalSetup("http-1.0"),
  "principal policies, HTTP 2.0": principalSetup("http-2.0"),
  "route in the key, REST REQUEST": routeSetup("rest-request", restSources, restRoute),
  "route in the key, HTTP 2.0": routeSetup("http-2.0", httpSources, httpRoute),
  "route in the key, HTTP 2.0, simple responses": routeSetup("http-2.0", httpSources, httpRoute, "simple"),
}

function principalSetup(kind: HttpKind): Setup {
  return { kind, gateway: { identitySources: ["token"] }, identity: (event) => [header(event)], byRoute: false }
}

function routeSetup(
  kind: HttpKind,
  identitySources: readonly string[],
  identity: Setup["identity"],
  responses: "policy" | "simple" = "policy",
): Setup {
  return { kind, gateway: { identitySources, responses }, identity, byRoute: true }
}

/** One request of a sequence: who sends what to which stage, and how much later. */
interface Step {
  readonly who: number
  readonly what: number
  readonly stage: string
  readonly laterMs: number
}

interface Scene {
  readonly table: Table
  readonly unmatched: "deny" | "authenticated"
  readonly unauthorized: "throw" | "deny"
  readonly resourcePolicyAllows: boolean
  readonly people: readonly (Person | undefined)[]
  readonly asked: readonly Asked[]
  readonly steps: readonly Step[]
}

const scenes: fc.Arbitrary<Scene> = tables.chain((table) =>
  fc.record({
    table: fc.constant(table),
    unmatched: fc.constantFrom<Scene["unmatched"][]>("deny", "deny", "authenticated"),
    unauthorized: fc.constantFrom<Scene["unauthorized"][]>("throw", "deny"),
    resourcePolicyAllows: fc.boolean(),
    people: fc.array(fc.option(persons, { nil: undefined, freq: 6 }), { minLength: 2, maxLength: 2 }),
    asked: fc.array(requests(Object.keys(table)), { minLength: 3, maxLength: 6 }),
    steps: fc.array(
      fc.record({
        who: fc.nat({ max: 1 }),
        what: fc.nat({ max: 5 }),
        stage: fc.constantFrom("prod", "prod", "test"),
        laterMs: fc.constantFrom(0, 0, 1000, 100_000, 299_999, 300_000),
      }),
      { minLength: 8, maxLength: 14 },
    ),
  }),
)

/** Whether the table has a finer method beside a route for every method, which HTTP APIs have in one route key. */
function isSharedKey(table: Table, chosen: string): boolean {
  if (methodOf(chosen) !== "ANY") return false
  return chosen === "$default" || methods.some((method) => `${method} ${templateOf(chosen)}` in table)
}

function isRefused(config: AuthorizerConfig): boolean {
  try {
    authorizerOf(config)
    return false
  } catch {
    return true
  }
}

/** Replays the scene, and compares each answer with a fresh decision and with the model. */
async function replay({ kind, gateway, identity, byRoute }: Setup, scene: Scene): Promise<void> {
  const { table, unmatched, unauthorized, resourcePolicyAllows, people } = scene
  const told = {
    ...gateway,
    ...{ resultTtlSeconds: 300, unauthorized, resourcePolicyAllows, tooLarge: "unavailable" as const },
  }
  const config = configOf(table, { unmatched, gateway: told })
  // A simple response that is kept for a catch-all beside stricter routes is refused at start.
  if (gateway.responses === "simple" && isRefused(config)) return count("refused for simple responses")
  let nowMs = nowSeconds * 1000
  const now = (): number => nowMs
  const authorizer = authorizerUnlessConflicts(config, now)
  if (authorizer === undefined) return count("refused")
  const { handler } = authorizer
  const { decide } = authorizerOf(config, now)
  const { call } = cachingGateway({ ttlMs: 300_000, identity, resourcePolicyAllows, handler })
  for (const { who, what, stage, laterMs } of scene.steps) {
    nowMs += laterMs
    const person = people[who]
    const request = scene.asked[what % scene.asked.length] as Asked
    const chosen = chosenRoute(Object.keys(table), request.method, request.path, httpKinds[kind])
    if (chosen === undefined) continue
    const bearer = person === undefined ? "Bearer nonsense" : bearerOf(person, { exp: nowSeconds + 864_000 })
    const event = eventOf(kind, bearer, request, chosen, { stage })
    const { seen, fromCache } = await call(event, nowMs)
    const { outcome, reason } = await decide(event)
    // A route key for every method does not tell the methods apart that the table tells apart: undecided, as
    // documented.
    if (byRoute && kind === "http-2.0" && outcome === "unavailable" && isSharedKey(table, chosen)) continue
    // One boolean for every path of a route cannot tell apart what a backend may read otherwise: undecided, as
    // documented.
    if (gateway.responses === "simple" && reason === "path_ambiguous") continue
    const at = (): string =>
      `${request.method} ${JSON.stringify(request.path)} on ${chosen}${fromCache ? ", from the cache" : ""}`
    if (fromCache) count(`from the cache: ${seen}`)
    if (person === undefined) {
      const refused: readonly Seen[] = ["forbidden", "unauthenticated"]
      if (!refused.includes(seen)) expect(refused, at()).toContain(seen)
      continue
    }
    if (seen !== outcome) expect(seen, `${at()}: fresh is ${outcome} (${reason})`).toBe<Seen>(outcome)
    if (byRoute) {
      const problem = problemOf({ table, unmatched }, person, request, chosen, seen === "allow", httpKinds[kind])
      if (problem !== undefined) expect(problem, at()).toBe(undefined)
      continue
    }
    if (isAmbiguous(request.path)) continue
    const isMeant = expected({ table, unmatched }, person, request, httpKinds[kind]) === "allow"
    if (isMeant && seen === "forbidden" && mayRefuseSlash({ table, unmatched }, person, request)) continue
    const meant = isMeant ? "allow" : "forbidden"
    if (seen !== meant) expect(seen, `${at()}: the model`).toBe(meant)
  }
}

describe("SR-143: what API Gateway's cache serves is what a fresh decision says", () => {
  it.each(Object.entries(setups))("%s: 40 sequences of requests over time", async (name, setup) => {
    await fc.assert(
      fc.asyncProperty(scenes, (scene) => replay(setup, scene)),
      seeded(name, { numRuns: 40 }),
    )
  })

  it("the sequences are worth something: many answers of both kinds came from the cache", () => {
    expect(of("from the cache: allow")).toBeGreaterThan(worth(100))
    expect(of("from the cache: forbidden")).toBeGreaterThan(worth(100))
  })
})
