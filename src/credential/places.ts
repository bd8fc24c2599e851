import { headerValues, queryValues } from "../shared/header-lookup.ts"
import type { AccessRequest } from "../types/request.ts"

/**
 * One configured place of the credential: every candidate that is there. A value that is there but has the wrong
 * form is reported as `malformed`, never as absent (SR-082).
 */
export type ReadPlace = (request: AccessRequest) => readonly Found[]

/** A token text, or the fact that the place holds something else. */
export type Found = string | typeof malformed
export const malformed: unique symbol = Symbol("malformed credential")

const nothing: readonly Found[] = Object.freeze([])

/** A header, or the `authorizationToken` of a TOKEN event, which is that header's value. */
export function headerPlace(name: string, scheme: string | null): ReadPlace {
  const lowerCaseName = name.toLowerCase()
  const read = scheme === null ? bareValue : schemeReader(scheme)
  return (request) => {
    if (request.kind === "rest-token") {
      const value = request.authorizationToken
      return value === undefined || value === null || value === "" ? nothing : [read(value)]
    }
    return eachRead(headerValues(request, lowerCaseName), read)
  }
}

/** Reads every value, and every part of a joined one. */
function eachRead(values: readonly unknown[], read: (value: unknown) => Found): readonly Found[] {
  // One value without a comma, as nearly always: `flatMap` and `map` would take 0.2 µs more.
  const [only] = values
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
    const offered = headerValues(request, "sec-websocket-protocol").flatMap((value) => separated(value))
    const entries = offered.map((entry) => (typeof entry === "string" ? entry.trim() : entry))
    return entries.flatMap((entry, at) => (entry === marker ? [bareValue(entries[at + 1])] : []))
  }
}

/** The parts of a value in which a gateway may have joined several; anything but a string stays what it is. */
function separated(value: unknown): readonly unknown[] {
  return typeof value === "string" && value.includes(",") ? value.split(",") : [value]
}

function bareValue(value: unknown): Found {
  return typeof value === "string" && value !== "" && !value.includes(" ") ? value : malformed
}

const blank = 0x20
/**
 * Most blanks that are passed over: nearly as many as the header lines of a request may hold in API Gateway (10,240).
 */
const maxBlanks = 8192

/**
 * The scheme in any case, one blank or more, one token (RFC 6750 section 2.1, RFC 9110 section 11.4; SR-002). A tab is
 * no blank there.
 */
function schemeReader(scheme: string): (value: unknown) => Found {
  const prefix = `${scheme.toLowerCase()} `
  return (value) => {
    if (typeof value !== "string" || value.slice(0, prefix.length).toLowerCase() !== prefix) return malformed
    let start = prefix.length
    while (value.charCodeAt(start) === blank && start < maxBlanks) start++
    return bareValue(value.slice(start))
  }
}
