/**
 * A random sample that is the same for the same seed: the first items of a shuffled list (Fisher and Yates), with the
 * numbers of mulberry32.
 */
export function sample<T>(items: readonly T[], count: number, seed: number): readonly T[] {
  const shuffled = [...items]
  const next = mulberry32(seed)
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1))
    ;[shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T]
  }
  return shuffled.slice(0, count)
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
