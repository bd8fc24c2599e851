import type { JwsClaims } from "../edge/evidence/evidence.ts"
import type { CertificatePins } from "../edge/evidence/mtls.ts"
import { type AddressRange, readRange } from "../edge/evidence/network.ts"
import { claimPath, knownKeys, number, object, type Report, texts } from "../problems/option-checks.ts"
import { checkSecretReference } from "../secret/check.ts"
import type { SecretReference } from "../types/secret-options.ts"
import { checkCertificatePins } from "./check-certificate-pins.ts"
import { checkHeaderName } from "./check-edge-headers.ts"
import type { CheckedIssuer } from "./check-issuers.ts"

/** One entry of `edge.evidence`, checked: everything that is there must hold. */
export interface CheckedEvidence {
  readonly path: string
  readonly jws?: {
    readonly header: string
    readonly issuer: CheckedIssuer
    readonly claims: JwsClaims
    readonly windowSeconds: number
  }
  readonly hmac?: { readonly header: string; readonly keys: SecretReference; readonly windowSeconds: number }
  readonly mtls?: CertificatePins
  readonly secret?: { readonly header: string; readonly values: SecretReference }
  readonly vpceIds?: readonly string[]
  readonly cidrs?: readonly AddressRange[]
}

/** Checks the issuer of a minted JWS as those of bearer tokens are checked. */
export type CheckIssuer = (value: unknown, path: string, report: Report) => CheckedIssuer | undefined

const kinds = ["jws", "hmac", "mtls", "secret", "vpceIds", "cidrs"]
const enough = "jws; hmac; mtls with secret; vpceIds with secret; cidrs with secret (cidrs may be added to any of them)"

/** The list of evidence. An identity without proof, or with an address for a proof, is anybody's (SR-120). */
export function checkEvidenceList(
  value: unknown,
  path: string,
  contextKeys: readonly string[] | undefined,
  checkIssuer: CheckIssuer,
  report: Report,
): readonly CheckedEvidence[] {
  if (!Array.isArray(value) || value.length === 0) {
    const list = `a list of at least one proof that a request came through the edge. What is enough: ${enough}`
    report(path, value === undefined ? `is missing. Set it to ${list}` : `must be ${list}`)
    return []
  }
  return value.flatMap((item, index) => {
    const at = `${path}[${index}]`
    const raw = object(item, at, report)
    if (raw === undefined) return []
    knownKeys(raw, kinds, at, report)
    checkCombination(raw, at, report)
    const jws = raw.jws === undefined ? undefined : checkJws(raw.jws, `${at}.jws`, contextKeys, checkIssuer, report)
    const hmac = raw.hmac === undefined ? undefined : checkHmac(raw.hmac, `${at}.hmac`, report)
    const mtls = raw.mtls === undefined ? undefined : checkCertificatePins(raw.mtls, `${at}.mtls`, report)
    const secret = raw.secret === undefined ? undefined : checkSecret(raw.secret, `${at}.secret`, report)
    const vpceIds = raw.vpceIds === undefined ? undefined : checkVpceIds(raw.vpceIds, `${at}.vpceIds`, report)
    const cidrs = raw.cidrs === undefined ? undefined : checkCidrs(raw.cidrs, `${at}.cidrs`, report)
    const found = { ...(jws && { jws }), ...(hmac && { hmac }), ...(mtls && { mtls }), ...(secret && { secret }) }
    return [{ path: at, ...found, ...(vpceIds && { vpceIds }), ...(cidrs && { cidrs }) }]
  })
}

function checkCombination(raw: { readonly [kind: string]: unknown }, path: string, report: Report): void {
  const [jws, hmac, mtls, secret, vpceIds, cidrs] = kinds.map((kind) => raw[kind] !== undefined)
  if (mtls && vpceIds) {
    report(
      path,
      "can never hold: private APIs, which vpceIds are for, have no mutual TLS. Give mtls and vpceIds an entry each, both with secret",
    )
    return
  }
  if (jws || hmac || (secret && (mtls || vpceIds || cidrs))) return
  const only = [mtls && "a client certificate", secret && "a shared secret", vpceIds && "a VPC endpoint"]
  const what = cidrs ? "an address range" : only.find((name) => name !== undefined && name !== false)
  report(path, `${what ?? "an empty entry"} alone proves too little. What is enough: ${enough}`)
}

function checkWindow(value: unknown, path: string, max: number, report: Report): number {
  return number(value, path, report, { min: 5, max, fallback: 60, unit: "seconds" })
}

function checkJws(
  value: unknown,
  path: string,
  contextKeys: readonly string[] | undefined,
  checkIssuer: CheckIssuer,
  report: Report,
): CheckedEvidence["jws"] {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, ["header", "issuer", "claims", "windowSeconds"], path, report)
  const header = checkHeaderName(raw.header, `${path}.header`, report)
  const claims = raw.claims === undefined ? {} : (object(raw.claims, `${path}.claims`, report) ?? {})
  knownKeys(claims, contextKeys ?? Object.keys(claims), `${path}.claims`, report)
  for (const [key, claim] of Object.entries(claims)) claimPath(claim, `${path}.claims.${key}`, report)
  const windowSeconds = checkWindow(raw.windowSeconds, `${path}.windowSeconds`, 7200, report)
  const issuer = checkIssuer(raw.issuer, `${path}.issuer`, report)
  if (issuer !== undefined && issuer.profile.tenantIssuers.length > 0) {
    report(
      `${path}.issuer.allowAnyTenant`,
      "must be false: anyone can own a tenant, and the edge is yours. Set the tenant of the edge",
    )
  }
  if (header === undefined || issuer === undefined) return undefined
  return { header, issuer, claims: claims as JwsClaims, windowSeconds }
}

function checkHmac(value: unknown, path: string, report: Report): CheckedEvidence["hmac"] {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, ["header", "keys", "windowSeconds"], path, report)
  const header = checkHeaderName(raw.header, `${path}.header`, report)
  const keys = checkSecretReference(raw.keys, `${path}.keys`, report)
  const windowSeconds = checkWindow(raw.windowSeconds, `${path}.windowSeconds`, 300, report)
  return header === undefined || keys === undefined ? undefined : { header, keys, windowSeconds }
}

function checkSecret(value: unknown, path: string, report: Report): CheckedEvidence["secret"] {
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, ["header", "values"], path, report)
  const header = checkHeaderName(raw.header, `${path}.header`, report)
  const values = checkSecretReference(raw.values, `${path}.values`, report)
  return header === undefined || values === undefined ? undefined : { header, values }
}

function checkVpceIds(value: unknown, path: string, report: Report): readonly string[] {
  const ids = texts(value, path, report)
  for (const [index, id] of ids.entries()) {
    if (!/^vpce-[0-9a-f]{8,17}$/.test(id))
      report(`${path}[${index}]`, "must be the id of a VPC endpoint: vpce-…, for example vpce-0123456789abcdef0")
  }
  return ids
}

function checkCidrs(value: unknown, path: string, report: Report): readonly AddressRange[] {
  return texts(value, path, report).flatMap((item, index) => {
    const range = readRange(item)
    if (range !== undefined) return [range]
    report(`${path}[${index}]`, "must be an address range such as 192.0.2.0/24 or 2001:db8::/32, and not all addresses")
    return []
  })
}
