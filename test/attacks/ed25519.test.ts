import { describe, expect, it } from "vitest"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { clock, goodClaims, mint, segment, segments } from "../support/mint.ts"

const issuers = [everyAlgorithmIssuer()]
/** The order of the base point (RFC 8032 section 5.1). */
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const little = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).reverse().toString("hex")}`)
const littleOctets = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse()

describe("Ed25519 signatures (RFC 8032 section 5.1.7)", () => {
  const [header, payload, mac] = segments(mint({}, { alg: "EdDSA" }))
  const octets = Buffer.from(mac, "base64url")
  const [r, s] = [octets.subarray(0, 32), little(octets.subarray(32))]
  const reasonWith = (value: bigint): Promise<string> =>
    reasonOf(`${header}.${payload}.${Buffer.concat([r, littleOctets(value)]).toString("base64url")}`, issuers)

  it("SR-044: S below the order verifies, the same S plus the order does not", async () => {
    expect(await reasonWith(s)).toBe("ok")
    for (let times = 1n; s + times * order < 2n ** 256n; times++) {
      expect(await reasonWith(s + times * order)).toBe("signature_invalid")
    }
    expect(await reasonWith(order)).toBe("signature_invalid")
    expect(await reasonWith(0n)).toBe("signature_invalid")
  })
})

// The points whose order divides eight, in every spelling that a decoder may take: y, y + p, and both signs of x.
const p = 2n ** 255n - 19n
const smallY = [
  0n,
  1n,
  p - 1n,
  p,
  p + 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]
const smallOrderKeys = smallY.flatMap((y) =>
  [littleOctets(y), littleOctets(y | (1n << 255n))].map((x) => x.toString("base64url")),
)

function loaded(jwk: object): KeySetRecord {
  const records: KeySetRecord[] = []
  const known = oidcIssuer({ jwks: { keys: [testKey("ed25519").jwk, jwk] }, algorithms: ["EdDSA"] })
  createVerifier({ issuers: [known] }, { clock, observer: { keySet: (record) => void records.push(record) } })
  return records[0] as KeySetRecord
}

describe("Ed25519 keys of small order (RFC 8725 section 3.4)", () => {
  it("SR-044: a signature that nobody made does not pass", async () => {
    // With the neutral element as the key, R = neutral and S = 0 satisfy the equation for every text, and OpenSSL 3.0
    // takes it for good.
    const neutral = littleOctets(1n)
    const jwk = { kty: "OKP", crv: "Ed25519", x: neutral.toString("base64url"), kid: "neutral" }
    const input = `${segment({ alg: "EdDSA", kid: "neutral" })}.${segment(goodClaims)}`
    const mac = Buffer.concat([neutral, Buffer.alloc(32)])
    const withNeutral = [oidcIssuer({ jwks: { keys: [testKey("ed25519").jwk, jwk] }, algorithms: ["EdDSA"] })]
    expect(await reasonOf(`${input}.${mac.toString("base64url")}`, withNeutral)).toBe("key_unknown")
  })

  it.each(smallOrderKeys)("SR-044: the key %s is unusable", (x) => {
    const { usable, skipped } = loaded({ kty: "OKP", crv: "Ed25519", x, kid: "small" })
    expect(usable).toBe(1)
    expect((skipped.small_order ?? 0) + (skipped.invalid ?? 0)).toBe(1)
  })

  it("SR-044: an ordinary key is usable", () => {
    expect(loaded({ ...testKey("ed25519", "2").jwk })).toMatchObject({ usable: 2, skipped: {} })
  })
})
