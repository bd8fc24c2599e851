import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { compareCounts, incomparable, type StoredCounts } from "../../bench/instructions/counts.ts"
import { markdown, plainText } from "../../bench/report/format.ts"
import { plotsOf } from "../../bench/report/plots/plots.ts"
import { begin, end, readmePart, withReadmePart } from "../../bench/report/readme.ts"
import { type Results, readResults, rounded } from "../../bench/report/results.ts"
import { tablesOf } from "../../bench/report/tables.ts"
import type { ResultRow } from "../../bench/results.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const latest = readResults() as Results
const schema = JSON.parse(read("bench/results/schema.json")) as object
const validate = new Ajv({ strict: true, allErrors: true, strictRequired: false }).compile(schema)

const at = "2026-09-21T12:00:00.000Z"

/** Results of one bench, as a run would leave them. */
const resultsOf = (bench: string, rows: readonly ResultRow[]): Results => ({
  ...{ $schema: "./schema.json", measuredAt: at },
  machine: { platform: "linux", arch: "x64", cpu: "Some Processor", logicalCpus: 2, memoryGb: 8 },
  ...{ node: "24.0.0", packages: { hallpass: "0.1.0", jose: "6.0.0", "lru-cache": "11.0.0" } },
  benches: { [bench]: { measuredAt: at, commit: "0123456789ab", changed: false, quick: false, seconds: 1, rows } },
})
const uncached = (subject: string, ratio: number, more: Partial<ResultRow> = {}): ResultRow => ({
  ...{
    case: "RS256, 800 characters",
    subject,
    value: ratio * 15,
    unit: "us",
    ratio,
    ratioTo: "crypto.verify",
    ...more,
  },
})

