import type { X509Certificate } from "node:crypto"
import { nodeCrypto } from "../../shared/node-crypto.ts"
import { refusal } from "../../types/reasons.ts"
import { readAlternativeNames } from "../certificate-names.ts"
import { type RelativeName, readDistinguishedName } from "../values/distinguished-name.ts"
import { missing, timeless, type VerifyEvidence } from "./evidence.ts"

const { createHash } = nodeCrypto

/** Pins in the forms in which they are compared; a kind that is not configured is undefined. */
export interface CertificatePins {
  /** Lower-case hex. */
  readonly spkiSha256: ReadonlySet<string> | undefined
  /** As `issuerAndSerial` makes them. */
  readonly issuerSerial: ReadonlySet<string> | undefined
  /** `DNS:…`, `URI:…` or `email:…`. */
  readonly san: ReadonlySet<string> | undefined
}

/** A certificate that has been judged; it is judged again only for its times. */
interface Judged {
  readonly pinned: boolean
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

const refused = refusal("edge_certificate_refused")

/**
 * Most certificates whose verdict is remembered: the edge has a few, and others come only from the same trust store.
 */
const maxRemembered = 64

/**
 * Checks the pins of the client certificate that the gateway saw. The gateway has verified its chain, against every
 * authority in the trust store; that it is the edge's own is what the pins say.
 */
export function mtlsEvidence(pins: CertificatePins): VerifyEvidence {
  const remembered = new Map<string, Judged>()
  return ({ connection: { clientCertPem }, nowMs }) => {
    if (clientCertPem === undefined) return missing
    let judged = remembered.get(clientCertPem)
    if (judged === undefined) {
      judged = judge(clientCertPem, pins)
      if (remembered.size >= maxRemembered) remembered.clear()
      remembered.set(clientCertPem, judged)
    }
    const { pinned, notBeforeMs, notAfterMs } = judged
    return pinned && nowMs >= notBeforeMs && nowMs <= notAfterMs ? timeless : refused
  }
}

const never: Judged = { pinned: false, notBeforeMs: Number.NaN, notAfterMs: Number.NaN }

function judge(pem: string, { spkiSha256, issuerSerial, san }: CertificatePins): Judged {
  try {
    const certificate = new nodeCrypto.X509Certificate(pem)
    const issued = issuerAndSerialOf(certificate)
    const pinned =
      (spkiSha256 === undefined || spkiSha256.has(spkiOf(certificate))) &&
      (issuerSerial === undefined || (issued !== undefined && issuerSerial.has(issued))) &&
      (san === undefined || alternativeNames(certificate).some((name) => san.has(name)))
    const { validFrom, validTo } = certificate
    return { pinned, notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) }
  } catch {
    return never // the gateway hands over certificates only; anything else proves nothing
  }
}

/** SHA-256 of the SubjectPublicKeyInfo (RFC 7469 section 2.4), in lower-case hex. */
function spkiOf({ publicKey }: X509Certificate): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
}

/** Node writes one RDN a line, the most general first, escaped as in RFC 4514. */
function issuerAndSerialOf({ issuer, serialNumber }: X509Certificate): string | undefined {
  return issuerAndSerial((issuer ?? "").split("\n").reverse().join(","), serialNumber)
}

/**
 * Issuer and serial number in the form in which they are compared: a name is equal whatever escapes it was written
 * with.
 *
 * @param issuer RFC 4514, the most specific RDN first
 * @param serial hex digits in any case, with or without colons
 * @returns undefined if one of the two is none
 */
export function issuerAndSerial(issuer: string, serial: string): string | undefined {
  const names = readDistinguishedName(issuer)
  if (names === undefined || !/^[0-9a-fA-F]{1,2}(?::?[0-9a-fA-F]{2})*$/.test(serial)) return undefined
  return JSON.stringify([names.map(comparableRdn), comparableSerial(serial)])
}

function comparableRdn(attributes: RelativeName): readonly string[] {
  return attributes.map(({ type, value, encoded }) => `${type.toUpperCase()}${encoded ? "#" : "="}${value}`).sort()
}

/** Hex digits in lower case, without colons and leading zeros. */
function comparableSerial(serial: string): string {
  return serial
    .replaceAll(":", "")
    .toLowerCase()
    .replace(/^0+(?=.)/, "")
}

function alternativeNames({ subjectAltName }: X509Certificate): readonly string[] {
  const names = readAlternativeNames(subjectAltName)
  if (names === undefined) return []
  return [
    ...names.dns.map((name) => `DNS:${name.toLowerCase()}`),
    ...names.uris.map((name) => `URI:${name}`),
    ...names.emails.map((name) => `email:${name}`),
  ]
}
