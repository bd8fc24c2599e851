import type { CertificateField, DnMode, EdgeHeaders, HeaderFormat, HeaderOptions } from "../types/edge-options.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { type ForwardedCertificate, readCertificate, readXfcc } from "./certificate-header.ts"
import type { ScannedHeaders, TrustedHeader } from "./headers.ts"
import { BareObject } from "./values/bare-object.ts"
import { decodeItem, decodeItems } from "./values/base64url.ts"
import { hasControl, maxHeaderLength, withoutBlanks } from "./values/characters.ts"
import { decodeList, decodeText } from "./values/decode.ts"
import { onceEach } from "./values/memoized.ts"

/** Context keys whose value is a list, whatever its format. */
export const listKeys: readonly string[] = Object.freeze(["groups", "roles", "permissions", "scopes"])

/** A decoded header: a list for list keys and for the formats `apm-list` and `csv`, else one text. */
export type EdgeValue = string | readonly string[]

/** Context key to decoded value; nothing is inherited. Optional headers that are absent are not there. */
export type EdgeValues = { readonly [contextKey: string]: EdgeValue }

/** Configured headers, ready to read. */
export interface CompiledHeaders {
  /** For the header scan, together with the headers of the evidence. */
  readonly needed: readonly TrustedHeader[]
  /** All values of one request, or the first reason why there are none (SR-124, SR-125). */
  read(scanned: ScannedHeaders): EdgeValues | Refusal
  /**
   * All values from a token that the edge minted, in place of the headers.
   *
   * @param claimOf the claim for a context key
   */
  readClaims(claimOf: (contextKey: string) => unknown): EdgeValues | Refusal
}

interface Header extends Required<TrustedHeader> {
  readonly key: string
  readonly optional: boolean
  readonly format: HeaderFormat
  readonly list: boolean
  readonly dn: DnMode
  readonly decodeItem: (item: string) => string | Refusal
  readonly field: CertificateField
}

const missing = refusal("edge_header_missing")
const empty = refusal("edge_header_empty")
const malformed = refusal("edge_header_malformed")
const control = refusal("edge_header_control")
const tooLong = refusal("edge_header_too_long")

/** Whether reading was refused. `in` would not do: the configuration may name a context key `refused`. */
export function isRefused(values: EdgeValues | Refusal): values is Refusal {
  return values.refused === true
}

/** Turns checked options into readers. */
export function compileHeaders(options: EdgeHeaders): CompiledHeaders {
  const headers = Object.entries(options).map(([key, option]) =>
    compileHeader(key, typeof option === "string" ? { name: option } : option),
  )
  function collect(readOne: (header: Header) => EdgeValue | Refusal | undefined): EdgeValues | Refusal {
    const values = new BareObject() as { [key: string]: EdgeValue }
    for (const header of headers) {
      const value = readOne(header)
      if (value === undefined) continue
      if (isRefusal(value)) return value
      values[header.key] = value
    }
    return Object.freeze(values)
  }
  return {
    needed: headers.map(({ name, commas, tabs }) => ({ name, commas, tabs })),
    read: (scanned) => collect((header) => readText(header, scanned.get(header.name))),
    readClaims: (claimOf) => collect((header) => readClaim(header, claimOf(header.key))),
  }
}

function compileHeader(key: string, { name, format = "text", dn, optional = false, field }: HeaderOptions): Header {
  const mode = dn ?? (format === "apm-list" ? "dn" : "raw")
  return {
    key,
    name: name.toLowerCase(),
    optional,
    format,
    list: listKeys.includes(key) || format === "apm-list" || format === "csv",
    dn: mode,
    decodeItem: onceEach((item) => decodeItem(item, mode)),
    field: field ?? "subject",
    commas: format === "apm-list" || format === "csv" || format === "xfcc",
    tabs: format === "certificate",
    token: false,
  }
}

function readText(header: Header, text: string | undefined): EdgeValue | Refusal | undefined {
  if (text !== undefined && text !== "") return decode(header, text)
  if (header.optional) return undefined
  return text === undefined ? missing : empty
}

/** JSON has lists and all of Unicode, so claims need no encoding; a text in the header's form is taken as well. */
function readClaim(header: Header, claim: unknown): EdgeValue | Refusal | undefined {
  if (claim === undefined || claim === null) return readText(header, undefined)
  if (Array.isArray(claim)) return header.list ? frozen(decodeItems(claim, header.decodeItem)) : malformed
  if (typeof claim !== "string") return malformed
  if (claim.length > maxHeaderLength) return tooLong
  if (!claim.isWellFormed()) return malformed
  return hasControl(claim) ? control : readText(header, withoutBlanks(claim))
}

function decode({ format, list, dn, field }: Header, text: string): EdgeValue | Refusal {
  if (format === "certificate") return fieldOf(readCertificate(text), field, list)
  if (format === "xfcc") return fieldOf(readXfcc(text), field, list)
  if (list || format === "apm-list" || format === "csv") return frozen(decodeList(text, format, dn))
  return decodeText(text, format)
}

function fieldOf(certificate: ForwardedCertificate | undefined, field: CertificateField, list: boolean) {
  if (certificate === undefined) return malformed
  const { subject, sha256, uris, dns, emails } = certificate
  const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])
  const values = { subject: one(subject), sha256: one(sha256), uri: uris, dns, email: emails }[field]
  if (values.some(hasControl)) return control
  if (list) return frozen(values)
  // Which of several names would be the caller is a guess; none is no caller.
  return values.length === 1 && values[0] ? values[0] : malformed
}

function frozen(list: readonly string[] | Refusal): readonly string[] | Refusal {
  return Object.freeze(list)
}

function isRefusal(value: EdgeValue | Refusal): value is Refusal {
  return typeof value === "object" && "refused" in value
}
