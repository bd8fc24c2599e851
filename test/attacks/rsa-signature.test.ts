import { constants, sign } from "node:crypto"
import { describe, expect, it } from "vitest"
import { everyAlgorithmIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { goodClaims, mint, segment, segments, signature } from "../support/mint.ts"

const issuers = [everyAlgorithmIssuer()]
const { privateKey: key, kid } = testKey("rsa")
const inputOf = (alg: string): string => `${segment({ alg, kid })}.${segment(goodClaims)}`
const reasonWith = (input: string, mac: Uint8Array): Promise<string> =>
  reasonOf(`${input}.${Buffer.from(mac).toString("base64url")}`, issuers)
const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING }

describe("RSASSA-PSS salts are as long as the hash (RFC 7518 section 3.5)", () => {
  it.each([
    ["PS256", 32],
    ["PS384", 48],
    ["PS512", 64],
  ])("SR-042: %s with %i octets, and nothing else", async (alg, right) => {
    const input = inputOf(alg)
    const digest = `sha${alg.slice(2)}`
    const longest = 256 - Number(alg.slice(2)) / 8 - 2
    for (const saltLength of [right, 0, 1, right - 1, right + 1, 20, longest]) {
      const mac = sign(digest, Buffer.from(input), { ...pss, saltLength })
      expect(await reasonWith(input, mac)).toBe(saltLength === right ? "ok" : "signature_invalid")
    }
  })
})

describe("another scheme than alg says (RFC 8017 section 8)", () => {
  const families = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
  it.each(families)("SR-025, SR-043: a signature of another RSA scheme under %s is refused", async (alg) => {
    const input = inputOf(alg)
    for (const other of families) {
      const expected = other === alg ? "ok" : "signature_invalid"
      expect(await reasonWith(input, signature(other, key, input))).toBe(expected)
    }
  })

  it.each(["sha1", "md5", "sha224", "sha3-256", "ripemd160"])("SR-043: %s under RS256 is refused", async (digest) => {
    const input = inputOf("RS256")
    expect(await reasonWith(input, sign(digest, Buffer.from(input), key))).toBe("signature_invalid")
  })

  it("SR-042: MGF1 or salt of SHA-1 under PS256 is refused", async () => {
    const input = inputOf("PS256")
    expect(await reasonWith(input, sign("sha1", Buffer.from(input), { ...pss, saltLength: 20 }))).toBe(
      "signature_invalid",
    )
  })

  it("SR-040: a signature over something else is refused", async () => {
    const [header, payload] = segments(mint())
    for (const text of ["", header, payload, `${header}${payload}`, `${header}.${payload}.`, `${payload}.${header}`]) {
      expect(await reasonWith(`${header}.${payload}`, sign("sha256", Buffer.from(text), key))).toBe("signature_invalid")
    }
  })

  it("SR-040: the signature of another token of the same key is refused", async () => {
    const [header, payload] = segments(mint({ sub: "someone-else" }))
    const [, , mac] = segments(mint())
    expect(await reasonOf(`${header}.${payload}.${mac}`, issuers)).toBe("signature_invalid")
  })
})

describe("what a bad signature hides", () => {
  it("SR-054: an expired, foreign or early token with a bad signature is called badly signed", async () => {
    for (const claims of [{ exp: 1 }, { aud: "other" }, { nbf: 9e9 }, { exp: "x" }, { cnf: {} }, { sub: 7 }]) {
      const [header, payload] = segments(mint(claims))
      expect(await reasonWith(`${header}.${payload}`, Buffer.alloc(256, 1))).toBe("signature_invalid")
    }
  })
})
