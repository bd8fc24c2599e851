import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { defaultKeyPolicy } from "../../support/defaults.ts"
import type { Fault, Outcome } from "./fault.ts"
import { faults } from "./table.ts"

const page = readFileSync(new URL("../../../docs/keys.md", import.meta.url), "utf8")

/** The cells of the table below a heading, without its head. */
function rowsBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`\n## ${heading}\n`)
  const lines =
    section
      .split("\n## ", 1)[0]
      ?.split("\n")
      .filter((line) => line.startsWith("|")) ?? []
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const word = (outcome: Outcome): string => (outcome === "verified" ? outcome : `\`${outcome}\``)
const fetchOf = ({ fetch }: Fault): string =>
  typeof fetch === "string" ? `\`${fetch}\`` : `\`${fetch.cold}\`; stale: \`${fetch.stale}\``

describe("docs/keys.md", () => {
  test("holds the fault table of the tests: the same rows in the same order, and nothing else", () => {
    const written = faults.map((fault) => [
      `\`${fault.name}\``,
      fault.does,
      fetchOf(fault),
      word(fault.cold),
      word(fault.stale),
    ])
    expect(rowsBelow("Faults and outcomes")).toEqual(written)
  })

  test("lists every option of the keys block with its default", () => {
    const documented = rowsBelow("Options").map(([name, , value]) => [name, value])
    const defaults: { readonly [name: string]: unknown } = { ca: undefined, ...defaultKeyPolicy }
    const options = Object.entries(defaults).map(([name, value]) => [`\`${name}\``, value])
    expect(documented.map(([name]) => name).sort()).toEqual(options.map(([name]) => name).sort())
    for (const [name, value] of options) {
      const text = documented.find(([documentedName]) => documentedName === name)?.[1]
      expect(text?.split(";")[0], String(name)).toBe(value === undefined ? "those of the platform" : `\`${value}\``)
    }
  })

  test("lists every metric about keys", () => {
    const source = readFileSync(new URL("../../../src/observe/metrics.ts", import.meta.url), "utf8")
    const written = new Set([...source.matchAll(/^ {2}(Keys?[A-Z]\w+):/gm)].map(([, name]) => `\`${name}\``))
    expect(written.size).toBeGreaterThan(2)
    expect(
      rowsBelow("Counters")
        .map(([name]) => name)
        .sort(),
    ).toEqual([...written].sort())
  })

  test("no fault has the name of another", () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
    expect(faults.length).toBeGreaterThanOrEqual(30)
  })
})
