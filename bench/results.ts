import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** One measured figure. `case` and `subject` together name it within its bench. */
export interface ResultRow {
  /** What was measured: `RS256, 800 characters`, `10,000 routes`. */
  readonly case: string
  /** Who was measured: `hallpass`, a comparator, or `crypto.verify`, the floor. */
  readonly subject: string
  /** Median of the rounds, in `unit`. */
  readonly value: number
  readonly unit: "us" | "ms" | "MB" | "KB" | "bytes" | "count" | "instructions"
  /** This value over that of `ratioTo`, in the same run. */
  readonly ratio?: number
  /** The subject that `ratio` compares with; or the case, where one subject is compared with itself. */
  readonly ratioTo?: string
  /** The most that is allowed: of `ratio` where the row has one, else of `value`. */
  readonly budget?: number
  /** Whether the budget holds, or, without one, whether the row is as it should be: not slower than its peers. */
  readonly holds?: boolean
  /** What a reader has to know to understand the figure. One sentence. */
  readonly note?: string
}

/** What one bench published. */
export interface Published {
  readonly bench: string
  /** ISO 8601. */
  readonly measuredAt: string
  /** A short run, whose figures are no results. */
  readonly quick: boolean
  readonly rows: readonly ResultRow[]
}

/** Whether a short run is wanted: `npm run bench -- --quick`, or `--quick` behind a bench started by itself. */
export const quick: boolean = process.argv.includes("--quick") || process.env.HALLPASS_BENCH_QUICK === "1"

export const resultsFolder: string = join(import.meta.dirname, "results")
/** Where benches leave their rows for bench/run.ts. Not kept in the repository. */
export const partialFolder: string = join(resultsFolder, "partial")

/**
 * Leaves the figures of one bench for bench/run.ts, which merges them into bench/results/latest.json. Called once, at the
 * end of a bench; replaces what the bench published before.
 *
 * @param bench the bench's name: `verify` for verify.bench.ts
 * @throws Error when a figure is no number, or two rows have one name
 */
export function publish(bench: string, rows: readonly ResultRow[]): void {
  const seen = new Set<string>()
  for (const { case: measured, subject, value, ratio } of rows) {
    const name = `${bench}: ${measured}: ${subject}`
    if (!Number.isFinite(value) || !Number.isFinite(ratio ?? 0)) throw new Error(`${name}: not a number`)
    if (seen.has(name)) throw new Error(`${name}: published twice`)
    seen.add(name)
  }
  const published: Published = { bench, measuredAt: new Date().toISOString(), quick, rows }
  mkdirSync(partialFolder, { recursive: true })
  writeFileSync(join(partialFolder, `${bench}.json`), `${JSON.stringify(published, undefined, 2)}\n`)
}
