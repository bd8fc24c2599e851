import { headerValues, queryValues } from "../shared/header-lookup.ts"
import { endOf } from "../shared/text-end.ts"
import type { AccessRequest } from "../types/request.ts"

/**
 * One configured place of the credential: every candidate that is there. A value that is there but has the wrong
 * form is reported as `malformed`, never as absent (SR-082).
 */
export type ReadPlace = (request: AccessRequest) => readonly Found[]

/** A token text, and the whole text in which it was: a header's value has a scheme, too. */
export interface Presented {
  readonly token: string
  readonly text: string
}

/** A credential, or the fact that the place holds something else. */
export type Found = Presented | typeof malformed
export const malformed: unique symbol = Symbol("malformed credential")

const nothing: readonly Found[] = Object.freeze([])

/** A header, or the `authorizationToken` of a TOKEN event, which is that header's value. */
export function headerPlace(name: string, scheme: string | null): ReadPlace {
  const lowerCaseName = name.toLowerCase()
  const read = scheme === null ? bareValue : schemeReader(scheme)
  return (request) => {
    if (request.kind === "rest-token") {
      const value = request.authorizationToken ?? ""
      return value === "" ? nothing : [read(value)]
    }
    return eachRead(headerValues(request, lowerCaseName), read)
  }
}

/** Reads every value, and every part of a joined one. */
function eachRead(values: readonly unknown[], read: (value: unknown) => Found): readonly Found[] {
  // One value without a comma, as nearly always: `flatMap` and `map` would take 0.2 µs more.
  const only = values[0]
  if (values.length === 1 && typeof only === "string" && !only.includes(",")) return [read(only)]
  return values.flatMap((value) => separated(value).map(read))
}

/** Cookies of the configured name: `cookies` of payload 2.0, the Cookie header elsewhere (RFC 6265 section 5.4). */
export function cookiePlace(name: string): ReadPlace {
  const prefix = `${name}=`
  return (request) => {
    const listed = request.cookies ?? []
    const pairs: unknown[] = [...listed]
    for (const value of headerValues(request, "cookie")) {
      if (typeof value === "string")
        for (const pair of value.split(";")) if (!listed.includes(pair.trim())) pairs.push(pair.trim())
    }
    return pairs
      .filter((pair) => typeof pair === "string" && pair.startsWith(prefix))
      .map((pair) => bareValue((pair as string).slice(prefix.length)))
  }
}

/** A query string parameter. Payload 2.0 joins repeated ones with commas, which no token holds. */
export function queryPlace(name: string): ReadPlace {
  return (request) => eachRead(queryValues(request, name), bareValue)
}

/** WebSocket: the entry of `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4) that follows the configured one. */
export function subprotocolPlace(marker: string): ReadPlace {
  return (request) => {
    if (request.kind !== "websocket") return nothing
    const offered = headerValues(request, "sec-websocket-protocol").flatMap(separated)
    const entries = offered.map((entry) => (typeof entry === "string" ? entry.trim() : entry))
    return entries.flatMap((entry, at) => (entry === marker ? [bareValue(entries[at + 1])] : []))
  }
}

/** The parts of a value in which a gateway may have joined several; anything but a string stays what it is. */
function separated(value: unknown): readonly unknown[] {
  return typeof value === "string" && value.includes(",") ? value.split(",") : [value]
}

function bareValue(value: unknown): Found {
  return typeof value === "string" && value !== "" && !value.includes(" ") ? { token: value, text: value } : malformed
}

const blank = 0x20
/**
 * Most blanks that are passed over: nearly as many as the header lines of a request may hold in API Gateway (10,240).
 */
const maxBlanks = 8192

/** Most texts that are remembered with what was read from them, and the most characters of one. */
const maxRemembered = 1000
const maxRememberedLength = 4096

/**
 * The scheme in any case, one blank or more, one token (RFC 6750 section 2.1, RFC 9110 section 11.4; SR-002). A tab is
 * no blank there.
 */
function schemeReader(scheme: string): (value: unknown) => Found {
  const prefix = `${scheme.toLowerCase()} `
  // A caller presents one text again and again. It is compared in 0.03 µs; what is cut out of it takes 0.15 to compare.
  const remembered = new Map<number, Presented>()
  return (value) => {
    if (typeof value !== "string") return malformed
    const end = endOf(value)
    const known = remembered.get(end)
    if (known?.text === value) return known
    if (value.slice(0, prefix.length).toLowerCase() !== prefix) return malformed
    let start = prefix.length
    while (value.charCodeAt(start) === blank && start < maxBlanks) start++
    const bare = bareValue(value.slice(start))
    if (bare === malformed) return bare
    const found = { ...bare, text: value }
    if (remembered.size >= maxRemembered) remembered.clear()
    if (value.length <= maxRememberedLength) remembered.set(end, found)
    return found
  }
}
