import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"

/** The problems of a configuration as `path: message` lines. */
function problems(changes: { [name: string]: unknown }): readonly string[] {
  try {
    createAuthorizer({ issuers: [oidcIssuer()], ...changes } as unknown as AuthorizerConfig)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}
const issuerProblems = (issuer: object): readonly string[] => problems({ issuers: [issuer] })
const okta = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" }
const auth0 = { provider: "auth0", domain: "acme.eu.auth0.com", audience: "https://orders" }
const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const entra = { provider: "entra", tenant, audience: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60" }
const cognito = { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["client"] }

describe("SR-160, SR-162: a configuration", () => {
  it("is refused whole: every problem at once, each with its path", () => {
    const config = {
      issuers: [{ provider: "oidc", issuer: "", audience: "" }, { provider: "okta" }],
      colour: "purple",
      keys: { timeoutMs: "1" },
    }
    let message = ""
    try {
      createAuthorizer(config as unknown as AuthorizerConfig)
    } catch (error) {
      message = (error as Error).message
    }
    for (const path of [
      "issuers[0].issuer",
      "issuers[0].audience",
      "issuers[1].domain",
      "issuers[1].audience",
      "colour",
      "keys.timeoutMs",
    ]) {
      expect(message).toContain(`\n  ${path}: `)
    }
    expect(message).not.toContain("purple")
  })

  it.each([undefined, null, 7, "x", [], { issuers: () => [] }])("that is %o is refused", (config) => {
    expect(() => createAuthorizer(config as unknown as AuthorizerConfig)).toThrow(ConfigurationError)
    expect(() => createVerifier(config as unknown as AuthorizerConfig)).toThrow(ConfigurationError)
  })

  it("of a verifier knows only what verification needs", () => {
    const config = { issuers: [oidcIssuer()], routes: {} }
    expect(() => createVerifier(config)).toThrow(/routes: is not a known option/)
  })

  it.each([
    [{ issuers: [] }, "issuers: must be a list of at least one issuer"],
    [{ issuers: undefined }, "issuers: is undefined. Set it, or leave it out"],
    [{ unmatched: "deny" }, "unmatched: goes with routes only"],
    [{ routes: undefined }, "routes: is undefined. Set it, or leave it out"],
    [{ keys: { timeoutMs: undefined } }, "keys.timeoutMs: is undefined"],
    [{ keys: { ca: "/no/such/file.pem" } }, "keys.ca: must be the PEM text of certificates, or the path"],
    [{ keys: { ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" } }, "keys.ca: must be the PEM text"],
    [{ keys: { graceSeconds: 172_801 } }, "keys.graceSeconds: must be"],
    [{ routes: {} }, "routes: must have a route"],
    [{ clockToleranceSeconds: 301 }, "clockToleranceSeconds: must be a number from 0 to 300"],
    [{ clockToleranceSeconds: Number.NaN }, "clockToleranceSeconds: must be"],
    [{ clockToleranceSeconds: -1 }, "clockToleranceSeconds: must be"],
    [{ clockToleranceSeconds: "5" }, "clockToleranceSeconds: must be"],
    [{ clockToleranceSeconds: Number.POSITIVE_INFINITY }, "clockToleranceSeconds: must be"],
    [{ keys: { timeoutMs: 0 } }, "keys.timeoutMs: must be"],
    [{ keys: { expireAfterSeconds: 300 } }, "keys: must hold: refreshAfterSeconds"],
    [{ keys: { coolDown: 1 } }, "keys.coolDown: is not a known option"],
    [{ cache: { maxTokens: -1 } }, "cache.maxTokens: must be"],
    [{ cache: { maxBytes: 1 } }, "cache.maxBytes: must be"],
    [{ gateway: { resultTtlSeconds: 3601 } }, "gateway.resultTtlSeconds: must be"],
    [{ gateway: { responses: "json" } }, 'gateway.responses: must be one of: "policy", "simple"'],
    [{ gateway: { unauthorized: "deny " } }, "gateway.unauthorized: must be one of"],
    [{ gateway: { identitySources: "token" } }, "gateway.identitySources: must be a list"],
    [{ credential: { header: "bad header" } }, "credential.header: must be an RFC 9110 token"],
    [{ credential: { scheme: "" } }, "credential.scheme: must be"],
    [
      { credential: { cookie: "x", scheme: "Bearer" } },
      "credential.scheme: goes with credential.header only. Set credential.header, or remove this option",
    ],
    [{ credential: { maxLength: 20_000 } }, "credential.maxLength: must be"],
    [{ context: { principalId: "sub" } }, "context.principalId: is a name that API Gateway itself uses"],
    [{ context: { "a-b": "sub" } }, "context.a-b: must be a name"],
    [{ context: { a: "" } }, "context.a: must be"],
    [{ context: { a: [] } }, "context.a: must not be empty"],
  ])("with %o is refused with a remedy", (changes, expected) => {
    expect(problems(changes).some((line) => line.startsWith(expected))).toBe(true)
  })
})

describe("SR-160: issuers", () => {
  it.each([
    [{ provider: "google" }, 'issuers[0].provider: must be one of: "okta", "auth0", "entra"'],
    [{ ...okta, domain: "https://acme.okta.com" }, "issuers[0].domain: must be a bare host name"],
    [{ ...okta, domain: "acme.okta.com/" }, "issuers[0].domain: must be a bare host name"],
    [{ ...okta, domain: "acme-admin.okta.com" }, "issuers[0].domain: is Okta's admin console"],
    [
      { ...okta, authorizationServer: "org" },
      "issuers[0].authorizationServer: must be the id of a custom authorization server",
    ],
    [{ ...okta, authorizationServer: "" }, "issuers[0].authorizationServer: must be"],
    [{ ...okta, audience: [] }, "issuers[0].audience: must not be empty"],
    [{ ...okta, audience: undefined }, "issuers[0].audience: is undefined"],
    [{ ...okta, tenant: "x" }, "issuers[0].tenant: is not a known option"],
    [{ ...okta, algorithms: [] }, "issuers[0].algorithms: must not be empty"],
    [{ ...okta, algorithms: ["HS256"] }, "issuers[0].algorithms[0]: must be one of RS256"],
    [{ ...okta, algorithms: ["RS256", "none"] }, "issuers[0].algorithms[1]: must be one of RS256"],
    [{ ...okta, jwksUri: "http://acme.okta.com/keys" }, "issuers[0].jwksUri: must be an https URL"],
    [{ ...okta, jwksUri: "https://user:secret@acme.okta.com/keys" }, "issuers[0].jwksUri: must be an https URL"],
    [{ ...okta, jwks: { keys: [] } }, "issuers[0].jwks.keys: must be a list of at least one JWK"],
    [{ ...okta, require: {} }, "issuers[0].require: must name at least one claim"],
    [{ ...okta, require: { a: null } }, "issuers[0].require.a: must be the exact value"],
    [{ ...okta, require: { constructor: "x" } }, "issuers[0].require.constructor: is a name that every object has"],
    [{ ...okta, groups: ["a", "toString"] }, "issuers[0].groups[1]: is a name that every object has"],
    [{ ...okta, maxLifetimeSeconds: 0 }, "issuers[0].maxLifetimeSeconds: must be"],
    [{ ...okta, keys: { timeoutMs: 1 } }, "issuers[0].keys.timeoutMs: must be"],
    [
      { ...auth0, audience: "https://acme.eu.auth0.com/userinfo" },
      "issuers[0].audience: must be the identifier of your own API",
    ],
    [
      { ...auth0, audience: "https://acme.eu.auth0.com/api/v2/" },
      "issuers[0].audience: must be the identifier of your own API",
    ],
    [{ ...auth0, organizations: [] }, "issuers[0].organizations: must not be empty"],
    [{ ...entra, tenant: "acme.onmicrosoft.com" }, "issuers[0].tenant: must be a tenant id"],
    [{ ...entra, tenant: "common" }, "issuers[0].allowedTenants: must list the tenants to accept"],
    [{ ...entra, tenant: "organizations", allowedTenants: [] }, "issuers[0].allowedTenants: must not be empty"],
    [
      { ...entra, tenant: "organizations", allowedTenants: ["acme"] },
      "issuers[0].allowedTenants[0]: must be a tenant id",
    ],
    [{ ...entra, allowAnyTenant: true }, "issuers[0].allowedTenants: goes with tenant"],
    [{ ...entra, audience: "api://orders" }, "issuers[0].audience: must hold the API's client id"],
    [{ ...entra, audience: "00000003-0000-0000-c000-000000000000" }, "issuers[0].audience: must be your own API"],
    [{ ...entra, audience: "https://graph.microsoft.com" }, "issuers[0].audience: must be your own API"],
    [{ ...entra, audience: "https://graph.microsoft.com/" }, "issuers[0].audience: must be your own API"],
    [{ ...entra, version: 3 }, "issuers[0].version: must be 1, 2 or [1, 2]"],
    [{ ...cognito, userPoolId: "AbCdEf" }, "issuers[0].userPoolId: must look like"],
    [{ ...cognito, clientIds: [] }, "issuers[0].clientIds: must not be empty"],
    [{ ...cognito, tokenUse: "id", audience: "x" }, "issuers[0].audience: goes with access tokens only"],
    [
      { provider: "oidc", issuer: "https://x.example|y", audience: "a" },
      "issuers[0].issuer: must not hold blanks or |",
    ],
    [
      { provider: "oidc", issuer: `https://x.example/${"y".repeat(495)}`, audience: "a" },
      "issuers[0].issuer: must not be longer than 512 characters",
    ],
    [
      { provider: "oidc", issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audience: "a" },
      'issuers[0].provider: must be "entra"',
    ],
    [
      { provider: "oidc", issuer: `https://sts.windows.net/${tenant}/`, audience: "a" },
      'issuers[0].provider: must be "entra"',
    ],
    [
      { provider: "oidc", issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A", audience: "a" },
      'issuers[0].provider: must be "cognito"',
    ],
    [
      { provider: "oidc", issuer: "https://token.actions.githubusercontent.com", audience: "a" },
      "issuers[0].require: must give the exact value of a claim that names the owner, one of repository_owner_id",
    ],
    [
      { provider: "oidc", issuer: "https://oidc.eks.us-west-2.amazonaws.com/id/ABC", audience: "a" },
      'issuers[0].require: must give the exact value of a claim that names the owner, sub that begins with "system:serviceaccount:"',
    ],
    [
      { provider: "oidc", issuer: "https://i.example", audience: "a", tokenUse: "id", requireAtJwt: true },
      'issuers[0].requireAtJwt: goes with tokenUse "access" only',
    ],
    [{ provider: "oidc", issuer: "urn:x", audience: "a" }, "issuers[0].discoveryUrl: must be an https URL"],
    [
      {
        provider: "oidc",
        issuer: "https://x.example",
        audience: "a",
        jwksUri: "https://x.example/k",
        discoveryUrl: "https://x.example/d",
      },
      "issuers[0].discoveryUrl: does not go together",
    ],
  ])("%o is refused at start", (issuer, expected) => {
    expect(issuerProblems(issuer).filter((line) => line.startsWith(expected))).not.toEqual([])
  })

  it.each([
    okta,
    auth0,
    entra,
    cognito,
    { ...entra, version: [1, 2], audience: ["api://x", entra.audience] },
    { ...entra, tenant: "common", allowedTenants: [tenant] },
    { provider: "oidc", issuer: `https://x.example/${"y".repeat(494)}`, audience: "a" },
  ])("%o is accepted", (issuer) => {
    expect(issuerProblems(issuer)).toEqual([])
  })

  it("that accept the same iss are refused, and the two are named", () => {
    const both = [okta, { ...okta, audience: "other" }]
    expect(problems({ issuers: both })).toEqual(["issuers[1]: accepts the same issuer as issuers[0]. Merge the two"])
  })

  it("SR-050: with private or symmetric keys are refused", () => {
    const privateJwk = testKey().privateKey.export({ format: "jwk" })
    const withKeys = (...keys: object[]): readonly string[] => issuerProblems({ ...oidcIssuer(), jwks: { keys } })
    expect(withKeys(testKey().jwk, privateJwk)).toEqual([
      "issuers[0].jwks.keys[1]: is a private key. Configure public keys only, and replace this key: it has been shown",
    ])
    expect(withKeys(testKey().jwk, { kty: "oct", k: "AAAA" })[0]).toMatch(/is a symmetric key/)
    expect(withKeys(testKey("p256").jwk)[0]).toMatch(
      /^issuers\[0\]\.jwks: has no key that can verify RS256 \(algorithm\)/,
    )
  })
})

describe("routes", () => {
  const routeProblems = (routes: object): readonly string[] => problems({ routes, gateway: { resultTtlSeconds: 0 } })

  it("that differ only in parameter names are refused, and the two are named", () => {
    expect(routeProblems({ "GET /a/{x}": {}, "GET /a/{y}": {} })).toEqual([
      'routes["GET /a/{y}"]: names the same route as "GET /a/{x}". Merge the two',
    ])
  })

  it.each([
    [{ scopes: [] }, "scopes: must not be empty"],
    [{ scopes: "read" }, "scopes: must be a list, for example"],
    [{ scopes: { any: [] } }, "scopes.any: must not be empty"],
    [{ scopes: { any: ["a"], all: ["b"] } }, "scopes: must be a list"],
    [{ scopes: { some: ["a"] } }, "scopes.some: is not a known option"],
    [{ scope: ["a"] }, 'scope: is not a known option. Did you mean "scopes"?'],
    [{ public: true }, "public: says nothing: hallpass is never asked about a public route"],
    [{ claims: [{ path: "upn", equals: "a" }] }, "claims[0].path: is a name that can change hands"],
    [{ kind: "robot" }, "kind: must be one of"],
    [{ claims: [] }, "claims: must be a list, for example"],
    [{ claims: [{ path: "a" }] }, "claims[0]: must have equals or contains"],
    [{ claims: [{ path: "a", equals: [] }] }, "claims[0].equals: must be"],
    [{ claims: [{ path: "a", equals: { b: 1 } }] }, "claims[0].equals: must be"],
    [{ issuers: [] }, "issuers: must not be empty"],
    [{ issuers: "https://issuer.example" }, "issuers: must be a list, for example"],
    [{ anyOf: [{}] }, "anyOf: must be a list of at least two rules"],
    [{ anyOf: [{ kind: "app" }, {}] }, "anyOf[1]: must demand something"],
    [{ anyOf: [{ kind: "app" }, { anyOf: [] }] }, "anyOf[1].anyOf: is not a known option"],
  ])("the rule %o is refused", (rule, expected) => {
    expect(routeProblems({ "GET /x": rule }).some((line) => line.startsWith(`routes["GET /x"].${expected}`))).toBe(true)
  })
})

it("an OpenAPI file is for the build, and nothing else is said of it", () => {
  const found = problems({ routes: { openapi: "openapi.yaml", "GET /x": {} }, gateway: { resultTtlSeconds: 0 } })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^routes\.openapi: is read when the function is built.*hallpass routes FILE/)
})

describe("SR-143: what API Gateway's cache would make wrong", () => {
  const routes = { "GET /x": {} }
  const safe = (gateway: object, more: object = {}): readonly string[] => problems({ gateway, ...more })

  it("simple responses with routes need the route among the identity sources, or TTL 0; the remedy is named", () => {
    for (const gateway of [{}, { resultTtlSeconds: 300 }, { identitySources: ["token", "context.httpMethod"] }]) {
      const [line = "", ...others] = safe({ ...gateway, responses: "simple" }, { routes })
      expect(line).toMatch(/^gateway\.responses: must be "policy"/)
      expect(line).toMatch(/\$context\.routeKey/)
      expect(line).toMatch(/TTL and gateway\.resultTtlSeconds to 0/)
      expect(others).toEqual([])
    }
  })

  it("routes that no cached answer can keep apart are refused, both named, with an example and the remedies", () => {
    const conflicting = {
      "GET /orders/{id}": { scopes: ["read"] },
      "GET /orders/{id}/items": { scopes: ["read"] },
      "GET /orders/{id}/{part}": { scopes: ["audit"] },
    }
    const [line = "", ...others] = safe({}, { routes: conflicting })
    expect(line).toMatch(
      /^routes\["GET \/orders\/\{id\}\/items"\]: .*"GET \/orders\/\{id\}\/\{part\}".*GET\/orders\/1\/items/,
    )
    expect(line).toMatch(/identity sources.*TTL and gateway\.resultTtlSeconds to 0.*same rule/)
    expect(others).toEqual([])
    expect(safe({ resultTtlSeconds: 0 }, { routes: conflicting })).toEqual([])
    expect(safe({ identitySources: ["token", "route"] }, { routes: conflicting })).toEqual([])
  })

  it.each([
    {},
    { identitySources: ["token", "context.httpMethod"] },
    { resultTtlSeconds: 0 },
    { identitySources: ["token", "route"] },
    { identitySources: ["token", "context.httpMethod", "context.resourcePath"] },
    { identitySources: ["$request.header.Authorization", "$context.routeKey"] },
    { identitySources: ["method.request.header.authorization", "context.httpMethod", "context.resourcePath"] },
  ])("routes with %o are accepted", (gateway) => {
    expect(safe(gateway, { routes })).toEqual([])
  })

  it("the credential's place must be among the identity sources", () => {
    expect(safe({ identitySources: ["context.routeKey"] })[0]).toMatch(/^gateway\.identitySources: must hold "token"/)
    expect(safe({ identitySources: [] })[0]).toMatch(/must hold "token"/)
    expect(safe({ identitySources: ["method.request.header.Cookie"] }, { credential: { cookie: "session" } })).toEqual(
      [],
    )
    expect(safe({ identitySources: ["route.request.querystring.t"] }, { credential: { query: "t" } })).toEqual([])
  })

  it.each([
    "Token",
    "ROUTE",
    "",
    "Authorization",
    "header.Authorization",
    "request.body.user",
    "method.request.path.id",
    "$request.header.A, $context.routeKey",
    "$request.header.A,$context.routeKey",
    "context.",
    "$$context.routeKey",
    "integration.request.header.A",
    "__proto__",
    "context.httpMethod\n",
    "stageVariables.a b",
  ])("13-8-2: an identity source that no API has is refused: %j", (source) => {
    const reported = safe({ identitySources: ["token", source] })
    expect(reported.length).toBeGreaterThan(0)
    for (const line of reported) expect(line).toMatch(/^gateway\.identitySources(?:\[1\])?: must/)
  })

  it.each<[string, object, object]>([
    ["a query parameter", {}, { query: "t" }],
    ["a cookie", {}, { cookie: "t" }],
    ["several places", { resultTtlSeconds: 0 }, { header: "X-Token", cookie: "t" }],
    ["the route in the cache key", { identitySources: ["token", "route"] }, {}],
    ["an address in the cache key", { identitySources: ["token", "$context.identity.sourceIp"] }, {}],
    ["an HTTP API", { api: "http" }, {}],
  ])("13-8-2: a TOKEN authorizer cannot have %s", (_what, gateway, credential) => {
    expect(safe({ ...gateway, authorizerType: "request" }, { credential })).toEqual([])
    expect(safe({ ...gateway, authorizerType: "token" }, { credential })).toEqual([
      expect.stringMatching(/^gateway\.authorizerType: must be "request": a TOKEN authorizer is for REST APIs/),
    ])
  })

  it("13-8-2: a TOKEN authorizer may name its header in both ways", () => {
    for (const source of ["token", "method.request.header.authorization"])
      expect(safe({ identitySources: [source], authorizerType: "token" })).toEqual([])
    expect(safe({ resultTtlSeconds: 0, identitySources: ["token", "route"], authorizerType: "token" })).toEqual([])
  })

  it("a query parameter among the identity sources is the credential's own, in its own spelling", () => {
    const credential = { query: "Token" }
    expect(safe({ identitySources: ["$request.querystring.token"] }, { credential })[0]).toMatch(/must hold "token"/)
    expect(safe({ identitySources: ["$request.querystring.Token"] }, { credential })).toEqual([])
  })

  it("several places of the credential need TTL 0", () => {
    const credential = { header: "Authorization", cookie: "session" }
    expect(safe({}, { credential })[0]).toMatch(
      /^gateway\.resultTtlSeconds: must be 0 if credential names several places/,
    )
    expect(safe({ resultTtlSeconds: 0 }, { credential })).toEqual([])
  })
})
