import fc from "fast-check"
import type { RouteRule } from "../../../src/index.ts"
import { issuer } from "../../support/mint.ts"
import { methodOf, methods, templateOf } from "./gateway.ts"
import type { Person } from "./rules.ts"

/** A rule with the demand on the issuer. */
export type Rule = RouteRule & { readonly issuers?: readonly string[] }
export type Table = { readonly [routeKey: string]: Rule }

export const secondIssuer = "https://second.example"
export const thirdIssuer = "https://third.example"

/** A request that the gateway may send: method and path as requested. */
export interface Asked {
  readonly method: string
  readonly path: string
}

const sometimes = <T>(usual: fc.Arbitrary<T>, weight: number, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: other, weight: 1 })

/**
 * Everything that API Gateway lets a fixed segment be made of, other than plain names; all are legal, none is usual.
 */
const oddSegments = [
  "A",
  "a.b",
  "a-b",
  "_",
  "~",
  "...",
  "a:b",
  "a@b",
  "$default",
  "$connect",
  "GET",
  "a+b",
  "(a)",
  "a'b",
]
const fixed = sometimes(fc.constantFrom("a", "b", "c"), 6, fc.constantFrom(...oddSegments))
const part = fc.oneof({ arbitrary: fixed, weight: 3 }, { arbitrary: fc.constant("{}"), weight: 2 })
const ending = fc.oneof({ arbitrary: fc.constant(""), weight: 4 }, { arbitrary: fc.constant("/{rest+}"), weight: 1 })
const template = fc
  .tuple(fc.array(part, { maxLength: 4, size: "max" }), ending)
  .map(([parts, end]) => `/${parts.map((each, depth) => (each === "{}" ? `{p${depth}}` : each)).join("/")}${end}`)
  .map((text) => text.replace("//", "/"))
const method = fc.constantFrom("GET", "GET", "POST", "DELETE", "ANY", "ANY")
const httpKey = fc.tuple(method, template).map(([verb, path]) => `${verb} ${path}`)
/** A route key, now and then one without a path. */
export const routeKey: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: httpKey, weight: 20 },
  { arbitrary: fc.constantFrom("$default", "$connect"), weight: 1 },
)

const demand = fc.constantFrom<Rule>(
  {},
  { scopes: ["read"] },
  { scopes: ["read", "write"] },
  { scopes: { any: ["write", "own"] } },
  { scopes: { all: ["write"] } },
  { roles: ["admin"] },
  { groups: ["ops"] },
  { groups: ["ops"], roles: ["admin"] },
  { permissions: { any: ["refund"] } },
  { kind: "user" },
  { kind: "app" },
  { issuers: [issuer] },
  { issuers: [issuer, secondIssuer] },
  { issuers: [secondIssuer], scopes: ["read"] },
  { claims: [{ path: "department", equals: "hr" }] },
  { claims: { any: [{ path: "department", equals: ["hr", "it"] }] } },
  {
    anyOf: [
      { kind: "user", scopes: ["read"] },
      { kind: "app", roles: ["admin"] },
    ],
  },
  { kind: "user", anyOf: [{ groups: ["ops"] }, { permissions: ["refund"] }] },
)

/** Keys with one rule each, drawn from a few rules: tables whose rules all differ are rarely compilable. */
function ruled(keys: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Table> {
  const ruleNumbers = fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: 8, maxLength: 8 })
  const byArea = fc.boolean()
  return fc
    .tuple(keys, fc.array(demand, { minLength: 3, maxLength: 3 }), ruleNumbers, byArea)
    .map(([all, rules, at, area]) =>
      Object.fromEntries(
        all.map((key, i) => {
          // By area: one rule for what lies below one first segment, as people write tables.
          const number = area ? (templateOf(key).codePointAt(1) ?? 0) % 8 : i
          return [key, rules[at[number % 8] as number] as Rule]
        }),
      ),
    )
}

/** Route tables of one to seven routes that overlap as much as chance has it. */
export const tables: fc.Arbitrary<Table> = ruled(fc.uniqueArray(routeKey, { minLength: 1, maxLength: 7, size: "max" }))

const smallTemplate = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "{}", "{}"), { maxLength: 3, size: "max" }), ending)
  .map(([parts, end]) => `/${parts.map((each, depth) => (each === "{}" ? `{p${depth}}` : each)).join("/")}${end}`)
  .map((text) => text.replace("//", "/"))
