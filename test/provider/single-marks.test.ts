import { describe, expect, it } from "vitest"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import type { Principal } from "../../src/types/principal.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { type Content, clock, mint } from "../support/mint.ts"

// A token of each preset that is good but for one mark, so that no other check can hide the one that is tested.

const tid = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const jwks = { keys: [testKey().jwk] }
const bare = { scope: undefined, client_id: undefined }

interface Preset {
  readonly issuer: IssuerConfig
  readonly claims: { readonly [name: string]: unknown }
  readonly header?: Content
}

const presets = {
  okta: {
    issuer: { provider: "okta", domain: "acme.okta.com", audience: "api://orders", jwks },
    claims: {
      ...bare,
      iss: "https://acme.okta.com/oauth2/default",
      aud: "api://orders",
      uid: "00u1",
      cid: "0oa1",
      scp: ["openid"],
      jti: "AT.1",
    },
  },
  auth0: {
    issuer: { provider: "auth0", domain: "acme.eu.auth0.com", audience: "https://orders", jwks },
    claims: { ...bare, iss: "https://acme.eu.auth0.com/", aud: "https://orders", azp: "web", scope: "read:orders" },
    header: { typ: "JWT" },
  },
  entra: {
    issuer: { provider: "entra", tenant: tid, audience: api, jwks },
    claims: {
      ...bare,
      iss: `https://login.microsoftonline.com/${tid}/v2.0`,
      aud: api,
      tid,
      oid: "o",
      azp: "web",
      ver: "2.0",
      scp: "Orders.Read",
    },
    header: { typ: "JWT" },
  },
  anyTenant: {
    issuer: { provider: "entra", tenant: "organizations", allowAnyTenant: true, audience: api, jwks },
    claims: {
      ...bare,
      iss: `https://login.microsoftonline.com/${tid}/v2.0`,
      aud: api,
      tid,
      oid: "o",
      azp: "web",
      ver: "2.0",
      scp: "Orders.Read",
    },
    header: { typ: "JWT" },
  },
  cognito: {
    issuer: { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["c1", "c2"], jwks },
    claims: {
      ...bare,
      iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
      aud: undefined,
      client_id: "c1",
      token_use: "access",
      scope: "openid",
    },
  },
  oidc: { issuer: oidcIssuer({ tenant: "org" }), claims: {} },
} as const satisfies { readonly [name: string]: Preset }

function verified(name: keyof typeof presets, changes: object): Promise<Principal | string> {
  const { issuer, claims, header = {} }: Preset = presets[name]
  const token = mint({ ...claims, ...changes }, { header })
  return createVerifier({ issuers: [issuer] }, { clock })
    .verify(token)
    .catch((error: { code: string }) => error.code)
}
const reason = async (...of: Parameters<typeof verified>): Promise<string> => {
  const result = await verified(...of)
  return typeof result === "string" ? result : "ok"
}

describe("9: without the mark every token is good", () => {
  it.each(Object.keys(presets) as (keyof typeof presets)[])("%s", async (name) => {
    expect(await reason(name, {})).toBe("ok")
  })
})

describe("9: token/issuers, the two ends of a tenant pattern", () => {
  const host = "https://login.microsoftonline.com/"
  it.each([
    ["another prefix of the same length", `${host.replace("com", "org")}${tid}/v2.0`],
    ["a prefix with one letter in capitals", `${host.replace("login", "Login")}${tid}/v2.0`],
    ["no scheme, as long", `xxxxxxxx${host.slice(8)}${tid}/v2.0`],
    ["another suffix of the same length", `${host}${tid}/v1.0`],
    ["a suffix in capitals", `${host}${tid}/V2.0`],
    ["no suffix", `${host}${tid}`],
    ["a longer suffix", `${host}${tid}/v2.0/`],
    ["a tenant in capitals", `${host}${tid.toUpperCase()}/v2.0`],
    ["a tenant and more", `${host}${tid}/x/v2.0`],
  ])("%s is another issuer", async (_name, iss) => {
    expect(["issuer_unknown", "issuer_spelling"]).toContain(await reason("anyTenant", { iss }))
  })
})

describe("9: token/claims and provider/, one mark alone", () => {
  it.each([
    ["auth0", { aud: "https://orders", azp: "https://orders" }, "token_kind_refused"],
    ["auth0", { aud: ["https://orders"], azp: "https://orders" }, "token_kind_refused"],
    ["auth0", { aud: "https://orders", azp: undefined, client_id: "https://orders" }, "token_kind_refused"],
    ["auth0", { aud: ["https://orders", "https://other"], azp: "https://orders" }, "ok"],
    ["okta", { cid: undefined, scp: undefined }, "token_kind_refused"],
    ["okta", { cid: null, scp: null }, "token_kind_refused"],
    ["okta", { scp: undefined }, "ok"],
    ["okta", { cid: undefined }, "ok"],
    ["okta", { cid: undefined, scp: undefined, scope: "openid" }, "ok"],
    ["okta", { jti: "ID.1" }, "token_kind_refused"],
    ["okta", { jti: "id.1" }, "ok"],
    ["okta", { jti: "AT.ID.1" }, "ok"],
    ["entra", { nonce: "n" }, "token_kind_refused"],
    ["entra", { nonce: "" }, "token_kind_refused"],
    ["entra", { azp: null }, "token_kind_refused"],
  ] as const)("%s with %j: %s", async (name, changes, expected) => {
    expect(await reason(name, changes)).toBe(expected)
  })

  it("entra: idtyp says app before scp says user", async () => {
    expect(await verified("entra", {})).toMatchObject({ kind: "user" })
    expect(await verified("entra", { idtyp: "app" })).toMatchObject({ kind: "app" })
    expect(await verified("entra", { idtyp: "user" })).toMatchObject({ kind: "user" })
  })
})

describe("9: token/, claims of another type", () => {
  it.each([7, true, null, "", ["acme"], { id: "acme" }])("a tenant that is %j is none", async (org) => {
    expect(await verified("oidc", { org: "acme" })).toMatchObject({ tenant: "acme" })
    expect(await verified("oidc", { org })).not.toHaveProperty("tenant")
    expect(await verified("oidc", { org })).toHaveProperty("subject")
  })

  it.each([[[tid]], [7], [null], [""], [{ 0: tid }]])("the tid %j is no tenant of a pattern", async (value) => {
    expect(await reason("anyTenant", { tid: value })).toBe("tenant_not_allowed")
  })

  it.each(["", 7, null, ["web"]])("a client id that is %j is none", async (client_id) => {
    expect(await verified("oidc", { client_id })).not.toHaveProperty("clientId")
    expect(await verified("oidc", { client_id, azp: "other" })).toMatchObject({ clientId: "other" })
  })

  it.each([[["c1"]], [["c1", "c2"]], [[]], [{ 0: "c1" }], [""], ["c1,c2"]])(
    "cognito: %j in client_id is no configured client",
    async (client_id) => {
      expect(await reason("cognito", { client_id })).toBe("audience_mismatch")
    },
  )
})
