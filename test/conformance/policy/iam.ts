import type { PolicyDocument } from "../../../src/index.ts"

/** What IAM makes of a document for one ARN. Silence (`none`) is no denial where a resource policy allows. */
export type Evaluation = "allow" | "deny" | "none"

/**
 * Evaluates an authorizer's policy document as IAM does (IAM User Guide, policy evaluation logic): any Deny that matches
 * wins, then any Allow. Strict about form: what the tests' documents never need is an error, not a guess.
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
  if (pattern.includes("${")) throw new Error("a policy variable, whose reading is not settled")
  const wanted = arnParts(pattern)
  const given = arnParts(arn)
  return wanted.length === 6 && given.length === 6 && wanted.every((part, i) => matchesText(part, given[i] as string))
}

function arnParts(text: string): string[] {
  const parts = text.split(":")
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")]
}

/** `*` is any run of characters, also `/` and also none; `?` is exactly one. */
export function matchesText(pattern: string, text: string): boolean {
  let [at, from] = [0, 0]
  let star = -1
  let resume = 0
  while (from < text.length) {
    const wanted = pattern[at]
    if (wanted === "*") {
      star = at++
      resume = from
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[from])) {
      at++
      from++
    } else if (star >= 0) {
      at = star + 1
      from = ++resume
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
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
