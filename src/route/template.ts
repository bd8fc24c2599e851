import { tokensOf } from "./tokens.ts"

/** API Gateway's HTTP methods; a table key may also say ANY. */
export const httpMethods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

/** One key of the route table, taken apart. */
export interface RouteKey {
  /** An HTTP method, `ANY`, or `$connect` / `$default` for those keys. */
  readonly method: string
  /** `/orders/{id}`, `$connect` or `$default`. */
  readonly template: string
}

const text = /^[A-Za-z0-9._~:@!$&'()+,=-]+$/
const parameter = /^\{[A-Za-z0-9._-]*[A-Za-z0-9_-]\+?\}$/
/** `:id` and `.+` could stand in a path, but nobody means them as text. Neither `.` nor `..` stays in a path. */
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

/** A template without the names of its parameters, which the gateway and the table may choose differently. */
export function shapeOf(template: string): string {
  return tokensOf(template).join("/")
}
