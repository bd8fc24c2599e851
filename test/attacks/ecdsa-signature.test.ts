import { sign } from "node:crypto"
import { describe, expect, it } from "vitest"
import { everyAlgorithmIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { mint, segments } from "../support/mint.ts"

const issuers = [everyAlgorithmIssuer()]
/** Octets of one integer, and the order of the curve's group (SEC 2). */
const curves = [
  ["ES256", "p256", 32, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n],
  [
    "ES384",
    "p384",
    48,
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ],
  [
    "ES512",
    "p521",
    66,
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  ],
] as const

const integer = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString("hex")}`)
const fixed = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex")

describe.each(curves)("%s signatures are R and S of full length (RFC 7518 section 3.4)", (alg, type, length, order) => {
  const token = mint({}, { alg })
  const [header, payload, mac] = segments(token)
  const octets = Buffer.from(mac, "base64url")
  const [r, s] = [octets.subarray(0, length), octets.subarray(length)]
  const reasonWith = (signature: Uint8Array): Promise<string> =>
    reasonOf(`${header}.${payload}.${Buffer.from(signature).toString("base64url")}`, issuers)
  const pair = (first: bigint, second: bigint): Buffer => Buffer.concat([fixed(first, length), fixed(second, length)])

  it("SR-041: the right signature verifies", async () => {
    expect(await reasonWith(octets)).toBe("ok")
  })

  it("SR-041: the same signature in DER is refused", async () => {
    const der = sign(`sha${alg.slice(2)}`, Buffer.from(`${header}.${payload}`), testKey(type).privateKey)
    expect(await reasonWith(der)).toBe("signature_invalid")
  })

  it("SR-041: integers without leading zeros, or with one more, are refused", async () => {
    const zero = Buffer.of(0)
    for (const wrong of [
      Buffer.concat([zero, octets]),
      Buffer.concat([r, s, zero]),
      Buffer.concat([zero, r, zero, s]),
      Buffer.concat([r, s.subarray(1)]),
      Buffer.concat([r.subarray(1), s]),
      r,
    ]) {
      expect(await reasonWith(wrong)).toBe("signature_invalid")
    }
  })

  it("SR-041: zero, the order, and what lies above it are refused in either place", async () => {
    const most = 2n ** BigInt(8 * length) - 1n
    const [goodR, goodS] = [integer(r), integer(s)]
    for (const bad of [0n, order, order + 1n, most]) {
      expect(await reasonWith(pair(bad, goodS))).toBe("signature_invalid")
      expect(await reasonWith(pair(goodR, bad))).toBe("signature_invalid")
      expect(await reasonWith(pair(bad, bad))).toBe("signature_invalid")
    }
    expect(await reasonWith(pair(1n, 1n))).toBe("signature_invalid")
    expect(await reasonWith(pair(goodS, goodR))).toBe("signature_invalid")
  })

  it("SR-041: the same numbers not reduced by the order are refused", async () => {
    const [bigR, bigS] = [integer(r) + order, integer(s) + order]
    const fits = (value: bigint): boolean => value < 2n ** BigInt(8 * length)
    // Only P-521 leaves room for it in every signature.
    if (alg === "ES512") expect(fits(bigR) && fits(bigS)).toBe(true)
    if (fits(bigR)) expect(await reasonWith(pair(bigR, integer(s)))).toBe("signature_invalid")
    if (fits(bigS)) expect(await reasonWith(pair(integer(r), bigS))).toBe("signature_invalid")
  })
})

describe("ECDSA across curves", () => {
  it("SR-024, SR-047: an alg of another curve finds no key", async () => {
    for (const [alg, type] of [
      ["ES256", "p384"],
      ["ES384", "p256"],
      ["ES512", "p256"],
      ["ES256", "p521"],
    ] as const) {
      const good = mint({}, { alg: { p256: "ES256", p384: "ES384", p521: "ES512" }[type], header: { alg } })
      expect(await reasonOf(good, issuers)).toBe("key_unknown")
    }
  })

  it("SR-041: signatures with short integers verify, in whatever place the zeros fall", async () => {
    // About one signature in 128 has a leading zero octet in R or S.
    let short = 0
    for (let i = 0; short < 3 && i < 5000; i++) {
      const token = mint({ jti: i }, { alg: "ES256" })
      const octets = Buffer.from(segments(token)[2], "base64url")
      if (octets[0] !== 0 && octets[32] !== 0) continue
      short++
      expect(await reasonOf(token, issuers)).toBe("ok")
    }
    expect(short).toBe(3)
  })
})
