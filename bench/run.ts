// npm run bench [-- [--quick] NAME …]: installs what the benches compare with on first use, runs bench/NAME.bench.ts or all
// of them, and says what came out. A run of all replaces bench/results/latest.json and redraws the report; a run of some
// renews their part of it. A quick one is short, proves that everything works, and changes no result.
import { spawnSync } from "node:child_process"
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { plainText } from "./report/format.ts"
import { installOnce } from "./report/install.ts"
import { provenance, revision } from "./report/provenance.ts"
import { report } from "./report/report.ts"
import { latestFile, type Measured, type Results, readResults, rounded, writeResults } from "./report/results.ts"
import { tablesOf } from "./report/tables.ts"
import { type Published, partialFolder } from "./results.ts"

const here = import.meta.dirname
const known = readdirSync(here).flatMap((file) =>
  file.endsWith(".bench.ts") ? [file.slice(0, -".bench.ts".length)] : [],
)
const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
})
const { quick } = values

/** What came of one bench. */
interface Run {
  readonly name: string
  readonly status: number
  readonly measured: Measured | undefined
}

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(", ")}; known: ${known.join(", ")}.`)
    return 2
  }
  for (const file of globSync(["package.json", "*/package.json"], { cwd: here }))
    if (!file.startsWith("report")) installOnce(join(here, dirname(file)), "what the benches compare with")
  const whole = positionals.length === 0
  const names = whole ? known : positionals
  const started = Date.now()
  mkdirSync(partialFolder, { recursive: true })
  const runs = names.map((name, index) => {
    console.log(`\n# ${name} (${index + 1} of ${names.length}, ${elapsed(started)} so far)`)
    return run(name)
  })
  await conclude(runs, whole, started)
  const failed = runs.some(({ status }) => status !== 0)
  return failed ? 1 : 0
}

function run(name: string): Run {
  const started = Date.now()
  const partial = join(partialFolder, `${name}.json`)
  rmSync(partial, { force: true })
  const measuredNow = { ...revision(), quick }
  const args = [join(here, `${name}.bench.ts`), ...(quick ? ["--quick"] : [])]
  const { status } = spawnSync(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, ...(quick ? { HALLPASS_BENCH_QUICK: "1" } : {}) },
  })
  const published = readPublished(partial)
  const seconds = Math.round((Date.now() - started) / 1000)
  return {
    name,
    status: status ?? 1,
    measured: published && {
      ...measuredNow,
      measuredAt: published.measuredAt,
      seconds,
      rows: published.rows.map(rounded),
    },
  }
}

function readPublished(file: string): Published | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Published
  } catch {
    return undefined // ended before it could publish
  }
}

/** Merges, prints, and keeps what is worth keeping. */
async function conclude(runs: readonly Run[], whole: boolean, started: number): Promise<void> {
  const measured = Object.fromEntries(runs.flatMap(({ name, measured: one }) => (one ? [[name, one]] : [])))
  const results: Results = {
    $schema: "./schema.json",
    measuredAt: new Date().toISOString(),
    ...provenance(),
    benches: measured,
  }
  console.log(`\n# summary (${elapsed(started)}, ${availableParallelism()} processors, Node ${results.node})\n`)
  for (const table of tablesOf(results)) console.log(`${plainText(table)}\n`)
  for (const { name, status, measured: one } of runs) console.log(`  ${verdict(name, status, one)}`)
  const broken = runs.filter(({ status, measured: one }) => status !== 0 && one === undefined).map(({ name }) => name)
  const kept = keep(results, broken, whole)
  if (kept === saved) await report()
  console.log(`\n${kept}`)
}

const saved = "bench/results is up to date: latest.json, plots; and so is the README's part"

/** @returns what was done about bench/results/latest.json */
function keep(results: Results, broken: readonly string[], whole: boolean): string {
  const merged = join(partialFolder, "merged.json")
  writeResults(join(partialFolder, "merged.json"), results)
  if (quick)
    return `A quick run changes no result. To look at its plots: node bench/report/report.ts ${relative(merged)} FOLDER`
  if (broken.length > 0) return `bench/results is left alone: without a result ended ${broken.join(", ")}`
  if (whole) {
    writeResults(latestFile, results)
    return saved
  }
  const latest = readResults()
  if (latest === undefined) return "bench/results is left alone: only a run of all benches begins it"
  const elsewhere = JSON.stringify([latest.machine, latest.node]) !== JSON.stringify([results.machine, results.node])
  if (elsewhere)
    return "bench/results is left alone: it is of another machine or another Node; a run of all replaces it"
  writeResults(latestFile, { ...results, benches: { ...latest.benches, ...results.benches } })
  return saved
}

function verdict(name: string, status: number, measured: Measured | undefined): string {
  const ended = status === 0 ? "" : `, ended with ${status}`
  if (measured === undefined) return `${name}: published nothing${ended}`
  const held = measured.rows.filter(({ holds }) => holds === true).length
  const broken = measured.rows.filter(({ holds }) => holds === false).length
  return `${name}: ${measured.rows.length} figures in ${measured.seconds} s, ${held} of ${held + broken} budgets hold${ended}`
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

function relative(file: string): string {
  return file.slice(dirname(here).length + 1)
}

process.exitCode = await main()
