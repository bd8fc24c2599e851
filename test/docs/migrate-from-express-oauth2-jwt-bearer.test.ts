import { expect } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restRequest, restToken } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"
import { earlierAccepts } from "./migrate-from/earlier.ts"
import { configOf, holdSection, problemsOf, verdictOf } from "./migrate-from/page.ts"

const oidc = createTestIssuer({ provider: "oidc", clock })
const auth0 = createTestIssuer({ provider: "auth0", clock })
const old = { audience: "https://api.example.com", issuer: oidc.issuer, clockTolerance: 5, needsExpiry: true }
const own = (changes: object) => configOf({ ...oidc.config, ...changes })
const withRule = (rule: object) => configOf(oidc.config, { routes: { "GET /orders/{id}": rule } })
const remote = { provider: "oidc", issuer: oidc.issuer, audience: old.audience }

holdSection("docs/migrate-from.md", "From express-oauth2-jwt-bearer", {
  "`issuerBaseURL`": async () => {
    expect(problemsOf(configOf(remote))).toBe("")
    expect(await verdictOf(configOf(auth0.config), auth0.token())).toBe("allow")
  },
  "`issuer`": async () => expect(await verdictOf(own({}), oidc.token({}, "wrongIssuer"))).toBe("issuer_unknown"),
  "`audience`": async () => {
    expect(await verdictOf(own({}), oidc.token({}, "wrongAudience"))).toBe("audience_mismatch")
    const id = oidc.token({}, "idToken")
    expect(await earlierAccepts(id, oidc.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), id)).toBe("token_kind_refused")
  },
  "`jwksUri`": () => {
    expect(problemsOf(configOf({ ...remote, jwksUri: "https://issuer.example.com/jwks" }))).toBe("")
    expect(problemsOf(configOf({ ...remote, jwksUri: "http://issuer.example.com/jwks" }))).toContain("jwksUri")
  },
  "`secret`": async () => {
    expect(problemsOf(own({ secret: "s" }))).toContain("secret")
    const header = { alg: "HS256", kid: testKey("rsa").kid }
    expect(await verdictOf(configOf(oidcIssuer()), mint({}, { header }))).toBe("algorithm_not_allowed")
  },
  "`tokenSigningAlg`": async () => {
    const token = mint({}, { alg: "RS512" })
    expect(await earlierAccepts(token, { keys: [testKey("rsa").jwk] }, { algorithms: ["RS256", "RS512"] })).toBe(true)
    expect(await verdictOf(configOf(oidcIssuer()), token)).toBe("algorithm_not_allowed")
    expect(await verdictOf(configOf(oidcIssuer({ algorithms: ["RS512"] })), token)).toBe("allow")
  },
  "`authRequired`": async () => {
    expect(problemsOf(own({ authRequired: false }))).toContain("authRequired")
    expect((await createAuthorizer(own({}), { clock }).decide(restRequest())).reason).toBe("credential_missing")
  },
  "`strict`": async () => {
    const plain = mint({}, { header: { typ: "JWT" } })
    expect(await verdictOf(configOf(oidcIssuer()), plain)).toBe("allow")
    expect(await verdictOf(configOf(oidcIssuer({ requireAtJwt: true })), plain)).toBe("type_not_allowed")
    expect(await verdictOf(own({ requireAtJwt: true }), oidc.token())).toBe("allow")
  },
  "`validators`": async () => {
    const { issuer: _, ...anyIssuer } = old
    const foreign = oidc.token({}, "wrongIssuer")
    expect(await earlierAccepts(foreign, oidc.jwks, anyIssuer)).toBe(true)
    expect(await verdictOf(own({}), foreign)).toBe("issuer_unknown")
    expect(problemsOf(own({ validators: { iss: false } }))).toContain("validators")
    expect(await verdictOf(own({ require: { org_id: "acme" } }), oidc.token({ org_id: "other" }))).toBe(
      "claim_required",
    )
  },
  "`clockTolerance`": async () => {
    for (const [late, accepted] of [
      [4, true],
      [6, false],
    ] as const) {
      const token = oidc.token({ exp: nowSeconds - late })
      expect(await earlierAccepts(token, oidc.jwks, old)).toBe(accepted)
      expect(await verdictOf(own({}), token)).toBe(accepted ? "allow" : "token_expired")
    }
  },
  "`maxTokenAge`": async () => {
    const token = oidc.token({ iat: nowSeconds, exp: nowSeconds + 7200 })
    expect(await earlierAccepts(token, oidc.jwks, old)).toBe(true)
    expect(await verdictOf(own({ maxLifetimeSeconds: 3600 }), token)).toBe("lifetime_too_long")
  },
  "`cacheMaxAge`": () => expect(problemsOf({ ...own({}), keys: { refreshAfterSeconds: 600 } })).toBe(""),
  "`cooldownDuration`": () => expect(problemsOf({ ...own({}), keys: { cooldownSeconds: 30 } })).toBe(""),
  "`timeoutDuration`": () => expect(problemsOf({ ...own({}), keys: { timeoutMs: 5000 } })).toBe(""),
  "`agent`": () => expect(problemsOf(configOf(remote, { keys: { agent: {} } }))).toContain("keys.agent"),
  "`dpop`": async () => {
    const token = oidc.token({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } })
    expect(await earlierAccepts(token, oidc.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("sender_constrained")
  },
  "`requiredScopes`": async () => {
    const rule = withRule({ scopes: ["orders:read", "orders:audit"] })
    expect(await verdictOf(rule, oidc.token({ scope: "orders:read orders:audit" }))).toBe("allow")
    expect(await verdictOf(rule, oidc.token({ scope: "orders:read" }))).toBe("scope_missing")
  },
  "`scopeIncludesAny`": async () => {
    const rule = withRule({ scopes: { any: ["orders:read", "orders:audit"] } })
    expect(await verdictOf(rule, oidc.token({ scope: "orders:audit" }))).toBe("allow")
    expect(await verdictOf(rule, oidc.token({ scope: "openid" }))).toBe("scope_missing")
  },
  "`claimEquals`": async () => {
    const rule = withRule({ claims: [{ path: "is_admin", equals: true }] })
    expect(await verdictOf(rule, oidc.token({ is_admin: true }))).toBe("allow")
    expect(await verdictOf(rule, oidc.token({ is_admin: "true" }))).toBe("claim_mismatch")
  },
  "`claimIncludes`": async () => {
    const claims = ["a", "b"].map((contains) => ({ path: "teams", contains }))
    expect(await verdictOf(withRule({ claims }), oidc.token({ teams: ["b", "a"] }))).toBe("allow")
    expect(await verdictOf(withRule({ claims }), oidc.token({ teams: ["a"] }))).toBe("claim_mismatch")
    expect(await verdictOf(withRule({ claims }), oidc.token({ teams: "a b" }))).toBe("claim_mismatch")
  },
  "`claimCheck`": async () => {
    const { decide } = createAuthorizer(own({}), { clock, check: ({ claims }) => claims.plan === "gold" })
    expect((await decide(restToken(`Bearer ${oidc.token({ plan: "gold" })}`))).outcome).toBe("allow")
    expect((await decide(restToken(`Bearer ${oidc.token({ plan: "free" })}`))).reason).toBe("check_refused")
  },
  "token in the query or the form": async () => {
    const event = http2(undefined, { query: { access_token: oidc.token() } })
    expect((await createAuthorizer(own({}), { clock }).decide(event)).reason).toBe("credential_missing")
    const named = configOf(oidc.config, { credential: { query: "access_token" } })
    expect((await createAuthorizer(named, { clock }).decide(event)).outcome).toBe("allow")
  },
})
