import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { addFound, type Found, readFound } from "./found-header.ts"

/** A header that only the edge may set: identity headers and the evidence's own. */
export interface TrustedHeader {
  /** In any case; an RFC 9110 token. */
  readonly name: string
  /** The grammar of the value has commas, so that one does not show that two values were joined. @default false */
  readonly commas?: boolean
  /** The value may hold tabs, as a PEM text does whose line breaks were replaced. @default false */
  readonly tabs?: boolean
  /**
   * The reader of the value takes nothing but the characters of a token, so they are not checked here.
   *
   * @default false
   */
  readonly token?: boolean
}

/** Lower-case configured name to the value without outer blanks, which may be empty. Absent headers are not there. */
export type ScannedHeaders = ReadonlyMap<string, string>

/** Reads all trusted headers of a request at once, or says why their values cannot be trusted whatever they are. */
export type ScanHeaders = (request: Pick<AccessRequest, "headers" | "multiValueHeaders">) => ScannedHeaders | Refusal

type Values = { readonly [name: string]: unknown }

/** A trusted header, ready to compare names with. */
interface Trusted extends Required<TrustedHeader> {
  readonly index: number
}

const alias = refusal("edge_header_alias")
const connection = refusal("edge_header_connection")

/**
 * The name that many programs take a header name for: lower case, `-` for `_` and `.`, without outer blanks (SR-122).
 */
export function foldHeaderName(name: string): string {
  return name.trim().toLowerCase().replace(/[_.]/g, "-")
}

/**
 * Prepares the one pass over the header names of a request. It finds the trusted headers, and everything that some
 * program takes for one of them: aliases (SR-122), further values and spellings (SR-123), `Connection` (SR-126). A
 * client can send all of these beside what the edge sets, and the program behind the gateway may read the client's.
 *
 * @param headers every trusted header: those with the identity and those of the evidence; a name may come twice
 * @throws TypeError when two names are aliases of each other, or one is `Connection`
 */
export function createHeaderScan(headers: readonly TrustedHeader[]): ScanHeaders {
  const trusted = prepare(headers)
  const all = [...trusted.values()]
  const marks = new Set([...trusted.keys(), "connection"].map(markOf))

  /** Adds what one map of the event has to `found`. */
  function look(map: Values, found: (Found | undefined)[], listed: boolean): Refusal | undefined {
    for (const name in map) {
      const mark = markOf(name)
      if ((mark !== unmarked && !marks.has(mark)) || !Object.hasOwn(map, name)) continue
      const folded = foldHeaderName(name)
      if (folded === "connection" && namesTrusted(map[name])) return connection
      const header = trusted.get(folded)
      if (header === undefined) continue
      // Letters outside ASCII have small letters inside it (the Kelvin sign): equal in lower case is not yet the name.
      if (name.toLowerCase() !== header.name || !tokenForm.test(name)) return alias
      const refused = addFound(found, header.index, name, map[name], listed)
      if (refused !== undefined) return refused
    }
    return undefined
  }

  function namesTrusted(value: unknown): boolean {
    const texts = Array.isArray(value) ? value : [value]
    return texts.some(
      (text) => typeof text === "string" && text.split(",").some((option) => trusted.has(foldHeaderName(option))),
    )
  }

  return ({ multiValueHeaders, headers: single }) => {
    const found: (Found | undefined)[] = []
    const refused =
      (multiValueHeaders && look(multiValueHeaders, found, true)) ?? (single && look(single, found, false))
    if (refused !== undefined) return refused
    const scanned = new Map<string, string>()
    for (const header of all) {
      const text = readFound(header, found[header.index])
      if (typeof text === "string") scanned.set(header.name, text)
      else if (text !== undefined) return text
    }
    return scanned
  }
}

const tokenForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function prepare(headers: readonly TrustedHeader[]): ReadonlyMap<string, Trusted> {
  const trusted = new Map<string, Trusted>()
  for (const { name, commas = false, tabs = false, token = false } of headers) {
    const folded = foldHeaderName(name)
    const same = trusted.get(folded)
    if (!tokenForm.test(name) || folded === "connection") throw new TypeError("a name that no trusted header can have")
    if (same !== undefined && same.name !== name.toLowerCase()) {
      throw new TypeError("two trusted headers have names that are aliases of each other")
    }
    const index = same?.index ?? trusted.size
    // What one use of a header forbids is forbidden for all.
    const merged = {
      commas: commas && (same?.commas ?? true),
      tabs: tabs && (same?.tabs ?? true),
      token: token && (same?.token ?? true),
    }
    trusted.set(folded, { name: name.toLowerCase(), index, ...merged })
  }
  return trusted
}

const unmarked = -1

/**
 * A number that folding does not change: it distinguishes most names of a request from the trusted ones, without
 * folding them. It is made of the length and the characters at both ends; names with something there that is no visible
 * ASCII have none, because folding may shorten them.
 */
function markOf(name: string): number {
  const first = name.charCodeAt(0)
  const last = name.charCodeAt(name.length - 1)
  if (!(first > 0x20 && first < 0x7f && last > 0x20 && last < 0x7f)) return unmarked
  return (name.length * 128 + foldedCode(first)) * 128 + foldedCode(last)
}

/** The same number for characters that folding makes equal; that others share it too only costs time. */
function foldedCode(code: number): number {
  return code === 0x5f || code === 0x2e ? 0x2d : code | 0x20 // _ and .
}
