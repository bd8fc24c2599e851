import { expect } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { restToken } from "../support/events.ts"
import { clock, nowSeconds } from "../support/mint.ts"
import { earlierAccepts } from "./migrate-from/earlier.ts"
import { configOf, holdSection, problemsOf, verdictOf } from "./migrate-from/page.ts"

const pool = createTestIssuer({ provider: "cognito", clock })
const oidc = createTestIssuer({ provider: "oidc", clock })
const audience = "https://api.example.com"
const ofPool = (changes: object) => configOf({ ...pool.config, ...changes })
const ofOidc = (changes: object) => configOf({ ...oidc.config, ...changes })
const withRule = (rule: object) => configOf(pool.config, { routes: { "GET /orders/{id}": rule } })

holdSection("docs/migrate-from.md", "From aws-jwt-verify", {
  "`userPoolId`": async () => {
    const other = createTestIssuer({ provider: "cognito", userPoolId: "eu-west-1_OtherPool", clock })
    expect(await verdictOf(ofPool({}), pool.token())).toBe("allow")
    expect(await verdictOf(ofPool({}), other.token())).toBe("issuer_unknown")
  },
  "`tokenUse`": async () => {
    const token = pool.token({}, "idToken")
    expect(await earlierAccepts(token, pool.jwks, { issuer: pool.issuer })).toBe(true)
    expect(await verdictOf(ofPool({}), token)).toBe("token_kind_refused")
    expect(await verdictOf(ofPool({ tokenUse: "id" }), token)).toBe("allow")
    expect(problemsOf(ofPool({ tokenUse: null }))).toContain("issuers[0].tokenUse")
  },
  "`clientId`": async () => {
    const token = pool.token({}, "wrongAudience")
    expect(await earlierAccepts(token, pool.jwks, { issuer: pool.issuer })).toBe(true)
    expect(await verdictOf(ofPool({}), token)).toBe("audience_mismatch")
    for (const clientIds of [null, undefined, []])
      expect(problemsOf(ofPool({ clientIds }))).toContain("issuers[0].clientIds")
  },
  "`scope`": async () => {
    const token = pool.token({ scope: "orders/admin profile" })
    expect(await verdictOf(withRule({ scopes: { any: ["orders/read", "orders/admin"] } }), token)).toBe("allow")
    expect(await verdictOf(withRule({ scopes: ["orders/read", "orders/admin"] }), token)).toBe("scope_missing")
  },
  "`groups`": async () => {
    const token = pool.token({ "cognito:groups": ["staff"] })
    expect(await verdictOf(withRule({ groups: { any: ["admins", "staff"] } }), token)).toBe("allow")
    expect(await verdictOf(withRule({ groups: ["admins", "staff"] }), token)).toBe("group_missing")
  },
  "`graceSeconds`": async () => {
    const token = pool.token({ exp: nowSeconds - 4 })
    expect(await earlierAccepts(token, pool.jwks)).toBe(false)
    expect(await verdictOf(ofPool({}), token)).toBe("allow")
    expect(await verdictOf({ ...ofPool({}), clockToleranceSeconds: 0 }, token)).toBe("token_expired")
  },
  "`customJwtCheck`": async () => {
    const token = pool.token({ plan: "free" })
    expect(await verdictOf(ofPool({ require: { plan: "gold" } }), token)).toBe("claim_required")
    expect(await verdictOf(withRule({ claims: [{ path: "plan", equals: "gold" }] }), token)).toBe("claim_mismatch")
    const { decide } = createAuthorizer(ofPool({}), { clock, check: () => false })
    expect((await decide(restToken(`Bearer ${token}`))).reason).toBe("check_refused")
  },
  "`includeRawJwtInErrors`": async () => {
    expect(problemsOf(ofPool({ includeRawJwtInErrors: true }))).toContain("includeRawJwtInErrors")
    const token = pool.token({}, "expired")
    const { handler } = createAuthorizer(ofPool({}), { clock })
    const error = await handler(restToken(`Bearer ${token}`)).catch((thrown: unknown) => thrown)
    expect(String((error as Error).message)).toBe("Unauthorized")
  },
  "`issuer`": async () => {
    expect(await verdictOf(ofOidc({}), oidc.token())).toBe("allow")
    expect(await verdictOf(ofOidc({}), oidc.token({ iss: `${oidc.issuer}/` }))).not.toBe("allow")
  },
  "`audience`": async () => {
    expect(problemsOf(ofOidc({ audience: null }))).toContain("issuers[0].audience")
    const foreign = oidc.token({}, "wrongAudience")
    expect(await earlierAccepts(foreign, oidc.jwks, { issuer: oidc.issuer })).toBe(true)
    expect(await verdictOf(ofOidc({}), foreign)).toBe("audience_mismatch")
    const id = oidc.token({}, "idToken")
    expect(await earlierAccepts(id, oidc.jwks, { issuer: oidc.issuer, audience })).toBe(true)
    expect(await verdictOf(ofOidc({}), id)).toBe("token_kind_refused")
  },
  "`jwksUri`": () => {
    const remote = { provider: "oidc", issuer: oidc.issuer, audience }
    expect(problemsOf(configOf(remote))).toBe("")
    expect(problemsOf(configOf({ ...remote, jwksUri: `${oidc.issuer}/.well-known/jwks.json` }))).toBe("")
  },
  "several pools in a list": async () => {
    const other = createTestIssuer({ provider: "cognito", userPoolId: "eu-west-1_OtherPool", clock })
    const issuers = [pool.config, other.config]
    const config = { issuers, gateway: { resultTtlSeconds: 0 } }
    for (const each of [pool, other]) expect(await verdictOf(config, each.token())).toBe("allow")
    const routes = { "GET /orders/{id}": { issuers: [other.issuer] } }
    expect(await verdictOf({ ...config, routes }, pool.token())).toBe("issuer_mismatch")
    expect(await verdictOf({ ...config, routes }, other.token())).toBe("allow")
  },
  "`hydrate()`": async () => await expect(createAuthorizer(ofPool({}), { clock }).warmUp()).resolves.toBeUndefined(),
  "`cacheJwks()`": () => expect(problemsOf(ofPool({ jwks: pool.jwks }))).toBe(""),
  "`penaltyBox`": () => expect(problemsOf({ ...ofPool({}), keys: { cooldownSeconds: 10 } })).toBe(""),
  "no `exp` in the token": async () => {
    const token = oidc.token({ exp: undefined })
    expect(await earlierAccepts(token, oidc.jwks, { issuer: oidc.issuer, audience })).toBe(true)
    expect(await verdictOf(ofOidc({}), token)).toBe("expiry_invalid")
  },
})
