import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { providers } from "../../src/cli/init/providers.ts"
import { type AuthorizerConfig, createAuthorizer, type ReasonCode, type RouteRule } from "../../src/index.ts"
import { createTestIssuer, type TestIssuerOptions, tokenDefects } from "../../src/testing.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
const routes: AuthorizerConfig["routes"] = {
  "GET /orders": {
    scopes: { any: ["orders:read", "access_as_user"] },
    anyOf: [{ groups: ["ops"] }, { claims: [{ path: "department", equals: "sales" }], kind: "user" }],
  },
}
const issuerOptions = providers.map((provider) => ({ provider, groups: "groups" }) as TestIssuerOptions)

describe("the trace of a decision, decide(event, { trace })", () => {
  it.each(issuerOptions.map((options) => [options.provider, options] as const))(
    "%s: the first check that failed has the decision's reason, whatever is wrong",
    async (_name, options) => {
      const issuer = createTestIssuer(options)
      const { decide } = createAuthorizer({ issuers: [issuer.config], routes })
      const claims = fc.record(
        {
          scope: fc.constantFrom("orders:read", "", "other"),
          scp: fc.constantFrom(["orders:read"], "orders:read", [], undefined),
          groups: fc.constantFrom(["ops"], [], "ops", undefined),
          department: fc.constantFrom("sales", "it", undefined),
          exp: fc.constantFrom("soon", -1, 1e15),
          sub: fc.constantFrom(7, "ann"),
          cnf: fc.constantFrom({ jkt: "x" }, undefined),
        },
        { requiredKeys: [] },
      )
      const cases = fc.tuple(claims, fc.uniqueArray(fc.constantFrom(...tokenDefects), { maxLength: 2 }))
      for (const [given, defects] of fc.sample(cases, { numRuns: 120, seed: 7 })) {
        const authorizationToken = `Bearer ${issuer.token(given, defects)}`
        const event = { type: "TOKEN", methodArn, authorizationToken }
        const { outcome, reason, trace = [] } = await decide(event, { trace: "values" })
        const failed = trace.find(({ ok }) => !ok)
        expect(failed?.reason ?? "ok", JSON.stringify([given, defects])).toBe(reason)
        expect(failed === undefined).toBe(outcome === "allow")
        expect((await decide(event)).reason).toBe(reason)
      }
    },
  )

  const issuer = createTestIssuer({
    ...{ provider: "oidc", issuer: "https://a.example", roles: "roles", groups: "groups", permissions: "permissions" },
  })
  const other = createTestIssuer({ provider: "oidc", issuer: "https://b.example" })
  const has = { scope: "a", roles: ["a"], groups: ["a"], permissions: ["a"], department: "a" }
  it.each<[RouteRule, ReasonCode, unknown]>([
    [{ scopes: ["b"] }, "scope_missing", ["a"]],
    [{ roles: ["b"] }, "role_missing", ["a"]],
    [{ groups: ["b"] }, "group_missing", ["a"]],
    [{ permissions: ["b"] }, "permission_missing", ["a"]],
    [{ claims: [{ path: "department", equals: "b" }] }, "claim_mismatch", "a"],
    [{ claims: { any: [{ path: "department", equals: "b" }] } }, "claim_mismatch", "a"],
    [{ kind: "app" }, "kind_mismatch", "unknown"],
    [{ issuers: ["https://b.example"] }, "issuer_mismatch", "https://a.example"],
  ])("has the reason and the values at the demand that is not met: %j", async (rule, expected, found) => {
    const config = { issuers: [issuer.config, other.config], routes: { "GET /orders": rule } }
    const { decide } = createAuthorizer(config)
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${issuer.token(has)}` }
    const { reason, trace = [] } = await decide(event, { trace: "values" })
    expect(reason).toBe(expected)
    const failed = trace.filter(({ ok }) => !ok)
    expect(failed.length).toBeGreaterThan(0)
    for (const entry of failed) {
      expect([entry.check.replace(/[.[].*/, ""), entry.reason]).toEqual([Object.keys(rule)[0], expected])
      expect(entry.found).toEqual(found)
    }
  })

  it.each([
    [{ kid: undefined, x5t: "AAAAAAAAAAAAAAAAAAAAAAAAAAA" }, "(by x5t)"],
    [{ kid: undefined }, "(no kid)"],
    [{ kid: "other" }, "other"],
  ])("says how a token names its key: %j", async (header, found) => {
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()] }, { clock })
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${mint({}, { header })}` }
    const { trace = [] } = await decide(event, { trace: "values" })
    expect(trace).toContainEqual(expect.objectContaining({ check: "key", found }))
  })

  it("shows with values what the token has beside what was expected, and never the token", async () => {
    const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
    const { decide } = createAuthorizer({ issuers: [issuer.config], routes })
    const token = issuer.token({ aud: "api://billing" })
    const { trace = [] } = await decide(
      { type: "TOKEN", methodArn, authorizationToken: `Bearer ${token}` },
      { trace: "values" },
    )
    expect(trace).toContainEqual({
      ...{ stage: "token", check: "audience.aud", ok: false, reason: "audience_mismatch" },
      ...{ expected: ["api://orders"], found: "api://billing" },
    })
    const text = JSON.stringify(trace)
    for (const segment of token.split(".")) expect(text).not.toContain(segment)
  })

  it("names what is missing, alternatives included, and nothing of the token", async () => {
    const issuer = createTestIssuer({ provider: "okta" })
    const { decide } = createAuthorizer({ issuers: [issuer.config], routes })
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${issuer.token({ groups: ["canary"] })}` }
    const { missing } = await decide(event)
    expect(missing).toEqual({
      scopes: ["orders:read", "access_as_user"],
      anyOf: [{ groups: ["ops"] }, { claims: ["department"] }],
    })
    expect(JSON.stringify(missing)).not.toContain("canary")
  })

  it("keeps groups_incomplete visible under anyOf", async () => {
    const issuer = createTestIssuer({ provider: "entra" })
    const rule = { anyOf: [{ groups: ["11111111-2222-4333-8444-555555555555"] }, { roles: ["Admin"] }] }
    const { decide } = createAuthorizer({ issuers: [issuer.config], routes: { "GET /orders": rule } })
    const left = { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://graph.example" } } }
    const event = { type: "TOKEN", methodArn, authorizationToken: `Bearer ${issuer.token(left)}` }
    expect(await decide(event)).toMatchObject({ outcome: "forbidden", reason: "groups_incomplete" })
  })
})
