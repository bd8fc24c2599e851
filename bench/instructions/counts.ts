/** bench/results/instructions.json. Counts are instructions per iteration. */
export interface StoredCounts {
  /** What they were counted with; counts of another one are not comparable. */
  readonly node: string
  readonly processor: string
  readonly valgrind: string
  readonly cases: { readonly [name: string]: number }
}

/** The most that a count may rise by. */
export const allowedRise = 0.05

export interface Comparison {
  readonly lines: readonly string[]
  /** What has to be done before the counts are in order; empty when they are. */
  readonly problems: readonly string[]
}

/** Counts of now beside the stored ones. Every case has to be on both sides. */
export function compareCounts(stored: StoredCounts, now: StoredCounts): Comparison {
  const problems: string[] = []
  const lines: string[] = []
  for (const name of new Set([...Object.keys(stored.cases), ...Object.keys(now.cases)])) {
    const [before, after] = [stored.cases[name], now.cases[name]]
    if (before === undefined || after === undefined) {
      problems.push(`${name}: ${before === undefined ? "has no stored count" : "is stored, but no case any more"}`)
      continue
    }
    const change = after / before - 1
    const percent = `${change < 0 ? "−" : "+"}${Math.abs(change * 100).toFixed(2)} %`
    lines.push(
      `  ${name.padEnd(60)} ${grouped(before).padStart(9)} → ${grouped(after).padStart(9)} ${percent.padStart(9)}`,
    )
    if (after - before > before * allowedRise) problems.push(`${name}: ${percent} is more than ${allowedRise * 100} %`)
  }
  return { lines, problems }
}

/** Why counts cannot be compared at all, or undefined. */
export function incomparable(stored: StoredCounts, now: Pick<StoredCounts, "node" | "processor">): string | undefined {
  if (stored.node !== now.node) return `the stored counts are of Node ${stored.node}, this is ${now.node}`
  if (stored.processor !== now.processor)
    return `the stored counts are of a processor with "${stored.processor}", this is "${now.processor}"`
  return undefined
}

function grouped(value: number): string {
  return value.toLocaleString("en").replaceAll(",", " ")
}
