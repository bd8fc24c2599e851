import { describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { edgeAuthorizer, edgeConfig, edgeEvent } from "../support/edge.ts"
import { testKey } from "../support/keys.ts"
import { audience, clock, mint, nowSeconds } from "../support/mint.ts"

/** What a token says that is neither clearly an access token nor clearly an ID token. */
const bare = { scope: undefined, client_id: undefined }
/** ID tokens whose audience is that of the API, without `nonce` and `at_hash`, which the code flow makes optional. */
const idTokens: { readonly [shape: string]: object } = {
  plain: { ...bare, auth_time: nowSeconds - 60, amr: ["pwd"], name: "Ann", email: "ann@example.com" },
  "External ID": { ...bare, oid: "o", preferred_username: "ann@example.com", tid: "t", ver: "2.0", groups: ["ops"] },
  "Azure AD B2C": { ...bare, tfp: "B2C_1_signin", ver: "1.0", auth_time: nowSeconds - 60, emails: ["ann@example.com"] },
  Google: { ...bare, azp: audience, hd: "example.com", email: "ann@example.com", email_verified: true },
  "Google, several audiences": { ...bare, aud: [audience, "web"], azp: "web", email: "ann@example.com" },
  IdentityServer: { ...bare, auth_time: nowSeconds - 60, idp: "local", amr: ["pwd"], sid: "s1", role: "Admin" },
  PingFederate: { ...bare, auth_time: nowSeconds - 60, "pi.sri": "s1", acr: "1" },
  PingOne: { ...bare, env: "e", org: "o", sid: "s1", acr: "1", amr: ["pwd"], p1_userId: "u" },
  "with roles and permissions": { ...bare, roles: ["admin"], permissions: ["x"], groups: ["ops"] },
}

describe("1.5: under oidc a token shows that it is an access token", () => {
  it.each(Object.keys(idTokens))("an ID token shaped as %s is refused", async (shape) => {
    for (const header of [{}, { typ: "JWT" }, { typ: "application/jwt" }])
      expect(await reasonOf(mint(idTokens[shape], { header }))).toBe("token_kind_refused")
  })

  it.each(Object.keys(idTokens))("the same token shaped as %s passes where ID tokens are configured", async (shape) => {
    const issuers = [oidcIssuer({ tokenUse: "id" })]
    expect(await reasonOf(mint(idTokens[shape]), issuers)).toBe("ok")
  })

  it.each<[object, object]>([
    [{}, { typ: "at+jwt" }],
    [{}, { typ: "application/AT+JWT" }],
    [{ scope: "read" }, {}],
    [{ scope: "" }, {}],
    [{ scp: "read" }, {}],
    [{ scp: ["read"] }, {}],
    [{ scope: ["read"] }, {}],
    [{ client_id: "web" }, {}],
    [{ azp: "web" }, {}],
    [{ azp: "web", aud: [audience, "other"] }, {}],
  ])("%j with header %j is evidence", async (claims, header) => {
    expect(await reasonOf(mint({ ...bare, ...claims }, { header }))).toBe("ok")
  })

  it.each<[object, object]>([
    [{ scope: null }, {}],
    [{ scope: true }, {}],
    [{ scope: { read: true } }, {}],
    [{ scp: 7 }, {}],
    [{ client_id: "" }, {}],
    [{ client_id: null }, {}],
    [{ client_id: ["web"] }, {}],
    [{ azp: audience }, {}],
    [{ azp: "" }, {}],
    [{ azp: ["web"] }, {}],
    [{ azp: null }, {}],
    [{ azp: "web", aud: [audience, "web"] }, {}],
    [{ Scope: "read", clientId: "web", cid: "web" }, {}],
    [{ "scope ": "read" }, {}],
    [{ nested: { scope: "read", client_id: "web" } }, {}],
    [{ exp: nowSeconds + 60, jti: "AT.1", typ: "Bearer" }, {}],
    [{}, { typ: "JWT", scope: "read", client_id: "web" }],
  ])("%j with header %j is none", async (claims, header) => {
    expect(await reasonOf(mint({ ...bare, ...claims }, { header }))).toBe("token_kind_refused")
  })

  it("SR-015: what a prototype carries is none", async () => {
    const text = `{"__proto__":{"scope":"read","client_id":"web"},${JSON.stringify({
      iss: "https://issuer.example/tenant",
      aud: audience,
      sub: "s",
      exp: nowSeconds + 60,
    }).slice(1)}`
    expect(await reasonOf(mint(text))).toBe("token_kind_refused")
  })

  it("evidence does not outweigh the mark of another kind", async () => {
    for (const mark of [{ at_hash: "h" }, { c_hash: "h" }, { typ: "ID" }, { token_use: "id" }, { events: {} }])
      for (const header of [{}, { typ: "at+jwt" }])
        expect(await reasonOf(mint({ client_id: "web", scope: "read", ...mark }, { header }))).toBe(
          "token_kind_refused",
        )
  })

  it("the signature is judged first", async () => {
    const token = mint(bare, { key: testKey("rsa", "2"), header: { kid: testKey("rsa").kid } })
    expect(await reasonOf(token)).toBe("signature_invalid")
  })
})

describe("1.5: accessTokenClaim", () => {
  const marked = [oidcIssuer({ accessTokenClaim: "gty" })]
  const nested = [oidcIssuer({ accessTokenClaim: ["resource_access", "orders"] })]

  it("names a claim that only access tokens have", async () => {
    expect(await reasonOf(mint({ ...bare, gty: "password" }), marked)).toBe("ok")
    expect(await reasonOf(mint({ ...bare, gty: false }), marked)).toBe("ok")
    for (const gty of [undefined, null])
      expect(await reasonOf(mint({ ...bare, gty }), marked)).toBe("token_kind_refused")
    expect(await reasonOf(mint({ ...bare, resource_access: { orders: {} } }), nested)).toBe("ok")
    expect(await reasonOf(mint({ ...bare, resource_access: { other: {} } }), nested)).toBe("token_kind_refused")
    expect(await reasonOf(mint({ ...bare, resource_access: null }), nested)).toBe("token_kind_refused")
    expect(await reasonOf(mint(), marked)).toBe("ok")
  })

  it.each([
    ["sub", /accessTokenClaim: is a claim that ID tokens have as well/],
    [["sub"], /accessTokenClaim: is a claim that ID tokens have as well/],
    ["email_verified", /accessTokenClaim: is a claim that ID tokens have as well/],
    ["auth_time", /accessTokenClaim: is a claim that ID tokens have as well/],
    ["events", /accessTokenClaim: is a claim that ID tokens have as well/],
    ["constructor", /accessTokenClaim: is a name that every object has/],
    ["", /accessTokenClaim/],
    [[], /accessTokenClaim: must not be empty/],
    [7, /accessTokenClaim/],
  ])("%j is refused at start", (accessTokenClaim, message) => {
    const issuers = [{ ...oidcIssuer(), accessTokenClaim } as never]
    expect(() => createVerifier({ issuers })).toThrow(message)
  })

  it.each(["subscription", "expires", "namespace", "email.list", "https://acme.example/sub"])(
    "%s only begins or ends like a claim of ID tokens",
    (accessTokenClaim) => {
      expect(() => createVerifier({ issuers: [oidcIssuer({ accessTokenClaim })] })).not.toThrow()
    },
  )

  it("is refused with ID tokens, and where the preset knows access tokens by itself", () => {
    expect(() => createVerifier({ issuers: [oidcIssuer({ tokenUse: "id", accessTokenClaim: "x" })] })).toThrow(
      /accessTokenClaim: goes with access tokens only/,
    )
    const okta = { provider: "okta", domain: "acme.okta.com", audience: "a", accessTokenClaim: "x" } as never
    expect(() => createVerifier({ issuers: [okta] })).toThrow(/accessTokenClaim: is not a known option/)
  })
})

describe("1.5: the same for auth0", () => {
  const auth0 = {
    provider: "auth0",
    domain: "acme.eu.auth0.com",
    audience: "client1",
    jwks: { keys: [testKey().jwk] },
  } as const
  const of = (claims: object, header: object = { typ: "JWT" }, changes: object = {}) =>
    reasonOf(mint({ ...bare, iss: "https://acme.eu.auth0.com/", aud: "client1", ...claims }, { header }), [
      { ...auth0, ...changes },
    ])

  it("an ID token whose audience is the configured one is refused", async () => {
    for (const claims of [{ sid: "s", name: "Ann" }, { org_id: "org_1" }, { azp: "client1" }, { nonce: "n" }])
      expect(await of(claims)).toBe("token_kind_refused")
    expect(await of({ aud: ["client1", "other"], azp: "client1" })).toBe("token_kind_refused")
  })

  it("an access token has a scope, a client that is not the audience, or the type", async () => {
    expect(await of({ scope: "read" })).toBe("ok")
    expect(await of({ azp: "web" })).toBe("ok")
    expect(await of({ client_id: "web" })).toBe("ok")
    expect(await of({}, { typ: "at+jwt" })).toBe("ok")
    expect(await of({ "https://acme/x": 1 }, { typ: "JWT" }, { accessTokenClaim: "https://acme/x" })).toBe("ok")
  })
})

describe("1.5: a logout token is refused whatever its type", () => {
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} }
  const jwks = { keys: [testKey().jwk] }
  const tid = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
  const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"

  it.each([events, {}, null, [], "x", false])("events: %j", async (value) => {
    for (const header of [{}, { typ: "JWT" }, { typ: "at+jwt" }]) {
      expect(await reasonOf(mint({ events: value }, { header }))).toBe("token_kind_refused")
    }
    const issuers = [oidcIssuer({ tokenUse: "id" })]
    expect(await reasonOf(mint({ events: value }, { header: { typ: "JWT" } }), issuers)).toBe("token_kind_refused")
  })

  it.each([
    [
      { provider: "okta", domain: "acme.okta.com", audience: "a", jwks },
      { iss: "https://acme.okta.com/oauth2/default", aud: "a", cid: "c" },
    ],
    [
      { provider: "auth0", domain: "acme.auth0.com", audience: "a", jwks },
      { iss: "https://acme.auth0.com/", aud: "a", azp: "web" },
    ],
    [
      { provider: "entra", tenant: tid, audience: api, jwks },
      {
        iss: `https://login.microsoftonline.com/${tid}/v2.0`,
        aud: api,
        tid,
        oid: "o",
        azp: "web",
        ver: "2.0",
        scp: "x",
      },
    ],
    [
      { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["c"], jwks },
      { iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf", client_id: "c", token_use: "access" },
    ],
    [
      { provider: "adfs", domain: "fs.example.com", audience: "a", jwks },
      { iss: "http://fs.example.com/adfs/services/trust", aud: "a", appid: "c" },
    ],
    [
      { provider: "wso2", baseUrl: "https://is.example.com", audience: "a", jwks },
      { iss: "https://is.example.com/oauth2/token", aud: "a", client_id: "c" },
    ],
    [
      { provider: "entra-b2c", tenant: tid, tenantName: "acme", policy: "B2C_1_a", audience: "a", jwks },
      { iss: `https://acme.b2clogin.com/${tid}/v2.0/`, aud: "a", oid: "o", azp: "c", scp: "x", tfp: "B2C_1_a" },
    ],
    [
      { provider: "entra-external-id", tenant: tid, audience: api, jwks },
      { iss: `https://${tid}.ciamlogin.com/${tid}/v2.0`, aud: api, tid, oid: "o", azp: "c", ver: "2.0", scp: "x" },
    ],
  ] as const)("%j", async (issuer, claims) => {
    const header = { typ: "JWT" }
    expect(await reasonOf(mint({ scope: "x", ...claims }, { header }), [issuer])).toBe("ok")
    expect(await reasonOf(mint({ scope: "x", ...claims, events }, { header }), [issuer])).toBe("token_kind_refused")
  })
})

