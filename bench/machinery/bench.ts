import { fork } from "node:child_process"
import { once } from "node:events"
import { figure } from "../report/format.ts"
import { checkedRows, type ResultRow } from "./results.ts"
import type { Effort } from "./rounds.ts"

/** Whether a short run is wanted: `npm run bench -- --quick`, or `--quick` for a bench that is started by itself. */
export const quick: boolean = process.argv.includes("--quick")

/** Whether a long run is wanted: groups of three times the seconds, and many more tokens and requests. */
export const long: boolean = process.argv.includes("--long")

/** After so many seconds a group ends, by its kind. A test holds that all of them fit into a run of four minutes. */
export const most = { verify: 4, walk: 2, known: 45, fetched: 10, between: 3, growth: 2, bad: 3, http: 22, paced: 8 }

/** At least 30 rounds, and at most the seconds of the group's kind. */
export function effort(kind: keyof typeof most, leastRounds = 30): Effort {
  return quick ? { leastRounds: 4, mostSeconds: 0.1 } : { leastRounds, mostSeconds: most[kind] * (long ? 3 : 1) }
}

/** Runs one bench: prints its rows, and sends them to bench/run.ts if that started it. */
export async function bench(name: string, measure: () => Promise<readonly ResultRow[]>): Promise<void> {
  process.stdout.on("error", () => process.exit()) // a reader that has seen enough is no error
  const rows = checkedRows(name, await measure())
  for (const { case: measured, subject, value, unit, ratio, ratioTo, known = 0 } of rows) {
    const compared =
      ratio === undefined ? "" : `${ratio.toFixed(3).padStart(9)} × ${ratioTo} ±${(known * 100).toFixed(1)} %`
    console.log(
      `  ${measured.padEnd(50)} ${subject.padEnd(38)} ${figure(value, unit).padStart(10)} ${compared}`.trimEnd(),
    )
  }
  process.send?.(rows)
}

/** Rows of a process of its own, so that it does not find code that another one has compiled. */
export async function rowsOfProcess(
  file: string,
  ...args: readonly string[]
): Promise<readonly ResultRow[] | undefined> {
  const measuring = fork(file, args)
  let received: readonly ResultRow[] | undefined
  measuring.on("message", (message) => {
    received = message as readonly ResultRow[]
  })
  await once(measuring, "close")
  return received
}
