import type { PolicyDocument } from "../../../src/index.ts"

/** What IAM makes of a document for one ARN. Silence (`none`) is no denial where a resource policy allows. */
export type Evaluation = "allow" | "deny" | "none"

/**
 * Evaluates an authorizer's policy document as IAM does (IAM User Guide, policy evaluation logic): any Deny that
 * matches wins, then any Allow. Strict about form: what the tests' documents never need is an error, not a guess.
 */
export function evaluate(document: PolicyDocument, arn: string): Evaluation {
  if (document.Version !== "2012-10-17") throw new Error("a document of another version")
  const given = partsOfArn(arn)
  let result: Evaluation = "none"
  for (const { Effect, Action, Resource } of document.Statement) {
    if (Action !== "execute-api:Invoke" || !Array.isArray(Resource)) throw new Error("a statement of another form")
    if (!patternsOf(Resource).some((pattern) => matchesParts(pattern, given))) continue
    if (Effect === "Deny") return "deny"
    if (Effect !== "Allow") throw new Error("an effect that is neither")
    result = "allow"
  }
  return result
}

/**
 * Whether a Resource covers an ARN (IAM User Guide, IAM JSON policy elements: Resource). Wildcards work within the
 * colon-separated part in which they stand; the sixth part runs to the end. Case counts, and both ends are anchored.
 */
export function matchesArn(pattern: string, arn: string): boolean {
  return matchesParts(patternOf(pattern), partsOfArn(arn))
}

function matchesParts(wanted: readonly Wanted[], given: readonly string[]): boolean {
  if (wanted.length !== 6 || given.length !== 6) return false
  // The longest part first: the others are the same in nearly all documents.
  for (let at = 5; at >= 0; at--) if (!matches(wanted[at] as Wanted, given[at] as string)) return false
  return true
}

/** Whether a text is matched by one of some patterns whose wildcards cross colons, too. */
export function matchesAnyText(patterns: readonly string[], text: string): boolean {
  return textsOf(patterns).some((pattern) => matches(pattern, text))
}

/** A pattern that was looked at, because each of a document meets many ARNs. */
interface Wanted {
  readonly pattern: string
  /** Where its first wildcard is; negative if it has none. Most texts differ before it. */
  readonly wildcardAt: number
  readonly before: string
  /** The last unit of that, in which most texts differ: a number is compared faster than a text. */
  readonly lastBefore: number
}

function wantedOf(pattern: string): Wanted {
  const wildcardAt = pattern.search(/[*?]/)
  const before = pattern.slice(0, Math.max(0, wildcardAt))
  return { pattern, wildcardAt, before, lastBefore: before.charCodeAt(before.length - 1) }
}

/** What was made of each list of Resources. */
const [patternsKnown, textsKnown] = [
  new WeakMap<readonly string[], readonly (readonly Wanted[])[]>(),
  new WeakMap<readonly string[], readonly Wanted[]>(),
]

function patternsOf(resources: readonly string[]): readonly (readonly Wanted[])[] {
  const made = patternsKnown.get(resources) ?? resources.map(patternOf)
  patternsKnown.set(resources, made)
  return made
}

function textsOf(resources: readonly string[]): readonly Wanted[] {
  const made = textsKnown.get(resources) ?? resources.map(wantedOf)
  textsKnown.set(resources, made)
  return made
}

function patternOf(pattern: string): readonly Wanted[] {
  if (pattern.includes("${")) throw new Error("a policy variable, whose reading is not settled")
  return partsOf(pattern).map(wantedOf)
}

function partsOf(text: string): readonly string[] {
  const parts = text.split(":")
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")]
}

/** The parts of the ARNs of late: each meets the patterns of many documents. */
const arns = new Map<string, readonly string[]>()
const maxKnown = 10_000

function partsOfArn(arn: string): readonly string[] {
  const found = arns.get(arn)
  if (found !== undefined) return found
  const made = partsOf(arn)
  if (arns.size === maxKnown) arns.clear()
  arns.set(arn, made)
  return made
}

const [star, question] = [42, 63]

/** `*` is any run of characters, also `/` and also none; `?` is exactly one. */
export function matchesText(pattern: string, text: string): boolean {
  return matches(wantedOf(pattern), text)
}

function matches({ pattern, wildcardAt, before, lastBefore }: Wanted, text: string): boolean {
  if (wildcardAt < 0) return pattern === text
  if (before !== "" && (text.charCodeAt(before.length - 1) !== lastBefore || !text.startsWith(before))) return false
  let [at, from] = [wildcardAt, wildcardAt]
  let lastStar = -1
  let resume = 0
  while (from < text.length) {
    const wanted = at < pattern.length ? pattern.charCodeAt(at) : -1
    if (wanted === star) {
      lastStar = at++
      resume = from
    } else if (wanted === question || wanted === text.charCodeAt(from)) {
      at++
      from++
    } else if (lastStar >= 0) {
      at = lastStar + 1
      from = ++resume
    } else return false
  }
  while (pattern.charCodeAt(at) === star) at++
  return at === pattern.length
}

/** Whether some text is matched by both patterns. Quadratic in their lengths, which are short. */
export function intersect(left: string, right: string): boolean {
  const seen = new Set<number>()
  const walk = (i: number, j: number): boolean => {
    const key = i * (right.length + 1) + j
    if (seen.has(key)) return false
    seen.add(key)
    const [a, b] = [left[i], right[j]]
    if (a === undefined && b === undefined) return true
    if (a === "*") return walk(i + 1, j) || (b !== undefined && walk(i, j + 1))
    if (b === "*") return walk(i, j + 1) || (a !== undefined && walk(i + 1, j))
    return a !== undefined && b !== undefined && (a === b || a === "?" || b === "?") && walk(i + 1, j + 1)
  }
  return walk(0, 0)
}
