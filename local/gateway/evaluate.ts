/** What a policy says of one action on one resource. `invalid`: API Gateway would not take the document. */
export type PolicyVerdict = "allow" | "deny" | "silent" | "invalid"

/** A verdict, and the statement that decided. */
export interface Evaluation {
  readonly verdict: PolicyVerdict
  readonly statement?: unknown
}

type Members = { readonly [member: string]: unknown }
const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const action = "execute-api:Invoke"

/**
 * Evaluates an IAM policy for `execute-api:Invoke` on an ARN: an explicit Deny wins over every Allow. Statements with a
 * condition apply only if all its operators are known and hold; a Deny that cannot be judged applies.
 *
 * @param context condition keys in any case, and their values
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluatePolicy(document: unknown, arn: string, context: Members = {}): Evaluation {
  if (!isObject(document)) return { verdict: "invalid" }
  const list = listOf(document.Statement)
  if (list.length === 0 || !list.every(isStatement)) return { verdict: "invalid" }
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), String(value)]))
  const applying = (list as Members[]).filter((statement) => applies(statement, arn, values))
  const denied = applying.find(({ Effect }) => Effect === "Deny")
  if (denied !== undefined) return { verdict: "deny", statement: denied }
  const allowed = applying.find(({ Effect }) => Effect === "Allow")
  return allowed === undefined ? { verdict: "silent" } : { verdict: "allow", statement: allowed }
}

function isStatement(value: unknown): boolean {
  if (!isObject(value)) return false
  const { Effect, Action, NotAction, Resource, NotResource } = value
  if (Effect !== "Allow" && Effect !== "Deny") return false
  const texts = (one: unknown, other: unknown): boolean =>
    (one === undefined) !== (other === undefined) &&
    listOf(one ?? other).length > 0 &&
    listOf(one ?? other).every((each) => typeof each === "string" && each !== "")
  return texts(Action, NotAction) && texts(Resource, NotResource)
}

function applies(statement: Members, arn: string, values: ReadonlyMap<string, string>): boolean {
  const { Effect, Action, NotAction, Resource, NotResource, Condition } = statement
  const named = (patterns: unknown): boolean =>
    listOf(patterns).some((pattern) => wildcardMatches(String(pattern).toLowerCase(), action.toLowerCase()))
  if (Action !== undefined ? !named(Action) : named(NotAction)) return false
  const covered = (patterns: unknown): boolean =>
    listOf(patterns).some((pattern) => resourceMatches(String(pattern), arn))
  if (Resource !== undefined ? !covered(Resource) : covered(NotResource)) return false
  return Condition === undefined || conditionHolds(Condition, values, Effect === "Deny")
}

/** A resource pattern: wildcards stay within the part between two colons; the sixth part runs to the end. */
export function resourceMatches(pattern: string, arn: string): boolean {
  if (pattern === "*") return true
  const [wanted, given] = [partsOf(pattern), partsOf(arn)]
  if (wanted.length !== given.length) return false
  return wanted.every((part, at) => wildcardMatches(literal(part), given[at] ?? ""))
}

/** `${*}`, `${?}` and `${$}` are the characters themselves: they become private-use stand-ins that match literally. */
const literal = (part: string): string =>
  part.replace(/\$\{([*?$])\}/g, (_, character: string) => String.fromCodePoint(0xe000 + character.charCodeAt(0)))

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":")
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")]
}

/** `*` is any text, `?` one character. Takes at most the product of both lengths in steps. */
export function wildcardMatches(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0]
  for (let index = 0; index < text.length; ) {
    const wanted = pattern[at]
    if (wanted === "*") {
      star = at++
      resume = index
    } else if (at < pattern.length && (wanted === "?" || same(wanted, text[index]))) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++resume
    } else return false
  }
  while (pattern[at] === "*") at++
  return at === pattern.length
}

function same(wanted: string | undefined, given: string | undefined): boolean {
  if (wanted === given) return true
  const code = wanted?.charCodeAt(0) ?? 0
  return code >= 0xe000 && code < 0xe080 && String.fromCharCode(code - 0xe000) === given
}

function conditionHolds(condition: unknown, values: ReadonlyMap<string, string>, otherwise: boolean): boolean {
  if (!isObject(condition)) return otherwise
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isObject(keys)) return otherwise
    for (const [key, wanted] of Object.entries(keys)) {
      const test = Object.hasOwn(operators, operator) ? operators[operator] : undefined
      if (test === undefined) return otherwise
      if (!test(values.get(key.toLowerCase()), listOf(wanted).map(String))) return false
    }
  }
  return true
}

const operators: { readonly [operator: string]: (given: string | undefined, wanted: readonly string[]) => boolean } = {
  StringEquals: (given, wanted) => given !== undefined && wanted.includes(given),
  StringNotEquals: (given, wanted) => given === undefined || !wanted.includes(given),
  StringLike: (given, wanted) => given !== undefined && wanted.some((each) => wildcardMatches(each, given)),
  StringNotLike: (given, wanted) => given === undefined || !wanted.some((each) => wildcardMatches(each, given)),
  IpAddress: (given, wanted) => given !== undefined && wanted.some((each) => inRange(given, each)),
  NotIpAddress: (given, wanted) => given === undefined || !wanted.some((each) => inRange(given, each)),
  Bool: (given, wanted) => given !== undefined && wanted.includes(given),
  DateGreaterThan: (given, wanted) => given !== undefined && wanted.some((each) => instant(given) > instant(each)),
  DateLessThan: (given, wanted) => given !== undefined && wanted.some((each) => instant(given) < instant(each)),
}

/** Seconds since the epoch, or ISO 8601. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))

/** IPv4 only; other ranges hold nothing. */
function inRange(address: string, range: string): boolean {
  const [base = "", bits = "32"] = range.split("/")
  const [one, other] = [numberOf(address), numberOf(base)]
  if (one === undefined || other === undefined) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(one / size) === Math.floor(other / size)
}

function numberOf(address: string): number | undefined {
  const octets = address.split(".").map(Number)
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined
  return octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

/** A member of a policy that may be one value or a list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
