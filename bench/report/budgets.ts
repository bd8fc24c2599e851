import { referenceMicros } from "../machinery/floor.ts"
import { type ResultRow, type Results, rowsIn } from "../machinery/results.ts"
import { figure, type Table, times } from "./format.ts"

/** What one budget is, the most that is allowed, and its figures in a run: none if it was not measured. */
type Budget = readonly [
  what: string,
  most: number,
  unit: ResultRow["unit"] | "×",
  figures: (results: Results) => number[],
]

export interface Verdict {
  readonly what: string
  readonly most: number
  readonly unit: Budget[2]
  /** The worst of the figures. */
  readonly worst: number | undefined
  readonly met: boolean
}

const own = "hallpass"
const cached = "hallpass, code cache"
const aws = /^aws-jwt-verify/
/** With 50 or 1,000 rules, for one route or for all. */
const hit = /, hit, /
const known = /^spawn to answer, known keys$/

const value =
  (bench: string, cases: RegExp, subjects = /./): Budget[3] =>
  (results) =>
    rowsIn(results, bench, cases, subjects).map((row) => row.value)
const ratio =
  (bench: string, cases: RegExp, subjects = /./, unit = 1): Budget[3] =>
  (results) =>
    rowsIn(results, bench, cases, subjects).flatMap((row) => (row.ratio === undefined ? [] : row.ratio * unit))
/** Of each case, what `compare` makes of the row of one subject and those of others. */
const beside =
  (
    bench: string,
    cases: RegExp,
    subject: string,
    others: RegExp,
    compare = (a: number, b: number) => a / b,
  ): Budget[3] =>
  (results) =>
    rowsIn(results, bench, cases, new RegExp(`^${subject}$`)).flatMap((row) =>
      rowsIn(results, bench, cases, others).flatMap((other) =>
        other.case === row.case && other.subject !== subject ? compare(row.value, other.value) : [],
      ),
    )
const above = (subject: string, other: RegExp): Budget[3] =>
  beside("cold-start", known, subject, other, (one, less) => one - less)

const verifying = (alg: string, short: number, long: number): Budget[] =>
  [[800, short] as const, [2048, long] as const].map(([length, most]): Budget => {
    const name = `${alg}, ${length} characters`
    return [`verify ${name}, over crypto.verify`, most, "×", ratio("verify", new RegExp(`^${name}$`), /^hallpass$/)]
  })
const walk = `walk, token cached, at the pace of a bare RS256 of ${referenceMicros} µs`
const bundled = /^hallpass, bundled configuration$/

/** They only ratchet tighter. */
const budgets: readonly Budget[] = [
  ...verifying("RS256", 1.18, 1.25),
  ...verifying("PS256", 1.18, 1.25),
  ...verifying("ES256", 1.08, 1.12),
  ...verifying("ES384", 1.06, 1.07),
  ...verifying("EdDSA", 1.07, 1.08),
  ["verify, over the fastest peer", 1.02, "×", beside("verify", /./, own, /^(?!crypto|hallpass)/)],
  [`${walk}: library`, 1.2, "us", ratio("pipeline", hit, /^hallpass$/, referenceMicros)],
  [`${walk}: deployed, observed`, 1.75, "us", ratio("pipeline", hit, /^hallpass, deployed/, referenceMicros)],
  ["walk, token cached, over fast-jwt's cached verify alone", 0.67, "×", beside("pipeline", hit, own, /^fast-jwt/)],
  ["spawn to answer above a bare handler, known keys", 14, "ms", above(own, /^bare handler$/)],
  ["the same with a code cache", 9.5, "ms", above(cached, /^bare handler$/)],
  [
    "spawn to ready, spawn to answer, with a code cache, over aws-jwt-verify + Powertools",
    1,
    "×",
    beside("cold-start", /^spawn/, cached, aws),
  ],
  ["loaded before the first answer", 80, "KB", value("cold-start", /^start size$/)],
  ["50 bundled routes: more at a start", 1, "ms", above("hallpass, 50 bundled routes", bundled)],
  ["200 bundled issuers: more at a start", 5, "ms", above("hallpass, 200 bundled issuers", bundled)],
  ["10,000 routes over 10: an answer", 2, "×", ratio("scale", /policies, an answer$/)],
  ["10,000 routes: compile", 700, "ms", value("scale", /^compile /)],
  ["a new combination of permissions, 98 routes", 1, "ms", value("scale", /^a new combination/)],
  ["combinations of permissions: heap growth", 32, "MB", value("scale", /combinations of permissions/)],
  ["policies of usual callers, 105 and 210 routes", 6, "KB", value("scale", /^policy of /)],
  ["1,000 issuers over 1: verify", 2, "×", ratio("scale", /^issuers of a configuration/)],
  ["bad token that needs no signature check, over crypto.verify", 0.5, "×", ratio("scale", /^bad tokens$/)],
  ["distinct tokens: heap growth with the default cache", 40, "MB", value("scale", /^distinct tokens/)],
  ["HTTP service, over a bare node:http server", 1.43, "×", ratio("http", /^a request/)],
  ["HTTP service: p99 at 1,000 requests a second", 5, "ms", value("http", /^p99/)],
  ["HTTP service: heap growth under load", 8, "MB", value("http", /^heap growth/)],
]

/** What was measured beside what is allowed. */
export function verdictsOf(results: Results): readonly Verdict[] {
  return budgets.map(([what, most, unit, figures]) => {
    const found = figures(results)
    const worst = found.length === 0 ? undefined : Math.max(...found)
    return { what, most, unit, worst, met: worst !== undefined && worst <= most }
  })
}

export function budgetTable(results: Results): Table {
  const verdicts = verdictsOf(results)
  const judged = verdicts.filter(({ worst }) => worst !== undefined)
  const text = (number: number | undefined, unit: Budget[2]): string =>
    number === undefined ? "not measured" : unit === "×" ? times(number) : figure(number, unit)
  return {
    title: `Budgets: ${judged.filter(({ met }) => met).length} of ${judged.length} are met.`,
    caption: "The worst figure of each is beside what is allowed.",
    columns: ["", "at most", "measured", ""],
    rows: verdicts.map(({ what, most, unit, worst, met }) => {
      const verdict = worst === undefined ? "" : met ? "met" : "**missed**"
      return [what, text(most, unit), text(worst, unit), verdict]
    }),
  }
}
