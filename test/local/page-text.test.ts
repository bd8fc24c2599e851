import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { jsonMistakeIn } from "../../local/page/show/json-mistake.ts"
import { durationText, offsetText } from "../../local/page/show/quantity.ts"
import { valueText } from "../../local/page/show/value-text.ts"
import { plainLabel, visibleParts } from "../../local/page/show/visible-text.ts"
import { seeded } from "../support/seed.ts"

const drawn = (text: string): string =>
  visibleParts(text)
    .map((part) => ("text" in part ? part.text : `<${part.mark}>`))
    .join("")

describe("16-4: text that the page shows", () => {
  it.each([
    ["\u001b[31mred", "<U+001B>[31mred"],
    ["a\u202Eb\u2066c\u200fd", "a<U+202E>b<U+2066>c<U+200F>d"],
    ["\u0000\u007f\u0085\r\n\t", "<U+0000><U+007F><U+0085><U+000D>\n\t"],
    ["\ufeff\u200b\u00ad\u061c\u2028", "<U+FEFF><U+200B><U+00AD><U+061C><U+2028>"],
    ["\u{e0041}\ud800", "<U+E0041><U+D800>"],
    ["שלום 東京 é 👩‍💻", "שלום 東京 é 👩<U+200D>💻"],
    ["", ""],
  ])("%j has no character that cannot be seen", (text, shown) => {
    expect(drawn(text)).toBe(shown)
  })

  it("makes no more than a few hundred elements of a hostile text", () => {
    expect(visibleParts("\u202Ex".repeat(100_000)).length).toBeLessThan(500)
    expect(drawn("\u202E".repeat(100_000))).not.toContain("\u202E")
  })

  it("is one short line in a label", () => {
    expect(plainLabel(`a\n\u202E${"b".repeat(1000)}`)).toBe(`a \ufffd${"b".repeat(197)}…`)
  })

  it.each([
    [{ all: ["a"] }, "a"],
    [{ any: ["a", "b"] }, "any of a, b"],
    [["a", "b"], "a, b"],
    [[], "(none)"],
    [undefined, "(none)"],
    [null, "null"],
    [{ exp: 1796000000, iat: "x" }, "exp 2026-11-30 00:53:20 UTC, iat x"],
    [{ exp: 1e300 }, "exp 1e+300"],
    [{ a: { b: 1 } }, '{"a":{"b":1}}'],
    [{}, "{}"],
  ])("%j is a value in words: %s", (value, text) => {
    expect(valueText(value)).toBe(text)
  })

  it("gives times a unit, and few digits", () => {
    expect([0.84, 99.94, 182.4, 999.4, 1840, 99_940, 120_000, Number.NaN].map(durationText)).toEqual([
      "0.8 µs",
      "99.9 µs",
      "182 µs",
      "999 µs",
      "1.84 ms",
      "99.9 ms",
      "120 ms",
      "",
    ])
    expect([0, 3600, -1800, 45].map(offsetText)).toEqual(["now", "+ 1 h", "− 30 min", "+ 45 s"])
  })
})

describe("16-4: the place where JSON breaks", () => {
  it.each([
    ['{\n  "a": <b>\n}', 2, 8],
    ['{"a":1,}', 1, 8],
    ["[1 2]", 1, 4],
    ['{"a" 1}', 1, 6],
    ["[1}", 1, 3],
    ['"a\nb"', 1, 1],
    ["", 1, 1],
    ["[", 1, 2],
    ["{} x", 1, 4],
    ['["\u007f\u0085\u2028" 1]', 1, 8],
    ["[01]", 1, 3],
    ["{'a': 1}", 1, 2],
  ])("%j: line %i, column %i", (text, line, column) => {
    expect(jsonMistakeIn(text)).toMatchObject({ line, column })
  })

  it("is found in a text of half a megabyte that never ends", () => {
    const long = "x".repeat(500_000)
    expect(jsonMistakeIn(`["${long}\u0000"]`)).toMatchObject({ line: 1, column: 2 })
    expect(jsonMistakeIn(`["${long}"]`)).toBeUndefined()
    expect(jsonMistakeIn("[".repeat(500_000))).toMatchObject({ column: 500_001 })
  })

  it("is found exactly in texts that JSON.parse refuses", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      "1",
      "-0.5e3",
      "01",
      "true",
      "nul",
      " ",
      "\n",
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 12 }).map((list) => list.join("")),
          fc.json(),
        ),
        (text) => {
          expect(jsonMistakeIn(text) === undefined, text).toBe(parses(text))
        },
      ),
      seeded("places of mistakes", { numRuns: 3000 }),
    )
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
