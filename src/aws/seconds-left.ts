import type { Clock } from "../types/clock.ts"
import type { Principal } from "../types/principal.ts"

/**
 * How long an answer about a caller may count: never past the end of the token, in whole seconds. A clock that reads no
 * number makes the least of it.
 */
export function secondsLeft(least: number, most: number, { expiresAt }: Principal, clock: Clock): number {
  const left = Math.floor(Math.min(most, expiresAt - clock() / 1000))
  return Number.isNaN(left) ? least : Math.max(least, left)
}
