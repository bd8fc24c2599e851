/**
 * What the age of a fetched value says about its use. The whole life of a value:
 *
 *   empty ──fetched──► fresh ──freshForMs──► stale ──waitAfterSeconds──► overdue ──expireAfterSeconds──► expired
 *                        ▲                     │                            │                               │
 *                        └──────────── fetched, or "not modified" ──────────┴───────────────────────────────┘
 *
 *   empty    nothing was fetched yet    wait for the refresh; if it fails, `unavailable`
 *   fresh                               use the value
 *   stale                               use the value, refresh after the answer
 *   overdue                             wait for the refresh within its deadline; if it fails, use the value
 *   expired                             wait for the refresh; if it fails, `unavailable`
 *
 * `overdue` is for environments that were frozen for long. Without it the first request after the thaw would still be
 * judged by a key that was withdrawn hours ago. A value out of a snapshot begins as stale and is never overdue: it goes
 * from stale to expired. A failed refresh moves nothing. Ages are compared at each use; no timer is trusted, because a
 * Lambda environment freezes between invocations and all timers with it (SR-106).
 */
export type State = "empty" | "fresh" | "stale" | "overdue" | "expired"

/** When a value was fetched, and for how long it is fresh. Milliseconds. */
export interface Age {
  readonly fetchedAtMs: number
  /** 0 for a snapshot: a value that another process fetched is never fresh. */
  readonly freshForMs: number
  readonly fromSnapshot: boolean
}

/** From which ages on a request waits for a newer value, and the old one is no longer used. */
export interface AgeLimits {
  readonly waitAfterSeconds: number
  readonly expireAfterSeconds: number
}

/** The state of a value at a time. */
export function stateAt(nowMs: number, age: Age | undefined, limits: AgeLimits): State {
  if (age === undefined) return "empty"
  const ageMs = nowMs - age.fetchedAtMs
  if (Number.isNaN(ageMs)) return "expired" // a clock that reads no number proves nothing (SR-106)
  // A clock that jumped back makes the age unknowable: due for a refresh, neither young nor dead.
  if (ageMs < 0) return "stale"
  if (ageMs < age.freshForMs) return "fresh"
  if (ageMs >= limits.expireAfterSeconds * 1000) return "expired"
  return ageMs < limits.waitAfterSeconds * 1000 || age.fromSnapshot ? "stale" : "overdue"
}

/** States in which the value that is there may be used, though a request may have to wait for a newer one first. */
export function isUsable(state: State): boolean {
  return state === "fresh" || state === "stale" || state === "overdue"
}
