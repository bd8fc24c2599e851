import type { Algorithm } from "../shared/algorithms.ts"
import { BackOff } from "../shared/back-off.ts"
import type { KeyEventRecord, Observer } from "../shared/observer.ts"
import { SingleFlight } from "../shared/single-flight.ts"
import type { FetchedKeySet, KeyLocation, Validators } from "./discovery.ts"
import { FetchFailure, type FetchKeySet } from "./document.ts"
import { type KeySet, readKeySet, succeed } from "./key-set.ts"
import { isUsable, type KeySetAge, type KeySetState, stateAt } from "./life.ts"
import { freshForMs, type KeyPolicy, retryAfterMs } from "./policy.ts"
import type { KeySource } from "./source.ts"
import { within } from "./within.ts"

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
  /** A set that was had earlier and elsewhere, and when. Milliseconds since the epoch. */
  readonly snapshot?: { readonly set: KeySet; readonly takenAtMs: number } | undefined
}

/** A key set that is fetched, kept and renewed; `life.ts` says what its age means. */
export class RemoteKeySet implements KeySource {
  readonly #parts: RemoteKeySetParts
  readonly #backOff = new BackOff()
  readonly #flights: SingleFlight
  #set: KeySet | undefined
  #age: KeySetAge | undefined
  #validators: Validators | undefined
  #attemptedAtMs = Number.NEGATIVE_INFINITY
  #scheduled = false
  /** The last refresh was frozen together with the environment; the next one has to be waited for. */
  #interrupted = false

  constructor(parts: RemoteKeySetParts) {
    this.#parts = parts
    this.#flights = new SingleFlight(parts.policy.timeoutMs)
    if (parts.snapshot === undefined) return
    this.#set = parts.snapshot.set
    this.#age = { fetchedAtMs: parts.snapshot.takenAtMs, freshForMs: 0, fromSnapshot: true }
  }

  get inDoubt(): boolean {
    return this.#backOff.failing || this.#interrupted
  }

  current(nowMs: number): KeySet | undefined {
    const state = this.#state(nowMs)
    if (state === "fresh") return this.#set
    if (state === "stale") {
      // A refresh behind a request did not survive the freeze that followed it, and the next one would not either.
      if (this.#interrupted || this.#flights.isFrozen(nowMs)) return undefined
      this.#refreshBehind(nowMs)
      this.#tell("stale_served", nowMs)
      return this.#set
    }
    if (state !== "overdue" || !this.#backOff.waits(nowMs)) return undefined
    this.#tell("overdue_served", nowMs) // the issuer is known to be failing: waiting again would only cost time
    return this.#set
  }

  isFresh(nowMs: number): boolean {
    return this.#state(nowMs) === "fresh"
  }

  async refreshed(nowMs: number): Promise<KeySet | undefined> {
    if (this.#flights.isUnderWay(nowMs) || !this.#backOff.waits(nowMs)) await this.#refresh(nowMs)
    const laterMs = this.#parts.clock()
    const state = this.#state(laterMs)
    if (state === "overdue") this.#tell("overdue_served", laterMs)
    return isUsable(state) ? this.#set : undefined
  }

  forced(nowMs: number): Promise<KeySet | undefined> | undefined {
    this.#tell("unknown_kid", nowMs)
    // Counted from the last attempt, whatever its result: unknown kids never cause more than one fetch per cool-down,
    // and cannot push the cool-down on either, because an attempt that is not made does not count (SR-102).
    const elapsedMs = nowMs - this.#attemptedAtMs
    const cooling = elapsedMs >= 0 && elapsedMs < this.#parts.policy.cooldownSeconds * 1000
    if (!this.#flights.isUnderWay(nowMs) && (cooling || this.#backOff.waits(nowMs))) {
      this.#tell("cool_down", nowMs)
      return undefined
    }
    return this.#refresh(nowMs, false).then(() => (isUsable(this.#state(this.#parts.clock())) ? this.#set : undefined))
  }

  /** Begun only after the request: its answer must not wait for a connection to be set up. */
  #refreshBehind(nowMs: number): void {
    if (this.#scheduled || this.#flights.isUnderWay(nowMs) || this.#backOff.waits(nowMs)) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#refresh(this.#parts.clock())
    })
  }

  #state(nowMs: number): KeySetState {
    return stateAt(nowMs, this.#age, this.#parts.policy)
  }

  /**
   * Never rejects, and leaves nothing behind when it fails (SR-101).
   *
   * @param mayRetry not for unknown kids: what strangers can set off must be one request
   */
  #refresh(nowMs: number, mayRetry = true): Promise<void> {
    return this.#flights.join(nowMs, (isCurrent) => this.#fly(nowMs, mayRetry, isCurrent))
  }

