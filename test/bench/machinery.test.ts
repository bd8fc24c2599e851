import { describe, expect, it } from "vitest"
import { disturbances, merged, refusals } from "../../bench/machinery/publish.ts"
import type { Measured, Results } from "../../bench/machinery/results.ts"
import { type Contestant, calls, inRounds, inTurn, rowsOf } from "../../bench/machinery/rounds.ts"
import { median, p10, quantile, ratioOf, uncertaintyOf } from "../../bench/machinery/statistics.ts"

/** A round takes what the script says; every value is noted. */
function scripted(name: string, values: (round: number) => number, order: string[] = []): Contestant {
  let round = 0
  return {
    name,
    sample: () => {
      order.push(name)
      return values(round++)
    },
  }
}

describe("statistics of the benches", () => {
  it("interpolate between the values of a series", () => {
    const values = [5, 1, 4, 2, 3]
    expect(quantile(values, 0)).toBe(1)
    expect(quantile(values, 1)).toBe(5)
    expect(median(values)).toBe(3)
    expect(p10(values)).toBeCloseTo(1.4, 10)
    expect(values).toEqual([5, 1, 4, 2, 3]) // left in the order of its rounds
  })

  it("have one measure of ratios: the p10 over the p10", () => {
    const [one, reference] = [
      [20, 22, 400, 21],
      [10, 11, 900, 10],
    ]
    expect(ratioOf(one, reference)).toBe(p10(one) / p10(reference))
  })

  it("know a ratio the better, the more rounds there are, and the same series to the same degree", () => {
    const noisy = (rounds: number, phase: number): number[] =>
      Array.from({ length: rounds }, (_, at) => 10 + ((at * 7 + phase) % 13) / 13)
    const [few, many] = [20, 2000].map((rounds) => uncertaintyOf(noisy(rounds, 0), noisy(rounds, 5)))
    expect(few).toBeGreaterThan(many ?? Number.NaN)
    expect(many).toBeLessThan(0.01)
    expect(uncertaintyOf(noisy(20, 0), noisy(20, 5))).toBe(few)
    expect(uncertaintyOf([3, 3, 3], [2, 2, 2])).toBe(0)
  })
})

describe("rounds", () => {
  const effort = { leastRounds: 4, mostSeconds: 60, clock: () => 0 }

  it("let all take turns, each second round backwards", async () => {
    const order: string[] = []
    await inRounds(
      ["a", "b", "c"].map((name) => scripted(name, () => 1, order)),
      "a",
      effort,
    )
    expect(order.join("")).toBe("abccbaabccba")
  })

  it("warm up every contestant before any value counts", async () => {
    const order: string[] = []
    const warming = ["a", "b"].map((name) => ({
      ...scripted(name, () => 1, order),
      warmUp: async () => void order.push(`warm ${name}`),
    }))
    await inRounds(warming, "a", effort)
    expect(order.slice(0, 3)).toEqual(["warm a", "warm b", "a"])
  })

  it("end as soon as each ratio is known to 1 %", async () => {
    // The first forty rounds differ by a tenth, the later ones do not.
    const settling = scripted("own", (round) => (round < 40 && round % 2 === 0 ? 11 : 10))
    const series = await inRounds([scripted("floor", () => 5), settling], "floor", effort)
    const rounds = series.get("own")?.length ?? 0
    expect(rounds).toBeGreaterThan(4)
    expect(rounds).toBeLessThan(1000)
    expect(uncertaintyOf(series.get("own") ?? [], series.get("floor") ?? [])).toBeLessThanOrEqual(0.01)
  })

  it("end after the longest time if a ratio stays unknown, and say how far it is known", async () => {
    let now = 0
    const wild = scripted("own", (round) => (round % 7 === 0 ? 1 : 100))
    const clock = (): number => now++
    const series = await inRounds([scripted("floor", () => 5), wild], "floor", {
      leastRounds: 4,
      mostSeconds: 3,
      clock,
    })
    const [floor, own] = rowsOf("a case", "us", series, "floor")
    expect(series.get("own")).toHaveLength(6) // at once, not only when the ratios are looked at again
    expect(floor).toEqual({ case: "a case", subject: "floor", unit: "us", value: 5, median: 5 })
    expect(own).toMatchObject({ subject: "own", ratioTo: "floor", known: expect.any(Number) })
    expect(own?.known).toBeGreaterThan(0.01)
    expect(own?.ratio).toBe((own?.value ?? 0) / 5)
  })

  it("warm up what takes part in a later group once only", async () => {
    let made = 0
    const { warmUp } = calls("a", (count) => () => {
      made += count
    })
    await warmUp?.()
    const once = made
    await warmUp?.()
    expect([once > 0, made]).toEqual([true, once])
  })

  it("refuse a reference that does not take part, and two of one name", async () => {
    await expect(inRounds([scripted("a", () => 1)], "b", effort)).rejects.toThrow("b")
    await expect(inRounds([scripted("a", () => 1), scripted("a", () => 1)], "a", effort)).rejects.toThrow("a")
  })

  it("hand out items in turn", () => {
    const next = inTurn(["a", "b", "c"])
    expect([next(2), next(2), next(1)]).toEqual([["a", "b"], ["c", "a"], ["b"]])
  })
})

