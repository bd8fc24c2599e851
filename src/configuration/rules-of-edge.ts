import { listKeys } from "../edge/header-options.ts"
import { knownKeys, type Report } from "../problems/option-checks.ts"
import { checkEnvironmentSecret } from "../secret/check-reference.ts"
import { hmacKeysFormat } from "../secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../secret/shared-secrets.ts"
import { isObject } from "../shared/is-object.ts"
import { certificateFields } from "../types/edge-options.ts"
import { checkEdgeCache } from "./check-edge-cache.ts"
import type { AroundEdge, CheckedEdge, EvidenceOptions } from "./checked-edge.ts"
import type { CheckedHeader } from "./declared/edge-headers.ts"
import { checkDistinctHeaders } from "./distinct-headers.ts"
import { shareIssuer } from "./share-issuer.ts"

type Written = { readonly [option: string]: unknown }

/** An identity header, with its place. */
interface HeaderAt {
  readonly key: string
  readonly path: string
  readonly header: CheckedHeader
  readonly isList: boolean
  readonly isCertificate: boolean
}

/** One entry of the evidence, and as it is configured. */
interface EvidenceAt {
  readonly entry: EvidenceOptions
  readonly raw: Written
  readonly edge: CheckedEdge
  /** The context keys that the headers name; undefined if they are not known. */
  readonly contextKeys: readonly string[] | undefined
  readonly around: AroundEdge
}

interface WholeEdge {
  readonly edge: CheckedEdge
  readonly raw: Written
  readonly around: AroundEdge
}

type Rule<T> = (subject: T, report: Report) => unknown

/** Each identity header. */
const headerRules: readonly Rule<HeaderAt>[] = [
  ({ key, path, header }, report) =>
    key === "user" &&
    header.optional &&
    report(`${path}.optional`, "must be false: without a user there is no identity. Remove this option"),

  ({ key, path, isList }, report) =>
    key === "user" &&
    isList &&
    report(`${path}.format`, 'must be a format of one value, such as "text" or "base64url"'),

  ({ path, header, isList, isCertificate }, report) =>
    header.dn !== undefined &&
    (!isList || isCertificate) &&
    report(
      `${path}.dn`,
      'goes with lists of names only: format "apm-list" or "csv", or groups, roles, permissions, scopes. Remove this option',
    ),

  ({ path, header, isCertificate }, report) =>
    isCertificate &&
    header.field === undefined &&
    report(
      `${path}.field`,
      `is missing. Set it to what of the certificate is the value: ${certificateFields.join(", ")}`,
    ),

  ({ path, header, isCertificate }, report) =>
    !isCertificate &&
    header.field !== undefined &&
    report(`${path}.field`, 'goes with format "certificate" or "xfcc" only. Set the format, or remove this option'),
]

const enough = "jws; hmac; mtls with secret; vpceIds with secret; cidrs with secret (cidrs may be added to any of them)"

/** Each entry of the evidence. */
const evidenceRules: readonly Rule<EvidenceAt>[] = [
  /** An identity without proof, or with an address for a proof, can be forged (SR-120). */
  ({ entry: { path }, raw }, report) => {
    const [jws, hmac, mtls, secret, vpceIds, cidrs] = ["jws", "hmac", "mtls", "secret", "vpceIds", "cidrs"].map(
      (kind) => raw[kind] !== undefined,
    )
    if (mtls && vpceIds) {
      const remedy = "Give mtls and vpceIds an entry each, both with secret"
      report(path, `can never hold: private APIs, which vpceIds are for, have no mutual TLS. ${remedy}`)
      return
    }
    if (jws || hmac || (secret && (mtls || vpceIds || cidrs))) return
    const only = [mtls && "a client certificate", secret && "a shared secret", vpceIds && "a VPC endpoint"]
    const what = cidrs ? "an address range" : only.find((name) => name !== undefined && name !== false)
    report(path, `${what ?? "an empty entry"} alone proves too little. What is enough: ${enough}`)
  },

  ({ entry: { path, mtls }, raw }, report) =>
    mtls !== undefined &&
    Object.values(Object(raw.mtls)).every((pins) => pins === undefined) &&
    report(
      `${path}.mtls`,
      "must pin spkiSha256, issuerSerial or san: the gateway accepts every certificate of its trust store. Add one of them",
    ),

  /** A claim is read only for a header's context key. */
  ({ entry: { path, jws }, contextKeys }, report) =>
    jws !== undefined && contextKeys !== undefined && knownKeys(jws.claims, contextKeys, `${path}.jws.claims`, report),

  /** The edge's tokens must not be those that callers have. */
  ({ entry: { path, jws }, around: { issuers } }, report) => {
    const audiences = new Set(jws?.issuer.profile.audiences.flatMap(({ anyOf }) => anyOf))
    for (const other of jws === undefined ? [] : issuers) {
      if (!shareIssuer(jws?.issuer.profile ?? other.profile, other.profile)) continue
      if (!other.profile.audiences.some(({ anyOf }) => anyOf.some((one) => audiences.has(one)))) continue
      report(
        `${path}.jws.issuer.audience`,
        `must differ from that of ${other.path}: every token that a caller has would be evidence of the edge. Let the edge mint for an audience of its own`,
      )
    }
  },

  ({ entry: { path, jws } }, report) =>
    jws !== undefined &&
    jws.issuer.profile.tenantIssuers.length > 0 &&
    report(
      `${path}.jws.issuer.allowAnyTenant`,
      "must be false: anyone can own a tenant, and the edge is yours. Set the tenant of the edge",
    ),

  ({ entry: { path, vpceIds }, around: { api } }, report) =>
    vpceIds !== undefined &&
    api === "http" &&
    report(
      `${path}.vpceIds`,
      'can never hold with gateway.api "http": only REST APIs have private endpoints. Use another evidence',
    ),

  /** A secret of the environment is there from the start. */
  ({ entry: { path, hmac } }, report) =>
    hmac !== undefined && checkEnvironmentSecret(hmac.keys, hmacKeysFormat, `${path}.hmac.keys`, report),
  ({ entry: { path, secret } }, report) =>
    secret !== undefined && checkEnvironmentSecret(secret.values, sharedSecretsFormat, `${path}.secret.values`, report),
]

