import { describe, expect, it } from "vitest"
import type { EntraB2cIssuer, EntraExternalIdIssuer, IssuerConfig } from "../../src/types/configuration.ts"
import { createVerifier } from "../../src/verify.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

const tid = "d00dfeed-4321-4cba-8fed-ba9876543210"
const api = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const jwks = { keys: [testKey().jwk] }
const bare = { scope: undefined, client_id: undefined, sub: "s" }

function verified(issuer: IssuerConfig, claims: object): Promise<unknown> {
  return createVerifier({ issuers: [{ ...issuer, jwks } as IssuerConfig] }, { clock })
    .verify(mint({ ...bare, ...claims }, { header: { typ: "JWT" } }))
    .catch((error: { code: string }) => error.code)
}

/** The addresses that are asked for keys. */
async function asked(issuer: IssuerConfig): Promise<readonly string[]> {
  const urls: string[] = []
  const fetchKeySet = async (url: string) => {
    urls.push(url)
    throw new Error("the tests allow no network")
  }
  await createVerifier({ issuers: [issuer] }, { clock, fetchKeySet }).warmUp()
  return [...new Set(urls)]
}

describe("1.5: entra-external-id", () => {
  const issuer: EntraExternalIdIssuer = { provider: "entra-external-id", tenant: tid, audience: api }
  const claims = { aud: api, tid, oid: "o", scp: "Orders.Read" }
  const v2 = { ...claims, iss: `https://${tid}.ciamlogin.com/${tid}/v2.0`, azp: "web", ver: "2.0" }
  const v1 = { ...claims, iss: `https://${tid}.ciamlogin.com/${tid}/`, appid: "web", ver: "1.0" }

  it("takes both versions, each with its own claims", async () => {
    expect(await verified(issuer, v2)).toMatchObject({
      subject: `${tid}:o`,
      tenant: tid,
      kind: "user",
      clientId: "web",
    })
    expect(await verified(issuer, v1)).toBe("entra_version")
    expect(await verified({ ...issuer, version: 1 }, v1)).toMatchObject({ subject: `${tid}:o`, clientId: "web" })
    expect(await verified({ ...issuer, version: [1, 2] }, v1)).toHaveProperty("subject")
    expect(await verified({ ...issuer, version: [1, 2] }, v2)).toHaveProperty("subject")
    expect(await verified(issuer, { ...v2, ver: "1.0" })).toBe("entra_version")
  })

  it("refuses ID tokens, the tokens of other tenants and those without a version", async () => {
    expect(await verified(issuer, { ...v2, azp: undefined, scp: undefined })).toBe("token_kind_refused")
    expect(await verified(issuer, { ...v2, nonce: "n" })).toBe("token_kind_refused")
    expect(await verified(issuer, { ...v2, tid: api })).toBe("tenant_not_allowed")
    expect(await verified(issuer, { ...v2, iss: `https://acme.ciamlogin.com/${tid}/v2.0` })).toBe("issuer_unknown")
    expect(await verified(issuer, { ...v2, ver: undefined })).toBe("entra_version")
  })

  it("asks the tenant's own document, or that of its name or domain", async () => {
    const document = `${tid}/v2.0/.well-known/openid-configuration`
    expect(await asked(issuer)).toEqual([`https://${tid}.ciamlogin.com/${document}`])
    expect(await asked({ ...issuer, tenantName: "acme" })).toEqual([`https://acme.ciamlogin.com/${document}`])
    expect(await asked({ ...issuer, domain: "login.acme.example" })).toEqual([`https://login.acme.example/${document}`])
    const iss = `https://login.acme.example/${tid}/v2.0`
    expect(await verified({ ...issuer, domain: "login.acme.example" }, { ...v2, iss })).toHaveProperty("subject")
  })
})

