import { describe, expect, it } from "vitest"
import type { AuthorizerConfig } from "../../src/index.ts"
import { callersOfCases } from "../../src/policy.ts"
import { type Cases, CasesError, caseTests, createTestIssuer, explainCase, runCases } from "../../src/testing.ts"
import { configOf } from "./random-tables.ts"

const config: AuthorizerConfig = {
  issuers: [
    createTestIssuer({ provider: "okta", audience: "api://orders" }).config,
    createTestIssuer({ provider: "entra" }).config,
  ],
  routes: {
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "POST /orders": { anyOf: [{ kind: "app", roles: ["writer"] }, { scopes: ["orders:write"] }] },
    "GET /me": { kind: "user" },
  },
}
const callers = {
  reader: { claims: { scp: ["orders:read"] } },
  job: { issuer: 1, kind: "app" as const, claims: { roles: ["writer"] } },
  plain: null,
}
const refused = (cases: unknown): readonly string[] => {
  try {
    runCases(config, cases as Cases)
    return []
  } catch (error) {
    if (!(error instanceof CasesError)) throw error
    return error.problems.map(({ path, message }) => `${path} ${message}`)
  }
}

describe("runCases (issue 15, item 5)", () => {
  it("callers are claims on a provider's skeleton, and the engine decides", () => {
    const report = runCases(config, {
      callers,
      tests: [
        { caller: "reader", request: "GET /orders/7", expect: "allow" },
        { caller: "reader", request: "get /orders/7?full=1", expect: "allow" },
        {
          name: "not a writer",
          caller: "reader",
          request: "POST /orders",
          expect: { outcome: "forbidden", reason: "alternatives_unmet" },
        },
        { caller: "job", request: "POST /orders", expect: "allow" },
        { caller: "plain", request: "GET /none", expect: { outcome: "forbidden", reason: "route_unmatched" } },
        { caller: "plain", request: "GET /orders/..", expect: { outcome: "forbidden", reason: "path_ambiguous" } },
      ],
      matrix: {
        "GET /me": {
          reader: "allow",
          job: { outcome: "forbidden", reason: "kind_mismatch" },
          nobody: "unauthenticated",
        },
      },
    })
    expect(report.cases.filter(({ ok }) => !ok)).toEqual([])
    expect(report).toMatchObject({ passed: 9, failed: 0, coverage: { uncovered: [] } })
    expect(report.coverage).toEqual({
      allowed: ["GET /orders/{id}", "POST /orders", "GET /me"],
      refused: ["POST /orders", "GET /me"],
      uncovered: [],
    })
  })

  it("a failed case says what was expected, what the caller has and lacks", () => {
    const { cases, failed } = runCases(config, {
      callers,
      tests: [{ caller: "plain", request: "GET /orders/7", expect: "allow" }],
    })
    expect(failed).toBe(1)
    expect(cases[0]).toMatchObject({
      route: "GET /orders/{id}",
      got: { reason: "scope_missing" },
      missing: { scopes: ["orders:read"] },
    })
    expect(explainCase(cases[0] as (typeof cases)[0]).join("\n")).toMatch(
      /expected allow, got forbidden \(scope_missing\)[\s\S]*not met: scopes/,
    )
  })

  it("tokens are judged as well: time, audience, issuer, and claims that are taken out", () => {
    const bad = {
      late: { claims: { exp: 1 } },
      elsewhere: { claims: { aud: "api://other" } },
      foreign: { claims: { iss: "https://evil.example" } },
      unnamed: { claims: { uid: null, sub: null, cid: null, scp: null } },
    }
    const reasons = runCases(config, {
      callers: bad,
      tests: Object.keys(bad).map((caller) => ({ caller, request: "GET /me", expect: "unauthenticated" })),
    }).cases.map(({ ok, got }) => [ok, got.reason])
    expect(reasons).toEqual([
      [true, "token_expired"],
      [true, "audience_mismatch"],
      [true, "issuer_unknown"],
      [true, "token_kind_refused"],
    ])
  })

  it("an HTTP API chooses the full match before the greedy one", () => {
    const routes = { "GET /a/{proxy+}": { scopes: ["r"] }, "GET /{x}/{y}": {} }
    const tests = [{ caller: "one", request: "GET /a/b", expect: "allow" as const }]
    const on = (api: "rest" | "http", ttl: number) =>
      runCases(configOf(routes, { gateway: { resultTtlSeconds: ttl, api } }), { callers: { one: {} }, tests }).passed
    expect([on("rest", 0), on("http", 0)]).toEqual([0, 1])
  })

  it("the same cases are tests of any runner", () => {
    const [good, bad] = caseTests(config, {
      callers,
      tests: [
        { caller: "reader", request: "GET /orders/7", expect: "allow" },
        { caller: "nobody", request: "GET /orders/7", expect: "allow" },
      ],
    })
    expect(() => good?.run()).not.toThrow()
    expect(() => bad?.run()).toThrow(
      /nobody: GET \/orders\/7: expected allow, got unauthenticated \(credential_missing\)/,
    )
  })

  it.each([
    [null, "cases must be an object"],
    [[], "cases must be an object"],
    [{ callers, tests: [] }, "cases has no case"],
    [{ tests: [{ caller: "reader", request: "GET /", expect: "allow" }] }, "tests[0].caller names no caller"],
    [{ tests: [{ caller: "constructor", request: "GET /", expect: "allow" }] }, "tests[0].caller names no caller"],
    [{ callers: { nobody: {} }, tests: [] }, "callers.nobody is always a caller without a token"],
    [
      { callers: { a: { issuer: 9 } }, tests: [{ caller: "a", request: "GET /", expect: "allow" }] },
      "callers.a names an issuer",
    ],
    [{ callers: { a: { claim: {} } }, tests: [] }, "callers.a.claim is not known here"],
    [{ tests: [{ caller: "nobody", request: "GET orders", expect: "allow" }] }, "tests[0].request must be a method"],
    [{ tests: [{ caller: "nobody", request: "FETCH /", expect: "allow" }] }, "tests[0].request must be a method"],
    [{ tests: [{ caller: "nobody", request: "GET /", expect: "denied" }] }, "tests[0].expect must be one of allow"],
    [{ tests: [{ caller: "nobody", request: "GET /" }] }, "tests[0].expect must be an object with outcome"],
    [{ matrix: { "GET /": "allow" } }, 'matrix["GET /"] must be an object'],
    [{ tests: "all" }, "tests must be a list"],
  ])("refuses %j with the place", (cases, problem) => {
    expect(refused(cases)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]))
  })

  it("names like those of every object are names of callers and claims", () => {
    const cases = JSON.parse(
      '{"callers":{"__proto__":{"claims":{"__proto__":"x","scp":["orders:read"]}},"toString":{}},"tests":[{"caller":"__proto__","request":"GET /orders/7","expect":"allow"},{"caller":"toString","request":"GET /orders/7","expect":"forbidden"}]}',
    )
    expect(runCases(config, cases)).toMatchObject({ passed: 2, failed: 0 })
  })

  it("callers of a cases file for a matrix have complete claims, and nobody has none", () => {
    const found = callersOfCases(config, { callers })
    expect(found.map(({ name }) => name)).toEqual(["reader", "job", "plain", "nobody"])
    expect(found[1]?.claims).toMatchObject({ roles: ["writer"], ver: "2.0" })
    expect(found[3]?.claims).toBeUndefined()
  })
})
