import { isUsable, stateAt } from "../renewal/age.ts"
import type { Held, Taken } from "../renewal/refreshed-value.ts"
import type { Algorithm } from "../shared/algorithms.ts"
import type { KeyFetchRecord, Observer } from "../types/observer.ts"
import type { FetchedKeySet } from "./discovery.ts"
import { FetchFailure } from "./document.ts"
import { freshForMs } from "./freshness.ts"
import { importJwk, type SkipReason, type VerificationKey } from "./jwk.ts"
import { joinKeys, type KeySet, keySet, maxKeys } from "./key-set.ts"
import { Pace } from "./pace.ts"
import { type ReadMembers, readMembers } from "./read-members.ts"
import type { KeyPolicy } from "./settings.ts"

/** What reading a fetched set needs: the issuer, the limits, and the observer. */
export interface KeySetReading {
  /** The configured issuer, for observation. */
  readonly name: string
  readonly algorithms: readonly Algorithm[]
  readonly policy: KeyPolicy
  readonly observer: Observer
}

/** What there is to report of a good refresh. */
export type KeySetReport = Pick<KeyFetchRecord, "notModified">

/** The members of a fetched set, and what became of each. */
export interface ImportedKeys extends ReadMembers {
  readonly results: readonly (VerificationKey | SkipReason)[]
}

/** Keys that are imported in one go: the largest ones, for every algorithm, take some milliseconds. */
const keysPerTurn = 4

/**
 * Imports the keys of a fetched set, without blocking the event loop for long.
 *
 * @returns undefined for "not modified"
 * @throws FetchFailure (rejects) `not_a_key_set`
 */
export async function importKeys(
  { body }: FetchedKeySet,
  algorithms: readonly Algorithm[],
): Promise<ImportedKeys | undefined> {
  if (body === undefined) return undefined
  const pace = new Pace()
  const read = await readMembers(body, pace)
  if (read === undefined) throw new FetchFailure("not_a_key_set")
  const results: (VerificationKey | SkipReason)[] = []
  for (const member of read.members) {
    results.push(member === undefined ? "too_large" : importJwk(member, algorithms))
    if (results.length % keysPerTurn === 0) await pace.rest()
  }
  return { ...read, results }
}

/**
 * What a fetch means for the set that is held.
 *
 * @param imported undefined for "not modified"
 * @throws FetchFailure `no_usable_key`, or `status` if there is nothing that could be unmodified
 */
export function acceptKeySet(
  { headers }: FetchedKeySet,
  imported: ImportedKeys | undefined,
  { name, policy, observer }: KeySetReading,
  held: Held<KeySet> | undefined,
  nowMs: number,
): Taken<KeySet, KeySetReport> {
  if (imported === undefined) {
    if (held === undefined) throw new FetchFailure("status")
    // RFC 9111 section 4.3.4: what a 304 does not say stays as it was.
    const kept = headers["cache-control"] === undefined ? held.freshForMs : freshForMs(headers, policy)
    return { value: held.value, freshForMs: kept, report: { notModified: true } }
  }
  const next = joinKeys(imported.results, imported.count, held?.value)
  observer.keySet?.({ issuer: name, usable: next.keys.length, skipped: next.skipped })
  // A set without a usable key is a failed refresh: it must not replace a good one (SR-099).
  if (next.keys.length === 0) throw new FetchFailure("no_usable_key")
  // Keys of a set that was too old to be used, or of another issuer, get no new life from a grace.
  const hadBySelf = held?.fromSnapshot === false && isUsable(stateAt(nowMs, held, policy))
  const graceMs = hadBySelf ? policy.graceSeconds * 1000 : 0
  return { value: succeed(held?.value, next, graceMs, nowMs), freshForMs: freshForMs(headers, policy), report: {} }
}

/**
 * Puts `next` in the place of `previous` (SR-100): what is in `next` verifies without end, what only `previous` held
 * goes on verifying for the grace and not a moment longer. Entra's sets lose keys for hours and show them again; for
 * every other issuer the grace is 0.
 *
 * @returns the set to use: `next`, and after it the keys in their grace
 */
function succeed(previous: KeySet | undefined, next: KeySet, graceMs: number, nowMs: number): KeySet {
  const present = new Set(next.keys)
  for (const key of present) key.usableUntilMs = Number.POSITIVE_INFINITY
  const inGrace: VerificationKey[] = []
  for (const key of previous?.keys ?? []) {
    if (present.has(key)) continue
    key.usableUntilMs = Math.min(key.usableUntilMs, nowMs + graceMs)
    if (key.usableUntilMs > nowMs) inGrace.push(key)
  }
  return inGrace.length === 0 ? next : keySet([...next.keys, ...inGrace].slice(0, maxKeys), next.skipped)
}
