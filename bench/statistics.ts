/** The middle one of some measured values. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/**
 * The only way in which two measured subjects are compared: median by median, which is what a reader gets who divides two
 * published figures. A median of the rounds' ratios would be another measure, and both in one table contradict each other.
 */
export function ratioOfMedians(one: readonly number[], other: readonly number[]): number {
  return median(one) / median(other)
}

/** What else a machine does only ever adds: a round in the lowest quarter was hardly disturbed. */
export function lowQuarter(values: readonly number[]): number {
  return percentile(values, 0.25)
}

/** The smallest value that so large a share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