const smallKey = fc.oneof(
  {
    arbitrary: fc.tuple(fc.constantFrom("GET", "POST", "ANY"), smallTemplate).map((both) => both.join(" ")),
    weight: 12,
  },
  { arbitrary: fc.constant("$default"), weight: 1 },
)

/** Route tables of two to four routes over two names, whose requests can all be looked at. */
export const smallTables: fc.Arbitrary<Table> = ruled(
  fc.uniqueArray(smallKey, { minLength: 2, maxLength: 4, size: "max" }),
)

/** Tables as services have them: resources whose names begin alike, each with some of the usual routes. */
export const services: fc.Arbitrary<Table> = ruled(
  fc
    .tuple(
      fc.constantFrom("", "/v1", "/{tenant}"),
      fc.uniqueArray(
        fc.tuple(
          fc.constantFrom("GET", "GET", "POST", "ANY", "DELETE"),
          fc.constantFrom("a", "a-1", "a-2", "ab", "b", "c_x", "c_y", "prod", "GET"),
          fc.constantFrom("", "", "/{id}", "/{id}", "/{id}/x", "/{id}/y", "/x", "/{rest+}", "/x/{id}", "/{id}/GET/{n}"),
        ),
        { minLength: 3, maxLength: 12, size: "max", selector: (parts) => parts.join(" ") },
      ),
    )
    .map(([base, routes]) => routes.map(([verb, name, end]) => `${verb} ${base}/${name}${end}`)),
)

/** Route tables without any overlap: no two patterns of theirs have a request in common, wildcards or not. */
export const disjointTables: fc.Arbitrary<Table> = ruled(
  fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom("a", "b", "c", "d", "e"),
        fc.constantFrom("", "/x", "/{id}", "/{rest+}", "/{id}/x"),
        method,
      ),
      { minLength: 1, maxLength: 5, selector: ([first]) => first },
    )
    .map((all) => all.map(([first, rest, verb]) => `${verb} /${first}${rest}`)),
)

const someOf = (...all: string[]): fc.Arbitrary<string[]> => fc.subarray(all)
export const persons: fc.Arbitrary<Person> = fc.record({
  issuer: fc.constantFrom(issuer, secondIssuer, thirdIssuer),
  kind: fc.constantFrom("user", "app"),
  scopes: someOf("read", "write", "own"),
  roles: someOf("admin"),
  groups: someOf("ops"),
  permissions: someOf("refund"),
  department: fc.constantFrom("sales", "hr", "it"),
})

/** Parameter values as an attacker writes them, in one segment. */
export const nastyValues: readonly string[] = [
  ...[
    "*",
    "?",
    "**",
    "?*",
    "a*",
    "*a",
    "$",
    "${aws:username}",
    "${*}",
    "{id}",
    "{p0}",
    "%2a",
    "%2A",
    "%3f",
    "%24%7b",
    "%20",
  ],
  ...[
    "%2F",
    "%2f",
    "a%2Fb",
    "%5c",
    "%2e%2e",
    "%252e",
    "%00",
    "%",
    "%zz",
    "%C3%A9",
    "%61",
    "%41",
    "%7e",
    "%3b",
    "%3A",
    "a%2Db",
    "a%2db",
    "a%2Bb",
    "%24default",
    "%28a%29",
    "a%27b",
    "a%2Eb",
    "a%40b",
    "%5F",
  ],
  ...[
    "..",
    ".",
    "...",
    "a;b",
    ";",
    "a;a=b",
    "\\",
    "a\\b",
    "..;",
    "é",
    "日本",
    "𝒶",
    "ａ",
    "\u0000",
    "\n",
    " ",
    "a b",
    "#",
    "a#b",
  ],
  ...[
    "A",
    "B",
    "a:b",
    "arn:aws",
    "a,b",
    "a=b",
    "a&b",
    "'",
    '"',
    "<x>",
    "|",
    "`",
    "^",
    "GET",
    "$default",
    "$connect",
    "x".repeat(300),
  ],
]
const value = fc.oneof(
  { arbitrary: fc.constantFrom("a", "b", "c", "7", "x.y", "a-b"), weight: 6 },
  { arbitrary: fc.constantFrom(...nastyValues), weight: 3 },
  {
    arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }).map((text) => text.replaceAll("/", "_")),
    weight: 1,
  },
)