describe("1.5: entra-b2c", () => {
  const issuer: EntraB2cIssuer = {
    provider: "entra-b2c",
    tenant: tid,
    tenantName: "acme",
    policy: ["B2C_1_signin", "B2C_1A_SignUp"],
    audience: api,
  }
  const token = {
    iss: `https://acme.b2clogin.com/${tid}/v2.0/`,
    aud: api,
    oid: "o",
    azp: "web",
    scp: "read",
    tfp: "B2C_1_signin",
    nonce: "anyRandomValue",
  }

  it("takes the tokens of the named policies only", async () => {
    expect(await verified(issuer, token)).toMatchObject({
      subject: `${tid}:o`,
      tenant: tid,
      kind: "user",
      scopes: ["read"],
    })
    expect(await verified(issuer, { ...token, tfp: "B2C_1A_SignUp" })).toHaveProperty("subject")
    for (const tfp of ["B2C_1_passwordreset", "b2c_1_signin", ["B2C_1_signin"], null, undefined])
      expect(await verified(issuer, { ...token, tfp })).toBe("claim_required")
    const older = { ...token, tfp: undefined, acr: "B2C_1_signin" }
    expect(await verified(issuer, older)).toBe("claim_required")
    expect(await verified({ ...issuer, policyClaim: "acr" }, older)).toHaveProperty("subject")
  })

  it("takes a nonce, which access tokens have too, and refuses what names no client, or neither scope nor role", async () => {
    expect(await verified(issuer, { ...token, azp: undefined })).toBe("token_kind_refused")
    expect(await verified(issuer, { ...token, scp: undefined })).toBe("token_kind_refused")
    expect(await verified(issuer, { ...token, scp: undefined, roles: ["Sync.All"] })).toMatchObject({ kind: "app" })
    expect(await verified(issuer, { ...token, c_hash: "h" })).toBe("token_kind_refused")
  })

  it("takes the policy in iss in the spelling of the portal or in small letters, and holds it to the claim", async () => {
    const tfp = { ...issuer, issuerMode: "tfp" } as const
    const at = (policy: string): string => `https://acme.b2clogin.com/tfp/${tid}/${policy}/v2.0/`
    expect(await verified(tfp, { ...token, iss: at("B2C_1_signin") })).toHaveProperty("subject")
    expect(await verified(tfp, { ...token, iss: at("b2c_1_signin") })).toHaveProperty("subject")
    expect(await verified(tfp, { ...token, iss: at("B2C_1_SIGNIN") })).toBe("issuer_spelling")
    expect(await verified(tfp, { ...token, iss: at("b2c_1a_signup") })).toBe("claim_required")
    expect(await verified(tfp, token)).toBe("issuer_unknown")
  })

  it("SR-071: sub takes the place of oid under an id of its own", async () => {
    const byObject = (await verified(issuer, token)) as { id: string }
    const bySubject = (await verified(issuer, { ...token, oid: undefined, sub: "o" })) as {
      id: string
      subject: string
    }
    expect(bySubject.subject).toBe(`${tid}:o`)
    expect(bySubject.id).not.toBe(byObject.id)
  })

  it("asks for the keys of the first policy", async () => {
    const path = "B2C_1_signin/discovery/v2.0/keys"
    expect(await asked(issuer)).toEqual([`https://acme.b2clogin.com/acme.onmicrosoft.com/${path}`])
    const { tenantName: _name, ...rest } = issuer
    expect(await asked({ ...rest, domain: "login.acme.example" })).toEqual([
      `https://login.acme.example/${tid}/${path}`,
    ])
  })
})

describe("2.8: where keys of adfs and wso2 are", () => {
  it.each<[IssuerConfig, string]>([
    [{ provider: "adfs", domain: "fs.acme.example", audience: "a" }, "https://fs.acme.example/adfs/discovery/keys"],
    [
      { provider: "wso2", baseUrl: "https://is.acme.example:9443", audience: "a" },
      "https://is.acme.example:9443/oauth2/jwks",
    ],
    [
      { provider: "wso2", baseUrl: "https://is.acme.example", tenantDomain: "acme.example", audience: "a" },
      "https://is.acme.example/t/acme.example/oauth2/jwks",
    ],
  ])("%j: %s", async (issuer, url) => {
    expect(await asked(issuer)).toEqual([url])
  })
})
