import { describe, expect, it } from "vitest"
import { loadAuthorizer } from "../../src/authorizer/load.ts"
import {
  type Authorizer,
  type AuthorizerConfig,
  createAuthorizer,
  type PolicyAnswer,
  type RouteRule,
} from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { oidcIssuer } from "../support/config.ts"
import { restRequest } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { manyResources } from "../support/tables.ts"

type Routes = { readonly [key: string]: RouteRule }

const config = (routes: Routes, gateway: AuthorizerConfig["gateway"] = {}): AuthorizerConfig => ({
  issuers: [oidcIssuer()],
  routes,
  gateway,
})
const scopesOf = (routes: Routes): readonly string[] => [
  ...new Set(Object.values(routes).flatMap(({ scopes }) => scopes as readonly string[])),
]

/** One authorizer for all callers of a table and gateway. */
const authorizers = new WeakMap<Routes, Map<string, Authorizer>>()

function authorizerOf(routes: Routes, gateway?: AuthorizerConfig["gateway"]): Authorizer {
  const known = authorizers.get(routes) ?? new Map<string, Authorizer>()
  authorizers.set(routes, known)
  const made = known.get(JSON.stringify(gateway)) ?? createAuthorizer(config(routes, gateway), { clock })
  known.set(JSON.stringify(gateway), made)
  return made
}

/** The answer to a caller, and the requests of the table on which it is wrong. */
async function answered(routes: Routes, has: readonly string[], gateway?: AuthorizerConfig["gateway"]) {
  const { handler } = authorizerOf(routes, gateway)
  const event = restRequest(`Bearer ${mint({ scope: has.join(" ") || "none" })}`, { path: "/v1/orders" })
  const answer = (await handler(event)) as PolicyAnswer
  const stage = String(event.methodArn).replace("GET/v1/orders", "")
  const wrong = Object.entries(routes).flatMap(([key, { scopes = [] }]) => {
    const isMeant = (scopes as readonly string[]).every((scope) => has.includes(scope))
    const text = key.replace(" /", "/")
    const ids = text.includes("{id}") ? ["17", "prod", "a%5Bb", "history"] : [""]
    const asked = ids.map((id) => text.replace("{id}", id)).flatMap((path) => [path, `${path}/`])
    return asked.filter((path) => (evaluate(answer.policyDocument, stage + path) === "allow") !== isMeant)
  })
  return { wrong, bytes: Buffer.byteLength(JSON.stringify(answer)), document: answer.policyDocument }
}

/** The same numbers each time. */
function randomThird(scopes: readonly string[], seed: number): readonly string[] {
  let state = seed
  return scopes.filter(() => {
    state = (state * 48_271) % 2_147_483_647
    return state % 3 === 0
  })
}

const ending = (scopes: readonly string[], ...ends: readonly string[]): readonly string[] =>
  scopes.filter((scope) => ends.some((end) => scope.endsWith(end)))

describe("part 5: every caller of 105 ordinary routes fits", () => {
  const routes = manyResources(15)
  const scopes = scopesOf(routes)
  const callers: { readonly [who: string]: readonly string[] } = {
    "all read scopes": ending(scopes, "read"),
    "read and write": ending(scopes, "read", "write"),
    "write and admin": ending(scopes, "write", "admin"),
    "every second scope": scopes.filter((_, at) => at % 2 === 1),
    "every third scope": scopes.filter((_, at) => at % 3 === 0),
    "all but one": scopes.slice(1),
    everything: scopes,
    ...Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`a third at random, ${at}`, randomThird(scopes, at + 1)]),
    ),
  }

  it.each(Object.entries(callers))("%s: right for every route in both spellings, in 8,192 bytes", async (_, has) => {
    const { wrong, bytes } = await answered(routes, has)
    expect({ wrong, fits: bytes <= 8192 }).toEqual({ wrong: [], fits: true })
  })

  it("which is proven, not only tried", () => {
    expect(compilePolicy(config(routes)).searchSizes()).toEqual({ tooLarge: undefined, isProven: true, tried: 0 })
  })
})

describe("part 5: typical callers of 210 routes fit", () => {
  const routes = manyResources(30)
  const scopes = scopesOf(routes)
  it.each<[string, readonly string[]]>([
    ["all read", ending(scopes, "read")],
    ["read and write", ending(scopes, "read", "write")],
    ...Array.from({ length: 30 }, (_, at): [string, readonly string[]] => [
      `a third at random, ${at}`,
      randomThird(scopes, at + 1),
    ]),
  ])("%s", async (_, has) => {
    const { wrong, bytes } = await answered(routes, has, { tooLarge: "unavailable" })
    expect({ wrong, fits: bytes <= 8192 }).toEqual({ wrong: [], fits: true })
  })
})