/** What becomes of an instance of a template: mostly nothing, now and then another path nearby. */
const twist = fc.oneof(
  { arbitrary: fc.constant((path: string): string => path), weight: 6 },
  { arbitrary: fc.constantFrom((path: string): string => (path === "/" ? path : `${path}/`)), weight: 2 },
  {
    arbitrary: value.chain((more) =>
      fc.constantFrom(
        (path: string): string => `${path === "/" ? "" : path}/${more}`,
        (path: string): string => `/${more}${path}`,
        (path: string): string => path.replace(/.\/(?=[^/]*$)/, (text) => `${text}${more}/`),
        (path: string): string => path.replace(/\/[^/]*$/, "") || "/",
        (path: string): string => `${path}${more}`,
        (path: string): string => `${path}//`,
        (path: string): string => path.toUpperCase(),
      ),
    ),
    weight: 2,
  },
)

const values = fc.array(value, { minLength: 5, maxLength: 7 })
const anyPath = fc.array(value, { maxLength: 5 }).map((all) => `/${all.join("/")}`)

/** Requests of a route by its key: its parameters filled in, perhaps changed a little. */
export function requestsOf(key: string): fc.Arbitrary<Asked> {
  const instance = fc.tuple(values, twist).map(([fill, change]) => {
    let next = 0
    const path = templateOf(key).replace(/\{([^}]*)\}/g, (_text, name: string) => {
      const first = fill[next++ % fill.length] as string
      return name.endsWith("+") ? fill.slice(next % 3, (next % 3) + 1 + (first.length % 3)).join("/") : first
    })
    return change(path)
  })
  const verb = methodOf(key) === "ANY" ? fc.constantFrom(...methods) : fc.constant(methodOf(key))
  return fc.record({
    method: sometimes(verb, 8, fc.constantFrom(...methods)),
    path: key.startsWith("$") ? anyPath : instance,
  })
}

/** Requests near the routes of a table, and some anywhere. */
export function requests(keys: readonly string[]): fc.Arbitrary<Asked> {
  const near = fc.constantFrom(...keys).chain(requestsOf)
  return sometimes(near, 9, fc.record({ method: fc.constantFrom(...methods), path: anyPath }))
}

/** A letter or digit of a path in its escaped form, with capital digits or small ones, once or twice. */
const escapedAt = fc
  .tuple(fc.nat(), fc.boolean(), fc.boolean())
  .map(([at, capital, twice]) => (path: string): string => {
    const places = [...path.matchAll(/[A-Za-z0-9._~:@!$&'()+,=-]/g)].map(({ index }) => index)
    const place = places[at % Math.max(1, places.length)]
    if (place === undefined) return path
    const hex = path.charCodeAt(place).toString(16)
    const text = `%${twice ? "25" : ""}${capital ? hex.toUpperCase() : hex}`
    return path.slice(0, place) + text + path.slice(place + 1)
  })
/** A change at one of the slashes of a path. */
const atSlash = (change: (before: string, after: string) => string) =>
  fc.nat().map((at) => (path: string): string => {
    const places = [...path.matchAll(/\//g)].map(({ index }) => index)
    const place = places[at % places.length] ?? 0
    return change(path.slice(0, place), path.slice(place + 1))
  })
const mustBeEscaped = ["%20", "%22", "%25", "%3C", "%3e", "%3F", "%5B", "%5d", "%5E", "%60", "%7b", "%7C", "%7D", "%23"]

/** Another spelling of a path, which some backend takes for the path, or none. */
export const respelled: fc.Arbitrary<(path: string) => string> = fc.oneof(
  { arbitrary: fc.constant((path: string): string => path), weight: 4 },
  { arbitrary: escapedAt, weight: 4 },
  { arbitrary: fc.constant((path: string): string => `${path}/`), weight: 3 },
  { arbitrary: atSlash((before, after) => `${before}//${after}`), weight: 1 },
  { arbitrary: atSlash((before, after) => `${before}/./${after}`), weight: 1 },
  { arbitrary: atSlash((before, after) => `${before}/c/../${after}`), weight: 1 },
  {
    arbitrary: atSlash((before, after) => `${before}%2F${after}`),
    weight: 1,
  },
  { arbitrary: atSlash((before, after) => `${before};v=1/${after}`), weight: 1 },
  { arbitrary: atSlash((before, after) => `${before}\\${after}`), weight: 1 },
  { arbitrary: fc.constantFrom(...mustBeEscaped).map((text) => (path: string) => `${path}${text}`), weight: 2 },
)

/** Method texts as a client may send them, most of them such as API Gateway knows. */
export const anyMethod: fc.Arbitrary<string> = sometimes(
  fc.constantFrom(...methods),
  6,
  fc.constantFrom("PROPFIND", "get", "*", "G?T", "TRACE", "GET ", "ANY", "X"),
)
