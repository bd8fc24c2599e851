import type { X509Certificate } from "node:crypto"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { readAlternativeNames } from "./certificate-names.ts"
import { decodeBase64, readEscapedPem, readPem } from "./certificate-pem.ts"
import { readXfccElement } from "./certificate-xfcc.ts"

/** What a forwarded client certificate says. It proves nothing by itself: the header needs evidence like any other. */
export interface ForwardedCertificate {
  /** The certificate itself, unless the edge forwarded a few of its fields only (XFCC without `Cert`). */
  readonly der: Buffer | undefined
  /** RFC 4514, most specific RDN first. */
  readonly subject: string | undefined
  /** SHA-256 of the DER: lower-case hex. */
  readonly sha256: string | undefined
  /** Subject alternative names. */
  readonly uris: readonly string[]
  readonly dns: readonly string[]
  readonly emails: readonly string[]
}

/**
 * Reads a client certificate that the edge forwards in a header of its own: base64 of the DER (an iRule's
 * `b64encode [SSL::cert 0]`), percent-encoded PEM (nginx), or PEM with blanks or tabs for its line breaks. The forms
 * have no text in common, so none needs to be configured. Linear time.
 *
 * @param text as the header scan leaves it
 * @returns undefined for anything else, also for two certificates: which of them is the client's would be a guess
 */
export function readCertificate(text: string): ForwardedCertificate | undefined {
  if (text.startsWith("-----BEGIN ")) return onlyOne(readPem(text))
  if (text.startsWith("-----BEGIN%20") || text.startsWith("%2D")) return onlyOne(readEscapedPem(text))
  return describe(decodeBase64(text))
}

/**
 * Reads Envoy's `x-forwarded-client-cert`. There has to be one element: with more, a proxy in front of the edge, or the
 * client, wrote the others. `Cert` is the certificate, else the first of `Chain`; it has to fit `Hash`. `By` and
 * members with other names are passed over.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function readXfcc(text: string): ForwardedCertificate | undefined {
  const element = readXfccElement(text)
  if (element === undefined) return undefined
  const { hash, subject, uris, dns, cert, chain } = element
  const sha256 = hash?.toLowerCase()
  if (cert === undefined && chain === undefined) {
    const names = [sha256, subject, ...uris, ...dns]
    return names.every((name) => name === undefined)
      ? undefined
      : { der: undefined, subject, sha256, uris, dns, emails: [] }
  }
  const leaf = cert === undefined ? readEscapedPem(chain ?? "")?.[0] : single(readEscapedPem(cert))
  const described = describe(leaf)
  return described === undefined || (sha256 !== undefined && sha256 !== described.sha256) ? undefined : described
}

function onlyOne(certificates: readonly Buffer[] | undefined): ForwardedCertificate | undefined {
  return describe(single(certificates))
}

function single(certificates: readonly Buffer[] | undefined): Buffer | undefined {
  return certificates?.length === 1 ? certificates[0] : undefined
}

function describe(der: Buffer | undefined): ForwardedCertificate | undefined {
  const certificate = der === undefined ? undefined : parse(der)
  if (der === undefined || certificate === undefined) return undefined
  const names = readAlternativeNames(certificate.subjectAltName)
  if (names === undefined) return undefined
  return {
    der,
    // One RDN per line, the most general first; values are escaped as in RFC 4514, line breaks included.
    subject: certificate.subject ? certificate.subject.split("\n").reverse().join(",") : undefined,
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    ...names,
  }
}

/** The parser takes PEM and ignores bytes after the certificate; here the bytes are the certificate. */
function parse(der: Buffer): X509Certificate | undefined {
  try {
    const certificate = new nodeCrypto.X509Certificate(der)
    return certificate.raw.equals(der) ? certificate : undefined
  } catch {
    return undefined
  }
}
