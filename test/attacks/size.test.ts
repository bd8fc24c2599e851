import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { http2 } from "../support/events.ts"
import { audience, clock, goodClaims, mint } from "../support/mint.ts"

const limit = 16_384

/** A good token of at most `length` characters, and not many fewer. */
function tokenOf(length: number): string {
  const bare = mint({ pad: "" }).length
  let pad = Math.floor(((length - bare) * 3) / 4)
  while (mint({ pad: "x".repeat(pad) }).length > length) pad--
  return mint({ pad: "x".repeat(pad) })
}

describe("length", () => {
  it("SR-008: a good token at the limit passes, one above it does not", async () => {
    const longest = tokenOf(limit)
    expect(longest.length).toBeGreaterThan(limit - 3)
    expect(await reasonOf(longest)).toBe("ok")
    const tooLong = tokenOf(limit + 4)
    expect(tooLong.length).toBeGreaterThan(limit)
    expect(await reasonOf(tooLong)).toBe("token_too_long")
  })

  it.each([
    ["dots", ".".repeat(5_000_000)],
    ["letters", "A".repeat(5_000_000)],
    ["segments", "A.".repeat(2_500_000)],
    ["blanks", " ".repeat(5_000_000)],
    ["padding", `${"A".repeat(100)}${"=".repeat(5_000_000)}`],
  ])("SR-008, SR-016: megabytes of %s are refused by their length alone", async (_name, token) => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "token_too_long" })
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()] }, { clock })
    const decision = await decide(http2(`Bearer ${token}`))
    expect(decision).toMatchObject({ outcome: "unauthenticated" })
    expect(["token_too_long", "credential_malformed"]).toContain(decision.reason)
  })

  it("SR-016: the worst texts within the limit are refused as well", async () => {
    for (const text of [".".repeat(limit), "A.".repeat(limit / 2), `${"A".repeat(limit - 2)}.A`, "=".repeat(limit)]) {
      expect(await reasonOf(text)).toBe("token_malformed")
    }
  })
})

describe("depth (RFC 8259 section 9)", () => {
  const good = JSON.stringify(goodClaims).slice(0, -1)
  const deep = (open: string, close: string, times: number): string => open.repeat(times) + close.repeat(times)

  it.each([
    ["arrays", deep("[", "]", 5000)],
    ["objects", `${'{"a":'.repeat(1500)}1${"}".repeat(1500)}`],
    ["both", `${'[{"a":'.repeat(1200)}1${"}]".repeat(1200)}`],
  ])("SR-014: thousands of nested %s are refused, not a fault", async (_name, nested) => {
    expect(await reasonOf(mint(`${good},"deep":${nested}}`))).toBe("claims_invalid")
    expect(["ok", "header_invalid"]).toContain(
      await reasonOf(mint({}, { header: `{"alg":"RS256","kid":"rsa-1","deep":${nested}}` })),
    )
  })

  it("SR-014: cut nesting is refused as well", async () => {
    expect(await reasonOf(mint(`${good},"deep":${"[".repeat(9000)}`))).toBe("claims_invalid")
    expect(await reasonOf(mint("[".repeat(9000)))).toBe("claims_invalid")
    expect(await reasonOf(mint({}, { header: "[".repeat(9000) }))).toBe("header_invalid")
  })

  it("SR-014: ordinary nesting is accepted and frozen to its ground", async () => {
    const { principal } = await verdictOf(mint({ a: { b: [{ c: { d: ["e"] } }] } }))
    const a = principal?.claims.a as { b: [{ c: { d: string[] } }] }
    const ground = a.b[0].c.d
    expect(ground).toEqual(["e"])
    expect(() => ground.push("f")).toThrow(TypeError)
  })
})

describe("breadth", () => {
  it("SR-064: an aud of a thousand entries counts as any other", async () => {
    const many = Array.from({ length: 1000 }, (_, i) => `a${i}`)
    expect(await reasonOf(mint({ aud: many }))).toBe("audience_mismatch")
    expect(await reasonOf(mint({ aud: [...many, audience] }))).toBe("ok")
  })

  it("SR-016: a payload of thousands of members is read", async () => {
    const members = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, i]))
    expect((await verdictOf(mint(members))).principal?.claims.m999).toBe(999)
  })
})
