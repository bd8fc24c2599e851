import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { audience, mint } from "../support/mint.ts"

const two = [oidcIssuer({ audience: [audience, "api://other"] })]

describe("aud holds a configured audience exactly (RFC 7519 section 4.1.3)", () => {
  it.each([
    undefined,
    null,
    "",
    [],
    0,
    true,
    {},
    { 0: audience },
    { aud: audience },
    [[audience]],
    [{ aud: audience }],
    [null],
    `${audience}/`,
    `${audience} `,
    ` ${audience}`,
    audience.toUpperCase(),
    audience.slice(0, -1),
    `${audience}.attacker.example`,
    `${audience}\u0000`,
    `${audience} other`,
    `other ${audience}`,
    `${audience},other`,
    ["other"],
    [audience.toUpperCase()],
    [`${audience} other`],
    "*",
    ["*"],
    [audience.slice(0, 10), audience.slice(10)],
  ])("SR-063: %j is refused", async (aud) => {
    expect(await reasonOf(mint({ aud }))).toBe("audience_mismatch")
  })

  it.each([[audience], [["other", audience]], [[audience, audience]]])("SR-063: %j is accepted", async (aud) => {
    expect(await reasonOf(mint({ aud }))).toBe("ok")
  })

  it.each([[["other", 7, audience]], [[audience, null]], [[audience, ["x"]]], [[audience, {}]]])(
    "SR-063: %j is not an array of strings",
    async (aud) => {
      expect(await reasonOf(mint({ aud }))).toBe("audience_mismatch")
    },
  )

  it("SR-063: of several configured audiences any one is enough, joined they are none", async () => {
    expect(await reasonOf(mint({ aud: "api://other" }), two)).toBe("ok")
    expect(await reasonOf(mint({ aud: `${audience} api://other` }), two)).toBe("audience_mismatch")
    expect(await reasonOf(mint({ aud: `${audience},api://other` }), two)).toBe("audience_mismatch")
  })
})
