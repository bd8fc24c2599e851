import { describe, expect, it } from "vitest"
import type { AuthorizerConfig, Principal, RouteRule } from "../../src/index.ts"
import { type CompiledPolicy, comparePolicies, compilePolicy, type PolicyChange } from "../../src/policy.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { mint } from "../support/mint.ts"
import { cases, seed, worth } from "../support/seed.ts"
import { configOf, drawFrom, pick, randomRoutes } from "./random-tables.ts"

const issuer = oidcIssuer().issuer
const arnOf = (request: string): string => {
  const [method, path] = request === "$connect" ? ["$connect", ""] : (request.split(" ") as [string, string])
  return `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/${method}${path}`
}

/** Every caller that the rules of random tables can tell apart. */
const callers: readonly Principal[] = [[], ["r"], ["w"], ["r", "w"]].flatMap((scopes) =>
  [[], ["x"]].flatMap((roles) =>
    [[], ["g"]].flatMap((groups) =>
      [{}, { tier: "gold" }, { tier: "silver" }, { org: { teams: ["t"] } }].flatMap((claims) =>
        (["user", "app", "unknown"] as const).map((kind) => ({
          ...{ id: `${issuer}|ann`, issuer, provider: "oidc", subject: "ann", kind, scopes, roles, groups },
          ...{ permissions: [], expiresAt: 0, claims },
        })),
      ),
    ),
  ),
)
const segments = ["a", "b", "1"]
const longer = (paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => segments.map((segment) => `${path === "/" ? "" : path}/${segment}`))
const [one, two] = [longer(["/"]), longer(longer(["/"]))]
const paths = ["/", ...one, ...two, ...longer(two)]
/** The ARN of a request with each method and path. */
const arns = ["GET", "POST", "PUT"].flatMap((method) => paths.map((path) => arnOf(`${method} ${path}`)))

/** What decides by a configuration. */
const decidersOf = ({ issuers, ...answers }: AuthorizerConfig) => ({
  ...createVerifier({ issuers }),
  ...compilePolicy({ issuers, ...answers }),
})

/** The verdict on a witness, through the token's signature. */
async function confirmed(
  { verify, decide }: ReturnType<typeof decidersOf>,
  { witness }: PolicyChange,
): Promise<string> {
  const token = mint(JSON.stringify(witness?.claims), { header: { typ: "at+jwt" } })
  try {
    return decide(await verify(token), arnOf(witness?.request ?? "")).outcome
  } catch {
    return "unauthenticated"
  }
}

function brute(
  before: CompiledPolicy,
  after: CompiledPolicy,
): readonly { routes: readonly string[]; change: string; caller: Principal }[] {
  const pairs = new Map<string, { arn: string; routes: readonly string[] }>()
  for (const arn of arns) {
    const routes = [before, after].map((policy) => policy.decide(callers[0] as Principal, arn).route ?? "$unmatched")
    pairs.set(routes.join("\n"), { arn, routes })
  }
  // All requests that meet a route get one verdict per caller, so each route is asked once.
  const known = [before, after].map((policy) => ({ policy, verdicts: new Map<string, readonly string[]>() }))
  return [...pairs.values()].flatMap(({ arn, routes }) => {
    const [was, is] = known.map(({ policy, verdicts }, side) => {
      const route = routes[side] as string
      const found = verdicts.get(route) ?? callers.map((caller) => policy.decide(caller, arn).outcome)
      verdicts.set(route, found)
      return found
    }) as [readonly string[], readonly string[]]
    return callers.flatMap((caller, at) =>
      was[at] === is[at] ? [] : [{ routes, change: is[at] === "allow" ? "opened" : "closed", caller }],
    )
  })
}

/** The names that a caller must have, of a claim of a witness. */
const demanded = (part: unknown): readonly string[] =>
  (typeof part === "string" ? part.split(" ").filter((word) => word !== "") : ((part as string[]) ?? [])).filter(
    (name) => !name.startsWith("other"),
  )

/** The callers that a change covers: those who have everything that the witness has. */
function covered({ witness, caller: text }: PolicyChange): ReadonlySet<Principal> {
  const claims = (witness?.claims ?? {}) as { [name: string]: unknown }
  const kind = /^(?:any )?(user|app|caller of unknown kind)/
    .exec(text)?.[1]
    ?.replace("caller of unknown kind", "unknown")
  const [scopes, roles, groups] = [claims.scope, claims.roles, claims.groups].map(demanded) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ]
  const others = ["tier", "org"].filter((name) => claims[name] !== undefined)
  return new Set(
    callers.filter(
      (caller) =>
        (kind === undefined || kind === caller.kind) &&
        scopes.every((name) => caller.scopes.includes(name)) &&
        roles.every((name) => caller.roles.includes(name)) &&
        groups.every((name) => caller.groups.includes(name)) &&
        others.every((name) => JSON.stringify(claims[name]) === JSON.stringify(caller.claims[name])),
    ),
  )
}

