import { describe, expect, it } from "vitest"
import { providers } from "../../src/cli/init/providers.ts"
import { withTestKeys } from "../../src/cli/trial/test-keys.ts"
import { type AuthorizerConfig, createAuthorizer, type IssuerConfig, type RouteRule } from "../../src/index.ts"
import { accessMatrix, comparePolicies, compareSettings } from "../../src/policy.ts"
import { createTestIssuer, type TestIssuerOptions } from "../../src/testing.ts"
import { configOf } from "./random-tables.ts"

const issuers = providers.map((provider) => createTestIssuer({ provider } as TestIssuerOptions).config)
const configFor = (issuer: IssuerConfig, routes: { [key: string]: RouteRule }): AuthorizerConfig => ({
  issuers: [issuer],
  routes,
})

/** The whole engine on a witness, signature included. */
async function decided(config: AuthorizerConfig, claims: object, request: string): Promise<string> {
  const keys = withTestKeys(config)
  const token = await keys.sign(claims, keys.typeFor(claims))
  const methodArn = `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/${request.replace(" ", "")}`
  const { decide } = createAuthorizer(keys.config)
  return (await decide({ type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` })).outcome
}

async function isConfirmed(before: AuthorizerConfig, after: AuthorizerConfig): Promise<number> {
  const changes = comparePolicies(before, after)
  for (const { witness, ...change } of changes) {
    expect(change.change).not.toBe("undecided")
    const [claims, request] = [witness?.claims ?? {}, witness?.request ?? ""]
    const outcomes = [await decided(before, claims, request), await decided(after, claims, request)]
    expect(outcomes, change.caller).toEqual([change.before?.outcome, change.after?.outcome])
  }
  return changes.length
}

describe("comparePolicies on tokens of every provider (issue 15, item 6)", () => {
  it.each(issuers)("$provider: scopes, kinds and nothing at all, confirmed by the whole engine", async (issuer) => {
    const open = configFor(issuer, { "GET /x": {} })
    const scoped = configFor(issuer, { "GET /x": { scopes: ["api/read"] } })
    const people = configFor(issuer, { "GET /x": { kind: "user" } })
    const scopesOf = comparePolicies(open, scoped)
    expect(scopesOf.map(({ change }) => change)).toContain("closed")
    expect(await isConfirmed(open, scoped)).toBeGreaterThan(0)
    expect(await isConfirmed(scoped, people)).toBeGreaterThan(0)
    await isConfirmed(people, open)
    expect(comparePolicies(scoped, scoped)).toEqual([])
  })

  it("a new issuer opens, an issuer less closes, and both are settings as well", async () => {
    const [okta, , entra] = issuers as [IssuerConfig, IssuerConfig, IssuerConfig]
    const routes = { "GET /x": {} }
    const [one, both] = [
      { issuers: [okta], routes },
      { issuers: [okta, entra], routes },
    ]
    expect(comparePolicies(one, both).map(({ change, caller }) => [change, caller])).toEqual([
      ["opened", "any caller of https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0"],
    ])
    expect(comparePolicies(both, one).map(({ change }) => change)).toEqual(["closed"])
    expect(await isConfirmed(one, both)).toBe(1)
    expect(compareSettings(one, both)).toEqual([{ path: "issuers[1]", before: null, after: entra }])
  })

  it("another audience beside the first opens, and is named", async () => {
    const narrow = configOf({ "GET /x": {} })
    const [issuer] = narrow.issuers
    const wide = {
      ...narrow,
      issuers: [{ ...issuer, audience: ["https://orders.example", "another"] }],
    } as AuthorizerConfig
    expect(comparePolicies(narrow, wide)).toMatchObject([
      {
        route: "GET /x",
        change: "opened",
        caller: "any caller (aud = another)",
        before: { reason: "audience_mismatch" },
      },
    ])
    expect(comparePolicies(wide, narrow).map(({ change }) => change)).toEqual(["closed"])
  })

  it("an app of Entra without a role is another caller than one with a role", async () => {
    const [, , entra] = issuers as [IssuerConfig, IssuerConfig, IssuerConfig]
    const strict = configFor(entra, { "GET /x": { kind: "app" } })
    const loose = configFor({ ...entra, allowAppsWithoutRoles: true } as IssuerConfig, { "GET /x": { kind: "app" } })
    expect(comparePolicies(strict, loose)).toMatchObject([
      { change: "opened", before: { reason: "app_without_roles" } },
    ])
    expect(await isConfirmed(strict, loose)).toBe(1)
  })

  it("headers of an edge are callers too", () => {
    const edge = (rule: RouteRule): AuthorizerConfig => ({
      issuers: [],
      edge: {
        role: "identity",
        headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "apm-list" } },
        evidence: [{ vpceIds: ["vpce-0123456789abcdef0"], secret: { header: "x-origin", values: { env: "S" } } }],
      },
      routes: { "GET /x": rule },
    })
    expect(comparePolicies(edge({ groups: ["ops"] }), edge({ groups: ["dev"] }))).toMatchObject([
      { change: "opened", caller: "caller with group dev", witness: { claims: { iss: "edge", groups: ["dev"] } } },
      { change: "closed", caller: "caller with group ops" },
    ])
  })

  it("attributes of an edge are added to what a token holds", () => {
    const attributes = (rule: RouteRule): AuthorizerConfig => ({
      issuers: [issuers[0] as IssuerConfig],
      edge: {
        role: "attributes",
        headers: { user: "x-edge-user", department: "x-edge-department" },
        evidence: [{ vpceIds: ["vpce-0123456789abcdef0"], secret: { header: "x-origin", values: { env: "S" } } }],
      },
      routes: { "GET /x": rule },
    })
    const [strict, open] = [attributes({ claims: [{ path: "edge:department", equals: "it" }] }), attributes({})]
    expect(comparePolicies(strict, open).map(({ change }) => change)).toEqual(["opened"])
    expect(comparePolicies(open, strict).map(({ change }) => change)).toEqual(["closed"])
  })
})

describe("comparePolicies, requests", () => {
  const read = { scopes: ["read"] }
  it("tells REST from HTTP APIs, which order routes differently", () => {
    const routes = { "GET /a/{proxy+}": read, "GET /{x}/{y}": { scopes: ["admin"] } }
    const swapped = { "GET /a/{proxy+}": { scopes: ["admin"] }, "GET /{x}/{y}": { scopes: ["admin"] } }
    const on = (api: "rest" | "http") => ({ gateway: { resultTtlSeconds: 0, api } })
    const requests = (api: "rest" | "http"): readonly unknown[] =>
      comparePolicies(configOf(routes, on(api)), configOf(swapped, on(api))).map(({ witness }) => witness?.request)
    expect(requests("rest")).toEqual(["GET /a/1", "GET /a/1"])
    expect(requests("http")).toEqual(["GET /a/1/1", "GET /a/1/1"])
  })

  it("$unmatched stands for requests that no route matches, and a table that goes for any of them", () => {
    const before = configOf({ "GET /a": read })
    expect(comparePolicies(before, { ...before, unmatched: "authenticated" })).toMatchObject([
      { route: "$unmatched", change: "opened", caller: "any authenticated caller", witness: { request: "GET /" } },
    ])
    const without = configOf(undefined)
    const routes = comparePolicies(before, without).map(({ route, change }) => `${change} ${route}`)
    expect(routes).toEqual(["opened $unmatched", "opened GET /a"])
  })

  it("names the more specific route of the two", () => {
    const [before, after] = [
      configOf({ "ANY /{proxy+}": read }),
      configOf({ "GET /a/{id}": {}, "ANY /{proxy+}": read }),
    ]
    expect(comparePolicies(before, after)).toMatchObject([
      { route: "GET /a/{id}", change: "opened", before: { route: "ANY /{proxy+}" }, after: { route: "GET /a/{id}" } },
    ])
  })

  it("a rule with more than 10,000 combinations is undecided, not left out", () => {
    const any = (start: string) => ({ any: Array.from({ length: 120 }, (_, at) => `${start}${at}`) })
    const rule = { scopes: any("s"), roles: any("r"), groups: any("g") }
    const changes = comparePolicies(configOf({ "GET /a": rule }), configOf({ "GET /a": read }))
    expect(changes).toMatchObject([{ route: "GET /a", change: "undecided" }])
  })

  it("$connect is compared", () => {
    expect(comparePolicies(configOf({ $connect: read }), configOf({ $connect: {} }))).toMatchObject([
      { route: "$connect", change: "opened", witness: { request: "$connect" } },
    ])
  })

  it("names like those of every object are names", () => {
    const rule = { claims: [{ path: "__proto__x", equals: "constructor" }], scopes: ["toString", "__proto__"] }
    const changes = comparePolicies(configOf({ "GET /__proto__": rule }), configOf({ "GET /__proto__": {} }))
    expect(changes.map(({ change }) => change)).toEqual(["opened"])
  })
})

describe("compareSettings (issue 15, item 6)", () => {
  const base = configOf({ "GET /a": {} })
  it("an absent option and its default are the same; one text is a list of it", () => {
    const written = {
      ...base,
      unmatched: "deny",
      clockToleranceSeconds: 5,
      gateway: { ...base.gateway, tooLarge: "refuse", maxAnswerBytes: 8192, matchBy: "template" },
      credential: { header: "Authorization", scheme: "Bearer", maxLength: 16_384 },
      keys: { timeoutMs: 3000 },
      issuers: base.issuers.map((each) => ({ ...each, audience: ["https://orders.example"] })),
    }
    expect(compareSettings(base, written as AuthorizerConfig)).toEqual([])
  })
  it("names each option that differs, issuers in any order", () => {
    const other = { provider: "okta", domain: "acme.okta.com", audience: "a" } as const
    const before = { ...base, issuers: [...base.issuers, other], gateway: { resultTtlSeconds: 60 } }
    const after = { ...base, issuers: [{ ...other, audience: "b" }, ...base.issuers] }
    expect(compareSettings(before, after)).toEqual([
      { path: "gateway.resultTtlSeconds", before: 60, after: 0 },
      { path: "gateway.api", before: null, after: "rest" },
      { path: "issuers[0].audience", before: "a", after: "b" },
    ])
  })
  it("14-4: keys.graceSeconds: 0 takes Entra's own default away, so it is a change", () => {
    expect(compareSettings(base, { ...base, keys: { graceSeconds: 0 } })).toEqual([
      { path: "keys.graceSeconds", before: null, after: 0 },
    ])
  })
})

describe("accessMatrix (issue 15, item 6)", () => {
  it("has a caller for each combination that the rules tell apart", () => {
    const { callers, routes, cells } = accessMatrix(
      configOf({
        "GET /a": { scopes: ["r"] },
        "POST /a": { scopes: ["r"], roles: ["x"] },
        "GET /b": { kind: "user" },
        "GET /c": {},
      }),
    )
    expect(routes).toEqual(["GET /a", "POST /a", "GET /b", "GET /c"])
    const rows = callers.map(({ name }) => [
      name,
      cells.filter(({ caller, outcome }) => caller === name && outcome === "allow").map(({ route }) => route),
    ])
    expect(Object.fromEntries(rows)).toMatchObject({
      "any user": ["GET /b", "GET /c"],
      "any app or caller of unknown kind": ["GET /c"],
      "user with scope r": ["GET /a", "GET /b", "GET /c"],
      "user with scope r, role x": ["GET /a", "POST /a", "GET /b", "GET /c"],
    })
    for (const { claims } of callers) expect(claims).toMatchObject({ iss: "https://issuer.example/tenant" })
  })
  it("shows what is allowed without a route", () => {
    expect(accessMatrix(configOf(undefined)).routes).toEqual(["$unmatched"])
  })
})
