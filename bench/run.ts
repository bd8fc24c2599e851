// npm run bench [-- [--quick | --anyway | --redraw] NAME …]: the one way to measure and to publish. Measures what is
// named, or everything; prints all of it; and publishes it in bench/results and bench/README.md if the machine was
// quiet.
import { spawnSync } from "node:child_process"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { rowsOfProcess } from "./machinery/bench.ts"
import { floorMicros } from "./machinery/floor.ts"
import { installOnce } from "./machinery/install.ts"
import { provenance, revision } from "./machinery/provenance.ts"
import { disturbances, merged, refusals } from "./machinery/publish.ts"
import { type Measured, type Results, readResults, writeResults } from "./machinery/results.ts"
import { verdictsOf } from "./report/budgets.ts"
import { plainText } from "./report/format.ts"
import { report } from "./report/report.ts"
import { tablesOf } from "./report/tables.ts"

const here = import.meta.dirname
/** Timed, in this order. Instructions are counted, and a busy machine does not change their number. */
const timed = ["verify", "pipeline", "cold-start", "scale", "http"]
const known = [...timed, "instructions"]

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    anyway: { type: "boolean", default: false },
    redraw: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
  },
  allowPositionals: true,
})
const { quick, anyway, redraw } = values
/** What benches understand. */
const flags = (["quick", "long"] as const).filter((flag) => values[flag]).map((flag) => `--${flag}`)
const started = Date.now()

async function main(): Promise<number> {
  const last = readResults()
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) return say(2, `There is no bench ${unknown.join(", ")}; known: ${known.join(", ")}.`)
  if (redraw) {
    if (last === undefined) return say(1, "There are no results; npm run bench makes them.")
    await report(last)
    return say(0, "Drawn and written.")
  }
  installOnce(here, "what the benches compare with")
  const chosen = positionals.length === 0 ? (quick ? timed : known) : positionals
  const names = timed.filter((name) => chosen.includes(name))
  const code = names.length === 0 ? 0 : await measure(names, last)
  if (!chosen.includes("instructions") || code === disturbed) return code
  return Math.max(code, countInstructions())
}

const publishes = !quick && !anyway
/** The exit code of a run that was refused or ended early. */
const disturbed = 3

async function measure(names: readonly string[], last: Results | undefined): Promise<number> {
  const floors = [await floorMicros()]
  const benches: { [name: string]: Measured } = {}
  const missing: string[] = []
  for (const name of names) {
    const found = publishes ? disturbances(floors, last) : []
    if (found.length > 0) return say(disturbed, ended(found))
    console.log(`\n# ${name} (${elapsed()}, bare RS256 in ${floors.at(-1)?.toFixed(2)} µs)`)
    const now = { ...revision(), quick }
    const since = Date.now()
    const rows = await rowsOfProcess(join(here, `${name}.bench.ts`), ...flags)
    const floorUs = [floors.at(-1) ?? Number.NaN, await floorMicros()].map((micros) => Number(micros.toPrecision(4)))
    floors.push(floorUs[1] ?? Number.NaN)
    const seconds = Math.round((Date.now() - since) / 1000)
    if (rows === undefined) missing.push(name)
    else benches[name] = { ...now, measuredAt: new Date().toISOString(), seconds, floorUs, rows }
  }
  const results: Results = { $schema: "./schema.json", measuredAt: new Date().toISOString(), ...provenance(), benches }
  console.log(`\n# summary (${elapsed()}, ${availableParallelism()} processors, Node ${results.node})\n`)
  for (const table of tablesOf(results)) console.log(`${plainText(table)}\n`)
  const found = [...(anyway ? ["--anyway was asked for"] : []), ...refusals(results, last, missing)]
  if (found.length > 0) return say(quick && missing.length === 0 ? 0 : disturbed, `Not published: ${found.join("; ")}.`)
  const published = merged(results, last)
  writeResults(published)
  await report(published)
  const missed = verdictsOf(results).filter(({ worst, met }) => worst !== undefined && !met).length
  return say(missed === 0 ? 0 : 1, `Published in bench/results and bench/README.md; ${missed} budgets are missed.`)
}

/** Stores the counts, or only compares them if this run publishes nothing. */
function countInstructions(): number {
  console.log(`\n# instructions (${elapsed()})`)
  const args = [join(here, "instructions/run.ts"), ...(publishes ? [] : ["--compare"])]
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1
}

function ended(found: readonly string[]): string {
  return `Ended early, nothing is published: ${found.join("; ")}. Make the machine quiet, or measure and print with --anyway.`
}

function elapsed(): string {
  const seconds = Math.round((Date.now() - started) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

function say(code: number, text: string): number {
  console.log(`\n${text}`)
  return code
}

process.exitCode = await main()
