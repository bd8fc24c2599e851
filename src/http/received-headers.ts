import { BareObject } from "../edge/values/bare-object.ts"
import { type Refusal, refusal } from "../types/reasons.ts"

/** Every value of every header: lower-case name to values, in the order in which they came. */
export interface ReceivedHeaders {
  readonly [lowerCaseName: string]: readonly string[]
}

/** Most headers of one request. */
export const maxHeaders = 128

/** What every header begins with that the service sets for the upstream. */
export const identityPrefix = "x-hallpass-"

const identityHeaderSent = refusal("identity_header_sent")
const pathAmbiguous = refusal("path_ambiguous")

/**
 * Reads names and values as they were received, duplicates included. Many servers take `-`, `_` and `.` in a header
 * name for the same character, so a name counts as the service's own if it begins with `x-hallpass-` in that sense.
 *
 * @param raw name, value, name, value, …
 * @param takesIdentity whether the service's own headers are headers like any other here
 * @returns the refusal of a request that brings a header which only the service may set
 */
export function readHeaders(raw: readonly string[], takesIdentity = false): ReceivedHeaders | Refusal {
  const headers = new BareObject() as { [name: string]: string[] }
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    const value = raw[at + 1] as string
    if (!takesIdentity && isIdentityName(name)) return identityHeaderSent
    const values = headers[name]
    if (values === undefined) headers[name] = [value]
    else values.push(value)
  }
  return headers
}

/** The headers are a map without a prototype; a header named `refused` would be a list. */
export function isRefusal(value: object): value is Refusal {
  return "refused" in value && value.refused === true
}

const letterX = 0x78

function isIdentityName(lowerCaseName: string): boolean {
  return (
    lowerCaseName.charCodeAt(0) === letterX && lowerCaseName.replaceAll(/[_.]/g, "-").slice(0, 11) === identityPrefix
  )
}

/**
 * The value of a header that must not be there twice. `undefined` if it is absent, and the refusal if it has two
 * values.
 */
export function onlyValue(headers: ReceivedHeaders, name: string): string | Refusal | undefined {
  const values = headers[name]
  if (values === undefined) return undefined
  return values.length === 1 ? (values[0] as string) : pathAmbiguous
}
