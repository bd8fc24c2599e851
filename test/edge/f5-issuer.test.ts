import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { type KeyServer, startKeyServer } from "../support/key-server.ts"
import { testKey } from "../support/keys.ts"
import { hmac, mint, nowSeconds, segment } from "../support/mint.ts"

// 18, reference section 8: BIG-IP APM as an issuer, over HTTPS with an authority of its own.

const lab = { ...testKey("rsa"), kid: "lab" }
const shared = { kty: "oct", kid: "lab-hs", k: Buffer.alloc(32, 7).toString("base64url") }
const issuer = "https://bigip.example.com"
const audience = "api://orders"

let server: KeyServer
beforeAll(async () => {
  server = await startKeyServer({
    respond({ request, response, origin }) {
      const documents: { readonly [path: string]: object } = {
        "/f5-oauth2/v1/.well-known/openid-configuration": { issuer, jwks_uri: `${origin}/f5-oauth2/v1/jwks` },
        "/f5-oauth2/v1/jwks": { keys: [{ ...lab.jwk, kid: "lab" }, shared] },
      }
      const found = documents[request.url ?? ""]
      response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" })
      response.end(JSON.stringify(found ?? {}))
    },
  })
})
afterAll(() => server.close())

const verifierAt = (seconds: number, more: object = {}) =>
  createVerifier(
    {
      issuers: [
        {
          ...{ provider: "oidc", issuer, audience, accessTokenClaim: "groups" },
          discoveryUrl: `${server.origin}/f5-oauth2/v1/.well-known/openid-configuration`,
        },
      ],
      keys: { ca: server.ca },
      ...more,
    },
    { clock: () => seconds * 1000 },
  )
const times = { iat: nowSeconds, exp: nowSeconds + 10 }
const token = (claims: object = {}, minting: object = {}): string =>
  mint({ iss: issuer, aud: audience, groups: ["ops"], ...times, ...claims }, { key: lab, ...minting })

describe("18: F5 BIG-IP APM as an issuer", () => {
  it("is discovered below /f5-oauth2/v1, with a short key id and a private authority", async () => {
    const { subject, groups } = await verifierAt(nowSeconds).verify(token())
    expect([subject, groups]).toEqual(["canary-subject", ["ops"]])
    expect(server.requests.map((each) => each[":path"])).toEqual([
      "/f5-oauth2/v1/.well-known/openid-configuration",
      "/f5-oauth2/v1/jwks",
    ])
  })

  it("is not found without its authority", async () => {
    const verifier = verifierAt(nowSeconds, { keys: {} })
    await expect(verifier.verify(token())).rejects.toMatchObject({ code: "keys_unavailable" })
  })

  it("HS256 of the same issuer is refused, although the secret is in the key set", async () => {
    const input = `${segment({ alg: "HS256", kid: "lab-hs" })}.${segment({ iss: issuer, aud: audience, groups: ["ops"], sub: "a", ...times })}`
    const forged = `${input}.${hmac("HS256", Buffer.alloc(32, 7), input)}`
    await expect(verifierAt(nowSeconds).verify(forged)).rejects.toMatchObject({ code: "algorithm_not_allowed" })
  })

  it("a token of ten seconds is accepted at 14 s, and refused at 16 s", async () => {
    await expect(verifierAt(nowSeconds + 14).verify(token())).resolves.toMatchObject({ issuer })
    await expect(verifierAt(nowSeconds + 16).verify(token())).rejects.toMatchObject({ code: "token_expired" })
  })

  it("a signature in DER, as APM's other ECDSA format has it, is refused", async () => {
    const { createSign } = await import("node:crypto")
    const key = testKey("p256")
    const input = `${segment({ alg: "ES256", kid: key.kid })}.${segment({ iss: issuer, aud: audience, sub: "a", groups: [], ...times })}`
    const der = createSign("sha256").update(input).sign(key.privateKey).toString("base64url")
    const verifier = createVerifier(
      {
        issuers: [
          {
            ...{ provider: "oidc", issuer, audience, accessTokenClaim: "groups" },
            ...{ jwks: { keys: [key.jwk] }, algorithms: ["ES256"] },
          },
        ],
      },
      { clock: () => nowSeconds * 1000 },
    )
    await expect(verifier.verify(`${input}.${der}`)).rejects.toMatchObject({ code: "signature_invalid" })
  })
})
