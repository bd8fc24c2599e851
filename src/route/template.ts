import { httpMethods, isFixed, many, one, type RouteOrder, rest, type Tokens } from "./tokens.ts"

/** One key of the route table, taken apart. */
export interface RouteKey {
  /** An HTTP method, `ANY`, or `$connect` / `$default` for those keys. */
  readonly method: string
  /** `/orders/{id}`, `$connect` or `$default`. */
  readonly template: string
}

const text = /^[A-Za-z0-9._~:@!$&'()+,=-]+$/
const parameter = /^\{[A-Za-z0-9._-]*[A-Za-z0-9_-]\+?\}$/
/** A path could hold `:id` and `.+`, but no table means them as text. Neither `.` nor `..` stays in a path. */
const neverMeant = /^(?::.*|\(?\.\+\)?|\.\.?)$/

/** Whether a segment is plain text or one whole parameter. */
export function isSegment(part: string): boolean {
  return parameter.test(part) || (text.test(part) && !neverMeant.test(part))
}

/**
 * Reads a route key as API Gateway writes it: `GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`.
 *
 * @returns undefined for every other key: `routeKeyProblem` says what is wrong with it
 */
export function readRouteKey(key: string): RouteKey | undefined {
  if (key === "$default") return { method: "ANY", template: "$default" }
  if (key === "$connect") return { method: "$connect", template: "$connect" }
  const space = key.indexOf(" ")
  const method = key.slice(0, space)
  const template = key.slice(space + 1)
  if (!(method === "ANY" || httpMethods.includes(method)) || !template.startsWith("/")) return undefined
  if (template === "/") return { method, template }
  const segments = template.slice(1).split("/")
  const greedy = segments.findIndex((part) => part.endsWith("+}"))
  const isLast = greedy === -1 || greedy === segments.length - 1
  return isLast && segments.every(isSegment) ? { method, template } : undefined
}

/** What a template becomes in an IAM policy, where no wildcard stops at a slash. */
export function spanning(tokens: Tokens): Tokens {
  return tokens.map((token) => (token === one ? many : token))
}

/**
 * A pattern as IAM text, without the method: `orders/?*`. `?*` instead of `*`, so that no segment is empty: `orders/*`
 * would also cover `orders/`, which is another route. Fixed ends come in both spellings, with and without the slash.
 */
export function patternTexts(tokens: Tokens): readonly string[] {
  const text = tokens.map((token) => (token === rest ? "*" : isFixed(token) ? token : "?*")).join("/")
  const last = tokens.at(-1)
  return last === undefined || !isFixed(last) ? [text] : [text, `${text}/`]
}

/** Whether some path fits two templates. */
export function overlap(a: Tokens, b: Tokens): boolean {
  for (let at = 0; ; at++) {
    const [x, y] = [a[at], b[at]]
    if (x === rest || y === rest) return true
    if (x === undefined || y === undefined) return x === y
    if (x === many || y === many) return true // which is at the end only
    if (x !== y && isFixed(x) && isFixed(y)) return false
  }
}

/** Whether the gateway chooses the first template where a path fits both; as `TemplateTree` has it. */
export function precedes(a: Tokens, b: Tokens, order: RouteOrder): boolean {
  if (order === "http" && rank(b.at(-1)) > 1 !== rank(a.at(-1)) > 1) return rank(b.at(-1)) > 1
  for (let at = 0; at < a.length || at < b.length; at++) {
    const difference = rank(a[at]) - rank(b[at])
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Fixed text goes before a parameter, a parameter before a greedy one, and `$default` is the last. */
function rank(token: string | undefined): number {
  if (token === rest) return 3
  return token === many ? 2 : token === one ? 1 : 0
}
