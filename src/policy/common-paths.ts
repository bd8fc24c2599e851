import { isFixed, many, one, rest, type Tokens } from "../route/tokens.ts"

/** More ways to match than this are not looked at one by one; a table as tangled as that is refused. */
const maxWitnesses = 256

/** A table whose templates overlap in too many ways to be examined. */
export class TooTangled extends Error {
  override readonly name: string = "TooTangled"
}

/**
 * Paths that a pattern and a template both match: for each way of matching, the most general one. In it every segment
 * that may be anything is `fresh`, a text that no template holds. The table treats all similar paths as it treats this
 * one.
 *
 * @param pattern as IAM reads it: `many` takes one segment or more at every place
 * @param template as API Gateway reads it: `one` takes one segment, `many` is at the end
 * @param maxSegments longest path to look at; beyond the deepest template nothing new happens
 * @throws TooTangled
 */
export function witnesses(
  pattern: Tokens,
  template: Tokens,
  fresh: string,
  maxSegments: number,
): readonly (readonly string[])[] {
  const found = new Set<Reached>()
  const width = template.length + 1
  let visited = 0
  const walk = (i: number, j: number, path: Reached): void => {
    const place = i * width + j
    if (path.places.includes(place)) return
    if (visited > 20 * maxWitnesses || found.size > maxWitnesses) throw new TooTangled()
    visited++
    path.places.push(place)
    const a = pattern[i]
    const b = template[j]
    if ((a === undefined || a === rest) && (b === undefined || b === rest)) found.add(path)
    if (a === undefined || b === undefined || path.depth === maxSegments) return
    const segment = common(a, b, fresh)
    if (segment === undefined) return
    const next = longer(path, segment)
    for (const nextI of after(a, i)) for (const nextJ of after(b, j)) walk(nextI, nextJ, next)
  }
  walk(0, 0, { segment: "", depth: 0, before: undefined, longer: [], places: [] })
  return [...found].map(segmentsOf)
}

/** A path that was reached: one object for each path, so that a place is looked at once with each. */
interface Reached {
  /** The last segment. */
  readonly segment: string
  readonly depth: number
  readonly before: Reached | undefined
  readonly longer: Reached[]
  /** The places of the pattern and of the template that were reached with it. */
  readonly places: number[]
}

function longer(path: Reached, segment: string): Reached {
  for (const known of path.longer) if (known.segment === segment) return known
  const made = { segment, depth: path.depth + 1, before: path, longer: [], places: [] }
  path.longer.push(made)
  return made
}

function segmentsOf(path: Reached): readonly string[] {
  const segments: string[] = []
  for (let at = path; at.before !== undefined; at = at.before) segments.unshift(at.segment)
  return segments
}

/** The segment that two tokens have in common. */
function common(a: string, b: string, fresh: string): string | undefined {
  if (!isFixed(a)) return isFixed(b) ? b : fresh
  return !isFixed(b) || a === b ? a : undefined
}

/** Where a token leads after one segment. */
function after(token: string, at: number): readonly number[] {
  if (token === many) return [at + 1, at]
  return token === rest ? [at] : [at + 1]
}

/** The pattern of all paths like a witness: where it has the fresh text, any text fits. */
export function patternOf(witness: readonly string[], fresh: string): Tokens {
  return witness.map((segment) => (segment === fresh ? many : segment))
}

/** Drops patterns that another one covers. */
export function withoutCovered(patterns: readonly Tokens[]): readonly Tokens[] {
  const kept: Tokens[] = []
  for (const pattern of [...patterns].sort((a, b) => a.length - b.length))
    if (!kept.some((other) => covers(other, pattern))) kept.push(pattern)
  return kept
}

function covers(wide: Tokens, narrow: Tokens): boolean {
  const [a, ...wider] = wide
  const [b, ...narrower] = narrow
  if (a === undefined || b === undefined) return a === b
  if (a !== many) return a === b && covers(wider, narrower)
  return covers(wider, narrower) || covers(wide, narrower)
}

/** A text that no template holds, short and plain, because people read it in examples. */
export function freshText(templates: Iterable<{ readonly tokens: Tokens }>): string {
  const taken = new Set<string>([one])
  for (const { tokens } of templates) for (const token of tokens) taken.add(token)
  let number = 1
  while (taken.has(String(number))) number++
  return String(number)
}