describe("part 5: how an answer becomes shorter", () => {
  const beginningOf = ({ Statement }: PolicyAnswer["policyDocument"]): string =>
    Statement[0]?.Resource[0]?.split("/GET/")[0]?.split("/DELETE/")[0] ?? ""
  const full = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"

  it("SR-142: Resources have wildcards for region, account and API only if the answer does not fit otherwise", async () => {
    const few = manyResources(5)
    expect(beginningOf((await answered(few, scopesOf(few))).document)).toBe(full)
    const many = manyResources(15)
    const { document } = await answered(many, ending(scopesOf(many), "write", "admin"))
    for (const { Resource } of document.Statement)
      for (const resource of Resource) expect(resource).toMatch(/^arn:aws:execute-api:\*:\*:\*(?:\/prod\/|[^A-Za-z]|%)/)
  })

  it("SR-142: such Resources open no path that holds the stage and a method once more, and decide agrees", async () => {
    const routes = { ...manyResources(15), "ANY /x/{rest+}": { scopes: ["none:read"] } }
    const has = ending(scopesOf(routes), "write", "admin")
    const authorizer = createAuthorizer(config(routes), { clock })
    const bearer = `Bearer ${mint({ scope: has.join(" ") })}`
    for (const path of ["/x/prod/DELETE/v1/orders/7", "/x/a/prod/POST/v1/orders", "/x/7prod/PUT/v1/orders/7"]) {
      for (const method of ["GET", "DELETE", "POST", "PUT"]) {
        const event = restRequest(bearer, { method, path, template: "/x/{rest+}" })
        expect((await authorizer.decide(event)).outcome).not.toBe("allow")
        const answer = (await authorizer.handler(event).catch(() => undefined)) as PolicyAnswer | undefined
        if (answer !== undefined) expect(evaluate(answer.policyDocument, String(event.methodArn))).not.toBe("allow")
      }
    }
  })

  it("one pattern reaches across a segment where all of its routes have the same verdict", async () => {
    const routes = manyResources(15)
    const { document } = await answered(routes, ending(scopesOf(routes), "read"))
    const denied = document.Statement[1]?.Resource ?? []
    expect(denied.filter((resource) => resource.includes("GET/v1/"))).toEqual([`${full}/GET/v1/?*/?*/?*`])
  })
})

describe("part 5: a table with a caller who cannot be answered", () => {
  const routes = manyResources(40)

  it("is refused at start, with the permissions and the remedies, by each way to start", async () => {
    const message =
      /routes: have a caller who cannot be answered: .* bytes of a policy, and 6,144 fit\. It has \d+ permissions/
    expect(() => createAuthorizer(config(routes))).toThrow(message)
    await expect(loadAuthorizer(config(routes))).rejects.toThrow(message)
  })

  it("is taken where such callers may get a 500, and costs no search", async () => {
    const gateway = { tooLarge: "unavailable" } as const
    const { decide } = createAuthorizer(config(routes, gateway), { clock })
    // A longer stage takes more of each Resource.
    const stage = "a-stage-with-a-very-long-name-".repeat(3)
    const bearer = `Bearer ${mint({ scope: randomThird(scopesOf(routes), 1).join(" ") })}`
    const event = restRequest(bearer, { path: "/v1/orders", stage })
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "policy_too_large" })
    await expect(loadAuthorizer(config(routes, gateway))).resolves.toBeDefined()
    expect(() => createAuthorizer(config(routes, { tooLarge: "ignore" } as never))).toThrow(/gateway\.tooLarge/)
  })

  it("is taken where answers are for one route, and where they may be larger", () => {
    for (const gateway of [
      { resultTtlSeconds: 0 },
      { identitySources: ["token", "route"] },
      { maxAnswerBytes: 30_000 },
    ])
      expect(() => createAuthorizer(config(routes, gateway))).not.toThrow()
  })

  it("is looked for among kinds, issuers, lists and claims", () => {
    const long = (number: number): string => `GET /a/${"x".repeat(230)}-${number}/{id}`
    const one = (rule: RouteRule): Routes =>
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [long(at), at % 2 === 0 ? rule : { scopes: ["other"] }]))
    const rules: readonly [RouteRule, string][] = [
      [{ kind: "app" }, "kind app"],
      [{ issuers: ["https://issuer.example/tenant"] }, "issuer https://issuer.example/tenant"],
      [{ roles: ["admin"] }, "roles admin"],
      [{ groups: { any: ["ops", "it"] } }, "groups "],
      [{ permissions: { all: ["a", "b"] } }, "permissions a, b"],
      [{ claims: [{ path: ["realm", "tier"], equals: [7, 8] }] }, "claim realm.tier = "],
      [{ claims: [{ path: "tags", contains: "x" }] }, "claim tags with x"],
      [{ claims: [{ path: "email", equals: "ann@example.com" }] }, "claim email = ann@example.com"],
      [{ anyOf: [{ kind: "user", scopes: ["s"] }, { roles: ["r"] }] }, "s"],
    ]
    for (const [rule, words] of rules) {
      const { tooLarge } = compilePolicy({ routes: one(rule) }).searchSizes() ?? {}
      expect(tooLarge, JSON.stringify(rule)).toContain(words)
    }
  })

  it.each<[string, Routes]>([
    ["the root alone", { "GET /": {} }],
    ["$default alone", { $default: {} }],
    ["$connect alone", { $connect: {} }],
    ["a catch-all alone", { "ANY /{proxy+}": { scopes: ["a"] } }],
    [
      "prototype names",
      { "GET /__proto__/{id}": { scopes: ["__proto__"] }, "GET /constructor": { roles: ["toString"] } },
    ],
  ])("is none with %s", (_, table) => {
    expect(() => createAuthorizer(config(table))).not.toThrow()
    expect(compilePolicy({ routes: table }).searchSizes()).toMatchObject({ tooLarge: undefined, isProven: true })
  })
})
