import { describe, expect, it } from "vitest"
import { ConfigurationError, configFromEnvironment, createAuthorizer } from "../../src/index.ts"

describe("configFromEnvironment", () => {
  it("is undefined when nothing is set, and an empty variable is not set", () => {
    expect(configFromEnvironment({})).toBeUndefined()
    expect(configFromEnvironment({ HALLPASS_CONFIG: "", HALLPASS_PROVIDER: "", PATH: "/bin" })).toBeUndefined()
  })

  it("reads HALLPASS_CONFIG as the whole object", () => {
    const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] }
    expect(configFromEnvironment({ HALLPASS_CONFIG: JSON.stringify(config) })).toEqual(config)
  })

  it.each([
    [
      {
        HALLPASS_PROVIDER: "okta",
        HALLPASS_DOMAIN: "acme.okta.com",
        HALLPASS_AUTHORIZATION_SERVER: "aus1",
        HALLPASS_AUDIENCE: "a, b",
      },
      { provider: "okta", domain: "acme.okta.com", authorizationServer: "aus1", audience: ["a", "b"] },
    ],
    [
      {
        HALLPASS_PROVIDER: "entra",
        HALLPASS_TENANT: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
        HALLPASS_ENTRA_VERSION: "1",
        HALLPASS_AUDIENCE: "api://x",
      },
      { provider: "entra", tenant: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11", version: 1, audience: ["api://x"] },
    ],
    [
      { HALLPASS_PROVIDER: "cognito", HALLPASS_USER_POOL_ID: "eu-west-1_AbC", HALLPASS_CLIENT_IDS: "x,y" },
      { provider: "cognito", userPoolId: "eu-west-1_AbC", clientIds: ["x", "y"] },
    ],
    [
      {
        HALLPASS_PROVIDER: "oidc",
        HALLPASS_ISSUER: "https://i.example",
        HALLPASS_JWKS_URI: "https://i.example/k",
        HALLPASS_AUDIENCE: "a",
      },
      { provider: "oidc", issuer: "https://i.example", jwksUri: "https://i.example/k", audience: ["a"] },
    ],
    [
      {
        HALLPASS_PROVIDER: "auth0",
        HALLPASS_DOMAIN: "acme.eu.auth0.com",
        HALLPASS_AUDIENCE: "https://orders",
      },
      { provider: "auth0", domain: "acme.eu.auth0.com", audience: ["https://orders"] },
    ],
    [
      {
        HALLPASS_PROVIDER: "entra-external-id",
        HALLPASS_TENANT: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
        HALLPASS_TENANT_NAME: "acme",
        HALLPASS_AUDIENCE: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60",
      },
      {
        provider: "entra-external-id",
        tenant: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
        tenantName: "acme",
        audience: ["3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"],
      },
    ],
    [
      {
        HALLPASS_PROVIDER: "entra-b2c",
        HALLPASS_TENANT: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
        HALLPASS_TENANT_NAME: "acme",
        HALLPASS_POLICY: "B2C_1_signin, B2C_1_edit",
        HALLPASS_POLICY_CLAIM: "acr",
        HALLPASS_ISSUER_MODE: "tfp",
        HALLPASS_AUDIENCE: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60",
      },
      {
        provider: "entra-b2c",
        tenant: "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11",
        tenantName: "acme",
        policy: ["B2C_1_signin", "B2C_1_edit"],
        policyClaim: "acr",
        issuerMode: "tfp",
        audience: ["3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"],
      },
    ],
    [
      {
        HALLPASS_PROVIDER: "adfs",
        HALLPASS_DOMAIN: "fs.acme.example",
        HALLPASS_AUDIENCE: "api",
        HALLPASS_SUBJECT: "primarysid",
      },
      { provider: "adfs", domain: "fs.acme.example", audience: ["api"], subject: "primarysid" },
    ],
    [
      {
        HALLPASS_PROVIDER: "wso2",
        HALLPASS_BASE_URL: "https://is.acme.example:9443",
        HALLPASS_TENANT_DOMAIN: "acme.example",
        HALLPASS_AUDIENCE: "client",
      },
      {
        provider: "wso2",
        baseUrl: "https://is.acme.example:9443",
        tenantDomain: "acme.example",
        audience: ["client"],
      },
    ],
  ])("reads one issuer from %o, and the result is a valid configuration", (environment, issuer) => {
    const config = configFromEnvironment(environment)
    expect(config).toEqual({ issuers: [issuer], gateway: {} })
    expect(() => createAuthorizer(config as NonNullable<typeof config>)).not.toThrow()
  })

  it("reads a pinned key set, and an edge that adds to its tokens", () => {
    const issuer = { provider: "oidc", issuer: "https://i.example", audience: ["a"], jwks: { keys: [] } }
    const edge = { role: "attributes" }
    const environment = {
      HALLPASS_PROVIDER: "oidc",
      HALLPASS_ISSUER: "https://i.example",
      HALLPASS_AUDIENCE: "a",
      HALLPASS_JWKS: '{"keys":[]}',
      HALLPASS_EDGE: JSON.stringify(edge),
      HALLPASS_RESOURCE_POLICY_ALLOWS: "true",
    }
    const gateway = { resourcePolicyAllows: true }
    expect(configFromEnvironment(environment)).toEqual({ issuers: [issuer], edge, gateway })
  })

  it("has no issuer where only an edge says who calls", () => {
    const edge = { role: "identity", headers: { user: "x-edge-user" } }
    const environment = { HALLPASS_EDGE: JSON.stringify(edge), HALLPASS_RESULT_TTL_SECONDS: "0" }
    expect(configFromEnvironment(environment)).toEqual({ issuers: [], edge, gateway: { resultTtlSeconds: 0 } })
  })

  it("reads routes and gateway settings", () => {
    const config = configFromEnvironment({
      HALLPASS_PROVIDER: "okta",
      HALLPASS_DOMAIN: "acme.okta.com",
      HALLPASS_AUDIENCE: "a",
      HALLPASS_ROUTES: '{"GET /x":{"scopes":["x"]}}',
      HALLPASS_UNMATCHED: "authenticated",
      HALLPASS_RESPONSES: "simple",
      HALLPASS_RESULT_TTL_SECONDS: "0",
      HALLPASS_IDENTITY_SOURCES: "token,route",
      HALLPASS_UNAUTHORIZED: "deny",
    })
    expect(config).toMatchObject({
      routes: { "GET /x": { scopes: ["x"] } },
      unmatched: "authenticated",
      gateway: { responses: "simple", resultTtlSeconds: 0, identitySources: ["token", "route"], unauthorized: "deny" },
    })
  })

  it.each([
    [{ HALLPASS_CONFIG: "{" }, "HALLPASS_CONFIG: is not JSON: Expected property name"],
    [{ HALLPASS_PROVIDER: "okta", HALLPASS_ROUTES: "nope" }, "HALLPASS_ROUTES: is not JSON: Unexpected token"],
    [{ HALLPASS_PROVIDER: "okta", HALLPASS_ROUTE: "{}" }, "HALLPASS_ROUTE: is not known"],
    [{ HALLPASS_CONFIG: "{}", HALLPASS_DOMAIN: "x" }, "HALLPASS_DOMAIN: must be empty if HALLPASS_CONFIG is set"],
  ])("refuses %o", (environment, message) => {
    expect(() => configFromEnvironment(environment)).toThrow(ConfigurationError)
    expect(() => configFromEnvironment(environment)).toThrow(message)
  })

  it.each(["x", "300s", "1e9", " ", "0x12c", "-1"])(
    "a TTL of %s is refused by the configuration check, never read as something else",
    (ttl) => {
      const config = configFromEnvironment({
        HALLPASS_PROVIDER: "okta",
        HALLPASS_DOMAIN: "a.okta.com",
        HALLPASS_AUDIENCE: "a",
        HALLPASS_RESULT_TTL_SECONDS: ttl,
      })
      expect(() => createAuthorizer(config as NonNullable<typeof config>)).toThrow(/gateway\.resultTtlSeconds/)
    },
  )
})
