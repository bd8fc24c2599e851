import { constants, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from "node:crypto"
import { describe, expect, it } from "vitest"
import type { VerificationKey } from "../../src/keys/jwk.ts"
import { rsaPssKey } from "../../src/keys/rsa-pss.ts"
import { type Algorithm, algorithms } from "../../src/shared/algorithms.ts"
import { derSignature } from "../../src/token/ecdsa.ts"
import { signingKey } from "../../src/token/signature.ts"

const signed = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0"
const bytes = Buffer.from(signed)
const { RSA_PKCS1_PADDING: pkcs1, RSA_PKCS1_PSS_PADDING: pss } = constants
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
const curves = { ES256: "P-256", ES384: "P-384", ES512: "P-521" } as const

/** What the platform's one call for everything says. What throws there is refused here. */
function oneCall(digest: string | null, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify(digest, bytes, key, signature)
  } catch {
    return false
  }
}

/** What the walk says. */
function own(name: string, object: KeyObject, signature: Uint8Array): boolean {
  const algorithm = algorithms.get(name)
  if (algorithm === undefined) throw new Error(`no algorithm ${name}`)
  const key = { kid: undefined } as VerificationKey
  return signingKey(algorithm, signed, signature, [{ key, object }]) === key
}

/** Signatures that are wrong in their length, their bits, or all of it. */
function spoiled(good: Buffer): readonly Buffer[] {
  const lengths = [0, 1, 2, good.length - 1, good.length + 1, good.length * 2, 1024]
  const fit = lengths.map((length) => Buffer.concat([good, randomBytes(1024)]).subarray(0, length))
  const flipped = [0, 1, 7, good.length >> 1, good.length - 1].map((at) => {
    const copy = Buffer.from(good)
    copy[at] = (copy[at] as number) ^ 1
    return copy
  })
  const halves = Buffer.concat([good.subarray(good.length / 2), good.subarray(0, good.length / 2)])
  return [
    ...fit,
    ...flipped,
    Buffer.alloc(good.length),
    Buffer.alloc(good.length, 0xff),
    randomBytes(good.length),
    halves,
  ]
}

describe("19.1: a digest made first has the verdict of one call for everything", () => {
  let cases = 0
  it.each(["RS256", "RS384", "RS512"])("%s", (name) => {
    const digest = `sha${name.slice(2)}`
    const good = sign(digest, bytes, rsa.privateKey)
    expect(own(name, rsa.publicKey, good)).toBe(true)
    const others = ["sha1", "sha256", "sha384", "sha512"].flatMap((other) => [
      sign(other, bytes, rsa.privateKey),
      sign(other, bytes, { key: rsa.privateKey, padding: pss, saltLength: 32 }),
    ])
    for (const signature of [...spoiled(good), ...others]) {
      expect(own(name, rsa.publicKey, signature)).toBe(oneCall(digest, rsa.publicKey, signature))
      cases++
    }
  })

  it.each([
    ["PS256", 32],
    ["PS384", 48],
    ["PS512", 64],
  ] as const)("%s, with every salt length and with PKCS #1", (name, saltLength) => {
    const digest = `sha${name.slice(2)}`
    const object = rsaPssKey(rsa.publicKey, algorithms.get(name) as Algorithm)
    const withSalt = (length: number, hash = digest) =>
      sign(hash, bytes, { key: rsa.privateKey, padding: pss, saltLength: length })
    const good = withSalt(saltLength)
    expect(own(name, object, good)).toBe(true)
    const lengths = [0, 1, 8, 20, 31, 32, 33, 47, 48, 49, 63, 64, 65, 100]
    const odd = [
      ...lengths.map((length) => withSalt(length)),
      ...["sha1", "sha256", "sha384", "sha512"].flatMap((hash) => [
        withSalt(saltLength, hash),
        sign(hash, bytes, { key: rsa.privateKey, padding: pkcs1 }),
      ]),
    ]
    for (const signature of [...spoiled(good), ...odd]) {
      expect(own(name, object, signature)).toBe(oneCall(digest, object, signature))
      cases++
    }
    for (const length of lengths) if (length < saltLength) expect(own(name, object, withSalt(length))).toBe(false)
  })

  it.each(Object.entries(curves))("%s, in both forms and malformed", (name, namedCurve) => {
    const digest = `sha${name.slice(2)}`
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve })
    const integerLength = algorithms.get(name)?.integerLength ?? 0
    for (let round = 0; round < 20; round++) {
      const good = sign(digest, bytes, { key: privateKey, dsaEncoding: "ieee-p1363" })
      expect(own(name, publicKey, good)).toBe(true)
      if (round > 0) continue
      const der = sign(digest, bytes, privateKey)
      for (const signature of [...spoiled(good), der, Buffer.concat([der, Buffer.alloc(1)]), der.subarray(1)]) {
        const converted = derSignature(signature, integerLength)
        const expected = converted !== undefined && oneCall(digest, publicKey, converted)
        expect(own(name, publicKey, signature)).toBe(expected)
        cases++
      }
    }
  })

  it("keys of another kind are refused, and nothing throws", () => {
    const keys = [
      rsa.publicKey,
      ...Object.values(curves).map((namedCurve) => generateKeyPairSync("ec", { namedCurve }).publicKey),
      generateKeyPairSync("ed25519").publicKey,
      createPublicKey(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey),
    ]
    const signatures = [sign("sha256", bytes, rsa.privateKey), randomBytes(64), randomBytes(96), randomBytes(132)]
    for (const [name, { digest, integerLength }] of algorithms)
      for (const key of keys)
        for (const signature of signatures) {
          const converted = integerLength === undefined ? signature : derSignature(signature, integerLength)
          const expected = converted !== undefined && oneCall(digest, key, converted)
          expect(own(name, key, signature)).toBe(expected)
          cases++
        }
  })

  it("in some 390 odd cases", () => {
    expect(cases).toBeGreaterThan(390)
  })
})

describe("the DER of an ECDSA signature", () => {
  it.each([
    [61, "307f"],
    [62, "308180"],
    [63, "308181"],
  ])(
    "SR-041: with R of 62 octets and S of %i has the shortest form of its length (X.690 section 10.1)",
    (octets, head) => {
      const signature = Buffer.alloc(132, 1)
        .fill(0, 0, 4)
        .fill(0, 66, 132 - octets)
      const der = Buffer.from(derSignature(signature, 66) ?? [])
      const [r, s] = [62, octets].map((length) => `02${length.toString(16)}${"01".repeat(length)}`)
      expect(der.toString("hex")).toBe(`${head}${r}${s}`)
    },
  )
})
