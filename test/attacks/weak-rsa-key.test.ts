import { constants, createHash, createPublicKey, generateKeyPairSync, privateEncrypt, verify } from "node:crypto"
import { describe, expect, it } from "vitest"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey, withKid } from "../support/keys.ts"
import { clock, goodClaims, mint, segment } from "../support/mint.ts"

const base64url = (value: bigint | Uint8Array): string => {
  if (typeof value !== "bigint") return Buffer.from(value).toString("base64url")
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url")
}

/** An issuer whose set holds a good key and the one in question. */
const issuersWith = (jwk: object) => [oidcIssuer({ jwks: { keys: [testKey("rsa").jwk, { use: "sig", ...jwk }] } })]

function loaded(jwk: object): KeySetRecord {
  const records: KeySetRecord[] = []
  createVerifier({ issuers: issuersWith(jwk) }, { clock, observer: { keySet: (record) => void records.push(record) } })
  expect(records).toHaveLength(1)
  return records[0] as KeySetRecord
}

const { n = "" } = testKey("rsa", "e").jwk
const modulusBits = 2048

/** The signature that RSA with e = 1 takes for good: the padded digest itself (RFC 8017 section 8.2.2). */
function forged(input: string): string {
  const digestInfo = Buffer.concat([
    Buffer.from("3031300d060960864801650304020105000420", "hex"),
    createHash("sha256").update(input).digest(),
  ])
  const padding = Buffer.alloc(modulusBits / 8 - digestInfo.length - 3, 0xff)
  return Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), digestInfo]).toString("base64url")
}

describe("the public exponent (RFC 8017 section 3.1)", () => {
  it("SR-046: with e = 1 the platform lets anyone sign; here the key is unusable", async () => {
    const jwk = { kty: "RSA", kid: "weak", n, e: base64url(1n) }
    const input = `${segment({ alg: "RS256", kid: "weak" })}.${segment(goodClaims)}`
    const mac = forged(input)
    const key = createPublicKey({ key: jwk, format: "jwk" })
    // The premise: without the rule the forged token would pass.
    expect(verify("sha256", Buffer.from(input), key, Buffer.from(mac, "base64url"))).toBe(true)
    expect(await reasonOf(`${input}.${mac}`, issuersWith(jwk))).toBe("key_unknown")
    expect(loaded(jwk)).toMatchObject({ usable: 1, skipped: { rsa_exponent: 1 } })
  })

  it.each([2n, 4n, 65_536n])("SR-046: e = %i is unusable", async (e) => {
    const jwk = { kty: "RSA", kid: "weak", n, e: base64url(e) }
    const { usable, skipped } = loaded(jwk)
    expect(usable).toBe(1)
    expect((skipped.rsa_exponent ?? 0) + (skipped.invalid ?? 0)).toBe(1)
    expect(await reasonOf(mint({}, { header: { kid: "weak" } }), issuersWith(jwk))).toBe("key_unknown")
  })

  it.each([
    [2n ** 32n - 1n, 2],
    [2n ** 32n, 1],
    [2n ** 32n + 1n, 1],
    [2n ** 64n + 1n, 1],
    [2n ** 96n + 1n, 1],
    [2n ** 2047n + 1n, 1],
  ])("part 4: e = %i: exponents above 2^32 cost milliseconds a signature and are unusable", (e, usable) => {
    const jwk = { kty: "RSA", kid: "slow", n, e: base64url(e) }
    expect(loaded(jwk)).toMatchObject({ usable, skipped: usable === 2 ? {} : { rsa_exponent: 1 } })
  })

  it("part 4: zeros before e do not count, up to a limit", () => {
    const padded = (zeros: number): string => base64url(Buffer.concat([Buffer.alloc(zeros), Buffer.of(1, 0, 1)]))
    expect(loaded({ kty: "RSA", kid: "padded", n, e: padded(9) })).toMatchObject({ usable: 2, skipped: {} })
    expect(loaded({ kty: "RSA", kid: "padded", n, e: padded(10) })).toMatchObject({ skipped: { rsa_exponent: 1 } })
  })

  it("SR-046: e = 0 and no e at all are unusable", () => {
    expect(loaded({ kty: "RSA", kid: "weak", n, e: "AA" }).usable).toBe(1)
    expect(loaded({ kty: "RSA", kid: "weak", n, e: "" }).usable).toBe(1)
    expect(loaded({ kty: "RSA", kid: "weak", n }).usable).toBe(1)
  })

  it("SR-046: e = 3 is odd and legal", async () => {
    const three = withKid(generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }), "three")
    expect(await reasonOf(mint({}, { key: three }), issuersWith(three.jwk))).toBe("ok")
  })
})

describe("the modulus (RFC 7518 section 3.3)", () => {
  it.each([1024, 2040, 2047])("SR-045: %i bits are too few, although the signature is good", async (modulusLength) => {
    const short = withKid(generateKeyPairSync("rsa", { modulusLength }), "short")
    for (const alg of ["RS256", "PS256"]) {
      const issuers = [oidcIssuer({ jwks: { keys: [testKey("rsa").jwk, short.jwk] }, algorithms: [alg] })]
      expect(await reasonOf(mint({}, { key: short, alg }), issuers)).toBe("key_unknown")
    }
    expect(loaded(short.jwk)).toMatchObject({ usable: 1, skipped: { rsa_length: 1 } })
  })

  it("SR-045, part 9: 2048 bits are enough", async () => {
    const just = withKid(generateKeyPairSync("rsa", { modulusLength: 2048 }), "just")
    expect(await reasonOf(mint({}, { key: just }), issuersWith(just.jwk))).toBe("ok")
  })

  it("SR-045: bits are counted in the number, not in its text", () => {
    const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" })
    const padded = Buffer.concat([Buffer.alloc(128), Buffer.from(short.n ?? "", "base64url")]).toString("base64url")
    expect(loaded({ kty: "RSA", kid: "padded", n: padded, e: "AQAB" })).toMatchObject({
      usable: 1,
      skipped: { rsa_length: 1 },
    })
    const good = Buffer.concat([Buffer.of(0), Buffer.from(n, "base64url")]).toString("base64url")
    expect(loaded({ kty: "RSA", kid: "leading-zero", n: good, e: "AQAB" })).toMatchObject({ usable: 2, skipped: {} })
  })

  it("SR-045: more than 8192 bits are a load, not a strength", () => {
    const modulus = (bits: number): string => base64url(2n ** BigInt(bits) - 1n)
    expect(loaded({ kty: "RSA", kid: "8192", n: modulus(8192), e: "AQAB" })).toMatchObject({ usable: 2 })
    for (const bits of [8193, 16_384, 65_536]) {
      const { usable, skipped } = loaded({ kty: "RSA", kid: "huge", n: modulus(bits), e: "AQAB" })
      expect(usable).toBe(1)
      expect((skipped.rsa_length ?? 0) + (skipped.invalid ?? 0)).toBe(1)
    }
  })
})

describe("raw RSA", () => {
  it("SR-043: a signature without the digest's identifier is refused", async () => {
    const { privateKey, kid } = testKey("rsa")
    const input = `${segment({ alg: "RS256", kid })}.${segment(goodClaims)}`
    const digest = createHash("sha256").update(input).digest()
    const bare = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digest)
    expect(await reasonOf(`${input}.${bare.toString("base64url")}`)).toBe("signature_invalid")
  })
})
