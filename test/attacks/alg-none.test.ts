import { describe, expect, it } from "vitest"
import { ConfigurationError } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { goodClaims, mint, segment, segments } from "../support/mint.ts"

const everything = [everyAlgorithmIssuer()]

describe("alg none and its spellings (RFC 8725 section 3.1)", () => {
  const spellings = [
    "none",
    "None",
    "NONE",
    "nOnE",
    "none ",
    " none",
    "none\u0000",
    "noné",
    "nоne",
    "null",
    "undefined",
  ]

  it.each(spellings)("SR-021: %j is refused with a good signature", async (alg) => {
    expect(await reasonOf(mint({}, { header: { alg } }), everything)).toBe("algorithm_not_allowed")
  })

  it.each(spellings)("SR-021: %j is refused with a made-up signature", async (alg) => {
    const [header, payload] = [segment({ alg, kid: "rsa-1" }), segment(goodClaims)]
    expect(await reasonOf(`${header}.${payload}.AA`, everything)).toBe("algorithm_not_allowed")
  })

  it.each(spellings)("SR-004, SR-021: %j is refused without a signature", async (alg) => {
    const unsigned = `${segment({ alg })}.${segment(goodClaims)}.`
    expect(await reasonOf(unsigned, everything)).toBe("token_malformed")
    expect(await reasonOf(unsigned.slice(0, -1), everything)).toBe("token_malformed")
  })

  it("SR-040: a good header without a signature is refused", async () => {
    const [header, payload] = segments(mint())
    expect(await reasonOf(`${header}.${payload}.`)).toBe("token_malformed")
  })
})

describe("alg of the wrong form", () => {
  it.each([undefined, null, 0, 256, true, [], ["RS256"], {}, { name: "RS256" }])(
    "SR-022: %j is refused",
    async (alg) => {
      expect(await reasonOf(mint({}, { header: { alg } }), everything)).toBe("header_invalid")
    },
  )

  it.each(["", "rs256", "Rs256", "RS256 ", "RS-256", "RS1", "RS25", "RS2567", "ES256K", "EDDSA", "eddsa", "Ed448"])(
    "SR-022: %j is not an algorithm",
    async (alg) => {
      expect(await reasonOf(mint({}, { header: { alg } }), everything)).toBe("algorithm_not_allowed")
    },
  )

  it.each(["toString", "constructor", "__proto__", "hasOwnProperty"])("SR-015: %j is not an algorithm", async (alg) => {
    expect(await reasonOf(mint({}, { header: { alg } }), everything)).toBe("algorithm_not_allowed")
  })

  it("SR-020: an algorithm that the issuer's list lacks is refused, although the key could verify it", async () => {
    for (const alg of ["RS384", "RS512", "PS256", "PS384", "PS512"]) {
      expect(await reasonOf(mint({}, { alg }))).toBe("algorithm_not_allowed")
      expect(await reasonOf(mint({}, { alg }), everything)).toBe("ok")
    }
  })
})

describe("algorithms in the configuration", () => {
  it.each([[[]], [["none"]], [["RS256", "none"]], [["HS256"]], [["RS256", "HS512"]], [["rs256"]], [[""]], [[null]]])(
    "SR-020, SR-023: the list %j is refused",
    (algorithms) => {
      const issuers = [oidcIssuer({ algorithms: algorithms as string[] })]
      expect(() => createVerifier({ issuers })).toThrow(ConfigurationError)
      expect(() => createVerifier({ issuers })).toThrow(/issuers\[0\]\.algorithms/)
    },
  )
})
