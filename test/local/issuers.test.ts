import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startIssuers } from "../../local/issuers/all.ts"
import type { Issuer } from "../../local/issuers/issuer.ts"
import { type PersonaName, personaNames } from "../../local/issuers/persona.ts"

let issuers: Issuer[] = []
beforeAll(async () => {
  issuers = await startIssuers()
})
afterAll(async () => {
  await Promise.all(issuers.map((issuer) => issuer.stop()))
})

const named = (name: PersonaName) => issuers.find(({ persona }) => persona.name === name) as Issuer
const getJson = async (url: string) => (await fetch(url)).json()
const keySet = ({ configuration }: Issuer) => getJson(String(configuration.jwksUri)) as Promise<JSONWebKeySet>

async function verified(issuer: Issuer, token: Parameters<Issuer["mint"]>[0]) {
  const keys = createLocalJWKSet(await keySet(issuer))
  return jwtVerify((await issuer.mint(token)) ?? "", keys, { algorithms: ["RS256"], issuer: issuer.persona.issuerName })
}

describe.each(personaNames)("the %s issuer", (name) => {
  it("signs good tokens with a key of its set, by an independent verification", async () => {
    const { payload } = await verified(named(name), "good")
    expect(payload.aud ?? payload.client_id).toContain(named(name).persona.audience)
  })

  it("mints bad tokens that are bad in one way only", async () => {
    const issuer = named(name)
    await expect(verified(issuer, "expired")).rejects.toThrow("exp")
    await expect(verified(issuer, "tampered")).rejects.toThrow("signature")
    const other = (await verified(issuer, "wrong-audience")).payload
    expect(other.aud ?? other.client_id).not.toContain(issuer.persona.audience)
    const { scp, scope } = (await verified(issuer, "wrong-scope")).payload
    expect([scp ?? scope].flat().join(" ").split(" ")).not.toContain(issuer.persona.scope)
    expect(await issuer.mint("missing")).toBeUndefined()
  })

  it("publishes two public keys, and a discovery document that leads to them under the real issuer's name", async () => {
    const issuer = named(name)
    const { keys } = await keySet(issuer)
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(key).not.toHaveProperty("d")
    expect(await getJson(issuer.address + issuer.persona.discoveryPath)).toMatchObject({
      issuer: issuer.persona.issuerName,
      jwks_uri: issuer.configuration.jwksUri,
    })
  })
})

describe("the shapes that tell the providers apart", () => {
  const good = async (name: PersonaName) => {
    const token = (await named(name).mint("good")) as string
    const [key] = (await keySet(named(name))).keys
    return { header: decodeProtectedHeader(token), claims: (await verified(named(name), "good")).payload, key }
  }

  it("Okta: no typ, scp as an array, cid and uid", async () => {
    const { header, claims } = await good("okta")
    expect(Object.keys(header).sort()).toEqual(["alg", "kid"])
    expect(claims).toMatchObject({
      ver: 1,
      scp: ["openid", "orders:read"],
      cid: expect.any(String),
      uid: expect.any(String),
    })
  })

  it("Auth0: the issuer ends with a slash, two audiences, permissions", async () => {
    const { header, claims } = await good("auth0")
    expect(header.typ).toBe("JWT")
    expect(claims.iss).toMatch(/\/$/)
    expect(claims).toMatchObject({ aud: [expect.any(String), `${claims.iss}userinfo`], permissions: expect.any(Array) })
  })

  it("Entra v2: scp as a string, and keys with an issuer but without alg", async () => {
    const { claims, key } = await good("entra")
    expect(claims).toMatchObject({ ver: "2.0", scp: "Orders.Read", tid: expect.any(String), oid: expect.any(String) })
    expect(key).toMatchObject({ issuer: claims.iss })
    expect(key).not.toHaveProperty("alg")
  })

  it("Cognito: no typ, no aud, a key id in plain base64", async () => {
    const { header, claims } = await good("cognito")
    expect(header.kid).toMatch(/^(?=.*\+)(?=.*\/).*=$/)
    expect(header).not.toHaveProperty("typ")
    expect(claims).not.toHaveProperty("aud")
    expect(claims).toMatchObject({ token_use: "access", client_id: expect.any(String) })
  })
})