/** The edge, and the other blocks. */
const edgeRules: readonly Rule<WholeEdge>[] = [
  /** A context key has one meaning. */
  ({ edge, around }, report) => {
    for (const key of Object.keys(edge.headers))
      if (!listKeys.includes(key) && Object.hasOwn(around.context, key))
        report(`context.${key}`, `is the context key of edge.headers.${key} already. Give one of the two another name`)
  },

  ({ edge, raw }, report) =>
    edge.role === "identity" &&
    raw.subjectClaim !== undefined &&
    report(
      "edge.subjectClaim",
      'goes with role "attributes" only. Set edge.role to "attributes", or remove this option',
    ),

  ({ edge, around }, report) =>
    edge.role === "attributes" &&
    around.issuers.length === 0 &&
    report(
      "issuers",
      'must have an issuer with edge.role "attributes", which adds to a verified token. Add one, or set the role to "identity"',
    ),

  ({ edge }, report) =>
    edge.role === "attributes" &&
    Object.hasOwn(edge.headers, "scopes") &&
    report(
      "edge.headers.scopes",
      "goes with role identity only: scopes are what the token's user has granted its client. Use roles or permissions",
    ),

  /** The principalId is issuer|subject (SR-145): a token must not be able to have that of a user of the edge. */
  ({ around }, report) => {
    for (const { profile, path } of around.issuers)
      if (profile.issuers.some(({ issuer }) => issuer === "edge"))
        report(
          `${path}.issuer`,
          'must not be "edge", which is the issuer of identities that come from the edge. Give the issuer another name',
        )
  },

  /** Two names that some program takes for one (SR-122) would let one header pass for the other. */
  ({ edge, around }, report) => checkDistinctHeaders(edge, around, report),

  ({ around }, report) =>
    around.authorizerType === "token" &&
    report(
      "gateway.authorizerType",
      'must be "request" with edge: API Gateway shows a TOKEN authorizer one header and nothing else. Make it a REQUEST authorizer',
    ),

  /** An answer that API Gateway keeps is given to everybody who repeats the identity sources (SR-143). */
  ({ edge, around }, report) => checkEdgeCache(edge, around, report),
]

/** How the options of an edge have to fit together, and to the other blocks. @param raw the block as configured */
export function checkEdgeRules(edge: CheckedEdge, raw: Written, around: AroundEdge, report: Report): void {
  for (const [key, header] of Object.entries(edge.headers)) {
    const isCertificate = header.format === "certificate" || header.format === "xfcc"
    const isList = listKeys.includes(key) || header.format === "apm-list" || header.format === "csv"
    const at = { key, path: `edge.headers.${key}`, header, isCertificate, isList }
    for (const rule of headerRules) rule(at, report)
  }
  const named: unknown = raw.headers
  const contextKeys = isObject(named) ? ["user", ...Object.keys(named)] : undefined
  for (const entry of edge.evidence) {
    const written = (raw.evidence as readonly Written[])[Number(/\d+/.exec(entry.path))] ?? {}
    for (const rule of evidenceRules) rule({ entry, raw: written, edge, contextKeys, around }, report)
  }
  for (const rule of edgeRules) rule({ edge, raw, around }, report)
}
