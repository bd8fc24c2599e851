import type { KeyPolicy } from "./policy.ts"

/**
 * What the age of a key set says about its use. The whole life of a set:
 *
 *   empty ──fetched──► fresh ──older than Cache-Control asks──► stale ──waitAfter──► overdue ──expireAfter──► expired
 *                        ▲                                        │                    │                        │
 *                        └───────────────── fetched, or "not modified" ────────────────┴────────────────────────┘
 *
 *   empty    nothing was fetched yet    wait for the refresh; if it fails, `unavailable`
 *   fresh                               use the set
 *   stale                               use the set, refresh behind the request
 *   overdue                             wait for the refresh within its deadline; if it fails, use the set
 *   expired                             wait for the refresh; if it fails, `unavailable`
 *
 * A set out of a snapshot begins as stale and is never overdue: it goes from stale to expired. A failed refresh moves
 * nothing. Ages are compared at each use; no timer is trusted, because a Lambda environment freezes between invocations
 * and all timers with it (SR-106).
 */
export type KeySetState = "empty" | "fresh" | "stale" | "overdue" | "expired"

/** When a set was had, and for how long it is fresh. Milliseconds. */
export interface KeySetAge {
  readonly fetchedAtMs: number
  /** 0 for a snapshot: somebody else's answer is never fresh. */
  readonly freshForMs: number
  readonly fromSnapshot: boolean
}

/** The state of a set at a time. */
export function stateAt(nowMs: number, age: KeySetAge | undefined, policy: KeyPolicy): KeySetState {
  if (age === undefined) return "empty"
  const ageMs = nowMs - age.fetchedAtMs
  // A clock that jumped back makes the age unknowable: due for a refresh, neither young nor dead.
  if (ageMs < 0) return "stale"
  if (ageMs < age.freshForMs) return "fresh"
  if (ageMs >= policy.expireAfterSeconds * 1000) return "expired"
  return ageMs < policy.waitAfterSeconds * 1000 || age.fromSnapshot ? "stale" : "overdue"
}

/** States in which the set that is there may be used, though a request may have to wait for a newer one first. */
export function isUsable(state: KeySetState): boolean {
  return state === "fresh" || state === "stale" || state === "overdue"
}