  /** @param isCurrent whether this flight still counts; what an abandoned one brings is too old to replace anything */
  async #fly(nowMs: number, mayRetry: boolean, isCurrent: () => boolean): Promise<void> {
    const { location, policy, fetch, clock } = this.#parts
    this.#attemptedAtMs = nowMs
    try {
      const known = this.#age?.fromSnapshot === false ? this.#validators : undefined
      // The network has its own deadline; this one holds even if what stands in for it never settles (SR-094).
      const fetched = await within(policy.timeoutMs, fetchLazily(location, fetch, policy, { known, mayRetry }))
      if (isCurrent()) this.#take(fetched, nowMs)
    } catch (error) {
      if (!isCurrent()) return
      const failure = error instanceof FetchFailure ? error : new FetchFailure("network", { cause: error })
      const laterMs = clock()
      // Time went by that the deadline did not see: the environment was frozen, and nothing is known of the issuer.
      this.#interrupted = laterMs - nowMs > 2 * policy.timeoutMs
      if (this.#interrupted) {
        this.#report({ ok: false, failure: "interrupted" }, laterMs)
        return
      }
      this.#backOff.failed(laterMs, retryAfterMs(failure.retryAfter, laterMs))
      this.#report({ ok: false, failure: failure.kind }, laterMs)
    }
  }

  #take({ document, notModified, headers, validators }: FetchedKeySet, nowMs: number): void {
    const { name, algorithms, policy, observer } = this.#parts
    if (!notModified) {
      const next = readKeySet(document, algorithms, this.#set)
      if (next === undefined) throw new FetchFailure("not_a_key_set")
      observer.keySet?.({ issuer: name, usable: next.keys.length, skipped: next.skipped })
      // A set without a usable key is a failed refresh: it must not replace a good one (SR-099).
      if (next.keys.length === 0) throw new FetchFailure("no_usable_key")
      // Keys of a set that was too old to be used, or somebody else's, get no new life from a grace.
      const hadBySelf = this.#age?.fromSnapshot === false && isUsable(this.#state(nowMs))
      const graceSeconds = hadBySelf ? policy.graceSeconds : 0
      this.#set = succeed(this.#set, next, graceSeconds * 1000, nowMs)
    }
    // RFC 9111 section 4.3.4: what a 304 does not say stays as it was.
    const kept = notModified && headers["cache-control"] === undefined ? this.#age?.freshForMs : undefined
    this.#age = { fetchedAtMs: nowMs, freshForMs: kept ?? freshForMs(headers, policy), fromSnapshot: false }
    this.#validators = validators
    this.#backOff.succeeded()
    this.#interrupted = false
    this.#report({ ok: true, ...(notModified ? { notModified: true as const } : {}) }, nowMs)
  }

  #report(result: { ok: boolean; failure?: string; notModified?: true }, nowMs: number): void {
    this.#parts.observer.keyFetch?.({ issuer: this.#parts.name, ...result, ...this.#ageSeconds(nowMs) })
  }

  #tell(event: KeyEventRecord["event"], nowMs: number): void {
    this.#parts.observer.keyEvent?.({ issuer: this.#parts.name, event, ...this.#ageSeconds(nowMs) })
  }

  #ageSeconds(nowMs: number): { ageSeconds?: number } {
    return this.#age === undefined
      ? {}
      : { ageSeconds: Math.max(0, Math.round((nowMs - this.#age.fetchedAtMs) / 1000)) }
  }
}

/** How to fetch is loaded with the first fetch: with a snapshot, most starts never need it. */
const fetchLazily: typeof import("./discovery.ts").fetchFrom = async (...errand) =>
  (await import("./discovery.ts")).fetchFrom(...errand)