describe("a run is published only if the machine was quiet", () => {
  const measured = (floorUs: readonly number[], more: Partial<Measured> = {}): Measured => ({
    ...{ measuredAt: "2026-09-21T12:00:00.000Z", commit: "0123456789ab", changed: false, quick: false, seconds: 1 },
    ...{ floorUs, rows: [{ case: "a", subject: "hallpass", value: 1, unit: "us" }] },
    ...more,
  })
  const run = (benches: Results["benches"], cpu = "Some Processor"): Results => ({
    ...{ $schema: "./schema.json", measuredAt: "2026-09-21T12:00:00.000Z", node: "24.0.0", packages: {}, benches },
    machine: { platform: "linux", arch: "x64", cpu, logicalCpus: 2, memoryGb: 8 },
  })
  const last = run({ verify: measured([20, 20]), scale: measured([20, 20.4]) })

  it("a floor that moves by up to 5 % is quiet, and one that moves by more is not", () => {
    expect(disturbances([20, 20.9, 20.2], undefined)).toEqual([])
    expect(disturbances([20, 21.1, 20.2], undefined)).toEqual([
      "the floor moved by 5.5 % within the run; 5.0 % are allowed",
    ])
  })

  it("a floor that is more than 15 % slower than the published one is not quiet, and a faster one is", () => {
    expect(disturbances([22.9, 22.9], last)).toEqual([])
    expect(disturbances([15, 15], last)).toEqual([])
    expect(disturbances([23.5, 23.5], last)).toEqual([
      expect.stringMatching(/^the floor is 17\.\d % slower than the published one; 15\.0 % are allowed$/),
    ])
  })

  it("results from before floors were stored refuse nothing", () => {
    expect(disturbances([90, 90], run({ verify: measured([]) }))).toEqual([])
  })

  it.each([
    ["a good run", run({ verify: measured([20, 20.1]), scale: measured([20.1, 20]) }), [], undefined],
    [
      "a drift between two benches",
      run({ verify: measured([20, 20]), scale: measured([20, 22]) }),
      [],
      /^the floor moved/,
    ],
    ["a quick run", run({ verify: measured([20, 20], { quick: true }) }), [], /^it is a quick run$/],
    ["a bench that broke", run({ verify: measured([20, 20]) }), ["scale"], /^scale ended without a result$/],
    [
      "a part of another machine",
      run({ verify: measured([20, 20]) }, "Other"),
      [],
      /^the other published figures are of/,
    ],
    [
      "a whole run of another machine",
      run({ verify: measured([20, 20]), scale: measured([20, 20]) }, "Other"),
      [],
      undefined,
    ],
  ])("%s", (_name, results, missing, reason) => {
    const found = refusals(results, last, missing)
    if (reason === undefined) expect(found).toEqual([])
    else expect(found).toEqual([expect.stringMatching(reason)])
  })

  it("a part takes its place among the published figures", () => {
    const part = run({ verify: measured([19, 19]) })
    const { benches } = merged(part, last)
    expect(benches).toEqual({ verify: part.benches.verify, scale: last.benches.scale })
    expect(merged(part, undefined)).toEqual(part)
  })
})
