import { issuerAndSerial } from "../../edge/evidence/mtls.ts"
import { block, list, type Option, oneOrMore, option, required, text } from "../../problems/declaration.ts"
import { text as checkText, type Report } from "../../problems/option-checks.ts"
import type { MtlsEvidence } from "../../types/edge-options.ts"

/** The pins of the edge's client certificate, in the forms in which they are compared. */
export interface PinLists {
  /** Lower-case hex. */
  readonly spkiSha256?: readonly string[]
  readonly issuerSerial?: readonly string[]
  readonly san?: readonly string[]
}

type IssuerSerial = NonNullable<MtlsEvidence["issuerSerial"]>[number]

const names = block<IssuerSerial>({ issuer: required(text()), serial: required(text()) })

/** A distinguished name and a serial number, as one text. */
const issuerSerial: Option<IssuerSerial, "optional", string> = option("block", names.about, (value, path, report) => {
  const raw = names.check(value, path, report)
  if (raw?.issuer === undefined || raw.serial === undefined) return undefined
  const pin = issuerAndSerial(raw.issuer, raw.serial)
  if (pin === undefined)
    report(
      path,
      "must be a distinguished name, the most specific part first, and a serial number in hex, for example CN=Edge CA,O=Acme and 1a2b",
    )
  return pin
})

const noList = 'must be a list, for example [{ issuer: "CN=Edge CA,O=Acme", serial: "1a2b" }]'

const hex = /^(?:[0-9a-fA-F]:*){64}$/
const base64 = /^[A-Za-z0-9+/]{43}=$/

/** Hex, with or without colons, or base64, both of 32 bytes. */
const sha256: Option<string> = option(
  "text",
  [/^(?:(?:[0-9a-fA-F]:*){64}|[A-Za-z0-9+/]{43}=)$/],
  (value, path, report) => {
    const pin = checkText(value, path, report)
    if (pin === undefined) return undefined
    if (base64.test(pin)) return Buffer.from(pin, "base64").toString("hex")
    if (hex.test(pin)) return pin.replaceAll(":", "").toLowerCase()
    report(
      path,
      "must be a SHA-256 in hex (64 digits) or base64 (44 characters). docs/edge.md has the command that prints it",
    )
    return undefined
  },
)

const alternativeName: Option<string> = option(
  "text",
  [/^(?:DNS:(?=.)[^*]+|(?:URI|email):.[\s\S]*)$/],
  checkAlternativeName,
)

function checkAlternativeName(value: unknown, path: string, report: Report): string | undefined {
  const name = checkText(value, path, report)
  if (name === undefined) return undefined
  const type = /^(?:DNS|URI|email):(?=.)/.exec(name)?.[0]
  if (type === undefined)
    report(path, "must begin with its type: DNS:, URI: or email:, for example DNS:bigip.example.com")
  if (type === "DNS:" && name.includes("*"))
    report(path, "must be a whole name: wildcards are not matched. Name every host")
  return type === "DNS:" ? `DNS:${name.slice(4).toLowerCase()}` : name
}

export const pinsBlock: Option<MtlsEvidence, "optional", PinLists> = block<MtlsEvidence, PinLists>({
  spkiSha256: oneOrMore(sha256),
  issuerSerial: list(issuerSerial, 1, noList),
  san: oneOrMore(alternativeName),
})
