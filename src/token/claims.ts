import type { AcceptedIssuer, IssuerProfile, Requirement } from "../provider/profile.ts"
import { claimAt } from "../shared/claim.ts"
import type { ClaimPath } from "../types/configuration.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { JsonObject } from "./json.ts"

/**
 * One check of a claims set. Returns the refusal, or undefined if it holds.
 *
 * @param type the `typ` of the header, in lower case without `application/`
 */
export type ClaimsCheck = (claims: JsonObject, nowSeconds: number, type: string) => Refusal | undefined

/** A check with what an explanation says of it. */
export interface NamedCheck {
  readonly check: string
  /** The claim that it looks at. */
  readonly claim?: string
  /** What the claim has to be. */
  readonly expected?: unknown
  readonly test: ClaimsCheck
}

/** The year 5000, in seconds since the epoch. What lies beyond it is a time in milliseconds. */
const latestSeconds = 95_617_584_000

/** The time checks (RFC 7519 section 4.1). @param toleranceSeconds allowed clock difference */
export function timeCheck(toleranceSeconds: number, maxLifetimeSeconds: number | undefined): ClaimsCheck {
  const [expiryInvalid, expired] = [refusal("expiry_invalid"), refusal("token_expired")]
  const [timeInvalid, notYet, tooLong] = [
    refusal("time_invalid"),
    refusal("token_not_yet_valid"),
    refusal("lifetime_too_long"),
  ]
  return (claims, nowSeconds) => {
    const exp = claims.exp
    if (typeof exp !== "number" || !(exp > 0 && exp <= latestSeconds)) return expiryInvalid
    // Written so that a clock that reads no number refuses: every comparison with NaN is false (SR-140).
    if (!(nowSeconds < exp + toleranceSeconds)) return expired
    const nbf = claims.nbf
    const iat = claims.iat
    if (nbf !== undefined && !isTime(nbf)) return timeInvalid
    if (iat !== undefined && !isTime(iat)) return timeInvalid
    if (nbf !== undefined && !(nowSeconds >= nbf - toleranceSeconds)) return notYet
    if (iat !== undefined && !(nowSeconds >= iat - toleranceSeconds)) return notYet
    if (maxLifetimeSeconds !== undefined && !(iat !== undefined && exp - iat <= maxLifetimeSeconds)) return tooLong
    return undefined
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value <= latestSeconds
}

/** The profile's checks that need no time and do not depend on which of its issuers signed, in a fixed order. */
export function profileChecks(profile: IssuerProfile): readonly NamedCheck[] {
  const kind = refusal("token_kind_refused")
  const checks: NamedCheck[] = []
  const refuseKind = (claim: string, test: ClaimsCheck): void => void checks.push({ check: "tokenKind", claim, test })
  if (profile.refusedAudiences.length > 0) {
    const refused = new Map(profile.refusedAudiences.map(({ audience, code }) => [audience, refusal(code)]))
    const test: ClaimsCheck = ({ aud }) => (typeof aud === "string" ? refused.get(aud) : undefined)
    checks.push({ check: "ownApi", claim: "aud", test })
  }
  // What marks the kind goes before the audience: the two kinds of a provider differ in both, and the kind says why.
  const [kindMarks, others] = [true, false].map((mark) =>
    profile.require.filter(({ code }) => (code === "token_kind_refused") === mark).map(requirementCheck),
  ) as [NamedCheck[], NamedCheck[]]
  checks.push(...kindMarks)
  for (const { claim, anyOf } of profile.audiences) {
    checks.push({ check: "audience", claim, expected: anyOf, test: audienceCheck(claim, new Set(anyOf)) })
  }
  if (profile.refuseClientAsAudience) {
    refuseKind("aud", (claims) => {
      const aud = claims.aud
      const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
      return typeof only === "string" && profile.clientId.some((name) => claims[name] === only) ? kind : undefined
    })
  }
  for (const name of profile.refuseClaims) refuseKind(name, (claims) => (claims[name] !== undefined ? kind : undefined))
  for (const { claim, values } of profile.refuseValues) {
    refuseKind(claim, (claims) => (values.includes(claims[claim] as string) ? kind : undefined))
  }
  const { refuseJtiPrefix, organizations } = profile
  if (refuseJtiPrefix !== undefined) {
    refuseKind("jti", (claims) => {
      const jti = claims.jti
      return typeof jti === "string" && jti.startsWith(refuseJtiPrefix) ? kind : undefined
    })
  }
  if (profile.refuseNonceWithoutScope) {
    refuseKind("nonce", (claims) =>
      claims.nonce !== undefined && claims.scope === undefined && claims.scp === undefined ? kind : undefined,
    )
  }
  if (profile.requireAny.length > 0) {
    const test: ClaimsCheck = (claims) => (profile.requireAny.some((name) => isThere(claims[name])) ? undefined : kind)
    checks.push({ check: "tokenKind", expected: profile.requireAny, test })
  }
  if (profile.accessTokenEvidence)
    checks.push({
      check: "accessToken",
      expected: profile.accessTokenClaim,
      test: evidenceCheck(profile.accessTokenClaim),
    })
  checks.push(...others)
  if (organizations !== undefined)
    checks.push({ check: "tenant", claim: "org_id", expected: organizations, test: organizationCheck(organizations) })
  // RFC 7800 section 3: accepting a bound token from a bearer would undo what its issuer promised (SR-078).
  const bound = refusal("sender_constrained")
  checks.push({ check: "sender", claim: "cnf", test: (claims) => (claims.cnf !== undefined ? bound : undefined) })
  return checks
}

/**
 * Demands what only access tokens have (RFC 9068 section 2.2). An ID token of the code flow may have no mark of its
 * own, since `nonce` and `at_hash` are optional there (OpenID Connect Core 1.0 section 2).
 */
function evidenceCheck(claim: ClaimPath | undefined): ClaimsCheck {
  const refused = refusal("token_kind_refused")
  return (claims, _nowSeconds, type) =>
    type === "at+jwt" ||
    isScope(claims.scope) ||
    isScope(claims.scp) ||
    isText(claims.client_id) ||
    // The audience of an ID token is the client.
    (isText(claims.azp) &&
      !(Array.isArray(claims.aud) ? claims.aud.includes(claims.azp) : claims.aud === claims.azp)) ||
    (claim !== undefined && isThere(claimAt(claims, claim)))
      ? undefined
      : refused
}

function isScope(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value)
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== ""
}

