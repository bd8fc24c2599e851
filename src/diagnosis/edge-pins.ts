import { issuerAndSerial, mtlsEvidence } from "../edge/evidence/mtls.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import type { MtlsEvidence } from "../types/edge-options.ts"
import { certificateDays } from "./certificate.ts"
import { daysUntil, type Findings } from "./finding.ts"

/**
 * Looks at the pins of an edge's certificate.
 *
 * @param certificate PEM text of the certificate that the edge shows, if it is known
 */
export function examinePins(
  pins: MtlsEvidence,
  path: string,
  certificate: string | undefined,
  nowMs: number,
  findings: Findings,
): void {
  const { issuerSerial = [] } = pins
  const [spkiSha256, san] = [pins.spkiSha256 ?? [], pins.san ?? []].map((each) => [each].flat()) as [string[], string[]]
  if (issuerSerial.length > 0)
    findings.info("pins", `${path}: a serial number ends with its certificate. Add the next one before you renew.`)
  if (certificate === undefined) {
    const count = spkiSha256.length + issuerSerial.length + san.length
    findings.info(
      "pins",
      `${path}: ${count} ${count === 1 ? "pin" : "pins"}. A pin has no end; give the edge's certificate with --certificate.`,
    )
    return
  }
  const { X509Certificate } = nodeCrypto
  const { validTo } = new X509Certificate(certificate)
  const endMs = Date.parse(validTo)
  const judged = mtlsEvidence({
    spkiSha256: setOf(spkiSha256.map(hexOf)),
    issuerSerial: setOf(issuerSerial.map(({ issuer, serial }) => issuerAndSerial(issuer, serial) ?? "")),
    san: setOf(san.map((name) => (name.startsWith("DNS:") ? `DNS:${name.slice(4).toLowerCase()}` : name))),
  })
  const holdsAt = (timeMs: number): boolean =>
    !("refused" in judged({ connection: { clientCertPem: certificate }, nowMs: timeMs } as never))
  const [when, left] = [new Date(endMs).toISOString(), daysUntil(endMs, nowMs)]
  const ending = `${path}: the certificate of the edge ends in ${left} days, on ${when}.`
  const renewal = "Renew it, and pin the new key first."
  if (!holdsAt(endMs))
    findings.error(
      "pins",
      `${path}: no pin holds the certificate of the edge.`,
      "Add its pin: docs/edge.md says how to make one.",
    )
  else if (left < 0) findings.error("pins", `${path}: the certificate of the edge ended on ${when}.`, "Renew it.")
  else if (left < certificateDays.error) findings.error("pins", ending, renewal, when)
  else if (left < certificateDays.warning) findings.warning("pins", ending, renewal, when)
  else findings.info("pins", `${path}: the certificate of the edge is pinned, and ends on ${when}.`, when)
}

const setOf = (values: readonly string[]): ReadonlySet<string> | undefined =>
  values.length === 0 ? undefined : new Set(values)
/** A digest in hex or base64, as hex. */
const hexOf = (pin: string): string =>
  /^[0-9a-fA-F:]{64,95}$/.test(pin) ? pin.replaceAll(":", "").toLowerCase() : Buffer.from(pin, "base64").toString("hex")
