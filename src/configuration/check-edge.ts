import { listKeys } from "../edge/header-options.ts"
import { claimPath, knownKeys, object, type Report, word } from "../problems/option-checks.ts"
import type { Presets } from "../provider/presets.ts"
import { checkEnvironmentSecret, checkSecretOptions } from "../secret/check.ts"
import { hmacKeysFormat } from "../secret/hmac-keys.ts"
import type { SecretPolicy } from "../secret/settings.ts"
import { sharedSecretsFormat } from "../secret/shared-secrets.ts"
import type { ClaimPath, CredentialOptions } from "../types/configuration.ts"
import type { EdgeHeaders } from "../types/edge-options.ts"
import { checkEdgeCache } from "./check-edge-cache.ts"
import { checkDistinct, checkEdgeHeaders, type NamedHeader } from "./check-edge-headers.ts"
import { type CheckedEvidence, checkEvidenceList } from "./check-evidence.ts"
import { type CheckedIssuer, checkIssuers } from "./check-issuers.ts"
import { shareIssuer } from "./share-issuer.ts"

/** The `edge` block, checked and with defaults. */
export interface CheckedEdge {
  readonly role: "identity" | "attributes"
  readonly headers: EdgeHeaders
  readonly evidence: readonly CheckedEvidence[]
  readonly subjectClaim: ClaimPath
  readonly secretPolicy: SecretPolicy
}

/** What the edge has to go together with. */
export interface AroundEdge {
  readonly presets: Presets
  /** The `keys` block of the whole configuration. */
  readonly keys: unknown
  /** The `secrets` block. */
  readonly secrets: unknown
  /** The issuers of bearer tokens. */
  readonly issuers: readonly CheckedIssuer[]
  readonly credential: CredentialOptions
  /** The configured context keys. */
  readonly context: { readonly [key: string]: unknown }
  readonly resultTtlSeconds: number
  /** Normalised: `request.header.x`, `context.identity.sourceip`, `token`, `route`. */
  readonly identitySources: ReadonlySet<string>
  /** What kind of API it is, where the configuration says so. */
  readonly api?: "rest" | "http"
  /** What kind of authorizer the API has, where the configuration says so. */
  readonly authorizerType?: "request" | "token"
}

export type CheckEdge = (value: unknown, around: AroundEdge, report: Report) => CheckedEdge | undefined

/** Checks the `edge` block, and what it demands of the others. Absent stays absent: then no header is believed. */
export function checkEdge(value: unknown, around: AroundEdge, report: Report): CheckedEdge | undefined {
  if (value === undefined) return undefined
  const raw = object(value, "edge", report)
  if (raw === undefined) return undefined
  knownKeys(raw, ["role", "headers", "evidence", "subjectClaim"], "edge", report)
  const role = word(raw.role, "edge.role", report, ["identity", "attributes"], "identity")
  if (raw.role === undefined) report("edge.role", "missing")
  const headers = checkEdgeHeaders(raw.headers, "edge.headers", report)
  const checkIssuer = issuerCheck(around)
  const evidence = checkEvidenceList(raw.evidence, "edge.evidence", headerKeys(raw.headers), checkIssuer, report)
  const subjectClaim = raw.subjectClaim === undefined ? "sub" : claimPath(raw.subjectClaim, "edge.subjectClaim", report)
  const secretPolicy = checkSecretOptions(around.secrets, "secrets", report)
  const edge = { role, headers, evidence, subjectClaim, secretPolicy }
  checkRole(edge, raw, around, report)
  checkDistinct(namedHeaders(edge, around), report)
  if (around.authorizerType === "token") {
    report(
      "gateway.authorizerType",
      'must be "request" with edge: API Gateway shows a TOKEN authorizer one header and nothing else. Make it a REQUEST authorizer',
    )
  }
  checkEdgeCache(edge, around, report)
  for (const { path, hmac, secret, vpceIds } of evidence) {
    if (vpceIds && around.api === "http")
      report(
        `${path}.vpceIds`,
        'can never hold with gateway.api "http": only REST APIs have private endpoints. Use another evidence',
      )
    if (hmac) checkEnvironmentSecret(hmac.keys, hmacKeysFormat, `${path}.hmac.keys`, report)
    if (secret) checkEnvironmentSecret(secret.values, sharedSecretsFormat, `${path}.secret.values`, report)
  }
  return edge
}

