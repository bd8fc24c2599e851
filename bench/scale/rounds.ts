import { median } from "../statistics.ts"

/** One of several things that are measured in turn. */
export interface Contestant {
  readonly name: string
  /** Does the work `count` times. */
  readonly run: (count: number) => Promise<void>
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  readonly perRound: number
}

/** Median microseconds of one call. All take turns within each round, so that a noisy moment hits them all. */
export async function inTurns(
  contestants: readonly Contestant[],
  { rounds, perRound }: Effort,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = -2; round < rounds; round++) {
    for (const { name, run } of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const started = process.hrtime.bigint()
      await run(perRound)
      const micros = Number(process.hrtime.bigint() - started) / 1000 / perRound
      if (round >= 0) times.get(name)?.push(micros) // the first two rounds warm up
    }
  }
  return new Map([...times].map(([name, all]) => [name, median(all)]))
}

/** Milliseconds that some work takes: the median of three. */
export function millis(work: () => unknown): number {
  return median(
    [1, 2, 3].map(() => {
      const started = process.hrtime.bigint()
      work()
      return Number(process.hrtime.bigint() - started) / 1e6
    }),
  )
}
