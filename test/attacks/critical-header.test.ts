import { describe, expect, it } from "vitest"
import { reasonOf } from "../support/doors.ts"
import { mint, nowSeconds } from "../support/mint.ts"

describe("crit: no extension is implemented, so every form of it is refused (RFC 7515 section 4.1.11)", () => {
  it.each([
    [["exp"]],
    [["b64"]],
    [["alg"]],
    [["kid", "alg"]],
    [["http://example.com/x"]],
    [["x", "x"]],
    [["absent"]],
    [[]],
    [[1]],
    [[null]],
    [[""]],
    [[["b64"]]],
    ["b64"],
    [""],
    [null],
    [0],
    [false],
    [true],
    [{}],
    [{ b64: true }],
    [["__proto__"]],
  ])("SR-026: crit %j", async (crit) => {
    expect(await reasonOf(mint({}, { header: { crit, exp: nowSeconds, x: 1 } }))).toBe("header_critical")
  })

  it("SR-026: crit inside the payload or another member means nothing", async () => {
    expect(await reasonOf(mint({ crit: ["x"] }, { header: { other: { crit: ["x"] } } }))).toBe("ok")
  })
})
