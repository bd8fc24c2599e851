import { describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { goodClaims, hmac, mint, segment } from "../support/mint.ts"
import { remoteVerifier } from "../support/remote.ts"

const types = ["rsa", "p256", "p384", "p521", "ed25519"] as const
const issuers = [everyAlgorithmIssuer()]

/** Every text of a public key that is, or could be, published: an attacker knows them all. */
function publicForms(type: (typeof types)[number]): { [form: string]: string | Buffer } {
  const { publicKey, jwk } = testKey(type)
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString()
  const material = jwk.n ?? jwk.x ?? ""
  return {
    "SPKI in PEM": pem,
    "SPKI in PEM without its last line end": pem.trimEnd(),
    "SPKI in PEM with CRLF": pem.replaceAll("\n", "\r\n"),
    "SPKI in DER": publicKey.export({ type: "spki", format: "der" }),
    "JWK as JSON": JSON.stringify(jwk),
    "modulus or x in base64url": material,
    "modulus or x as octets": Buffer.from(material, "base64url"),
    nothing: "",
  }
}

describe.each(types)("HMAC with the public key %s as the secret (RFC 8725 section 2.1)", (type) => {
  const { kid } = testKey(type)
  it.each(Object.entries(publicForms(type)))("SR-023: %s", async (_form, secret) => {
    for (const alg of ["HS256", "HS384", "HS512"] as const) {
      const input = `${segment({ alg, kid })}.${segment(goodClaims)}`
      expect(await reasonOf(`${input}.${hmac(alg, secret, input)}`, issuers)).toBe("algorithm_not_allowed")
    }
  })

  it("SR-023: an asymmetric alg does not turn into an HMAC either", async () => {
    const alg = { rsa: "RS256", p256: "ES256", p384: "ES384", p521: "ES512", ed25519: "EdDSA" }[type]
    const input = `${segment({ alg, kid })}.${segment(goodClaims)}`
    for (const secret of Object.values(publicForms(type))) {
      expect(await reasonOf(`${input}.${hmac("HS256", secret, input)}`, issuers)).toBe("signature_invalid")
    }
  })
})

describe("symmetric keys in a key set", () => {
  const k = Buffer.alloc(32, 7)
  const oct = { kty: "oct", kid: "shared", k: k.toString("base64url") }

  it("SR-023, SR-049: kty oct is never a key, whatever the token says", async () => {
    const keys = [testKey("rsa").jwk, oct, { ...oct, alg: "RS256" }, { ...oct, alg: "HS256", use: "sig" }]
    const { verifier, records } = remoteVerifier(keys)
    for (const alg of ["HS256", "RS256"]) {
      const input = `${segment({ alg, kid: "shared" })}.${segment(goodClaims)}`
      const code = alg === "HS256" ? "algorithm_not_allowed" : "key_unknown"
      await expect(verifier.verify(`${input}.${hmac("HS256", k, input)}`)).rejects.toMatchObject({ code })
    }
    await expect(verifier.verify(mint())).resolves.toMatchObject({ subject: goodClaims.sub })
    expect(records[0]).toMatchObject({ usable: 1, skipped: { symmetric: 3 } })
  })

  it("SR-049, SR-050: kty oct in the configuration is refused at start", () => {
    const issuers = [oidcIssuer({ jwks: { keys: [testKey("rsa").jwk, oct] } })]
    expect(() => createVerifier({ issuers })).toThrow(/issuers\[0\]\.jwks\.keys\[1\]/)
  })
})