/** What else tokens of one accepted issuer must hold. */
export function issuerChecks(accepted: Pick<AcceptedIssuer, "require">): readonly NamedCheck[] {
  return accepted.require.map(requirementCheck)
}

function requirementCheck({ claim, value, code }: Requirement): NamedCheck {
  const refused = refusal(code)
  const values: readonly unknown[] | undefined = value === undefined ? undefined : [value].flat()
  const test: ClaimsCheck =
    values === undefined
      ? (claims) => (isThere(claims[claim]) ? undefined : refused)
      : (claims) => (values.includes(claims[claim]) ? undefined : refused)
  return { check: "require", claim, expected: values, test }
}

/** A claim that is null says nothing, and proves nothing. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** RFC 7519 section 4.1.3: a string, or an array of strings, one of which is a configured value exactly. */
function audienceCheck(claim: string, anyOf: ReadonlySet<string>): ClaimsCheck {
  const mismatch = refusal("audience_mismatch")
  return (claims) => {
    const aud = claims[claim]
    if (typeof aud === "string") return anyOf.has(aud) ? undefined : mismatch
    if (!Array.isArray(aud) || claim !== "aud") return mismatch
    let found = false
    for (const item of aud) {
      if (typeof item !== "string") return mismatch
      if (anyOf.has(item)) found = true
    }
    return found ? undefined : mismatch
  }
}

function organizationCheck(allowed: readonly string[]): ClaimsCheck {
  const refused = refusal("tenant_not_allowed")
  return (claims) => {
    const organization = claims.org_id
    if (allowed.length === 0) return organization === undefined ? undefined : refused
    return typeof organization === "string" && allowed.includes(organization) ? undefined : refused
  }
}
