import { type TokenDefect, tokenDefects } from "../../src/testing.ts"
import type { ComparisonWish, ComposedRequest, ConfigurationWish, Controls, Pasted, TokenWish } from "./control-api.ts"

/** A body that says something wrong; the message names the member and never its value. */
export class WrongBody extends Error {
  override readonly name: string = "WrongBody"
}

type Members = { readonly [member: string]: unknown }
const wrong = (problem: string): never => {
  throw new WrongBody(problem)
}

function members(value: unknown, what: string, known: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong(`${what} must be a JSON object.`)
  for (const name of Object.keys(value)) if (!known.includes(name)) wrong(`${what} takes only ${known.join(", ")}.`)
  return value as Members
}

const text = (value: unknown, what: string): string =>
  typeof value === "string" ? value : wrong(`${what} must be a text.`)
const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined ? undefined : read(value)
const present = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never

/** A number within bounds. */
function number(value: unknown, what: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least || value > most)
    return wrong(`${what} must be a number from ${least} to ${most}.`)
  return value
}

function object(value: unknown, what: string): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : wrong(`${what} must be a JSON object.`)
}

/** Reads `POST /api/tokens`. @throws WrongBody */
export function tokenWish(value: unknown, what: string = "The body"): TokenWish {
  const { issuer, claims, defects } = members(value, what, ["issuer", "claims", "defects"])
  return present({
    issuer: text(issuer, "issuer"),
    claims: optional(claims, (each) => object(each, "claims")),
    defects: optional(defects, defectList),
  }) as TokenWish
}

function defectList(value: unknown): readonly TokenDefect[] {
  const list = typeof value === "string" ? [value] : Array.isArray(value) ? value : wrong("defects must be a list.")
  for (const name of list) if (!tokenDefects.includes(name)) wrong(`defects must be of ${tokenDefects.join(", ")}.`)
  return list as readonly TokenDefect[]
}

/** Reads `POST /api/controls`. @throws WrongBody */
export function controlsWish(value: unknown): Controls {
  const all = members(value, "The body", [
    ...["issuerDown", "issuerSlowMs", "rotate", "clockOffsetSeconds", "clearCache", "resultTtlSeconds"],
  ])
  if (all.clearCache !== undefined && all.clearCache !== true) wrong("clearCache must be true.")
  const year = 366 * 86_400
  const ttl = optional(all.resultTtlSeconds, (each) => number(each, "resultTtlSeconds", 0, 3600))
  if (ttl !== undefined && !Number.isInteger(ttl)) wrong("resultTtlSeconds must be a whole number.")
  return present({
    issuerDown: all.issuerDown === null ? null : optional(all.issuerDown, (each) => text(each, "issuerDown")),
    issuerSlowMs: optional(all.issuerSlowMs, (each) => number(each, "issuerSlowMs", 0, 60_000)),
    rotate: optional(all.rotate, (each) => text(each, "rotate")),
    clockOffsetSeconds: optional(all.clockOffsetSeconds, (each) => number(each, "clockOffsetSeconds", -year, year)),
    clearCache: all.clearCache as true | undefined,
    resultTtlSeconds: ttl,
  }) as Controls
}

/** A header name of RFC 9110, and a value that HTTP can carry. */
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const headerValue = /^[^\u0000-\u0008\u000a-\u001f\u007f]{0,16384}$/

function header(name: unknown, value: unknown): [string, string] {
  if (!headerName.test(text(name, "a header's name"))) wrong("A header has a name that HTTP does not allow.")
  if (!headerValue.test(text(value, "a header's value"))) wrong("A header has a value that HTTP does not allow.")
  return [String(name), String(value)]
}

/** Reads `POST /api/send`. @throws WrongBody */
export function composedRequest(value: unknown): ComposedRequest {
  const all = members(value, "The body", [
    ...["gateway", "method", "path", "headers", "token", "newToken", "edge", "body"],
  ])
  const edge = optional(all.edge, (each) => members(each, "edge", ["headers", "sign"]))
  return present({
    gateway: text(all.gateway, "gateway"),
    method: methodOf(all.method),
    path: pathOf(all.path),
    headers: optional(all.headers, headerList),
    token: optional(all.token, (each) => tokenWish(each, "token")),
    newToken: all.newToken === true ? true : undefined,
    edge: edge && {
      headers: Object.fromEntries(
        Object.entries(object(edge.headers, "edge.headers")).map(([name, each]) => header(name, each)),
      ),
      sign: edge.sign === true,
    },
    body: optional(all.body, (each) => text(each, "body")),
  }) as ComposedRequest
}

function headerList(value: unknown): readonly (readonly [string, string])[] {
  const list =
    Array.isArray(value) && value.length <= 100 ? value : wrong("headers must be a list of at most 100 pairs.")
  return list.map((pair) =>
    Array.isArray(pair) && pair.length === 2 ? header(pair[0], pair[1]) : wrong("headers must be a list of pairs."),
  )
}

function methodOf(value: unknown): string {
  const method = text(value, "method")
  return /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(method) ? method.toUpperCase() : wrong("method must be an HTTP method.")
}

function pathOf(value: unknown): string {
  const path = text(value, "path")
  return /^\/[\x21-\x7e]{0,8191}$/.test(path)
    ? path
    : wrong("path must begin with / and have no blanks; write other characters as %XX.")
}

/** Reads `POST /api/paste`. @throws WrongBody */
export function pasted(value: unknown): Pasted {
  const all = members(value, "The body", ["token", "event", "gateway", "method", "path"])
  if ((all.token === undefined) === (all.event === undefined)) wrong("Give either token or event.")
  return present({
    token: optional(all.token, (each) => text(each, "token").trim()),
    event: optional(all.event, (each) => text(each, "event")),
    gateway: optional(all.gateway, (each) => text(each, "gateway")),
    method: optional(all.method, methodOf),
    path: optional(all.path, pathOf),
  }) as Pasted
}

const mostCompared = 50

/** Reads `POST /api/comparison`. @throws WrongBody */
export function comparisonWish(value: unknown): ComparisonWish {
  const all = members(value, "The body", ["requests", "resultTtlSeconds"])
  const list = optional(all.requests, (each) =>
    Array.isArray(each) && each.length <= mostCompared
      ? each
      : wrong(`requests must be a list of at most ${mostCompared}.`),
  )
  return present({
    requests: list?.map((each) => {
      const { method, path, token } = members(each, "A request", ["method", "path", "token"])
      return present({
        method: methodOf(method),
        path: pathOf(path),
        token: optional(token, (wish) => tokenWish(wish, "token")),
      })
    }),
    resultTtlSeconds: optional(all.resultTtlSeconds, (each) => number(each, "resultTtlSeconds", 0, 3600)),
  }) as ComparisonWish
}

/** Reads `POST /api/configuration`. @throws WrongBody */
export function configurationWish(value: unknown): ConfigurationWish {
  const all = members(value, "The body", ["text", "apply"])
  if (all.apply !== undefined && typeof all.apply !== "boolean") wrong("apply must be true or false.")
  return { text: text(all.text, "text"), apply: all.apply === true }
}
