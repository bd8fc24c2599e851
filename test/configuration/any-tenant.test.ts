import { describe, expect, it } from "vitest"
import { createAuthorizer, loadAuthorizer, type RouteRule } from "../../src/index.ts"
import type { AuthorizerConfig, EntraIssuer } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"
import { problems } from "./problems.ts"

const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const text = "any Microsoft tenant can grant itself roles and scopes of this app"
const entra: EntraIssuer = {
  provider: "entra",
  tenant: "organizations",
  allowAnyTenant: true,
  audience: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60",
  jwks: { keys: [testKey().jwk] },
}
const iss = `https://login.microsoftonline.com/${tenant}/v2.0`
const gateway = { resultTtlSeconds: 0 }
const found = (changes: object, issuer: object = {}): readonly string[] =>
  problems({ issuers: [{ ...entra, ...issuer }], gateway, ...changes })
const ruled = (rule: RouteRule, issuer: object = {}): readonly string[] => found({ routes: { "GET /x": rule } }, issuer)
const tid = { path: "tid", equals: tenant } as const
const open = (where: string): unknown[] =>
  [expect.stringMatching(/^issuers\[0\]\.allowAnyTenant: needs a demand on the tenant in every rule/)].map((matcher) =>
    expect.toSatisfy((line: string) => matcher.asymmetricMatch(line) && line.endsWith(`. ${where}`)),
  )
const missing = open('Missing in routes["GET /x"]')

