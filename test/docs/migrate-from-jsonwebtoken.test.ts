import { expect } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { oidcIssuer } from "../support/config.ts"
import { restToken } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"
import { earlierAccepts } from "./migrate-from/earlier.ts"
import { configOf, holdSection, problemsOf, verdictOf } from "./migrate-from/page.ts"

const issuer = createTestIssuer({ provider: "oidc", clock })
const old = { audience: "https://api.example.com", issuer: issuer.issuer }
const own = (changes: object) => configOf({ ...issuer.config, ...changes })
const keySet = { keys: [testKey("rsa").jwk] }
const unknown = (name: string, value: unknown) => expect(problemsOf(own({ [name]: value }))).toContain(name)

holdSection("docs/migrate-from.md", "From jsonwebtoken and jwks-rsa", {
  "`algorithms`": async () => {
    for (const alg of ["RS384", "RS512", "PS256"]) {
      const token = mint({}, { alg })
      expect(await earlierAccepts(token, keySet)).toBe(true)
      expect(await verdictOf(configOf(oidcIssuer()), token)).toBe("algorithm_not_allowed")
      expect(await verdictOf(configOf(oidcIssuer({ algorithms: [alg] })), token)).toBe("allow")
    }
    for (const alg of ["HS256", "none"]) expect(problemsOf(own({ algorithms: [alg] }))).toContain("algorithms")
  },
  "`audience`": async () => {
    const token = issuer.token({}, "wrongAudience")
    expect(await earlierAccepts(token, issuer.jwks, { issuer: issuer.issuer })).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("audience_mismatch")
    expect(problemsOf(own({ audience: undefined }))).toContain("issuers[0].audience")
    expect(problemsOf(own({ audience: /api/ }))).toContain("issuers[0].audience")
  },
  "`issuer`": async () => {
    const token = issuer.token({}, "wrongIssuer")
    expect(await earlierAccepts(token, issuer.jwks, { audience: old.audience })).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("issuer_unknown")
    expect(problemsOf(own({ issuer: undefined }))).toContain("issuers[0].issuer")
  },
  "`subject`": async () => {
    const config = own({ require: { sub: "ann" } })
    expect(await verdictOf(config, issuer.token({ sub: "ann" }))).toBe("allow")
    expect(await verdictOf(config, issuer.token({ sub: "bob" }))).toBe("claim_required")
  },
  "`jwtid`": () => unknown("jwtid", "1"),
  "`nonce`": async () => {
    unknown("nonce", "n")
    const token = issuer.token({}, "idToken")
    expect(await earlierAccepts(token, issuer.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("token_kind_refused")
  },
  "`ignoreExpiration`": async () => {
    unknown("ignoreExpiration", true)
    const expired = issuer.token({}, "expired")
    expect(await earlierAccepts(expired, issuer.jwks, { ...old, ignoreExpiration: true })).toBe(true)
    expect(await verdictOf(own({}), expired)).toBe("token_expired")
    const endless = issuer.token({ exp: undefined })
    expect(await earlierAccepts(endless, issuer.jwks, old)).toBe(true)
    expect(await verdictOf(own({}), endless)).toBe("expiry_invalid")
  },
  "`ignoreNotBefore`": async () => {
    unknown("ignoreNotBefore", true)
    const token = issuer.token({}, "notYetValid")
    expect(await earlierAccepts(token, issuer.jwks, { ...old, ignoreNotBefore: true })).toBe(true)
    expect(await verdictOf(own({}), token)).toBe("token_not_yet_valid")
  },
  "`clockTolerance`": async () => {
    const token = issuer.token({ exp: nowSeconds - 4 })
    expect(await earlierAccepts(token, issuer.jwks, old)).toBe(false)
    expect(await verdictOf(own({}), token)).toBe("allow")
    expect(await verdictOf({ ...own({}), clockToleranceSeconds: 0 }, token)).toBe("token_expired")
    expect(problemsOf({ ...own({}), clockToleranceSeconds: 301 })).toContain("clockToleranceSeconds")
  },
  "`maxAge`": async () => {
    const token = issuer.token({ iat: nowSeconds, exp: nowSeconds + 7200 })
    expect(await earlierAccepts(token, issuer.jwks, old)).toBe(true)
    expect(await verdictOf(own({ maxLifetimeSeconds: 3600 }), token)).toBe("lifetime_too_long")
  },
  "`complete`": async () => {
    const { decide } = createAuthorizer(configOf(issuer.config, { context: { plan: "plan" } }), { clock })
    const decision = await decide(restToken(`Bearer ${issuer.token({ plan: "gold", other: "hidden" })}`))
    expect(JSON.stringify(decision)).toContain("gold")
  },
  "`clockTimestamp`": async () => {
    const parts = { clock: () => (nowSeconds + 86_400) * 1000 }
    const { decide } = createAuthorizer(own({}), parts)
    expect((await decide(restToken(`Bearer ${issuer.token()}`))).reason).toBe("token_expired")
  },
  "`allowInvalidAsymmetricKeyTypes`": async () => {
    unknown("allowInvalidAsymmetricKeyTypes", true)
    const config = configOf(oidcIssuer({ algorithms: ["ES256", "RS256"] }))
    expect(await verdictOf(config, mint({}, { header: { alg: "ES256", kid: testKey("rsa").kid } }))).not.toBe("allow")
  },
  "`jwksUri`": () => {
    const remote = { provider: "oidc", issuer: issuer.issuer, audience: old.audience }
    expect(problemsOf(configOf({ ...remote, jwksUri: "https://issuer.example.com/jwks" }))).toBe("")
    expect(problemsOf(configOf({ ...remote, jwksUri: "http://issuer.example.com/jwks" }))).toContain("jwksUri")
  },
  "`cache`, `cacheMaxAge`": () => {
    const keys = { refreshAfterSeconds: 600, waitAfterSeconds: 1200, expireAfterSeconds: 3600 }
    expect(problemsOf({ ...own({}), keys })).toBe("")
  },
  "`cacheMaxEntries`": () =>
    expect(problemsOf({ ...own({}), keys: { cacheMaxEntries: 5 } })).toContain("cacheMaxEntries"),
  "`rateLimit`, `jwksRequestsPerMinute`": async () => {
    expect(problemsOf({ ...own({}), keys: { cooldownSeconds: 6 } })).toBe("")
    const { decide } = createAuthorizer(own({}), { clock })
    for (let count = 0; count < 12; count += 1)
      expect((await decide(restToken(`Bearer ${issuer.token({}, "unknownKey")}`))).reason).toBe("key_unknown")
    expect((await decide(restToken(`Bearer ${issuer.token()}`))).outcome).toBe("allow")
  },
  "`timeout`": () => {
    expect(problemsOf({ ...own({}), keys: { timeoutMs: 3000 } })).toBe("")
    expect(problemsOf({ ...own({}), keys: { timeoutMs: 30_000 } })).toContain("keys.timeoutMs")
  },
  "`requestAgent`": () => {
    const remote = { provider: "oidc", issuer: issuer.issuer, audience: old.audience }
    expect(problemsOf(configOf(remote, { keys: { ca: "no certificate" } }))).toContain("keys.ca")
    expect(problemsOf(configOf(remote, { keys: { requestAgent: {} } }))).toContain("requestAgent")
  },
  "`requestHeaders`": () =>
    expect(problemsOf({ ...own({}), keys: { requestHeaders: {} } })).toContain("requestHeaders"),
  "`getKeysInterceptor`, `fetcher`": () => expect(problemsOf(own({ jwks: issuer.jwks }))).toBe(""),
})