/** The issuer where no token is verified: no keys are imported. */
const { jwks: _, ...keyless } = oidcIssuer({ jwksUri: "https://issuer.example/keys", roles: "roles", groups: "groups" })
const issuers = [keyless]

/** One answer per route, and answers for every route of a caller on each kind of API. */
const gateways = [
  { resultTtlSeconds: 0, api: "rest" },
  { resultTtlSeconds: 300, api: "rest" },
  { resultTtlSeconds: 300, api: "http" },
] as const

describe("comparePolicies (issue 15, item 6)", () => {
  it("agrees with brute force on 200 random pairs of small tables", () => {
    const draw = drawFrom(seed)
    let differing = 0
    for (let round = 0; round < cases(200); round++) {
      const gateway = pick(draw, gateways)
      const [before, after] = [0, 1].map(() =>
        configOf(randomRoutes(draw), {
          issuers,
          gateway,
          unmatched: pick(draw, ["deny", "deny", "authenticated"] as const),
        }),
      ) as [AuthorizerConfig, AuthorizerConfig]
      const changes = comparePolicies(before, after)
      const expected = brute(compilePolicy(before), compilePolicy(after))
      const context = (): string =>
        JSON.stringify({
          round,
          before: before.routes,
          after: after.routes,
          unmatched: [before.unmatched, after.unmatched],
        })
      const coveredBy = changes.map(covered)
      for (const { routes, change, caller } of expected) {
        const found = changes.some(
          (each, at) => each.change === change && routes.includes(each.route) && coveredBy[at]?.has(caller),
        )
        if (!found) expect.fail(`missed: ${routes} ${change} ${JSON.stringify(caller)} in ${context()}`)
      }
      for (const { route, change } of changes) {
        const found = expected.some((each) => each.change === change && each.routes.includes(route))
        if (!found) expect.fail(`made up: ${route} ${change} in ${context()}`)
      }
      if (changes.length > 0) differing++
    }
    expect(differing).toBeGreaterThan(worth(150))
  })

  it("every witness is confirmed by a token on both sides", async () => {
    const draw = drawFrom(16)
    let confirmations = 0
    for (let round = 0; round < 60; round++) {
      const [before, after] = [configOf(randomRoutes(draw)), configOf(randomRoutes(draw))]
      const [was, is] = [decidersOf(before), decidersOf(after)]
      for (const change of comparePolicies(before, after)) {
        expect(
          [await confirmed(was, change), await confirmed(is, change)],
          JSON.stringify({ change, before: before.routes, after: after.routes }),
        ).toEqual([change.before?.outcome, change.after?.outcome])
        confirmations++
      }
    }
    expect(confirmations).toBeGreaterThan(200)
  })

  it("finds every one of 500 mutated rules", () => {
    const draw = drawFrom(17)
    let mutated = 0
    while (mutated < 500) {
      const random = randomRoutes(draw)
      const routes = { ...random, "GET /only/here": Object.values(random)[0] as RouteRule }
      const changed: { [key: string]: RouteRule } = {
        ...routes,
        "GET /only/here": { ...routes["GET /only/here"], scopes: ["planted"] },
      }
      const [before, after] = [configOf(routes, { issuers }), configOf(changed, { issuers })]
      expect(comparePolicies(before, after).map(({ route }) => route)).toContain("GET /only/here")
      expect(comparePolicies(after, before).map(({ change }) => change)).toContain("opened")
      mutated++
    }
  })

  it("compares two tables of 1,000 routes, each with a rule of its own", () => {
    const table = (shift: number): { [key: string]: RouteRule } =>
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, at) => {
          const end = at % 7 === 0 ? "{proxy+}" : `p${at}`
          const key = `${pick(drawFrom(at), ["GET", "POST", "ANY"])} /r${at % 100}/{id}/x${at}/${end}`
          return [key, { scopes: { any: [`s${at}`, `t${at + shift}`] }, roles: [`role${at % 20}`] }]
        }),
      )
    const changes = comparePolicies(configOf(table(0)), configOf(table(1)))
    const found = (wanted: string): number =>
      new Set(changes.filter(({ change }) => change === wanted).map(({ route }) => route)).size
    expect([found("opened"), found("closed"), found("undecided")]).toEqual([1000, 1000, 0])
  })
})
