import { describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { clock, mint, segment, segments } from "../support/mint.ts"

const jwe = segment({ alg: "dir", enc: "A256GCM", zip: "DEF", p2c: 2_147_483_647, kid: "rsa-1" })

describe("encrypted tokens (RFC 7516)", () => {
  it.each([
    `${jwe}..AAAA.BBBB.CCCC`,
    `${jwe}.AAAA.AAAA.BBBB.CCCC`,
    `${segment({ alg: "PBES2-HS256+A128KW", enc: "A128CBC-HS256", p2c: 1e9 })}.A.B.C.D`,
    "a.b.c.d.e",
    "....",
  ])("SR-007: %s is refused unread", async (token) => {
    expect(await reasonOf(token)).toBe("token_encrypted")
  })

  it("SR-007: a JWE header in three segments is refused by its alg", async () => {
    const [, payload, mac] = segments(mint())
    expect(await reasonOf(`${jwe}.${payload}.${mac}`)).toBe("algorithm_not_allowed")
  })
})

describe("opaque tokens", () => {
  it.each(["2YotnFZFEjr1zCsicMWpAA", "mF_9.B5f-4.1JqM".replaceAll(".", "~"), "x", "dGhpcyBpcyBvcGFxdWU="])(
    "SR-004: %s is refused with a reason of its own",
    async (token) => {
      expect(await reasonOf(token)).toBe("token_opaque")
    },
  )
})

describe("JWS JSON serialization (RFC 7515 section 7.2)", () => {
  const [header, payload, mac] = segments(mint())
  it.each([
    JSON.stringify({ protected: header, payload, signature: mac }),
    JSON.stringify({ payload, signatures: [{ protected: header, signature: mac }] }),
    JSON.stringify([header, payload, mac]),
    JSON.stringify(`${header}.${payload}.${mac}`),
  ])("SR-006: %s", async (text) => {
    expect(["token_malformed", "token_encrypted"]).toContain(await reasonOf(text))
  })

  it("SR-006: base64url of it is no token either", async () => {
    expect(await reasonOf(segment({ protected: header, payload, signature: mac }))).toBe("token_opaque")
  })
})

describe("values that are no strings", () => {
  const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
  const good = mint()
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 7],
    ["true", true],
    ["an array of the token", [good]],
    ["its segments", good.split(".")],
    ["an object with toString", { toString: () => good }],
    ["a String object", new String(good)],
    ["octets", Buffer.from(good)],
    ["a symbol", Symbol(good)],
    ["a function", () => good],
  ])("SR-009: %s is refused, not converted", async (_name, value) => {
    await expect(verifier.verify(value as string)).rejects.toMatchObject({
      name: "TokenRefused",
      code: "token_malformed",
    })
  })
})