/** The context keys that minted claims may have; undefined if they are not known. */
function headerKeys(headers: unknown): readonly string[] | undefined {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return undefined
  return ["user", ...Object.keys(headers)]
}

function checkRole(
  { role, headers }: CheckedEdge,
  raw: { readonly [option: string]: unknown },
  { issuers, context }: AroundEdge,
  report: Report,
): void {
  for (const key of Object.keys(headers)) {
    if (!listKeys.includes(key) && Object.hasOwn(context, key))
      report(`context.${key}`, `is the context key of edge.headers.${key} already. Give one of the two another name`)
  }
  if (role === "identity" && raw.subjectClaim !== undefined) {
    report(
      "edge.subjectClaim",
      'goes with role "attributes" only. Set edge.role to "attributes", or remove this option',
    )
  }
  if (role === "attributes" && issuers.length === 0) {
    report(
      "issuers",
      'must have an issuer with edge.role "attributes", which adds to a verified token. Add one, or set the role to "identity"',
    )
  }
  if (role === "attributes" && Object.hasOwn(headers, "scopes")) {
    report(
      "edge.headers.scopes",
      "goes with role identity only: scopes are what the token's user has granted its client. Use roles or permissions",
    )
  }
  // The principalId is issuer|subject (SR-145): a token must not be able to have that of a user of the edge.
  for (const { profile, path } of issuers) {
    if (profile.issuers.some(({ issuer }) => issuer === "edge")) {
      report(
        `${path}.issuer`,
        'must not be "edge", which is the issuer of identities that come from the edge. Give the issuer another name',
      )
    }
  }
}

function namedHeaders({ role, headers, evidence }: CheckedEdge, around: AroundEdge): readonly NamedHeader[] {
  const named: NamedHeader[] = []
  const { issuers, credential } = around
  if (credential.header !== undefined && (issuers.length > 0 || role === "attributes")) {
    named.push({ name: credential.header, path: "credential.header", use: "credential" })
  }
  for (const [key, option] of Object.entries(headers)) {
    const name = typeof option === "string" ? option : option.name
    named.push({ name, path: `edge.headers.${key}`, use: "identity" })
  }
  for (const { path, jws, hmac, secret } of evidence) {
    if (jws) named.push({ name: jws.header, path: `${path}.jws.header`, use: "jws" })
    if (hmac) named.push({ name: hmac.header, path: `${path}.hmac.header`, use: "hmac" })
    if (secret) named.push({ name: secret.header, path: `${path}.secret.header`, use: "secret" })
  }
  return named
}

/** An issuer of minted tokens is one like any other, but its tokens must not be those that callers have. */
function issuerCheck({ presets, keys, issuers }: AroundEdge) {
  return (value: unknown, path: string, report: Report): CheckedIssuer | undefined => {
    const here: Report = (at, ...problem) => report(at.replace(/^issuers\[0\]/, path), ...problem)
    const [issuer] = checkIssuers([value], presets, keys, here)
    if (issuer === undefined) return undefined
    const { profile } = issuer
    const audiences = new Set(profile.audiences.flatMap(({ anyOf }) => anyOf))
    for (const other of issuers) {
      if (
        shareIssuer(profile, other.profile) &&
        other.profile.audiences.some(({ anyOf }) => anyOf.some((one) => audiences.has(one)))
      ) {
        report(
          `${path}.audience`,
          `must differ from that of ${other.path}: every token that a caller has would be evidence of the edge. Let the edge mint for an audience of its own`,
        )
      }
    }
    // A token that the edge mints is neither an access token nor an ID token.
    return { ...issuer, path, profile: { ...profile, selectByThumbprint: true, accessTokenEvidence: false } }
  }
}
