// The deployed bundle on the small machines that Lambda functions of little memory are: a share of one core. In a loop of
// its own, under AWS's runtime client, and from its start. `--page` puts the figures into docs/cost.md.
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { startKeyServer } from "../test/support/key-server.ts"
import { buildSubjects, ownName, type Subject } from "./cold/bundles.ts"
import { rewriteCostPage } from "./cold/cost-page.ts"
import { prepare } from "./cold/install.ts"
import { measureLines } from "./cold/log-lines.ts"
import {
  coldStarts,
  createMachine,
  type Durations,
  invocations,
  type Size,
  sizes,
  type Traffic,
  walks,
} from "./cold/machine.ts"
import { publish, quick, type ResultRow } from "./results.ts"
import { median, percentile } from "./statistics.ts"
import { benchKey, type Prepared, tokens } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

const counts = quick ? { warmUp: 100, fresh: 100, repeats: 1000 } : { warmUp: 500, fresh: 1000, repeats: 10_000 }
/** Under the runtime client a request takes a hundred times as long. */
const clientCounts = quick ? { warmUp: 50, fresh: 50, repeats: 100 } : { warmUp: 200, fresh: 300, repeats: 500 }
const startRounds = quick ? 2 : 7

const key = benchKey("RS256")
const [known, ...others] = tokens(key, 1 + counts.warmUp + counts.fresh, 800) as [Prepared, ...Prepared[]]
const traffic = ({ warmUp, fresh, repeats }: typeof counts): Traffic => ({
  ...{ known, repeats, warmUp: others.slice(0, warmUp), fresh: others.slice(-fresh) },
})
const rows: ResultRow[] = []

const { client } = await prepare()
const folder = mkdtempSync(join(tmpdir(), "hallpass-small-"))
const machine = createMachine()
// A snapshot is refreshed behind the first request, from here.
const server = await startKeyServer({
  respond: ({ response }) => void response.end(JSON.stringify({ keys: [key.jwk] })),
})
try {
  const own = (await buildSubjects(folder, key)).seeded.find(({ name }) => name === ownName)
  if (own === undefined) throw new Error("no bundle of hallpass")
  const variables = own.environment({ jwksUri: `${server.origin}/keys`, ca: server.ca })
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${client.name}`)
  console.log(`small machine: ${machine.how}`)
  console.log("memory  share    what                                       median      99 %")
  const measured = []
  for (const size of sizes) measured.push({ memoryMb: size.memoryMb, ...(await measure(size, own, variables)) })
  const lines = await measureLines(own, known, variables)
  for (const [subject, value] of Object.entries(lines)) rows.push({ case: "log line", subject, value, unit: "bytes" })
  console.log(`log lines: ${JSON.stringify(lines)}`)
  if (process.argv.includes("--page")) rewriteCostPage(measured, lines)
} finally {
  machine.close()
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
publish("small", rows)

async function measure(size: Size, own: Subject, variables: { [name: string]: string }) {
  const loop = await walks(own, machine, size, traffic(counts), variables)
  report(size, "handler alone, token cached", loop.hit, "us")
  report(size, "handler alone, new token", loop.miss, "us")
  const invoked = await invocations(own, client.entry, machine, size, traffic(clientCounts), variables)
  report(size, "invocation, token cached", invoked.hit, "ms")
  report(size, "invocation, new token", invoked.miss, "ms")
  const cold = await coldStarts(own, client.entry, machine, size, known, startRounds, variables)
  report(size, "cold start, ready", cold.ready, "ms")
  report(size, "cold start, first answer", cold.answer, "ms")
  return { ...billed(invoked), coldMs: Math.ceil(median(cold.answer)) }
}

/** Lambda rounds every invocation up to a whole millisecond. */
function billed({ hit, miss }: Durations): { readonly hitMs: number; readonly missMs: number } {
  const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + Math.ceil(each), 0) / all.length
  return { hitMs: mean(hit), missMs: mean(miss) }
}

function report({ memoryMb, share }: Size, what: string, all: readonly number[], unit: "us" | "ms"): void {
  const [middle, high] = [median(all), percentile(all, 0.99)]
  const measured = `${memoryMb} MB: ${what}`
  const core = `1/${(1 / share).toFixed(1)} of a core; ${machine.how}.`
  rows.push({ case: `${measured}, median`, subject: ownName, value: middle, unit, note: core })
  rows.push({ case: `${measured}, 99 %`, subject: ownName, value: high, unit, note: core })
  const [first, second] = [middle, high].map((value) => `${value.toFixed(2)} ${unit}`.padStart(14))
  console.log(`${`${memoryMb} MB`.padEnd(7)} 1/${(1 / share).toFixed(1).padEnd(6)} ${what.padEnd(33)}${first}${second}`)
}
