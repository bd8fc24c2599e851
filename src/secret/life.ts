import type { SecretPolicy } from "./policy.ts"

/**
 * What the age of a secret's values says about their use:
 *
 *   empty    nothing was fetched yet              wait for the refresh; if it fails, `unavailable`
 *   fresh                                         use the values
 *   stale    older than refreshAfterSeconds       use the values, refresh behind the request
 *   overdue  older than waitAfterSeconds          wait for the refresh within its deadline; if it fails, use the values
 *   expired  older than expireAfterSeconds        wait for the refresh; if it fails, `unavailable`
 *
 * `overdue` is for environments that were frozen for long: without it the first request after the thaw would still
 * be judged by a secret that was withdrawn hours ago. A failed refresh moves nothing. Ages are compared at each use; no
 * timer is trusted, because a Lambda environment freezes between invocations and all timers with it (SR-106).
 */
export type SecretState = "empty" | "fresh" | "stale" | "overdue" | "expired"

/** The state at a time. @param fetchedAtMs when the values were had */
export function stateAt(nowMs: number, fetchedAtMs: number | undefined, policy: SecretPolicy): SecretState {
  if (fetchedAtMs === undefined) return "empty"
  const ageMs = nowMs - fetchedAtMs
  // A clock that jumped back makes the age unknowable: due for a refresh, neither young nor dead.
  if (ageMs < 0) return "stale"
  if (ageMs >= policy.expireAfterSeconds * 1000) return "expired"
  if (ageMs >= policy.waitAfterSeconds * 1000) return "overdue"
  return ageMs >= policy.refreshAfterSeconds * 1000 ? "stale" : "fresh"
}

/** States in which the values that are there may be used, though a request may have to wait for newer ones first. */
export function isUsable(state: SecretState): boolean {
  return state === "fresh" || state === "stale" || state === "overdue"
}
