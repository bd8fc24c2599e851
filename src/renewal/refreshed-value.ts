import { type AfterAnswer, afterTurn } from "../shared/after-answer.ts"
import type { Source } from "../shared/value-source.ts"
import type { Clock } from "../types/clock.ts"
import { type Age, type AgeLimits, isUsable, type State, stateAt } from "./age.ts"
import { BackOff } from "./back-off.ts"
import { within } from "./deadline.ts"
import { SingleFlight } from "./single-flight.ts"
import { Stopwatch } from "./stopwatch.ts"

/** When to refresh, and for how long. */
export interface RenewalPolicy extends AgeLimits {
  /** Deadline of a whole refresh. */
  readonly timeoutMs: number
  /** Least time between two refreshes that unknown key ids can force. */
  readonly cooldownSeconds: number
}

/** What a value is renewed with. */
export interface RenewalParts {
  readonly clock: Clock
  /** When to begin a refresh that no request waits for. @default in the next turn of the event loop */
  readonly afterAnswer?: AfterAnswer | undefined
}

/** A value and its age. */
export interface Held<V> extends Age {
  readonly value: V
}

/** What a good refresh brought: the value from now on, for how long it is fresh, and what else there is to report. */
export interface Taken<V, R> {
  readonly value: V
  readonly freshForMs: number
  readonly report: R
}

/** Reads what was fetched, if it still counts. What it throws is a failed refresh. */
export type Take<V, R> = (held: Held<V> | undefined, nowMs: number) => Taken<V, R>

/** How an attempt to refresh ended. */
export type Attempt<R> = ({ readonly ok: true } & R) | { readonly ok: false; readonly failure: string }

/** Something about the use of a value that is worth counting. */
export type UseEvent = "stale_served" | "overdue_served" | "unknown" | "cool_down"

/**
 * A value that is fetched, kept and renewed; `age.ts` says what its age means. How it is fetched and read and who is
 * reported is up to the class that extends this one.
 *
 * @typeParam V the value
 * @typeParam R what there is to report of a good refresh
 */
export abstract class Renewed<V, R extends object> implements Source<V> {
  readonly isFixed = false
  readonly #policy: RenewalPolicy
  readonly #cooldownMs: number
  readonly #clock: Clock
  readonly #afterAnswer: AfterAnswer
  readonly #backOff = new BackOff()
  readonly #flights: SingleFlight
  #held: Held<V> | undefined
  readonly #sinceAttempt = new Stopwatch()
  readonly #sinceJumpBack = new Stopwatch()
  #scheduled = false
  #interrupted = false // the last refresh was frozen together with the environment; the next one has to be waited for

  /** @param held a value that was fetched earlier and elsewhere */
  constructor(policy: RenewalPolicy, { clock, afterAnswer = afterTurn }: RenewalParts, held?: Held<V>) {
    this.#policy = policy
    this.#cooldownMs = policy.cooldownSeconds * 1000
    this.#clock = clock
    this.#afterAnswer = afterAnswer
    this.#flights = new SingleFlight(policy.timeoutMs)
    this.#held = held
  }

  /**
   * Begins a fetch. Must not throw but reject.
   *
   * @param mayRetry not for unknown key ids: what strangers can set off must be one request
   */
  protected abstract obtain(mayRetry: boolean): Promise<Take<V, R>>
  /** What `obtain` is taken to have rejected with when it has not settled in time. */
  protected abstract timedOut(): Error
  /** What a refresh failed with, and for how long to wait at least before the next attempt. */
  protected abstract failureOf(error: unknown, nowMs: number): { readonly kind: string; readonly waitMs: number }
  /** Called for each attempt that counts. */
  protected abstract report(attempt: Attempt<R>, nowMs: number): void
  protected abstract tell(event: UseEvent, nowMs: number): void

  get inDoubt(): boolean {
    return this.#backOff.failing || this.#interrupted
  }

