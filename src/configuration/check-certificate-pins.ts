import { type CertificatePins, issuerAndSerial } from "../edge/evidence/mtls.ts"
import { knownKeys, object, type Report, text, texts } from "../problems/option-checks.ts"

/** The pins of the edge's client certificate, in the forms in which they are compared. */
export function checkCertificatePins(value: unknown, path: string, report: Report): CertificatePins | undefined {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  const known = ["spkiSha256", "issuerSerial", "san"]
  knownKeys(raw, known, path, report)
  if (known.every((name) => raw[name] === undefined)) {
    report(
      path,
      "must pin spkiSha256, issuerSerial or san: the gateway accepts every certificate of its trust store. Add one of them",
    )
  }
  const spki = raw.spkiSha256 === undefined ? undefined : texts(raw.spkiSha256, `${path}.spkiSha256`, report)
  const san = raw.san === undefined ? undefined : texts(raw.san, `${path}.san`, report)
  const pins = spki?.map((pin, index) => sha256(pin, `${path}.spkiSha256[${index}]`, report))
  const names = san?.map((name, index) => alternativeName(name, `${path}.san[${index}]`, report))
  return {
    spkiSha256: pins && new Set(pins),
    issuerSerial:
      raw.issuerSerial === undefined ? undefined : issuers(raw.issuerSerial, `${path}.issuerSerial`, report),
    san: names && new Set(names),
  }
}

/** Hex, with or without colons, or base64, both of 32 bytes. */
function sha256(pin: string, path: string, report: Report): string {
  const hex = pin.replaceAll(":", "").toLowerCase()
  if (/^[0-9a-f]{64}$/.test(hex)) return hex
  if (/^[A-Za-z0-9+/]{43}=$/.test(pin)) return Buffer.from(pin, "base64").toString("hex")
  report(
    path,
    "must be a SHA-256 in hex (64 digits) or base64 (44 characters). docs/edge.md has the command that prints it",
  )
  return ""
}

function alternativeName(name: string, path: string, report: Report): string {
  const type = /^(?:DNS|URI|email):(?=.)/.exec(name)?.[0]
  if (type === undefined)
    report(path, "must begin with its type: DNS:, URI: or email:, for example DNS:bigip.example.com")
  if (type === "DNS:" && name.includes("*"))
    report(path, "must be a whole name: wildcards are not matched. Name every host")
  return type === "DNS:" ? `DNS:${name.slice(4).toLowerCase()}` : name
}

function issuers(value: unknown, path: string, report: Report): ReadonlySet<string> {
  const list = Array.isArray(value) ? value : []
  if (list.length === 0) report(path, 'must be a list, for example [{ issuer: "CN=Edge CA,O=Acme", serial: "1a2b" }]')
  const pins = list.map((item, index) => {
    const at = `${path}[${index}]`
    const raw = object(item, at, report)
    if (raw === undefined) return ""
    knownKeys(raw, ["issuer", "serial"], at, report)
    const issuer = text(raw.issuer, `${at}.issuer`, report)
    const serial = text(raw.serial, `${at}.serial`, report)
    if (issuer === undefined || serial === undefined) return ""
    const pin = issuerAndSerial(issuer, serial)
    if (pin === undefined) {
      report(
        at,
        "must be a distinguished name, the most specific part first, and a serial number in hex, for example CN=Edge CA,O=Acme and 1a2b",
      )
    }
    return pin ?? ""
  })
  return new Set(pins)
}
