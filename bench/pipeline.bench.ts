// The whole walk, event to answer, side by side with the handlers that people write. Each kind of event has a process
// of its own, because a deployed authorizer sees one kind only.
import { setTimeout } from "node:timers/promises"
import { bench, effort, quick, rowsOfProcess } from "./machinery/bench.ts"
import { floor, floorName } from "./machinery/floor.ts"
import type { ResultRow } from "./machinery/results.ts"
import { type Contestant, calls, inRounds, inTurn, rowsOf } from "./machinery/rounds.ts"
import { type CaseSubject, casesOf, deployedName, judgeAll, yardstickName } from "./subjects/cases.ts"
import { type GatewayEvent, type Kind, kinds } from "./subjects/events.ts"
import { benchKey, tokens } from "./subjects/tokens.ts"

/** Tokens that take turns in a case. */
const callers = quick ? 64 : 128

const kind = process.argv[2] as Kind
if (kind in kinds) await child()
else await bench("pipeline", eachKind)

async function eachKind(): Promise<ResultRow[]> {
  const rows: ResultRow[] = []
  for (const each of Object.keys(kinds)) {
    const received = await rowsOfProcess(import.meta.filename, each, ...process.argv.slice(2))
    if (received === undefined) throw new Error(`${each}: ended without a result`)
    rows.push(...received)
  }
  return rows
}

async function child(): Promise<void> {
  process.stdout.write = () => true // what is logged goes nowhere, and the system's part in it is not measured
  const key = benchKey("RS256")
  const bare = floor(key, tokens(key, 200, 800))
  const rows: ResultRow[] = []
  for (const one of await casesOf(kind, key, callers)) {
    await judgeAll(one, yardstickName)
    // What writes metrics is loaded after the first answer, in turns of the event loop.
    if (one.subjects.some(({ name }) => name === deployedName)) await setTimeout(300)
    const contestants = [bare, ...one.subjects.map((subject) => contestant(subject, one.events))]
    rows.push(...rowsOf(one.name, "us", await inRounds(contestants, floorName, effort("walk")), floorName))
  }
  process.send?.(rows, () => process.disconnect())
}

function contestant({ name, handle }: CaseSubject, events: readonly GatewayEvent[]): Contestant {
  const next = inTurn(events)
  return calls(name, (count) => {
    const some = next(count)
    return async () => {
      for (const event of some) {
        try {
          const answer = handle(event)
          if (answer instanceof Promise) await answer
        } catch {
          // A refusal that is thrown is an answer like any other; it was judged before.
        }
      }
    }
  })
}