  current(nowMs: number): V | undefined {
    const held = this.#held
    const state = stateAt(nowMs, held, this.#policy)
    if (state === "fresh") return held?.value
    const laterMs = this.#later(nowMs)
    if (state === "stale") {
      this.#rebase(nowMs, laterMs)
      // A refresh after an answer did not survive the freeze that followed it, and the next one would not either.
      if (this.#interrupted || this.#flights.isFrozen(laterMs)) return undefined
      // The value is newer than a request that waited, or the clock has jumped back more than once.
      if (this.isFresh(laterMs)) return held?.value
      this.#refreshBehind(laterMs)
      this.tell("stale_served", nowMs)
      return held?.value
    }
    if (state !== "overdue" || !this.#backOff.waits(laterMs)) return undefined
    this.tell("overdue_served", nowMs) // the other side is known to be failing: waiting again would only cost time
    return held?.value
  }

  isFresh(nowMs: number): boolean {
    return this.#state(nowMs) === "fresh"
  }

  isUsable(nowMs: number): boolean {
    return this.#usable(nowMs) !== undefined
  }

  async refreshed(nowMs: number): Promise<V | undefined> {
    const beginMs = this.#later(nowMs)
    if (this.#flights.isUnderWay(beginMs) || !this.#backOff.waits(beginMs)) await this.#refresh(beginMs, true)
    const laterMs = this.#clock()
    if (this.#state(laterMs) === "overdue") this.tell("overdue_served", laterMs)
    return this.#usable(laterMs)
  }

  forced(nowMs: number): Promise<V | undefined> | undefined {
    this.tell("unknown", nowMs)
    // Counted from the last attempt, whatever its result. Unknown key ids never cause more than one fetch per
    // cool-down. They cannot prolong the cool-down either, because an attempt that is not made does not count (SR-102).
    const laterMs = this.#later(nowMs)
    const cooling = this.#sinceAttempt.elapsedMs(laterMs) < this.#cooldownMs
    if (!this.#flights.isUnderWay(laterMs) && (cooling || this.#backOff.waits(laterMs))) {
      this.tell("cool_down", nowMs)
      return undefined
    }
    return this.#refresh(laterMs, false).then(() => this.#usable(this.#clock()))
  }

  /** For records: the age of the value in use, if there is one. */
  protected ageSeconds(nowMs: number): { ageSeconds?: number } {
    const held = this.#held
    return held === undefined ? {} : { ageSeconds: Math.max(0, Math.round((nowMs - held.fetchedAtMs) / 1000)) }
  }

  #state(nowMs: number): State {
    return stateAt(nowMs, this.#held, this.#policy)
  }

  #usable(nowMs: number): V | undefined {
    return isUsable(this.#state(nowMs)) ? this.#held?.value : undefined
  }

  /**
   * The time of the request, or a later one: a request that waited for something else is older than what happened
   * meanwhile. It would take a failure or a flight of that time for the effect of a clock that jumped back.
   */
  #later(nowMs: number): number {
    return Math.max(nowMs, this.#clock())
  }

  /**
   * After a clock that jumped back the age counts from what it says now, so that a value cannot live for ever (SR-106),
   * and the value is due. A clock that goes on running backwards makes it due once per cool-down, and not with each
   * request.
   */
  #rebase(nowMs: number, laterMs: number): void {
    const held = this.#held
    if (held === undefined || !(laterMs < held.fetchedAtMs)) return
    const again = this.#sinceJumpBack.elapsedMs(laterMs) < this.#cooldownMs
    if (!again) this.#sinceJumpBack.restart(laterMs)
    this.#held = { ...held, fetchedAtMs: nowMs, freshForMs: again ? Math.min(held.freshForMs, this.#cooldownMs) : 0 }
  }

  /** Begun only when the answer is out: it must not wait for a connection to be set up. */
  #refreshBehind(nowMs: number): void {
    if (this.#scheduled || this.#flights.isUnderWay(nowMs) || this.#backOff.waits(nowMs)) return
    this.#scheduled = true
    this.#afterAnswer(() => {
      this.#scheduled = false
      const laterMs = this.#clock()
      // Another request may have waited for a refresh meanwhile.
      if (!this.isFresh(laterMs) && !this.#backOff.waits(laterMs)) void this.#refresh(laterMs, true)
    })
  }

  /** Never rejects, and changes nothing if it fails (SR-101). */
  #refresh(nowMs: number, mayRetry: boolean): Promise<void> {
    return this.#flights.join(nowMs, (isCurrent) => this.#fly(nowMs, mayRetry, isCurrent))
  }

  /** @param isCurrent whether this flight still counts; what an abandoned one brings is too old to replace anything */
  async #fly(nowMs: number, mayRetry: boolean, isCurrent: () => boolean): Promise<void> {
    this.#sinceAttempt.restart(nowMs)
    try {
      // The network has its own deadline; this one holds even if a test's network never settles (SR-094).
      const take = await within(this.#policy.timeoutMs, this.obtain(mayRetry), () => this.timedOut())
      if (!isCurrent()) return
      const { value, freshForMs, report } = take(this.#held, nowMs)
      this.#held = { value, fetchedAtMs: nowMs, freshForMs, fromSnapshot: false }
      this.#backOff.succeeded()
      this.#interrupted = false
      this.report({ ok: true, ...report }, nowMs)
    } catch (error) {
      if (isCurrent()) this.#failed(error, nowMs, this.#clock())
    }
  }

  #failed(error: unknown, nowMs: number, laterMs: number): void {
    // Time went by that the deadline did not see: the environment was frozen, and nothing is known of the other side.
    this.#interrupted = laterMs - nowMs > 2 * this.#policy.timeoutMs
    const { kind, waitMs } = this.failureOf(error, laterMs)
    if (!this.#interrupted) this.#backOff.failed(laterMs, waitMs)
    this.report({ ok: false, failure: this.#interrupted ? "interrupted" : kind }, laterMs)
  }
}