describe("the results file", () => {
  it("is as its schema says", () => {
    expect(validate(latest), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each([
    ["a figure without a unit", { case: "a", subject: "hallpass", value: 1 }],
    ["a ratio to nobody", { case: "a", subject: "hallpass", value: 1, unit: "us", ratio: 2 }],
    ["a budget without a verdict", { case: "a", subject: "hallpass", value: 1, unit: "us", budget: 2 }],
    ["a figure that is no number", { case: "a", subject: "hallpass", value: null, unit: "us" }],
    ["a unit that nobody knows", { case: "a", subject: "hallpass", value: 1, unit: "s" }],
  ])("may not hold %s", (_name, row) => {
    expect(validate(resultsOf("verify", [row as unknown as ResultRow]))).toBe(false)
  })

  it("is of whole runs; npm run bench makes it, on a quiet machine", () => {
    const short = Object.keys(latest.benches).filter((name) => latest.benches[name]?.quick)
    expect(short).toEqual([])
  })

  it("13-8: has one measure for comparisons: each ratio is the quotient of two published figures", () => {
    let compared = 0
    for (const [bench, { rows }] of Object.entries(latest.benches))
      for (const { case: measured, subject, value, ratio, ratioTo } of rows) {
        if (ratio === undefined) continue
        const same = [measured, measured.replace(", beside a verify alone", ""), "bad tokens: none of them"]
        const other = rows.find((row) => row.subject === ratioTo && same.includes(row.case))
        if (other === undefined) continue // of one subject's cases, whose ratio is the figure or beside it
        compared++
        expect(ratio / (value / other.value), `${bench}: ${measured}: ${subject}`).toBeCloseTo(1, 2)
      }
    expect(compared).toBeGreaterThan(200)
  })

  it("holds four significant digits", () => {
    expect(rounded(uncached("jose", 4.987654))).toMatchObject({ value: 74.81, ratio: 4.988 })
  })
})

describe("the README's part", () => {
  it("is what the results file makes; npm run bench:report writes it", () => {
    const readme = read("README.md")
    expect(withReadmePart(readme, readmePart(latest))).toBe(readme)
  })

  it("needs its two markers, once and in order", () => {
    expect(withReadmePart(`a\n${begin}\nold\n${end}\nb`, "new")).toBe(`a\n${begin}\n\nnew\n\n${end}\nb`)
    for (const text of ["", begin, end, `${end}${begin}`, `${begin}${end}${begin}${end}`, `${begin}${end}${end}`])
      expect(() => withReadmePart(text, "new"), text).toThrow(/README\.md has to hold/)
  })

  it("shows who is faster than hallpass, and the budget that does not hold", () => {
    const rows = [
      uncached("crypto.verify", 1),
      uncached("hallpass", 1.5, { budget: 1.25, holds: false }),
      uncached("jose", 1.4),
      uncached("jsonwebtoken", 3),
    ]
    const part = readmePart(resultsOf("verify", rows))
    expect(part).toContain("| **hallpass** | **1.50 ×** |")
    expect(part).toContain("| jose | 1.40 × |")
    expect(part).toContain("**Budgets: 0 of 1 hold.**")
    expect(part).toContain("| verify: hallpass, ≤ 1.25 × | 1 | RS256, 800 characters | 1.50 × crypto.verify |")
    expect(part).toContain("| verify: jose | 1 | RS256, 800 characters | 1.07 × |")
    expect(part).not.toContain("| verify: jsonwebtoken |")
    expect(part).not.toContain("| verify: crypto.verify |")
  })

  it("says so when it shows a short run", () => {
    const results = resultsOf("verify", [uncached("hallpass", 1.2)])
    const { verify } = results.benches
    const short = { ...results, benches: { verify: { ...verify, quick: true } } } as Results
    expect(readmePart(short)).toContain("**Not results: short rounds only, in verify.**")
    expect(readmePart(results)).not.toContain("Not results")
  })

  it("names the versions of what was compared with, and of nothing else", () => {
    const part = readmePart(resultsOf("verify", [uncached("hallpass", 1.2), uncached("jose", 2)]))
    expect(part).toContain("Versions: jose 6.0.0.")
  })

  it("is silent about budgets when all hold, and about rivals when none is ahead", () => {
    const part = readmePart(resultsOf("verify", [uncached("hallpass", 1.2, { budget: 1.25, holds: true })]))
    expect(part).not.toMatch(/Budgets:|ahead of hallpass/)
  })
})

describe("tables", () => {
  it("say the same in Markdown and in plain text", () => {
    const [table] = tablesOf(resultsOf("verify", [uncached("hallpass", 1.2), uncached("jose", 2)]))
    if (table === undefined) throw new Error("no table")
    expect(markdown(table).split("\n").slice(2)).toEqual([
      "|  | RS256 |",
      "| --- | ---: |",
      "| **hallpass** | **1.20 ×** |",
      "| jose | 2.00 × |",
    ])
    expect(plainText(table).split("\n").slice(1)).toEqual([
      "             RS256",
      "  hallpass  1.20 ×",
      "  jose      2.00 ×",
    ])
  })

  it("have something of every bench that was run", () => {
    const known = ["verify", "pipeline", "cold-start", "scale"]
    for (const bench of known.filter((name) => name in latest.benches)) {
      const only = { ...latest, benches: { [bench]: latest.benches[bench] } } as Results
      expect(tablesOf(only).length, bench).toBeGreaterThan(0)
      expect(plotsOf(only).map(({ name }) => name)).toEqual([bench])
    }
  })
})

describe("plots", () => {
  const plots = plotsOf(latest).map(({ name }) => name)

  it("are there", () => expect(plots.length).toBeGreaterThan(0))

  it.each(plots)("%s.svg shows the results of the results file", (name) => {
    const file = `bench/results/${name}.svg`
    expect(existsSync(join(root, file)), file).toBe(true)
    expect(read(file).split("\n")[0]).toBe(`<!-- ${latest.measuredAt} -->`)
  })
})

describe("instruction counts", () => {
  const stored: StoredCounts = {
    node: "24.0.0",
    processor: "linux x64",
    valgrind: "v",
    cases: { walk: 1000, verify: 2000 },
  }
  const now = (cases: StoredCounts["cases"]): StoredCounts => ({ ...stored, cases })

  it("of the five hot paths are stored", () => {
    const file = JSON.parse(read("bench/results/instructions.json")) as StoredCounts
    expect(Object.values(file.cases).filter((count) => count > 1000)).toHaveLength(5)
  })

  it("may fall, and rise by 5 %", () => {
    expect(compareCounts(stored, now({ walk: 1050, verify: 1000 })).problems).toEqual([])
  })

  it("may not rise by more", () => {
    expect(compareCounts(stored, now({ walk: 1051, verify: 2000 })).problems).toEqual([
      "walk: +5.10 % is more than 5 %",
    ])
  })

  it("have a stored one for each case, and a case for each stored one", () => {
    expect(compareCounts(stored, now({ walk: 1000, other: 1 })).problems).toEqual([
      "verify: is stored, but no case any more",
      "other: has no stored count",
    ])
  })

  it("are compared with those of the same Node and the same kind of processor only", () => {
    expect(incomparable(stored, stored)).toBeUndefined()
    expect(incomparable(stored, { ...stored, node: "24.0.1" })).toMatch(/Node 24\.0\.0, this is 24\.0\.1/)
    expect(incomparable(stored, { ...stored, processor: "linux arm64" })).toMatch(/linux arm64/)
  })
})
