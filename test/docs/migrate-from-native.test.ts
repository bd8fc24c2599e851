import { expect } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import { http2, restRequest, webSocket } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"
import { earlierAccepts } from "./migrate-from/earlier.ts"
import { configOf, holdSection, problemsOf, verdictOf } from "./migrate-from/page.ts"

const oidc = createTestIssuer({ provider: "oidc", clock })
const pool = createTestIssuer({ provider: "cognito", clock })
const old = { audience: "https://api.example.com", issuer: oidc.issuer }
const own = (changes: object) => configOf({ ...oidc.config, ...changes })
const any = (names: readonly string[]) =>
  configOf(oidc.config, { routes: { "GET /orders/{id}": { scopes: { any: names } } } })

async function takesIdToken(): Promise<void> {
  const id = oidc.token({}, "idToken")
  expect(await earlierAccepts(id, oidc.jwks, old)).toBe(true)
  expect(await verdictOf(own({}), id)).toBe("token_kind_refused")
}

async function takesAnyScope(): Promise<void> {
  expect(await verdictOf(any(["orders/read", "orders/admin"]), oidc.token({ scope: "orders/admin" }))).toBe("allow")
  expect(await verdictOf(any(["orders/read", "orders/admin"]), oidc.token({ scope: "openid" }))).toBe("scope_missing")
}

async function takesTwoIssuers(): Promise<void> {
  const config = { issuers: [oidc.config, pool.config], gateway: { resultTtlSeconds: 0 } }
  for (const each of [oidc, pool]) expect(await verdictOf(config, each.token())).toBe("allow")
}

holdSection("docs/migrate-from.md", "From the JWT authorizer of an HTTP API", {
  "`issuer`": takesTwoIssuers,
  "`audience`": async () => {
    await takesIdToken()
    const clientOnly = oidc.token({ aud: undefined, client_id: old.audience })
    expect(await earlierAccepts(clientOnly, oidc.jwks, { issuer: oidc.issuer })).toBe(true)
    expect(await verdictOf(own({}), clientOnly)).toBe("audience_mismatch")
    expect(await verdictOf(configOf(pool.config), pool.token())).toBe("allow")
  },
  "`IdentitySource`": async () => {
    const event = http2(`Bearer ${oidc.token()}`)
    expect((await createAuthorizer(own({}), { clock }).decide(event)).outcome).toBe("allow")
    const named = { credential: { header: "X-Token", scheme: null }, gateway: { identitySources: ["token"] } }
    expect(problemsOf(configOf(oidc.config, named))).toBe("")
  },
  "`AuthorizationScopes`": takesAnyScope,
  "RSA only": async () => {
    for (const alg of ["RS384", "RS512"]) {
      expect(await earlierAccepts(mint({}, { alg }), { keys: [testKey("rsa").jwk] })).toBe(true)
      expect(await verdictOf(configOf(oidcIssuer()), mint({}, { alg }))).toBe("algorithm_not_allowed")
    }
    for (const alg of ["ES256", "EdDSA"])
      expect(await verdictOf(configOf(everyAlgorithmIssuer()), mint({}, { alg }))).toBe("allow")
  },
  "keys are kept for two hours": () => expect(problemsOf(own({ keys: { waitAfterSeconds: 7200 } }))).toBe(""),
  "`authorizer.jwt.claims` in the event": async () => {
    const { handler } = createAuthorizer(configOf(oidc.config, { context: { plan: "plan" } }), { clock })
    const answer = await handler(http2(`Bearer ${oidc.token({ plan: "gold", other: "hidden" })}`))
    expect(answer).toMatchObject({ context: { plan: "gold", sub: "ann" } })
    expect(JSON.stringify(answer)).not.toContain("hidden")
  },
})

holdSection("docs/migrate-from.md", "From the authorizers of a REST API", {
  "`Issuers`": takesTwoIssuers,
  "`Audiences`": takesIdToken,
  "`DefaultAlgorithms`": async () => {
    for (const alg of ["PS256", "EdDSA", "ES384"])
      expect(await verdictOf(configOf(everyAlgorithmIssuer()), mint({}, { alg }))).toBe("allow")
    expect(problemsOf(own({ algorithms: ["RS256", "ML-DSA-44"] }))).toMatch(/^$|Node\.js/)
  },
  "`AdditionalClaims`": async () => {
    const config = own({ require: { plan: ["gold", "silver"] } })
    expect(await verdictOf(config, oidc.token({ plan: "silver" }))).toBe("allow")
    for (const plan of ["free", undefined, ["gold"]])
      expect(await verdictOf(config, oidc.token({ plan }))).toBe("claim_required")
    expect(await verdictOf(own({ require: { level: 3, staff: true } }), oidc.token({ level: 3, staff: true }))).toBe(
      "allow",
    )
  },
  "`authorizationScopes`": takesAnyScope,
  "`ProviderARNs`": async () => {
    const id = pool.token({}, "idToken")
    expect(await earlierAccepts(id, pool.jwks, { issuer: pool.issuer })).toBe(true)
    expect(await verdictOf(configOf(pool.config), id)).toBe("token_kind_refused")
    expect(await verdictOf(configOf(pool.config), pool.token({ client_id: "another" }))).toBe("audience_mismatch")
  },
})

