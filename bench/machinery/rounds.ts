import { quick } from "./bench.ts"
import type { ResultRow } from "./results.ts"
import { median, p10, ratioOf, uncertaintyOf } from "./statistics.ts"

/** One of several things that are measured in turn. */
export interface Contestant {
  readonly name: string
  /** Compiles and fills what a warm one has compiled and filled. */
  readonly warmUp?: () => Promise<void>
  /** Takes one value. */
  readonly sample: () => number | Promise<number>
}

/** The values of each contestant by name. Values of the same index are of the same round. */
export type Series = ReadonlyMap<string, readonly number[]>

export interface Effort {
  readonly leastRounds: number
  /** The group ends after so many seconds even if its ratios are not known well enough. */
  readonly mostSeconds: number
  /** Seconds; tests replace it. */
  readonly clock?: () => number
}

/** A ratio is known well enough if its uncertainty is at most so large. */
export const wanted = 0.01

const seconds = (): number => performance.now() / 1000

/**
 * Measures in rounds until each ratio to the reference is known to 1 %. All take turns within a round, and each second
 * round goes backwards, so a noisy moment hits all of them. An uneven number of contestants does not change that.
 */
export async function inRounds(
  contestants: readonly Contestant[],
  reference: string,
  { leastRounds, mostSeconds, clock = seconds }: Effort,
): Promise<Series> {
  for (const { warmUp } of contestants) await warmUp?.()
  const series = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  const compared = series.get(reference)
  if (compared === undefined || series.size < contestants.length) throw new Error(`${reference}: no or two such names`)
  const known = (): boolean =>
    [...series].every(([name, values]) => name === reference || uncertaintyOf(values, compared) <= wanted)
  const started = clock()
  for (let round = 0, check = leastRounds; ; round++) {
    if (round >= leastRounds && clock() - started >= mostSeconds) return series
    if (round === check && known()) return series
    if (round === check) check = Math.ceil(round * 1.25)
    for (const { name, sample } of round % 2 === 0 ? contestants : contestants.toReversed())
      series.get(name)?.push(await sample())
  }
}

/** One row for each contestant. The reference has no ratio. */
export function rowsOf(name: string, unit: ResultRow["unit"], series: Series, reference: string): ResultRow[] {
  const compared = series.get(reference) ?? []
  return [...series].map(([subject, values]): ResultRow => {
    const row = { case: name, subject, unit, value: p10(values), median: median(values) }
    if (subject === reference) return row
    return { ...row, ratio: ratioOf(values, compared), ratioTo: reference, known: uncertaintyOf(values, compared) }
  })
}

/** Long enough that the clock is exact, short enough that many rounds are possible. */
const sliceMicros = 2000
/** A warm function has made so many calls; of long ones those of a tenth of a second. */
const [warmCalls, warmMicros] = quick ? [1000, 10_000] : [20_000, 100_000]

/**
 * A contestant whose value is the microseconds of one call: the mean of a slice of about 2 ms.
 *
 * @param prepare makes what is not measured, for so many calls, and returns the work
 */
export function calls(name: string, prepare: (count: number) => () => unknown): Contestant {
  let [count, made, spent] = [4, 0, 0]
  const slice = async (): Promise<number> => {
    const work = prepare(count)
    const started = process.hrtime.bigint()
    const pending = work()
    if (pending instanceof Promise) await pending
    return Number(process.hrtime.bigint() - started) / 1000
  }
  return {
    name,
    sample: async () => (await slice()) / count,
    async warmUp() {
      while (made < warmCalls && spent < warmMicros) {
        const micros = await slice()
        made += count
        spent += micros
        if (micros < sliceMicros) count = Math.min(2 * count, Math.ceil((count * sliceMicros) / micros))
      }
    },
  }
}

/** For each call the next of some items, round and round. */
export function inTurn<T>(items: readonly T[]): (count: number) => readonly T[] {
  let at = 0
  return (count) => Array.from({ length: count }, () => items[at++ % items.length] as T)
}
