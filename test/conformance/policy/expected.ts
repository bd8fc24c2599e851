import type { Asked, Table } from "./arbitraries.ts"
import { chosenRoute, methodOf, type Reading } from "./gateway.ts"
import { meets, type Person } from "./rules.ts"

export interface Api {
  readonly table: Table
  readonly unmatched: "deny" | "authenticated"
}

/**
 * Forms of a path that a proxy, a router or a decoder could take for another path (SR-148): empty and dot segments,
 * parameters after `;`, backslashes, a fragment, percent-escapes of characters that RFC 3986 lets a path hold, those of
 * a backslash, and escapes that are escaped once more.
 */
export function isAmbiguous(path: string): boolean {
  if (/\/\/|[;\\#]|\/\.\.?(?:\/|$)|%25(?:%[346]|[2-7])|%.?%/s.test(path)) return true
  const escaped = [...path.matchAll(/%([0-7][0-9a-f])/gi)].map(([, hex]) => String.fromCharCode(Number(`0x${hex}`)))
  return escaped.some((character) => /[A-Za-z0-9\-._~!$&'()*+,;=:@/\\]/.test(character))
}

/** Whether the person may call the route of the request; a request on no route of the table goes by `unmatched`. */
function mayCall({ table, unmatched }: Api, person: Person, key: string | undefined): boolean {
  const rule = key === undefined ? undefined : table[key]
  return rule === undefined ? unmatched === "authenticated" : meets(person, rule)
}

/**
 * The decision on an unambiguous path of an API with this order of routes. A trailing slash may be read in two ways,
 * and nothing in an ARN says which: where the readings differ, the answer is no.
 */
export function expected(api: Api, person: Person, { method, path }: Asked, order: Reading): "allow" | "deny" {
  const keys = Object.keys(api.table)
  const stripped = path === "/" ? path : path.replace(/\/$/, "")
  const read = [chosenRoute(keys, method, stripped, order)]
  if (stripped !== path) {
    const catchAll = chosenRoute(keys, method, path, "http")
    if (catchAll !== undefined || api.unmatched === "authenticated") read.push(catchAll)
  }
  return read.every((key) => mayCall(api, person, key)) ? "allow" : "deny"
}

/**
 * Whether a request with a trailing slash may be refused although both readings allow it: beside a catch-all of another
 * verdict, an answer may refuse the slash spelling of every path, for no pattern could tell one from the other.
 */
export function mayRefuseSlash(api: Api, person: Person, { method, path }: Asked): boolean {
  if (path === "/" || !path.endsWith("/")) return false
  const keys = Object.keys(api.table).filter((key) => ["ANY", method].includes(methodOf(key)) && key !== "$connect")
  const verdicts = new Set(keys.map((key) => mayCall(api, person, key)))
  if (api.unmatched === "authenticated") verdicts.add(true)
  const hasCatchAll = keys.some((key) => key === "$default" || key.endsWith("+}"))
  return verdicts.size > 1 && (hasCatchAll || api.unmatched === "authenticated")
}

/** Paths that lenient software might make of a path. */
export function spellings(path: string): string[] {
  const found = new Set([path])
  const steps: ((text: string) => string)[] = [
    (text) =>
      text.replace(/%([2-7][0-9a-f])/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    (text) => text.replaceAll("\\", "/"),
    (text) => text.replace(/;[^/]*/g, ""),
    (text) => text.replace(/\/{2,}/g, "/"),
    // What no request line can hold is escaped, because a parser of URLs would drop it.
    (text) => new URL(`http://x${text.replace(/[\0- ?#]/g, encodeURIComponent)}`).pathname,
  ]
  for (const text of found) for (const step of steps) if (found.size < 40 && text.startsWith("/")) found.add(step(text))
  return [...found]
}

/** Whether some spelling of the path leads to a route of the table that the person may not call. */
export function someSpellingIsForbidden(
  { table }: Api,
  person: Person,
  { method, path }: Asked,
  order: Reading,
): boolean {
  return spellings(path).some((spelling) => {
    const key = chosenRoute(Object.keys(table), method, spelling, order)
    return key !== undefined && !meets(person, table[key] ?? {})
  })
}
