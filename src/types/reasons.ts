import {
  type ForbiddenCode,
  reasonCodes,
  type UnauthenticatedCode,
  type UnavailableCode,
  unavailableMeanings,
} from "./reason-messages.ts"

export type { ForbiddenCode, UnauthenticatedCode, UnavailableCode }

/** What may happen to a request; there is no fifth outcome. */
export type Outcome = "allow" | "unauthenticated" | "forbidden" | "unavailable"

/**
 * What a known caller lacks (403); each other code says that a credential proves nothing (401), or that the question
 * cannot be decided (500). A start needs no more of the table than that.
 */
const forbidden: { readonly [code in ForbiddenCode]: true } = {
  arn_invalid: true,
  route_unmatched: true,
  path_ambiguous: true,
  method_unknown: true,
  scope_missing: true,
  role_missing: true,
  group_missing: true,
  groups_incomplete: true,
  permission_missing: true,
  claim_mismatch: true,
  kind_mismatch: true,
  issuer_mismatch: true,
  alternatives_unmet: true,
  app_without_roles: true,
  check_refused: true,
  identity_header_sent: true,
}

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

/** The one refusal value of a code. */
export function refusal(code: ReasonCode): Refusal {
  const known = values.get(code)
  if (known !== undefined) return known
  const isPassing = passing.includes(code) || code.startsWith("edge_")
  const made: Refusal = { refused: true, code, outcome: outcomeOf(code), ...(isPassing && { ifKept: code }) }
  values.set(code, Object.freeze(made))
  return made
}

function outcomeOf(code: ReasonCode): Refusal["outcome"] {
  if (Object.hasOwn(unavailableMeanings, code)) return "unavailable"
  return Object.hasOwn(forbidden, code) ? "forbidden" : "unauthenticated"
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
export const allRefusals = (): readonly Refusal[] => reasonCodes().map(refusal)
