import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** One measured figure; results/schema.json describes each member. `case` and `subject` name it within its bench. */
export interface ResultRow {
  readonly case: string
  readonly subject: string
  readonly value: number
  readonly unit: "us" | "ms" | "MB" | "KB" | "count"
  readonly median?: number
  readonly ratio?: number
  readonly ratioTo?: string
  readonly known?: number
  readonly note?: string
}

/** What one bench found. */
export interface Measured {
  readonly measuredAt: string
  readonly commit: string
  readonly changed: boolean
  readonly quick: boolean
  readonly seconds: number
  readonly floorUs: readonly number[]
  readonly rows: readonly ResultRow[]
}

/** bench/results/latest.json; bench/results/schema.json describes it. */
export interface Results {
  readonly $schema: string
  readonly measuredAt: string
  readonly machine: { readonly [about: string]: string | number }
  readonly node: string
  readonly packages: { readonly [name: string]: string }
  readonly benches: { readonly [bench: string]: Measured }
}

export const resultsFolder: string = join(import.meta.dirname, "../results")
const latestFile = join(resultsFolder, "latest.json")

export function readResults(): Results | undefined {
  return existsSync(latestFile) ? (JSON.parse(readFileSync(latestFile, "utf8")) as Results) : undefined
}

export function writeResults(results: Results): void {
  writeFileSync(latestFile, `${JSON.stringify(results, undefined, 1)}\n`)
}

/** Four significant digits of every figure. @throws Error if a figure is no number, or two rows have one name */
export function checkedRows(bench: string, rows: readonly ResultRow[]): readonly ResultRow[] {
  const seen = new Set<string>()
  return rows.map((row) => {
    const name = `${bench}: ${row.case}: ${row.subject}`
    if (seen.has(name)) throw new Error(`${name}: measured twice`)
    seen.add(name)
    const figures = Object.entries(row).filter(([, value]) => typeof value === "number")
    if (figures.some(([, value]) => !Number.isFinite(value))) throw new Error(`${name}: not a number`)
    return { ...row, ...Object.fromEntries(figures.map(([member, value]) => [member, Number(value.toPrecision(4))])) }
  })
}

/** Finds rows: of one bench, of cases and subjects that fit. */
export function rowsIn(results: Results, bench: string, cases: RegExp, subjects: RegExp = /./): readonly ResultRow[] {
  return (results.benches[bench]?.rows ?? []).filter((row) => cases.test(row.case) && subjects.test(row.subject))
}
