/** The smallest value that so large a share of all values does not exceed, interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  const at = (sorted.length - 1) * share
  const [below = Number.NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The figure of the benches. Noise only adds time, so the lowest tenth is the least disturbed one. */
export const p10 = (values: readonly number[]): number => quantile(values, 0.1)

/** The one measure of ratios: the p10 of one series over the p10 of another. Both are of the same rounds. */
export function ratioOf(values: readonly number[], reference: readonly number[]): number {
  return p10(values) / p10(reference)
}

/**
 * How exactly a ratio is known: half the width of the middle 90 % of the ratios of resampled rounds, over the ratio.
 * Both series are resampled by the same rounds. The numbers are pseudo-random with a fixed seed: the same series, the
 * same result.
 */
export function uncertaintyOf(values: readonly number[], reference: readonly number[], resamples = 200): number {
  const rounds = values.length
  const random = pseudoRandom(rounds)
  const ratios = Array.from({ length: resamples }, () => {
    const chosen = Array.from({ length: rounds }, () => Math.floor(random() * rounds))
    const of = (series: readonly number[]): number[] => chosen.map((round) => series[round] ?? Number.NaN)
    return ratioOf(of(values), of(reference))
  })
  return (quantile(ratios, 0.95) - quantile(ratios, 0.05)) / 2 / ratioOf(values, reference)
}

/** Numbers from 0 to 1: the linear congruential generator of Numerical Recipes. */
export function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
