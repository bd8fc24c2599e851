import { globSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { Ajv } from "ajv"
import { describe, expect, it } from "vitest"
import { compareCounts, incomparable, type StoredCounts } from "../../bench/instructions/counts.ts"
import { most } from "../../bench/machinery/bench.ts"
import { checkedRows, type ResultRow, type Results, readResults, rowsIn } from "../../bench/machinery/results.ts"
import { budgetTable, verdictsOf } from "../../bench/report/budgets.ts"
import { markdown, plainText } from "../../bench/report/format.ts"
import { plotsOf } from "../../bench/report/plots.ts"
import { begin, end, figuresOf, withFigures } from "../../bench/report/report.ts"
import { tablesOf } from "../../bench/report/tables.ts"

const root = resolve(import.meta.dirname, "../..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const latest = readResults() as Results
const schema = JSON.parse(read("bench/results/schema.json")) as object
const validate = new Ajv({ strict: true, allErrors: true, strictRequired: false }).compile(schema)

const at = "2026-09-21T12:00:00.000Z"

/** Results of one bench, as a run would leave them. */
const resultsOf = (bench: string, rows: readonly ResultRow[], more: object = {}): Results => ({
  ...{ $schema: "./schema.json", measuredAt: at },
  machine: { platform: "linux", arch: "x64", cpu: "Some Processor", logicalCpus: 2, memoryGb: 8 },
  ...{ node: "24.0.0", packages: { hallpass: "0.1.0", jose: "6.0.0", "lru-cache": "11.0.0" } },
  benches: {
    [bench]: {
      measuredAt: at,
      commit: "0123456789ab",
      changed: false,
      quick: false,
      seconds: 1,
      floorUs: [16, 16.2],
      rows,
      ...more,
    },
  },
})
const row = (subject: string, value: number, more: Partial<ResultRow> = {}): ResultRow => ({
  ...{ case: "RS256, 800 characters", subject, value, unit: "us" },
  ...more,
})
const uncached = (subject: string, ratio: number): ResultRow =>
  row(subject, ratio * 16, { ratio, ratioTo: "crypto.verify", known: 0.005 })

describe("the results file", () => {
  it("is as its schema says", () => {
    expect(validate(latest), JSON.stringify(validate.errors)).toBe(true)
    expect(validate(resultsOf("verify", [row("crypto.verify", 16), uncached("hallpass", 1.2)]))).toBe(true)
  })

  it.each([
    ["a figure without a unit", { case: "a", subject: "hallpass", value: 1 }],
    ["a ratio without the subject that it compares with", row("hallpass", 1, { ratio: 2 })],
    ["an uncertainty without a ratio", row("hallpass", 1, { known: 0.01 })],
    ["a figure that is no number", { case: "a", subject: "hallpass", value: null, unit: "us" }],
    ["an unknown unit", { case: "a", subject: "hallpass", value: 1, unit: "s" }],
  ])("may not hold %s", (_name, wrong) => {
    expect(validate(resultsOf("verify", [wrong as unknown as ResultRow]))).toBe(false)
  })

  it("is of whole runs; npm run bench makes it, on a quiet machine", () => {
    const short = Object.keys(latest.benches).filter((name) => latest.benches[name]?.quick)
    expect(short).toEqual([])
  })

  it("has one measure of ratios: the quotient of two published figures", () => {
    for (const [bench, { rows }] of Object.entries(latest.benches)) {
      for (const { case: measured, subject, value, ratio, ratioTo } of rows) {
        if (ratio === undefined) continue
        const reference = rows.find((other) => other.case === measured && other.subject === ratioTo)
        expect(ratio / (value / (reference?.value ?? Number.NaN)), `${bench}: ${measured}: ${subject}`).toBeCloseTo(
          1,
          2,
        )
      }
    }
  })

  it("holds four significant digits, numbers only, and each figure once", () => {
    expect(checkedRows("verify", [uncached("jose", 4.987654)])).toEqual([
      { ...uncached("jose", 4.988), value: 79.8, known: 0.005 },
    ])
    expect(() => checkedRows("verify", [row("jose", Number.NaN)])).toThrow(
      "verify: RS256, 800 characters: jose: not a number",
    )
    expect(() => checkedRows("verify", [row("jose", 1), row("jose", 2)])).toThrow("measured twice")
  })
})

describe("the figures of bench/README.md", () => {
  it("are what the results file makes; npm run bench -- --redraw writes them", () => {
    const page = read("bench/README.md")
    expect(withFigures(page, figuresOf(latest))).toBe(page)
  })

  it("need their two markers, once and in order", () => {
    expect(withFigures(`a\n${begin}\nold\n${end}\nb`, "new")).toBe(`a\n${begin}\n\nnew\n\n${end}\nb`)
    for (const text of ["", begin, end, `${end}${begin}`, `${begin}${end}${begin}${end}`, `${begin}${end}${end}`])
      expect(() => withFigures(text, "new"), text).toThrow(/bench\/README\.md must hold/)
  })

  it("show every subject, and the budget that is missed", () => {
    const rows = [row("crypto.verify", 16), uncached("hallpass", 1.5), uncached("jose", 1.4)]
    const part = figuresOf(resultsOf("verify", rows))
    expect(part).toContain("| **hallpass** | **1.50 ×** |")
    expect(part).toContain("| jose | 1.40 × |")
    expect(part).toContain("**Budgets: 0 of 2 are met.**")
    expect(part).toContain("| verify RS256, 800 characters, over crypto.verify | 1.18 × | 1.50 × | **missed** |")
    expect(part).toContain("| verify, over the fastest peer | 1.02 × | 1.07 × | **missed** |")
    expect(part).toContain("bare RS256 in 16 to 16.2 µs")
  })

  it("say so if they are of a short run", () => {
    const rows = [uncached("hallpass", 1.2)]
    expect(figuresOf(resultsOf("verify", rows, { quick: true }))).toContain(
      "**Not results: short rounds only, in verify.**",
    )
    expect(figuresOf(resultsOf("verify", rows))).not.toContain("Not results")
  })

  it("name the versions of what was compared with, and of nothing else", () => {
    const part = figuresOf(resultsOf("verify", [uncached("hallpass", 1.2), uncached("jose", 2)]))
    expect(part).toContain("Versions: jose 6.0.0.")
  })
})

describe("budgets", () => {
  const verdictOf = (results: Results, what: RegExp) => verdictsOf(results).find((each) => what.test(each.what))

  it("judge the worst figure, and a figure on the limit is met", () => {
    const exact = resultsOf("verify", [row("crypto.verify", 16), uncached("hallpass", 1.18)])
    expect(verdictOf(exact, /^verify RS256, 800/)).toMatchObject({ most: 1.18, worst: 1.18, met: true })
    const hits = [
      { ...row("hallpass", 1, { ratio: 0.05, ratioTo: "crypto.verify" }), case: "REST TOKEN, hit, 50 rules" },
      { ...row("hallpass", 2, { ratio: 0.07, ratioTo: "crypto.verify" }), case: "WebSocket, hit, 50 rules" },
    ]
    expect(verdictOf(resultsOf("pipeline", hits), /library$/)).toMatchObject({
      most: 1.2,
      worst: 20 * 0.07,
      met: false,
    })
  })

  it("that were not measured are shown as such, and not counted as met", () => {
    const results = resultsOf("verify", [row("crypto.verify", 16), uncached("hallpass", 1.1)])
    expect(verdictOf(results, /distinct tokens/)).toMatchObject({ worst: undefined, met: false })
    const { title, rows } = budgetTable(results)
    expect(title).toBe("Budgets: 1 of 1 are met.")
    expect(rows.find(([what]) => what?.startsWith("distinct tokens"))).toEqual([
      expect.any(String),
      "40 MB",
      "not measured",
      "",
    ])
  })

  it("compare a start with that of the bare handler, and what a bundled configuration adds", () => {
    const start = (subject: string, value: number): ResultRow => ({
      case: "spawn to answer, known keys",
      subject,
      value,
      unit: "ms",
    })
    const results = resultsOf("cold-start", [
      ...[start("bare handler", 32), start("hallpass", 45), start("aws-jwt-verify + Powertools", 50)],
      ...[
        start("hallpass, code cache", 41),
        start("hallpass, bundled configuration", 40),
        start("hallpass, 50 bundled routes", 41.5),
      ],
    ])
    expect(verdictOf(results, /^spawn to answer above/)).toMatchObject({ worst: 13, met: true })
    expect(verdictOf(results, /^50 bundled routes/)).toMatchObject({ worst: 1.5, met: false })
    expect(verdictOf(results, /^the same with a code cache/)).toMatchObject({ worst: 9, met: true })
    expect(verdictOf(results, /over aws-jwt-verify/)).toMatchObject({ worst: 0.82, met: true })
  })
})

describe("tables", () => {
  it("say the same in Markdown and in plain text", () => {
    const [, table] = tablesOf(resultsOf("verify", [uncached("hallpass", 1.2), uncached("jose", 2)]))
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
})

describe("pictures", () => {
  const plots = plotsOf(latest).map(({ name }) => name)
  const drawn = globSync("bench/**/*.{svg,png}", { cwd: root, exclude: ["**/node_modules/**"] })

  it("are at most three, each under 40 KB, and each of a bench", () => {
    expect(drawn.length).toBeGreaterThan(0)
    expect(drawn.length).toBeLessThanOrEqual(3)
    expect(drawn.map((file) => file.replace(/^bench\/results\/(.*)\.svg$/, "$1")).toSorted()).toEqual(plots.toSorted())
    for (const file of drawn) expect(statSync(join(root, file)).size, file).toBeLessThan(40 * 1024)
  })

  it.each(plots)("%s.svg shows the results of the results file", (name) => {
    expect(read(`bench/results/${name}.svg`).split("\n")[0]).toBe(`<!-- ${latest.measuredAt} -->`)
  })
})

describe("the benches", () => {
  it("are at most 2,500 written lines with their page, and are published in one way", () => {
    const files = globSync("bench/**/*.{ts,mjs,md}", { cwd: root, exclude: ["**/node_modules/**"] })
    expect(files.length).toBeGreaterThan(20)
    // The figures of the page are written by a program, and grow with what is measured.
    const written = (text: string): string => text.replace(/<!-- figures: [\s\S]*<!-- end of figures -->/, "")
    const lines = files.map((file) => written(read(file)).split("\n").length - 1)
    expect(lines.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2500)
    const { scripts } = JSON.parse(read("package.json")) as { scripts: { [name: string]: string } }
    expect(Object.keys(scripts).filter((name) => name.startsWith("bench"))).toEqual(["bench", "bench:instructions"])
  })

  it("19-6: end each group in time, so that a whole run takes at most four minutes", () => {
    const groups = (bench: string, cases = /./): number =>
      new Set(rowsIn(latest, bench, cases).flatMap((row) => (row.ratio === undefined ? [] : row.case))).size
    const { verify, walk, growth, ...ofOneGroup } = most
    const seconds = [
      groups("verify") * verify,
      groups("pipeline") * walk,
      groups("scale", /^(?!bad tokens)/) * growth,
      ...Object.values(ofOneGroup),
    ]
    // The other 65 seconds are for what has no such limit: set-ups, warm-ups, heaps, and the counts of instructions.
    expect(seconds.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(175)
    expect(Math.min(...seconds)).toBeGreaterThan(0)
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

  it("of the six hot paths are stored", () => {
    const file = JSON.parse(read("bench/results/instructions.json")) as StoredCounts
    expect(Object.values(file.cases).filter((count) => count > 1000)).toHaveLength(6)
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
