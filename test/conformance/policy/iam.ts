import type { PolicyDocument } from "../../../src/index.ts"

/** What IAM makes of a document for one ARN. Silence (`none`) is no denial where a resource policy allows. */
export type Evaluation = "allow" | "deny" | "none"

/**
 * Evaluates an authorizer's policy document as IAM does (IAM User Guide, policy evaluation logic): any Deny that
 * matches wins, then any Allow. Strict about form: what the tests' documents never need is an error, not a guess.
 */
export function evaluate(document: PolicyDocument, arn: string): Evaluation {
  if (document.Version !== "2012-10-17") throw new Error("a document of another version")
  let result: Evaluation = "none"
  for (const { Effect, Action, Resource } of document.Statement) {
    if (Action !== "execute-api:Invoke" || !Array.isArray(Resource)) throw new Error("a statement of another form")
    if (!Resource.some((pattern) => matchesArn(pattern, arn))) continue
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
  const wanted = partsOf(pattern, patterns)
  const given = partsOf(arn, arns)
  if (wanted.length !== 6 || given.length !== 6) return false
  // The longest part first: the others are the same in nearly all documents.
  for (let at = 5; at >= 0; at--) if (!matchesText(wanted[at] as string, given[at] as string)) return false
  return true
}

/** The parts of the texts that were taken apart last: each pattern of a document meets many ARNs. */
const [patterns, arns] = [new Map<string, readonly string[]>(), new Map<string, readonly string[]>()]
const maxKnown = 10_000

function partsOf(text: string, known: Map<string, readonly string[]>): readonly string[] {
  const found = known.get(text)
  if (found !== undefined) return found
  if (known === patterns && text.includes("${")) throw new Error("a policy variable, whose reading is not settled")
  const parts = text.split(":")
  const made = parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")]
  if (known.size === maxKnown) known.clear()
  known.set(text, made)
  return made
}

const [star, question] = [42, 63]

/** `*` is any run of characters, also `/` and also none; `?` is exactly one. */
export function matchesText(pattern: string, text: string): boolean {
  // Most texts differ before the first wildcard.
  const [firstStar, firstQuestion] = [pattern.indexOf("*"), pattern.indexOf("?")]
  const plain = firstStar < 0 ? firstQuestion : firstQuestion < 0 ? firstStar : Math.min(firstStar, firstQuestion)
  if (plain < 0) return pattern === text
  if (!text.startsWith(pattern.slice(0, plain))) return false
  let [at, from] = [plain, plain]
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
