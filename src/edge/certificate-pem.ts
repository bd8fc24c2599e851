const begin = "-----BEGIN CERTIFICATE-----"
const end = "-----END CERTIFICATE-----"

/** Base64 (RFC 4648 section 4) as bytes, or undefined if the text is not canonical: padding, alphabet, last bits. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64")
  return text !== "" && bytes.toString("base64") === text ? bytes : undefined
}

/**
 * The certificates of a PEM text (RFC 7468 section 5) as DER. Line breaks may be gone or may have become blanks or
 * tabs, as they do on the way into a header. The text may hold nothing but certificates and blanks.
 *
 * Linear time: each search begins where the one before it ended.
 */
export function readPem(text: string): readonly Buffer[] | undefined {
  const certificates: Buffer[] = []
  let at = afterBlanks(text, 0)
  while (at < text.length) {
    const stop = text.startsWith(begin, at) ? text.indexOf(end, at + begin.length) : -1
    const der = stop < 0 ? undefined : decodeBase64(text.slice(at + begin.length, stop).replace(/[ \t\r\n]/g, ""))
    if (der === undefined) return undefined
    certificates.push(der)
    at = afterBlanks(text, stop + end.length)
  }
  return certificates.length === 0 ? undefined : certificates
}

/**
 * The certificates of a percent-encoded PEM text, as nginx writes `$ssl_client_escaped_cert` and Envoy the `Cert` and
 * `Chain` of XFCC. A `+` is a plus sign: this is no form encoding.
 */
export function readEscapedPem(text: string): readonly Buffer[] | undefined {
  try {
    return readPem(decodeURIComponent(text))
  } catch {
    return undefined
  }
}

function afterBlanks(text: string, start: number): number {
  let at = start
  while (at < text.length && " \t\r\n".includes(text[at] as string)) at++
  return at
}