describe("1.5: a JWS that an edge mints", () => {
  it("needs no evidence of an access token", async () => {
    const issuer = { ...oidcIssuer(), issuer: "https://bigip.example" }
    const evidence = [{ jws: { header: "x-edge-identity", issuer } }]
    const headers = { user: "x-edge-user" }
    const authorizer = await edgeAuthorizer(edgeConfig({ evidence, headers }))
    const token = mint({ ...bare, iss: "https://bigip.example", exp: nowSeconds + 10 })
    const event = edgeEvent("http-2.0", { headers: { "x-edge-identity": token } })
    expect((await authorizer.decide(event)).reason).toBe("ok")
  })
})

describe("1.5: Entra External ID and B2C under oidc", () => {
  const tid = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
  it.each([
    [`https://${tid}.ciamlogin.com/${tid}/v2.0`, "entra-external-id"],
    [`https://acme.ciamlogin.com/${tid}/v2.0`, "entra-external-id"],
    [`https://ACME.CIAMLOGIN.COM:443/${tid}/v2.0`, "entra-external-id"],
    [`https://acme.b2clogin.com/${tid}/v2.0/`, "entra-b2c"],
    [`https://acme.b2clogin.com/tfp/${tid}/b2c_1_signin/v2.0/`, "entra-b2c"],
    [`https://acme.b2clogin.cn/${tid}/v2.0/`, "entra-b2c"],
    [`https://login.microsoftonline.com/te/${tid}/b2c_1_signin/v2.0/`, "entra-b2c"],
    [`https://login.microsoftonline.com/tfp/${tid}/b2c_1_signin/v2.0/`, "entra-b2c"],
    [`https://login.microsoftonline.com/${tid}/v2.0/`, "entra-b2c"],
    [`https://login.microsoftonline.com/${tid}/v2.0`, "entra"],
    [`https://login.microsoftonline.us/${tid}/v2.0`, "entra"],
    [`https://sts.windows.net/${tid}/`, "entra"],
  ])("%s is led to %s", (issuer, preset) => {
    for (const tokenUse of ["access", "id"] as const)
      expect(() => createVerifier({ issuers: [oidcIssuer({ issuer, tokenUse })] }, { clock })).toThrow(
        new RegExp(`issuers\\[0\\]\\.provider: must be "${preset}" for this issuer: `),
      )
  })

  it.each([
    ["entra-b2c", { tenant: "acme" }, /tenant: must be a tenant id/],
    ["entra-b2c", { tenantName: undefined }, /tenantName: is missing/],
    ["entra-b2c", { tenantName: "acme.onmicrosoft.com" }, /tenantName: must be the name before/],
    ["entra-b2c", { policy: "a/b" }, /policy: must be the name of a policy/],
    ["entra-b2c", { policy: [] }, /policy: must not be empty/],
    ["entra-b2c", { policyClaim: "sub" }, /policyClaim: must be one of/],
    ["entra-b2c", { issuerMode: "te" }, /issuerMode: must be one of/],
    ["entra-b2c", { domain: "https://login.acme.example" }, /domain: must be a bare host name/],
    ["entra-external-id", { tenant: tid.toUpperCase() }, /tenant: must be a tenant id/],
    ["entra-external-id", { tenantName: "acme/x" }, /tenantName/],
    ["entra-external-id", { audience: "api://orders" }, /audience: must hold the API's client id/],
    ["entra-external-id", { allowAnyTenant: true }, /allowAnyTenant: is not a known option/],
  ] as const)("%s with %j is refused at start", (provider, changes, message) => {
    const own = provider === "entra-b2c" ? { tenantName: "acme", policy: "B2C_1_signin" } : {}
    const issuer: { [name: string]: unknown } = { provider, tenant: tid, audience: tid, ...own, ...changes }
    for (const name of Object.keys(issuer)) if (issuer[name] === undefined) delete issuer[name]
    expect(() => createVerifier({ issuers: [issuer as never] }, { clock })).toThrow(message)
  })
})
