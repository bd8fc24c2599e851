import { GCProfiler } from "node:v8"
import type { Case, CaseSubject } from "./cases.ts"
import type { GatewayEvent } from "./events.ts"
import { judge } from "./judge.ts"

/** What one subject took in one case, round by round. */
export interface Measured {
  readonly case: string
  readonly subject: string
  /** Microseconds of a call, or bytes that it allocates. */
  readonly values: readonly number[]
  /** How much slower the machine was meanwhile than one whose bare verification of RS256 takes 15 µs. */
  readonly pace?: number
}

/** How long and how often. */
export interface Effort {
  readonly rounds: number
  /** Least number of calls in a round where a call is short; elsewhere one for every event. */
  readonly calls: number
}

/** So many events of a case are judged; they differ in the caller only. */
const judged = 64

/** Right before fast: every handler answers as it must before it is timed. */
export async function judgeAll({ name, subjects, events, outcome }: Case, yardstick: string): Promise<void> {
  for (const subject of subjects) {
    if (subject.name === yardstick) continue // no handler; it throws where a token is not good
    for (const event of events.slice(0, judged)) {
      const said = await judge(async (each) => subject.handle(each), event)
      if (said !== outcome) throw new Error(`${name}: ${subject.name} says ${said} instead of ${outcome}`)
    }
  }
}

/** Microseconds per call. The subjects take turns within each round, in one order and then in the other. */
export async function timesOf({ name, scenario, subjects, events }: Case, effort: Effort): Promise<Measured[]> {
  const times = new Map<CaseSubject, number[]>(subjects.map((subject) => [subject, []]))
  // A warm function has made tens of thousands of calls; three rounds of short ones are not yet compiled code.
  for (const subject of scenario === "hit" ? subjects.filter(({ slow }) => !slow) : [])
    for (let calls = 0; calls < 16 * effort.calls; calls += events.length) await callAll(subject, events)
  for (let round = -3; round < effort.rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const passes = scenario === "hit" && !subject.slow ? Math.ceil(effort.calls / events.length) : 1
      const started = process.hrtime.bigint()
      for (let pass = 0; pass < passes; pass++) await callAll(subject, events)
      const micros = Number(process.hrtime.bigint() - started) / 1000 / (passes * events.length)
      if (round >= 0) times.get(subject)?.push(micros) // the first rounds warm up
    }
  }
  return [...times].map(([subject, values]) => ({ case: name, subject: subject.name, values }))
}

/**
 * Bytes per call, on the heap and in buffers: what both have grown by after some calls, during which nothing is collected.
 * Needs `--expose-gc`, and a young generation that has room for all of it (`--min-semi-space-size`).
 */
export async function allocationsOf({ name, subjects, events }: Case, rounds: number): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const subject of subjects) {
    const calls = subject.slow ? 1024 : 5120
    for (let warm = 0; warm < calls; warm += events.length) await callAll(subject, events)
    const values: number[] = []
    while (values.length < rounds) values.push(await allocatedBy(subject, events))
    measured.push({ case: name, subject: subject.name, values })
  }
  return measured
}

async function allocatedBy(subject: CaseSubject, events: readonly GatewayEvent[]): Promise<number> {
  if (gc === undefined) throw new Error("run with --expose-gc")
  for (let attempt = 0; attempt < 5; attempt++) {
    gc()
    const profiler = new GCProfiler()
    profiler.start()
    const before = process.memoryUsage()
    await callAll(subject, events)
    const after = process.memoryUsage()
    const grown = after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers)
    if (profiler.stop().statistics.length === 0) return grown / events.length
  }
  throw new Error(`${subject.name}: the collector always comes between; fewer calls are needed`)
}

/** A refusal that is thrown is an answer like any other. */
async function callAll({ handle }: CaseSubject, events: readonly GatewayEvent[]): Promise<void> {
  for (const event of events) {
    try {
      const answer = handle(event)
      if (answer instanceof Promise) await answer
    } catch {
      // Judged before.
    }
  }
}
