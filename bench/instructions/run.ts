// Instructions of the hot paths, counted by valgrind's callgrind: free of noise, so a small change shows.
//   node bench/instructions/run.ts              counts, prints, stores them in bench/results/instructions.json
//   node bench/instructions/run.ts --compare    counts and compares; exit code 1 when a count rose by more than 5 %
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { bundleCases, countInstructions, type Iterations, processorKind, valgrindVersion } from "./callgrind.ts"
import { hotCases } from "./cases.ts"
import { compareCounts, incomparable, type StoredCounts } from "./counts.ts"

const file = join(import.meta.dirname, "../results/instructions.json")
const store = !process.argv.includes("--compare")
const renew = "npm run bench:instructions stores the counts of this machine"

/** A signature dwarfs the rest, and its code is native: fewer iterations are as exact, and take as long. */
function iterationsOf(name: string): Iterations {
  if (name.includes("walk")) return { warm: 5000, perBlock: 300 }
  if (name.includes("ES256")) return { warm: 800, perBlock: 50 }
  return { warm: 1200, perBlock: 100 }
}

async function main(): Promise<number> {
  const valgrind = valgrindVersion()
  if (valgrind === undefined) return skip("valgrind is not installed (Debian: apt-get install valgrind)")
  const here = { node: process.versions.node, processor: processorKind(), valgrind }
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StoredCounts) : undefined
  if (!store && stored === undefined) return fail([`there are no stored counts; ${renew}`])
  const unlike = stored && incomparable(stored, here)
  if (!store && unlike !== undefined) return skip(`${unlike}; where that is meant to stay, ${renew}`)

  const started = Date.now()
  console.log(`Counting instructions of ${Object.keys(hotCases).length} hot paths, ${here.valgrind} …`)
  const now: StoredCounts = { ...here, cases: await countAll() }
  console.log(`  counted in ${Math.round((Date.now() - started) / 1000)} s`)
  const { lines, problems } = compareCounts(unlike === undefined ? (stored ?? now) : now, now)
  console.log(lines.join("\n"))
  if (!store) return fail(problems)
  writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`)
  console.log("stored in bench/results/instructions.json")
  return 0
}

/** As many at a time as there are processors: other work on the machine changes times, not counts. */
async function countAll(): Promise<StoredCounts["cases"]> {
  const { file: bundle, remove } = await bundleCases()
  const counts = new Map<string, number>()
  const left = Object.keys(hotCases)
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      counts.set(name, await countInstructions(bundle, name, iterationsOf(name)))
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work))
  } finally {
    remove()
  }
  return Object.fromEntries(Object.keys(hotCases).map((name) => [name, counts.get(name) ?? Number.NaN]))
}

function fail(problems: readonly string[]): number {
  for (const problem of problems) console.error(`bench/instructions: ${problem}`)
  if (problems.length > 0)
    console.error(`bench/instructions: where a rise is meant, ${renew}; commit them with the reason`)
  return problems.length === 0 ? 0 : 1
}

function skip(reason: string): number {
  console.error(
    `\n!! INSTRUCTION COUNTS SKIPPED: ${reason}.\n!! Nothing was counted, so a slower hot path would not be noticed here.\n`,
  )
  return 0
}

process.exitCode = await main()
