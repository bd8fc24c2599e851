import type { Algorithm } from "../shared/algorithms.ts"
import type { Observer } from "../shared/observer.ts"
import { fetchFrom, type KeyLocation } from "./discovery.ts"
import { FetchFailure, type FetchKeySet } from "./document.ts"
import { type KeySet, readKeySet, retireKeys } from "./key-set.ts"
import { freshForMs, type KeyPolicy } from "./policy.ts"
import type { KeySource } from "./source.ts"

/** What a remote key set needs to know and to call. */
export interface RemoteKeySetParts {
  /** The configured issuer, for observation. */
  readonly name: string
  readonly location: KeyLocation
  readonly algorithms: readonly Algorithm[]
  readonly policy: KeyPolicy
  readonly fetch: FetchKeySet
  readonly clock: () => number
  readonly observer: Observer
}

// After a failure: half a second, doubled at each further one, half a minute at most (SR-103).
const backOffMs = { first: 500, most: 30_000 }

/**
 * A key set that is fetched, kept and renewed. Its age decides what a request does with it, judged by comparing times
 * at each use; no timer is trusted, because a Lambda environment freezes between invocations (SR-106).
 *
 *   empty    nothing fetched yet             wait for the refresh; without a set, `unavailable`
 *   fresh    younger than Cache-Control asks  use it
 *   stale    older than that                  use it, and refresh behind the request
 *   overdue  older than `waitAfterSeconds`    wait for the refresh; if it fails, use the old set
 *   expired  older than `expireAfterSeconds`  wait for the refresh; if it fails, `unavailable`
 */
export class RemoteKeySet implements KeySource {
  readonly #parts: RemoteKeySetParts
  #set: KeySet | undefined
  #fetchedAtMs = 0
  #freshForMs = 0
  #flight: Promise<void> | undefined
  #attemptedAtMs = Number.NEGATIVE_INFINITY
  #failures = 0

  constructor(parts: RemoteKeySetParts) {
    this.#parts = parts
  }

  get inDoubt(): boolean {
    return this.#failures > 0
  }

  current(nowMs: number): KeySet | undefined {
    const ageMs = this.#ageMs(nowMs)
    if (ageMs < this.#freshForMs) return this.#set
    if (ageMs >= this.#parts.policy.waitAfterSeconds * 1000) {
      // Overdue or expired: only while the issuer is known to be failing does the old set serve without waiting.
      return this.#inBackOff(nowMs) ? this.#usable(nowMs) : undefined
    }
    if (!this.#inBackOff(nowMs)) void this.#refresh(nowMs)
    return this.#set
  }

  async refreshed(nowMs: number): Promise<KeySet | undefined> {
    if (this.#flight !== undefined || !this.#inBackOff(nowMs)) await this.#refresh(nowMs)
    return this.#usable(this.#parts.clock())
  }

  forced(nowMs: number): Promise<KeySet | undefined> | undefined {
    // Counted from the last attempt, whatever its result: unknown kids never cause more than one fetch per cool-down,
    // and cannot push the cool-down on either, because an attempt that is not made does not count (SR-102).
    const elapsedMs = nowMs - this.#attemptedAtMs
    const cooling = elapsedMs >= 0 && elapsedMs < this.#parts.policy.cooldownSeconds * 1000
    if (cooling && this.#flight === undefined) return undefined
    return this.#refresh(nowMs).then(() => this.#usable(this.#parts.clock()))
  }

  #ageMs(nowMs: number): number {
    if (this.#set === undefined) return Number.POSITIVE_INFINITY
    // A clock that jumped back makes the age unknowable: treat the set as due for a refresh, not as young (SR-106).
    return nowMs < this.#fetchedAtMs ? this.#freshForMs : nowMs - this.#fetchedAtMs
  }

  #usable(nowMs: number): KeySet | undefined {
    return this.#ageMs(nowMs) < this.#parts.policy.expireAfterSeconds * 1000 ? this.#set : undefined
  }

  #inBackOff(nowMs: number): boolean {
    if (this.#failures === 0) return false
    const waitMs = Math.min(backOffMs.first * 2 ** (this.#failures - 1), backOffMs.most)
    const elapsedMs = nowMs - this.#attemptedAtMs
    return elapsedMs >= 0 && elapsedMs < waitMs
  }

  /** One flight at a time, shared by all who ask; it never rejects and leaves nothing behind when it fails (SR-101). */
  #refresh(nowMs: number): Promise<void> {
    this.#flight ??= this.#fetch(nowMs).finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #fetch(nowMs: number): Promise<void> {
    const { name, location, algorithms, policy, fetch, observer } = this.#parts
    this.#attemptedAtMs = nowMs
    try {
      const { keySet, headers } = await fetchFrom(location, fetch, policy)
      const set = readKeySet(keySet, algorithms, this.#set)
      if (set === undefined) throw new FetchFailure("not_a_key_set")
      observer.keySet?.({ issuer: name, usable: set.keys.length, skipped: set.skipped })
      // A set without a usable key is a failed refresh: it must not replace a good one (SR-099).
      if (set.keys.length === 0) throw new FetchFailure("no_usable_key")
      retireKeys(this.#set, set)
      this.#set = set
      this.#fetchedAtMs = nowMs
      this.#freshForMs = Math.min(freshForMs(headers, policy), policy.waitAfterSeconds * 1000)
      this.#failures = 0
      observer.keyFetch?.({ issuer: name, ok: true })
    } catch (error) {
      this.#failures++
      const failure = error instanceof FetchFailure ? error.kind : "network"
      observer.keyFetch?.({ issuer: name, ok: false, failure })
    }
  }
}
