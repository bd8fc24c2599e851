import { describe, expect, it } from "vitest"
import type { IssuerConfig } from "../../src/types/configuration.ts"
import { createVerifier } from "../../src/verify.ts"
import { fixtureNames, readFixture } from "../support/fixtures.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"

interface Enterprise {
  readonly issuer: IssuerConfig
  readonly header: { readonly alg: string }
  /** How the key set names the key. */
  readonly key: { readonly [member: string]: string }
  readonly payload: object
  readonly principal?: object
  readonly refused?: string
}

const { kid: _kid, ...publicKey } = testKey("rsa").jwk
const { kid: _other, ...otherKey } = testKey("rsa", "2").jwk
const files = fixtureNames("idp/enterprise").map((name) => name.replace(".json", ""))
const fixture = (file: string): Enterprise => readFixture(`idp/enterprise/${file}.json`)

function verified({ issuer, header, key, payload }: Enterprise, changes: object = {}): Promise<unknown> {
  const { jwksUri: _place, ...rest } = issuer
  const jwks = {
    keys: [
      { ...otherKey, kid: "other" },
      { ...publicKey, ...key },
    ],
  }
  const token = mint(JSON.stringify(payload), { header: JSON.stringify({ ...header, ...changes }), alg: header.alg })
  return createVerifier({ issuers: [{ ...rest, jwks } as IssuerConfig] }, { clock })
    .verify(token)
    .catch((error: { code: string }) => error.code)
}

describe("2.8: enterprise issuers without kid", () => {
  it("all recorded claim sets are tried", () => {
    expect(files).toHaveLength(10)
  })

  it.each(files)("%s", async (file) => {
    const { principal, refused } = fixture(file)
    const result = await verified(fixture(file))
    if (refused !== undefined) expect(result).toBe(refused)
    else expect(result).toMatchObject(principal ?? {})
  })

  it.each(files.filter((file) => fixture(file).refused === undefined))(
    "%s: a thumbprint of another certificate selects no key, and a kid goes before it",
    async (file) => {
      const other = Buffer.alloc(20, 7).toString("base64url")
      const named = { x5t: other, "x5t#S256": undefined, kid: undefined }
      expect(await verified(fixture(file), named)).toBe("key_unknown")
      expect(await verified(fixture(file), { ...named, kid: "other" })).toBe("signature_invalid")
      expect(await verified(fixture(file), { ...named, kid: "unknown" })).toBe("key_unknown")
      expect(await verified(fixture(file), { ...named, x5t: undefined })).toBe("kid_missing")
    },
  )
})

describe("2.8: adfs", () => {
  const { issuer, ...token } = fixture("adfs-access-user-one-group")
  const at = async (changes: object, payload: object = {}) =>
    verified({ ...token, issuer: { ...issuer, ...changes } as IssuerConfig, payload: { ...token.payload, ...payload } })

  it("names the claim that identifies users, and takes no other in its place", async () => {
    expect(await at({ subject: "unique_name" })).toMatchObject({ subject: "EXAMPLE\\ava.harper" })
    expect(await at({ subject: "employee" }, { employee: "4711" })).toMatchObject({ subject: "4711" })
    expect(await at({ subject: "employee" })).toBe("subject_invalid")
    expect(await at({ subject: "employee" }, { employee: ["4711"] })).toBe("subject_invalid")
  })

  it("SR-071: the ids of two claims and of a client with one value differ", async () => {
    const bare = { upn: undefined, unique_name: undefined }
    const ids = await Promise.all(
      [{ sub: "x" }, { upn: "x" }, { nameid: "x" }, { appid: "x", apptype: "Confidential" }].map(
        async (claims) => ((await at({}, { ...bare, ...claims })) as { id: string }).id,
      ),
    )
    expect(new Set(ids).size).toBe(4)
  })

  it("takes the federation service's identifier as it was set", async () => {
    const iss = "urn:example:federation"
    expect(await at({ issuer: iss }, { iss })).toHaveProperty("subject")
    expect(await at({ issuer: iss })).toBe("issuer_unknown")
    await expect(at({ issuer: "https://fs.example.com/adfs" })).rejects.toThrow(
      /issuers\[0\]\.issuer: is what ID tokens name/,
    )
  })

  it("refuses a token that names no client", async () => {
    expect(await at({}, { appid: undefined })).toBe("token_kind_refused")
  })

  it("under oidc, refuses the issuer of ID tokens and takes that of access tokens", async () => {
    const oidc = (iss: string, tokenUse?: "id") => ({
      ...token,
      issuer: { provider: "oidc", issuer: iss, audience: "a", ...(tokenUse && { tokenUse }) } as IssuerConfig,
      payload: { ...token.payload, iss, aud: "a", sub: "ava" },
    })
    await expect(async () => verified(oidc("https://fs.example.com/adfs"))).rejects.toThrow(/must be "adfs"/)
    await expect(async () => verified(oidc("https://fs.example.com/adfs/"))).rejects.toThrow(/must be "adfs"/)
    expect(await verified(oidc("https://fs.example.com/adfs", "id"))).toHaveProperty("subject", "ava")
    expect(await verified(oidc("http://fs.example.com/adfs/services/trust"))).toHaveProperty("subject", "ava")
  })
})

describe("2.8: wso2", () => {
  const { issuer, ...token } = fixture("wso2-access-user-x5t")
  const at = async (changes: object, payload: object = {}) =>
    verified({ ...token, issuer: { ...issuer, ...changes } as IssuerConfig, payload: { ...token.payload, ...payload } })

  it("the program and the person who registered it have two ids", async () => {
    const app = (await at({}, { aut: "APPLICATION", sub: "ava" })) as { id: string; subject: string }
    const user = (await at({}, { aut: "APPLICATION_USER", sub: "ava" })) as { id: string }
    expect(app.subject).toBe("NwOrdersApp00000000000000001")
    expect(app.id).not.toBe(user.id)
    expect(await at({}, { aut: "AGENT" })).toMatchObject({ kind: "unknown", subject: "ava" })
  })

  it.each([
    [{ baseUrl: "is.example.com" }, /baseUrl: must be scheme, host and port/],
    [{ baseUrl: "https://is.example.com/" }, /baseUrl: must be scheme, host and port/],
    [{ baseUrl: "x https://is.example.com" }, /baseUrl: must be scheme, host and port/],
    [{ baseUrl: "https://is.example.com/oauth2/token" }, /baseUrl: must be scheme, host and port/],
    [{ tenantDomain: "a/b" }, /tenantDomain: must be a domain name/],
    [{ issuer: "https://gitlab.com" }, /require: must give the exact value/],
  ])("%j is refused at start", async (changes, message) => {
    await expect(at(changes)).rejects.toThrow(message)
  })
})
