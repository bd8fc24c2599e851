import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { Counters } from "../../src/observe/counters.ts"
import { alarm, isBreaching } from "./operate.ts"

const page = readFileSync(new URL("../../docs/operate.md", import.meta.url), "utf8")
const periodMs = 300_000

/**
 * Bad periods out of refusals of one environment at these times, whose counts are written as the observer writes them.
 */
function badPeriods(requests: readonly number[]): number {
  const counters = new Counters()
  const periods = new Map<number, number>()
  for (const at of requests) {
    counters.addDecision(100)
    counters.add("Unauthenticated")
    if (!counters.due(at, {})) continue
    const written = Number(counters.take(at, [])?.service.get("Unauthenticated"))
    const period = Math.floor(at / periodMs)
    periods.set(period, (periods.get(period) ?? 0) + written)
  }
  return [...periods.values()].filter((Unauthenticated) => isBreaching(alarm("DenyRateAlarm"), { Unauthenticated }))
    .length
}

/** When the requests of the page's recipe come, one in so many milliseconds. Its sleeps are taken from the page. */
function recipe(startMs: number, everyMs: number): number[] {
  const [text = ""] = /^for round in 1 2; do\n[\s\S]*?^done$/m.exec(page) ?? []
  const many = Number(/seq (\d+)/.exec(text)?.[1])
  const [pause = 0, gap = 0] = [...text.matchAll(/sleep (\d+)/g)].map(([, seconds]) => Number(seconds) * 1000)
  expect([many, pause, gap].every((value) => value > 0)).toBe(true)
  const requests: number[] = []
  let now = startMs
  for (const _round of [1, 2]) {
    for (let i = 1; i <= many; i++) requests.push(now + i * everyMs)
    const last = now + many * everyMs + pause
    requests.push(last)
    now = last + gap
  }
  return requests
}

test("13-8: the recipe for DenyRateAlarm makes two bad periods, whenever it begins and however fast it is", () => {
  expect(alarm("DenyRateAlarm").properties.DatapointsToAlarm).toBe(2)
  for (const everyMs of [5, 60, 150, 400])
    for (let startMs = 0; startMs < periodMs; startMs += 7000)
      expect(badPeriods(recipe(startMs, everyMs)), `${startMs} ms, ${everyMs} ms each`).toBeGreaterThanOrEqual(2)
})

test("13-8: two bursts alone would not: the counts of the first wait for the second", () => {
  const bursts = [0, periodMs].flatMap((start) => Array.from({ length: 60 }, (_, i) => start + 100 * i))
  expect(badPeriods(bursts)).toBe(1)
})