describe("1.2: allowAnyTenant", () => {
  it.each<[RouteRule]>([
    [{}],
    [{ roles: ["admin"] }],
    [{ scopes: ["Orders.Read"] }],
    [{ groups: ["0b5c2f1e-2222-4333-8444-555555555555"] }],
    [{ roles: ["admin"], scopes: ["Orders.Read"], kind: "user" }],
    [{ claims: [{ path: "oid", equals: "o" }] }],
    [{ claims: [{ path: ["x", "tid"], equals: tenant }] }],
    [{ claims: { any: [tid, { path: "oid", equals: "o" }] } }],
    [{ anyOf: [{ roles: ["admin"] }, { scopes: ["Orders.Read"] }] }],
    [{ anyOf: [{ roles: ["admin"], claims: [tid] }, { scopes: ["Orders.Read"] }] }],
    [{ roles: ["admin"], anyOf: [{ kind: "user" }, { claims: [tid] }] }],
  ])("is refused with %j, which the caller's own tenant grants", (rule) => {
    expect(ruled(rule)).toEqual(missing)
    expect(ruled(rule, { tenant: "common" })).toEqual(missing)
    expect(ruled(rule, { version: [1, 2] })).toEqual(missing)
    expect(ruled(rule, { acknowledge: text })).toEqual([])
  })

  it.each<[RouteRule]>([
    [{ claims: [tid] }],
    [{ claims: [{ path: ["tid"], equals: [tenant, "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55"] }], roles: ["admin"] }],
    [{ claims: { all: [tid, { path: "oid", equals: "o" }] } }],
    [{ claims: { any: [tid, { path: "tid", equals: "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55" }] } }],
    [{ claims: [tid], anyOf: [{ roles: ["admin"] }, { kind: "user" }] }],
    [
      {
        anyOf: [
          { roles: ["admin"], claims: [tid] },
          { claims: [tid], kind: "app" },
        ],
      },
    ],
    [{ issuers: [iss], roles: ["admin"] }],
    [{ anyOf: [{ issuers: [iss] }, { claims: [tid] }] }],
  ])("is accepted with %j, which names the tenant", (rule) => {
    expect(ruled(rule)).toEqual([])
  })

  it("is refused where one rule of many names none, and says which", () => {
    const good: RouteRule = { claims: [tid] }
    expect(found({ routes: { "GET /x": {}, "GET /y": good } })).toEqual(missing)
    expect(found({ routes: { "GET /y": good, "GET /x": {}, "GET /z": {} } })).toEqual(
      open('Missing in routes["GET /x"] and 1 more'),
    )
    expect(found({ routes: { "GET /y": good }, unmatched: "authenticated" })).toEqual(
      open('Missing in unmatched "authenticated"'),
    )
    expect(found({ routes: { "GET /y": good }, unmatched: "authenticated" }, { acknowledge: text })).toEqual([])
  })

  it("is refused without a table, unless that is acknowledged", async () => {
    expect(found({})).toEqual(open("There are no routes"))
    expect(found({}, { acknowledge: text })).toEqual([])
    await expect(loadAuthorizer({ issuers: [entra] })).rejects.toThrow(/There are no routes/)
    await expect(loadAuthorizer({ issuers: [{ ...entra, acknowledge: text }] })).resolves.toHaveProperty("handler")
  })

  it("is accepted where the issuer itself requires a tenant", () => {
    expect(ruled({ roles: ["admin"] }, { require: { tid: tenant } })).toEqual([])
    expect(ruled({ roles: ["admin"] }, { require: { tid: [tenant] } })).toEqual([])
    expect(ruled({ roles: ["admin"] }, { require: { tid: { present: true } } })).toEqual(missing)
    expect(ruled({ roles: ["admin"] }, { require: { TID: tenant } })).toEqual(missing)
    const { allowAnyTenant: _any, ...several } = entra
    expect(problems({ issuers: [{ ...several, allowedTenants: [tenant] }], gateway })).toEqual([])
  })

  it("concerns the issuer with the pattern, beside others", () => {
    const issuers = [oidcIssuer(), entra]
    const routes = { "GET /x": { anyOf: [{ issuers: [oidcIssuer().issuer] }, { claims: [tid] }] } }
    expect(problems({ issuers, gateway, routes })).toEqual([])
    expect(problems({ issuers, gateway, routes: { "GET /x": { roles: ["a"] } } })).toEqual([
      expect.stringMatching(/^issuers\[1\]\.allowAnyTenant: .*Missing in routes\["GET \/x"\]$/),
    ])
  })

  it.each(["any Microsoft tenant", text.toUpperCase(), `${text}.`, ` ${text}`, true, "", [text], { text }])(
    "takes no other words than the acknowledgement: %j",
    (acknowledge) => {
      const lines = ruled({ roles: ["admin"] }, { acknowledge })
      expect(lines).toContain(`issuers[0].acknowledge: must be this text, character for character: "${text}"`)
    },
  )

  it("takes the acknowledgement for every tenant only", () => {
    const { allowAnyTenant: _any, ...several } = entra
    const only = expect.stringContaining("issuers[0].acknowledge: goes with allowAnyTenant: true only")
    const issuer = { ...several, allowedTenants: [tenant], acknowledge: text }
    expect(problems({ issuers: [issuer], gateway })).toEqual([only])
    expect(problems({ issuers: [{ ...several, tenant, acknowledge: text }], gateway })).toEqual([only])
    expect(problems({ issuers: [{ ...entra, allowedTenants: [tenant] }], gateway })).toEqual([
      expect.stringContaining("issuers[0].allowedTenants: does not go together with allowAnyTenant"),
    ])
  })

  it("a table with other mistakes gets no report of what follows from them", () => {
    expect(found({ routes: { "GET /x": null } })).toEqual([expect.stringMatching(/^routes\["GET \/x"\]/)])
  })

  it("decides by the tenant that the rule names", async () => {
    const config: AuthorizerConfig = {
      issuers: [entra],
      gateway,
      routes: { "GET /x": { roles: ["admin"], claims: [tid] } },
    }
    const { decide } = createAuthorizer(config, { clock })
    const token = (of: string): string => {
      const names = { iss: `https://login.microsoftonline.com/${of}/v2.0`, tid: of, oid: "o", azp: "web", ver: "2.0" }
      const claims = { ...names, aud: entra.audience, roles: ["admin"], scope: undefined, client_id: undefined }
      return mint(claims, { header: { typ: "JWT" } })
    }
    const reason = async (of: string) => (await decide(http2(`Bearer ${token(of)}`, { path: "/x" }))).reason
    expect(await reason(tenant)).toBe("ok")
    expect(await reason("b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55")).toBe("claim_mismatch")
  })
})