const routed = (rule: object) => configOf(oidc.config, { routes: { "GET /orders/{id}": rule } })

type Claims = Parameters<typeof oidc.token>[0]

/** Two tokens that a native authorizer takes for the same, and which rule tells them apart. */
async function tellsApart(rule: object, allowed: Claims, refused: Claims): Promise<void> {
  for (const claims of [allowed, refused]) expect(await earlierAccepts(oidc.token(claims), oidc.jwks, old)).toBe(true)
  expect(await verdictOf(routed(rule), oidc.token(allowed))).toBe("allow")
  expect(await verdictOf(routed(rule), oidc.token(refused))).not.toBe("allow")
}

holdSection("docs/migrate-from.md", "Back to a native authorizer", {
  "all of several scopes": () => tellsApart({ scopes: ["a", "b"] }, { scope: "a b" }, { scope: "a" }),
  "`roles`, `groups`, `permissions`": async () => {
    await tellsApart({ roles: ["clerk"] }, { roles: ["clerk"] }, {})
    await tellsApart({ groups: ["desk"] }, { groups: ["desk"] }, {})
    const rule = { "GET /orders/{id}": { permissions: ["orders:read"] } }
    const config = configOf({ ...oidc.config, permissions: "permissions" }, { routes: rule })
    expect(await verdictOf(config, oidc.token({ permissions: ["orders:read"] }))).toBe("allow")
    expect(await verdictOf(config, oidc.token())).toBe("permission_missing")
  },
  "`kind`, `claims` and `anyOf` in a rule": async () => {
    await tellsApart({ kind: "app" }, { sub: "job", client_id: "job" }, { auth_time: 1 })
    await tellsApart({ claims: [{ path: "plan", equals: "gold" }] }, { plan: "gold" }, { plan: "free" })
    const anyOf = [{ scopes: ["a"] }, { roles: ["clerk"] }]
    await tellsApart({ anyOf }, { roles: ["clerk"] }, {})
  },
  "ID tokens are refused": takesIdToken,
  "bound tokens are refused": () => tellsApart({}, {}, { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }),
  "Entra's `allowedTenants`": () => {
    const [one, two] = ["11111111-2222-4333-8444-555555555555", "21111111-2222-4333-8444-555555555555"]
    const audience = "66666666-7777-4888-9999-aaaaaaaaaaaa"
    const entra = { provider: "entra", tenant: "organizations", audience, allowedTenants: [one, two] }
    expect(problemsOf(configOf(entra))).toBe("")
  },
  "a cookie, a query parameter or a subprotocol as the place": async () => {
    for (const credential of [{ cookie: "session" }, { query: "access_token" }, { subprotocol: "bearer" }])
      expect(problemsOf(configOf(oidc.config, { credential }))).toBe("")
    const config = configOf(oidc.config, { credential: { cookie: "session" } })
    const event = http2(undefined, { cookies: [`session=${oidc.token()}`] })
    expect((await createAuthorizer(config, { clock }).decide(event)).outcome).toBe("allow")
  },
  "an `edge` that asserts the identity": () => {
    const evidence = [{ hmac: { header: "x-edge-signature", keys: { secretsManager: "edge/hmac" } } }]
    const edge = { role: "identity", headers: { user: "x-edge-user" }, evidence }
    expect(problemsOf({ issuers: [], gateway: { resultTtlSeconds: 0, authorizerType: "request" }, edge })).toBe("")
  },
  "`context`, `usageIdentifierKey`": async () => {
    const config = configOf(oidc.config, { gateway: { resultTtlSeconds: 0, usageIdentifierKey: "plan_key" } })
    const event = restRequest(`Bearer ${oidc.token({ plan_key: "a-key-of-a-usage-plan" })}`)
    expect(await createAuthorizer(config, { clock }).handler(event)).toMatchObject({
      usageIdentifierKey: "a-key-of-a-usage-plan",
    })
  },
  "WebSocket APIs": async () => {
    const event = webSocket(`Bearer ${oidc.token()}`)
    expect((await createAuthorizer(configOf(oidc.config), { clock }).decide(event)).outcome).toBe("allow")
  },
  "a key set that is not public": () => {
    const { jwks: _, ...remote } = oidc.config
    expect(problemsOf(configOf(remote, { keys: { ca: "no certificate" } }))).toContain("keys.ca")
    expect(problemsOf(own({}))).toBe("")
  },
})
