import { foldHeaderName } from "../edge/headers.ts"
import { unprintable } from "../edge/values/characters.ts"
import { maxHeaders } from "../http/received-headers.ts"
import { isObject } from "../shared/is-object.ts"
import { type Refusal, refusal } from "../types/reasons.ts"

/** Header names in any case, each with its value or values. */
export interface HeaderMap {
  readonly [name: string]: string | readonly string[] | null | undefined
}

/** Headers of the Fetch standard. */
export interface HeaderPairs {
  forEach(visit: (value: string, name: string) => void): void
}

/**
 * As much of a request as is read: a request of node:http, Express or the Fetch standard, or the event of a Lambda
 * target.
 */
export interface ReceivedRequest {
  /** As they were received, with duplicates. If there are any, nothing else is read. */
  readonly rawHeaders?: readonly string[] | undefined
  readonly headers?: HeaderMap | HeaderPairs | null | undefined
  readonly multiValueHeaders?: HeaderMap | null | undefined
}

/** The name of a header and one value, as they were received. */
export type ReceivedHeader = readonly [name: string, value: unknown]

const missing: readonly ReceivedHeader[] = []
const alias = refusal("edge_header_alias")
const connection = refusal("edge_header_connection")
const duplicate = refusal("edge_header_duplicate")
const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")
const characters = refusal("edge_header_characters")
const tooLong = refusal("edge_header_too_long")

/**
 * Every header of a request, or of a map of headers, with each of its values.
 *
 * @returns the refusal of more headers than are looked at
 */
export function receivedHeaders(received: unknown): readonly ReceivedHeader[] | Refusal {
  if (!isObject(received)) return missing
  const raw = memberOf(received, "rawHeaders")
  const headers = Array.isArray(raw) && raw.length > 0 ? inTurns(raw) : ofMaps(received)
  return headers.length > maxHeaders ? malformed : headers
}

/** A member of the object or of its class, and never one that a program has added to all objects. */
function memberOf(object: { readonly [name: string]: unknown }, name: string): unknown {
  return Object.hasOwn(object, name) || !(name in Object.prototype) ? object[name] : undefined
}

function inTurns(raw: readonly unknown[]): readonly ReceivedHeader[] {
  const headers: ReceivedHeader[] = []
  for (let at = 0; at < raw.length; at += 2) headers.push([String(raw[at]), raw[at + 1]])
  return headers
}

function ofMaps(received: { readonly [name: string]: unknown }): readonly ReceivedHeader[] {
  const [single, multiple] = [memberOf(received, "headers"), memberOf(received, "multiValueHeaders")]
  if (!isObject(single) && !isObject(multiple)) return ofMap(received)
  const listed = ofMap(multiple)
  const known = new Set(listed.map(textOf))
  // An event that has both maps shows one value of each name twice.
  return [...listed, ...ofMap(single).filter((header) => !known.has(textOf(header)))]
}

const textOf = ([name, value]: ReceivedHeader): string => JSON.stringify([name.toLowerCase(), value])

function ofMap(map: unknown): readonly ReceivedHeader[] {
  if (!isObject(map)) return missing
  const headers: ReceivedHeader[] = []
  const { forEach } = map
  if (!Object.hasOwn(map, "forEach") && typeof forEach === "function") {
    forEach.call(map, (value: unknown, name: unknown) => void headers.push([String(name), value]))
    return headers
  }
  for (const [name, held] of Object.entries(map))
    for (const value of Array.isArray(held) ? held : [held])
      if (value !== undefined && value !== null) headers.push([name, value])
  return headers
}

/**
 * The value of a header that only AWS may set, without a change. Everything that some program takes for another value
 * of it is refused: a second one, an alias of its name, `Connection` with its name.
 *
 * @param name in lower case
 * @param maxLength characters
 * @returns undefined if the header is absent
 */
export function onlyHeader(
  headers: readonly ReceivedHeader[],
  name: string,
  maxLength: number,
): string | Refusal | undefined {
  let found: unknown
  for (const [spelling, value] of headers) {
    const folded = foldHeaderName(spelling)
    if (folded === "connection" && namesHeader(value, name)) return connection
    if (folded !== name) continue
    // Letters outside ASCII have small letters inside it: equal in lower case is not yet the name.
    if (spelling.toLowerCase() !== name || unprintable(spelling, false) !== undefined) return alias
    if (found !== undefined) return duplicate
    found = value
  }
  if (found === undefined) return undefined
  if (typeof found !== "string") return malformed
  if (found.length > maxLength) return tooLong
  const wrong = unprintable(found, false)
  if (wrong === undefined) return found
  return wrong === "control" ? control : characters
}

function namesHeader(value: unknown, name: string): boolean {
  return typeof value === "string" && value.split(",").some((option) => foldHeaderName(option) === name)
}
