import { describe, expect, it } from "vitest"
import type { EdgeEvidence } from "../../src/edge.ts"
import { ConfigurationError, createAuthorizer } from "../../src/index.ts"
import type { AuthorizerConfig, EntraIssuer, IssuerConfig } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"

const jwks = { keys: [testKey().jwk] }
const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const other = "b1d9e0c2-6a77-4e5c-8f10-3c2a9d7e4f55"
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
const audience = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const acknowledge = "any Microsoft tenant can grant itself roles and scopes of this app"

const one = (tid: string, changes: Partial<EntraIssuer> = {}): EntraIssuer => ({
  provider: "entra",
  tenant: tid,
  audience,
  jwks,
  ...changes,
})
const any = (name: string, changes: Partial<EntraIssuer> = {}): EntraIssuer =>
  one(name, { allowAnyTenant: true, acknowledge, ...changes })
const some = (...allowedTenants: string[]): EntraIssuer => one("organizations", { allowedTenants })

/** The problems of an edge whose minted JWS has this issuer, beside callers of that one. */
function problems(evidence: IssuerConfig, callers: readonly IssuerConfig[]): readonly string[] {
  const jws: NonNullable<EdgeEvidence["jws"]> = { header: "x-edge-identity", claims: { user: "oid" }, issuer: evidence }
  const config: AuthorizerConfig = {
    issuers: callers,
    gateway: { resultTtlSeconds: 0 },
    edge: { role: "identity", headers: { user: "x-edge-user" }, evidence: [{ jws }] },
  }
  try {
    createAuthorizer(config)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ path, message }) => `${path}: ${message}`)
  }
}
const at = "edge.evidence[0].jws.issuer"
const same = expect.stringContaining(
  `${at}.audience: must differ from that of issuers[0]: every token that a caller has`,
)

describe("1.3: a token that callers have is no evidence of the edge", () => {
  it.each<[string, IssuerConfig, IssuerConfig]>([
    ["one tenant and one tenant", one(tenant), one(tenant)],
    ["one tenant and a list with it", one(tenant), some(other, tenant)],
    ["a list and one tenant of it", some(other, tenant), one(tenant)],
    ["two lists with one in common", some(other, tenant), some(consumers, tenant)],
    ["one tenant and organizations", one(tenant), any("organizations")],
    ["one tenant and common", one(tenant), any("common")],
    ["a list and organizations", some(other, tenant), any("organizations")],
    ["the consumers' tenant and common", some(consumers), any("common")],
    ["the consumers' tenant and consumers", one(consumers), any("consumers")],
    ["version 1 and both versions", one(tenant, { version: 1 }), any("organizations", { version: [1, 2] })],
    ["both versions and version 1", one(tenant, { version: [1, 2] }), any("organizations", { version: 1 })],
    [
      "version 1 of two clouds, which issue from one host",
      one(tenant, { version: 1 }),
      any("common", { version: 1, cloud: "usgov" }),
    ],
    [
      "one audience of several",
      one(tenant, { audience: [other, audience] }),
      any("organizations", { audience: [audience, tenant] }),
    ],
    ["a tenant, and a pattern that requires a claim", one(tenant), any("organizations", { require: { azp: "web" } })],
    ["a generic issuer", oidcIssuer(), oidcIssuer()],
  ])("%s", (_name, evidence, callers) => {
    expect(problems(evidence, [callers])).toEqual([same])
    expect(problems(evidence, [oidcIssuer({ issuer: "https://third.example" }), callers])).toEqual([
      expect.stringContaining(`${at}.audience: must differ from that of issuers[1]`),
    ])
  })

  it.each<[string, EntraIssuer, IssuerConfig]>([
    ["organizations and one tenant", any("organizations"), one(tenant)],
    ["common and a list", any("common"), some(other, tenant)],
    ["consumers and their tenant", any("consumers"), some(consumers)],
    ["organizations and organizations", any("organizations"), any("organizations")],
    ["organizations and common", any("organizations"), any("common")],
    ["common and consumers", any("common"), any("consumers")],
    ["consumers and consumers", any("consumers"), any("consumers")],
  ])("a pattern as evidence, which is refused anyway: %s", (_name, evidence, callers) => {
    expect(problems(evidence, [callers])).toEqual([
      same,
      expect.stringContaining(`${at}.allowAnyTenant: must be false`),
    ])
  })

  it.each<[string, IssuerConfig, IssuerConfig]>([
    ["another tenant", one(tenant), one(other)],
    ["a tenant that is not in the list", one(tenant), some(other, consumers)],
    ["the consumers' tenant, which organizations leaves out", one(consumers), any("organizations")],
    ["another tenant than the consumers'", one(tenant), any("consumers")],
    ["another version", one(tenant, { version: 1 }), any("organizations")],
    ["another cloud", one(tenant, { cloud: "china" }), any("organizations")],
    ["another audience", one(tenant, { audience: other }), any("organizations")],
    ["another generic issuer", oidcIssuer({ issuer: "https://edge.example" }), any("organizations")],
  ])("nothing in common: %s", (_name, evidence, callers) => {
    expect(problems(evidence, [callers])).toEqual([])
  })

  it("consumers as evidence has nothing in common with organizations", () => {
    expect(problems(any("consumers"), [any("organizations")])).toEqual([
      expect.stringContaining(`${at}.allowAnyTenant: must be false`),
    ])
    expect(problems(any("organizations"), [any("consumers")])).toHaveLength(1)
  })
})
