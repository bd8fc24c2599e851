const given = process.env.HALLPASS_SEED
/** `npm run test:long`: ten times as many cases, and others each time. */
export const isLong: boolean = process.env.TEST_MODE === "long"

/**
 * The seed of this run. A fixed one by default, so that a change is judged by itself and not by luck.
 * `npm run test:long` and `HALLPASS_SEED=clock` look at other cases, and `HALLPASS_SEED=…` repeats them.
 */
export const seed: number =
  given === "clock" || (given === undefined && isLong) ? Date.now() % 2 ** 31 : Number(given ?? 2_126_839_733)

/** While single changes are tried, see test/mutation: most that a property notices, it notices soon. */
const isBrief = process.env.TEST_MODE === "brief"

/** So many cases; ten times as many in a long run, and half of them in a brief one. */
export const cases = (count: number): number => (isLong ? 10 * count : isBrief ? Math.ceil(count / 2) : count)

/** How many cases of a kind a run must have met to be worth something: in proportion. A brief one may meet none. */
export const worth = (count: number): number => (isBrief ? -1 : cases(count))

/**
 * fast-check's parameters with the seed of this run, and with more cases in a long one. A failed property prints its
 * seed.
 */
export function seeded(
  name: string,
  { numRuns = 100 }: { readonly numRuns?: number } = {},
): { readonly seed: number; readonly numRuns: number } {
  if (isLong) console.info(`${name}: HALLPASS_SEED=${seed}, ${cases(numRuns)} cases`)
  return { seed, numRuns: cases(numRuns) }
}
