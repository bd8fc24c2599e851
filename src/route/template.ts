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

const segment = /^(?:[A-Za-z0-9._~:@!$&'()+,=-]+|\{[A-Za-z0-9._-]+\+?\})$/

/**
 * Reads a route key as API Gateway writes it: `GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`.
 *
 * @returns the parts, or what is wrong with it
 */
export function readRouteKey(key: string): RouteKey | string {
  if (key === "$default") return { method: "ANY", template: "$default" }
  if (key === "$connect") return { method: "$connect", template: "$connect" }
  const space = key.indexOf(" ")
  const method = key.slice(0, space)
  const template = key.slice(space + 1)
  if (space < 1 || !(method === "ANY" || httpMethods.includes(method))) {
    return `must be "METHOD /path" with one of ANY, ${httpMethods.join(", ")}, or $default, or $connect`
  }
  if (!template.startsWith("/")) return "must have a path that begins with /"
  if (template === "/") return { method, template }
  const segments = template.slice(1).split("/")
  if (!segments.every((part) => segment.test(part))) {
    return "must have segments that are plain text or one whole {parameter}, none empty"
  }
  if (segments.some((part) => part === "." || part === "..")) return "must not have the segments . or .."
  const greedy = segments.findIndex((part) => part.endsWith("+}"))
  if (greedy !== -1 && greedy !== segments.length - 1) return "may have {parameter+} only as its last segment"
  return { method, template }
}

/** A template without the names of its parameters, which the gateway and the table may choose differently. */
export function shapeOf(template: string): string {
  return tokensOf(template).join("/")
}
