// The whole walk, event to answer, side by side with the handlers that people write. Each kind of event has a process of
// its own, because a deployed authorizer sees one kind only. Exit code 1 when a budget does not hold.
//
// Allocations are counted in further processes: growth of heap and buffers over some calls without a collection between.
import { fork } from "node:child_process"
import { once } from "node:events"
import { cpus } from "node:os"
import { casesOf, ownName, type Quantity, yardstickName } from "./handlers/cases.ts"
import { type Kind, kinds } from "./handlers/events.ts"
import { allocationsOf, type Effort, judgeAll, type Measured, timesOf } from "./handlers/measure.ts"
import { bareMicros, bareVerifications, paceOf } from "./pace.ts"
import { publish, quick, type ResultRow } from "./results.ts"
import { median, ratioOfMedians } from "./statistics.ts"
import { benchKey } from "./tokens.ts"

process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error

/** Tokens that take turns in a case. */
const callers = quick ? 64 : 128
const effort: Effort = quick ? { rounds: 3, calls: 256 } : { rounds: 7, calls: 1024 }
const mostMicros = 2
/** fast-jwt's cached verify, which is one part of the walk, takes so many times as long as the whole walk. */
const leastAhead = 1.5

const bench = benchKey("RS256")

const [kind, what] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
if (kind === undefined) await main()
else await child(kind as Kind, what as Quantity)

async function main(): Promise<void> {
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${effort.rounds} rounds`)
  const rows: ResultRow[] = []
  for (const each of kinds) {
    const times = await measuredBy([each, "times"], [])
    const bytes = await measuredBy(
      [each, "allocations"],
      ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"],
    )
    const ofKind = [...timeRows(times), ...allocationRows(bytes)]
    for (const row of ofKind) print(row)
    rows.push(...ofKind)
  }
  publish("pipeline", rows)
  const failed = rows.some(({ holds }) => holds === false)
  console.log(failed ? "over budget: see above" : "within budget")
  process.exitCode = failed && !quick ? 1 : 0 // a short run is too short to judge by
}

/** Runs this file again and takes what it sends. */
async function measuredBy(wanted: readonly string[], execArgv: readonly string[]): Promise<readonly Measured[]> {
  const measuring = fork(import.meta.filename, [...wanted, ...(quick ? ["--quick"] : [])], { execArgv: [...execArgv] })
  let received: readonly Measured[] | undefined
  measuring.on("message", (message) => {
    received = message as readonly Measured[]
  })
  const [code] = await once(measuring, "close")
  if (received === undefined) throw new Error(`${wanted.join(" ")}: ended with ${code} and without a result`)
  return received
}

async function child(each: Kind, quantity: Quantity): Promise<void> {
  process.stdout.write = () => true // what is logged goes nowhere, and the system's part in it is not measured
  const measured: Measured[] = []
  const bare = bareVerifications()
  for (const one of await casesOf(each, bench, callers, quantity)) {
    await judgeAll(one, yardstickName)
    const before = paceOf(bare)
    const found = await (quantity === "times" ? timesOf(one, effort) : allocationsOf(one, 5))
    const pace = (before + paceOf(bare)) / 2
    measured.push(...found.map((each) => ({ ...each, pace })))
  }
  process.send?.(measured, () => process.disconnect())
}

function timeRows(measured: readonly Measured[]): readonly ResultRow[] {
  return measured.flatMap((one): readonly ResultRow[] => {
    const beside = measured.filter((other) => other.case === one.case)
    const [own, yardstick] = [ownName, yardstickName].map((name) => beside.find(({ subject }) => subject === name))
    const micros = median(one.values)
    const row = { case: one.case, subject: one.subject, value: micros, unit: "us" } as const
    const budget = mostMicros * (one.pace ?? 1)
    const note = `${(micros / (one.pace ?? 1)).toFixed(2)} µs at the pace of a bare verification of ${bareMicros} µs.`
    if (one !== own)
      return [own === undefined ? row : { ...row, ratio: ratioOfMedians(one.values, own.values), ratioTo: ownName }]
    if (yardstick === undefined) return [row]
    const compared = ratioOfMedians(own.values, yardstick.values)
    const ahead = { budget: 1 / leastAhead, holds: compared <= 1 / leastAhead }
    return [
      { ...row, budget, holds: micros <= budget, note },
      { ...row, case: `${one.case}, beside a verify alone`, ratio: compared, ratioTo: yardstickName, ...ahead },
    ]
  })
}

function allocationRows(measured: readonly Measured[]): readonly ResultRow[] {
  return measured
    .filter(({ subject }) => subject !== yardstickName)
    .map(({ case: name, subject, values }) => ({
      ...{ case: `${name}, allocated`, subject, value: Math.round(median(values)), unit: "bytes" as const },
    }))
}

function print({ case: measured, subject, value, unit, ratio, ratioTo, budget, holds }: ResultRow): void {
  const compared = ratio === undefined ? "" : `  ${ratio.toFixed(2)} × ${ratioTo}`
  const allowed = budget === undefined ? "" : `, budget ${budget.toFixed(2)}${holds === false ? "  DOES NOT HOLD" : ""}`
  const figure = unit === "bytes" ? `${value} bytes` : `${value.toFixed(2)} µs`
  console.log(`${measured.padEnd(72)} ${subject.padEnd(40)} ${figure.padStart(12)}${compared}${allowed}`)
}
