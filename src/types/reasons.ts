/** What may happen to a request; there is no fifth outcome. */
export type Outcome = "allow" | "unauthenticated" | "forbidden" | "unavailable"

// Every way a request can fail: one code, one outcome, and one sentence in `meanings.ts`. Codes are stable: dashboards
// and tests count them. `docs/reasons.md` lists the same rows; a test compares the two in both directions.

/** What makes a credential prove nothing (401). */
const unauthenticated = [
  "credential_missing",
  "credential_ambiguous",
  "credential_malformed",
  "token_too_long",
  "token_malformed",
  "token_opaque",
  "token_encrypted",
  "header_invalid",
  "header_critical",
  "algorithm_not_allowed",
  "type_not_allowed",
  "kid_missing",
  "claims_invalid",
  "issuer_unknown",
  "issuer_spelling",
  "key_unknown",
  "signature_invalid",
  "expiry_invalid",
  "token_expired",
  "time_invalid",
  "token_not_yet_valid",
  "lifetime_too_long",
  "audience_mismatch",
  "token_kind_refused",
  "claim_required",
  "tenant_not_allowed",
  "subject_invalid",
  "list_bracketed",
  "sender_constrained",
  "okta_org_token",
  "entra_graph_token",
  "entra_version",
  "edge_evidence_missing",
  "edge_signature_malformed",
  "edge_signature_stale",
  "edge_signature_invalid",
  "edge_path_decoded",
  "edge_key_unknown",
  "edge_secret_invalid",
  "edge_certificate_refused",
  "edge_network_refused",
  "edge_header_mismatch",
  "edge_subject_mismatch",
  "edge_claim_conflict",
  "edge_header_missing",
  "edge_header_empty",
  "edge_header_duplicate",
  "edge_header_spelling",
  "edge_header_joined",
  "edge_header_alias",
  "edge_header_connection",
  "edge_header_control",
  "edge_header_characters",
  "edge_header_too_long",
  "edge_header_malformed",
] as const

/** What a known caller lacks (403). */
const forbidden = [
  "arn_invalid",
  "route_unmatched",
  "path_ambiguous",
  "method_unknown",
  "scope_missing",
  "role_missing",
  "group_missing",
  "groups_incomplete",
  "permission_missing",
  "claim_mismatch",
  "kind_mismatch",
  "issuer_mismatch",
  "alternatives_unmet",
  "app_without_roles",
  "check_refused",
  "identity_header_sent",
] as const

/** Why the question cannot be decided (500). */
const unavailable = [
  "event_unknown",
  "gateway_mismatch",
  "keys_unavailable",
  "policy_too_large",
  "principal_id_missing",
  "secrets_unavailable",
  "assertion_too_large",
  "configuration_invalid",
  "internal",
] as const

/** Codes that mean "this credential proves nothing". */
export type UnauthenticatedCode = (typeof unauthenticated)[number]
/** Codes that mean "known caller, not entitled". */
export type ForbiddenCode = (typeof forbidden)[number]
/** Codes that mean "cannot decide". */
export type UnavailableCode = (typeof unavailable)[number]
/** A stable code of the reason table, as decisions, logs and metrics have it. */
export type ReasonCode = UnauthenticatedCode | ForbiddenCode | UnavailableCode

/** A refusal as an ordinary value. One frozen object per code exists, so refusing allocates nothing. */
export interface Refusal {
  readonly refused: true
  readonly code: ReasonCode
  readonly outcome: Exclude<Outcome, "allow">
  /** The configured issuer whose token was refused, once that much is known. */
  readonly issuer?: string
  /**
   * Set if the refusal is about this request only, or may end before an answer that API Gateway keeps. It is the code
   * of the undecided answer that is given in its place then.
   */
  readonly ifKept?: ReasonCode
}

/**
 * Refusals that no kept answer may hold, in addition to those of the edge: they depend on the time, or on parts of the
 * request that the cache key does not hold. Every other refusal is about the caller, and true for as long as an answer
 * is kept.
 */
const passing = [
  "credential_ambiguous",
  "token_not_yet_valid",
  "arn_invalid",
  "path_ambiguous",
  "method_unknown",
  "identity_header_sent",
]

const values = new Map<ReasonCode, Refusal>()
for (const [outcome, table] of Object.entries({ unauthenticated, forbidden, unavailable })) {
  for (const code of table) {
    const isPassing = passing.includes(code) || code.startsWith("edge_")
    values.set(code, Object.freeze({ refused: true, code, outcome, ...(isPassing && { ifKept: code }) }) as Refusal)
  }
}

/** The one refusal value of a code. */
export function refusal(code: ReasonCode): Refusal {
  return values.get(code) as Refusal
}

/**
 * The refusal where the cache key holds all that it depends on, or where it is what every request of the caller gets.
 */
export function lastingRefusal(code: ReasonCode): Refusal {
  const { ifKept, ...lasting } = refusal(code)
  return Object.freeze(lasting)
}

/** What a refusal becomes that may not be kept, where the answer would be. */
export function undecided(refused: Refusal): Refusal {
  return { ...refused, code: refused.ifKept ?? refused.code, outcome: "unavailable" }
}

/** All refusals, in the order of the table. */
export function allRefusals(): readonly Refusal[] {
  return [...values.values()]
}
