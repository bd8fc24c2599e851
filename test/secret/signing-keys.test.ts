import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose"
import { describe, expect, it } from "vitest"
import { SecretFailure } from "../../src/secret/failure.ts"
import { type SigningKey, signingKeysFormat } from "../../src/secret/signing-keys.ts"
import { newKey } from "../support/assertion.ts"

const [key, next, old] = [newKey(), newKey(), newKey()]
const read = (current: string, previous?: string): readonly SigningKey[] =>
  signingKeysFormat.parse({ current, ...(previous !== undefined && { previous }) })
const failureOf = (text: string): string => {
  try {
    return `${read(text).length} keys`
  } catch (error) {
    expect(error).toBeInstanceOf(SecretFailure)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(text.slice(0, 20) || "nothing")
    return (error as SecretFailure).kind
  }
}
const json = (value: unknown): string => JSON.stringify(value)

describe("18-4: a secret with keys that sign", () => {
  const sec1 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" })
  it.each([
    ["a JWK", json(key.jwk), 1],
    ["a JWK with what a key for signing says", json({ ...key.jwk, alg: "ES256", use: "sig", key_ops: ["sign"] }), 1],
    ["a JWK Set", json({ keys: [key.jwk, next.jwk] }), 2],
    ["PEM of PKCS #8", key.pem, 1],
    ["PEM with blank lines around it", `\n\n${key.pem}\n`, 1],
    ["PEM of SEC 1, as openssl ecparam writes it", String(sec1), 1],
    ["a byte order mark before it", `\ufeff${json(key.jwk)}`, 1],
  ])("%s", (_form, text, count) => {
    expect(read(text)).toHaveLength(count)
  })

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
  const pem = { type: "pkcs8", format: "pem" } as const
  const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey
  const { d: _, ...half } = key.jwk
  it.each<[string, string, string]>([
    ["nothing", "", "malformed"],
    ["no JSON", "canary-canary-canary", "malformed"],
    ["a JSON text", '"a"', "malformed"],
    ["a list", json([key.jwk]), "malformed"],
    ["null", "null", "malformed"],
    ["an empty set", json({ keys: [] }), "malformed"],
    ["too many keys", json({ keys: Array.from({ length: 9 }, () => key.jwk) }), "malformed"],
    ["keys that are no list", json({ keys: { 0: key.jwk, length: 1 } }), "malformed"],
    ["a set with one bad key", json({ keys: [key.jwk, {}] }), "malformed"],
    ["a public key", json(half), "malformed"],
    ["a public key as PEM", "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----", "malformed"],
    ["RSA", String(rsa.export(pem)), "malformed"],
    ["RSA as JWK", json(rsa.export({ format: "jwk" })), "malformed"],
    ["Ed25519", String(generateKeyPairSync("ed25519").privateKey.export(pem)), "malformed"],
    ["P-384", json(curve("P-384").export({ format: "jwk" })), "malformed"],
    ["secp256k1", String(curve("secp256k1").export(pem)), "malformed"],
    ["a symmetric key", json({ kty: "oct", k: "AAAA", d: "AAAA" }), "malformed"],
    ["a key for encryption", json({ ...key.jwk, use: "enc" }), "malformed"],
    ["a key of another algorithm", json({ ...key.jwk, alg: "ES384" }), "malformed"],
    ["a key that may not sign", json({ ...key.jwk, key_ops: ["verify"] }), "malformed"],
    ["operations that are no list", json({ ...key.jwk, key_ops: "sign" }), "malformed"],
    ["halves of two keys", json({ ...key.jwk, x: next.jwk.x, y: next.jwk.y }), "malformed"],
    ["a point that is not on the curve", json({ ...key.jwk, y: key.jwk.x }), "malformed"],
    [
      "an encrypted key",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH\n-----END ENCRYPTED PRIVATE KEY-----",
      "malformed",
    ],
    ["members of a prototype", '{"__proto__":{"keys":[]}}', "malformed"],
    [
      "the key that RFC 7515 prints",
      json({
        ...{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU" },
        ...{
          y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
          d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
        },
      }),
      "weak",
    ],
  ])("%s is refused, and not quoted", (_what, text, kind) => {
    expect(failureOf(text)).toBe(kind)
  })

  it("the public half has its thumbprint as kid, as jose counts it, and no private member", async () => {
    const [{ jwk } = { jwk: {} as SigningKey["jwk"] }] = read(json({ ...key.jwk, kid: "own", x5c: ["canary"] }))
    expect(jwk).toEqual(key.published)
    expect(jwk.kid).toBe(await calculateJwkThumbprint(key.published as Parameters<typeof calculateJwkThumbprint>[0]))
  })

  it("signs as JOSE has it, and jose verifies", async () => {
    const [signing] = read(key.pem)
    const encoded = (value: object): string => Buffer.from(json(value)).toString("base64url")
    const input = `${encoded({ alg: "ES256", kid: key.published.kid })}.${encoded({ sub: "a" })}`
    const token = `${input}.${await signing?.sign(input)}`
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [key.published] } as unknown as JSONWebKeySet))
    expect(payload.sub).toBe("a")
  })

  it("the version before is published behind the current one, once each, and never signs", () => {
    const names = (keys: readonly SigningKey[]): readonly string[] => keys.map(({ jwk }) => jwk.kid)
    const set = (...keys: (typeof key)[]): string => json({ keys: keys.map(({ jwk }) => jwk) })
    expect(names(read(set(next, key), set(key, next, old)))).toEqual([next, key, old].map((each) => each.published.kid))
    expect(names(read(key.pem, "a placeholder"))).toEqual([key.published.kid])
  })

  it("a key that a set holds twice is published once, in its first place: a verifier may refuse two of one name", () => {
    const set = json({ keys: [next, key, next].map(({ jwk }) => jwk) })
    expect(read(set).map(({ jwk }) => jwk.kid)).toEqual([next, key].map((each) => each.published.kid))
  })

  it("nothing of a private key shows", () => {
    const [signing] = read(json(key.jwk))
    for (const text of [inspect(signing, { depth: 9, showHidden: true }), json(signing), String(signing)])
      expect(text).not.toContain(key.jwk.d)
  })
})
