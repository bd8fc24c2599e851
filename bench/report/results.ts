import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ResultRow, resultsFolder } from "../results.ts"

/** bench/results/latest.json; bench/results/schema.json describes it, bench/README.md explains it. */
export interface Results {
  readonly $schema: string
  /** When the last of the benches ended. ISO 8601. */
  readonly measuredAt: string
  readonly machine: Machine
  readonly node: string
  /** Version by package: hallpass, what it uses, and what it was compared with. */
  readonly packages: { readonly [name: string]: string }
  readonly benches: { readonly [bench: string]: Measured }
}

export interface Machine {
  readonly platform: string
  readonly arch: string
  readonly cpu: string
  readonly logicalCpus: number
  readonly memoryGb: number
}

/** What one bench said. */
export interface Measured {
  readonly measuredAt: string
  /** The commit that was measured; `changed` where files differed from it. */
  readonly commit: string
  readonly changed: boolean
  /** Of a short run: proves that the bench works, and says nothing about what anything costs. */
  readonly quick: boolean
  readonly seconds: number
  readonly rows: readonly ResultRow[]
}

/** A row with the bench that it is from. */
export interface NamedRow extends ResultRow {
  readonly bench: string
}

export const latestFile: string = join(resultsFolder, "latest.json")

export function readResults(file: string = latestFile): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : undefined
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
}

/** Four significant digits: no median of some rounds knows more. */
export function rounded(row: ResultRow): ResultRow {
  const digits = (value: number): number => Number(value.toPrecision(4))
  const { value, ratio, budget } = row
  return {
    ...row,
    value: digits(value),
    ...(ratio === undefined ? {} : { ratio: digits(ratio) }),
    ...(budget === undefined ? {} : { budget: digits(budget) }),
  }
}

export function rowsOf(results: Results, ...benches: readonly string[]): readonly NamedRow[] {
  return Object.entries(results.benches).flatMap(([bench, { rows }]) =>
    benches.length === 0 || benches.includes(bench) ? rows.map((row) => ({ ...row, bench })) : [],
  )
}

/** The least that anybody must do: no rival. */
export function isFloor({ subject }: ResultRow): boolean {
  return subject === "crypto.verify" || subject === "bare handler"
}

/** hallpass, in whatever configuration. */
export function isOwn({ subject }: ResultRow): boolean {
  return /^hallpass\b/.test(subject)
}
