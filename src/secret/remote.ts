import { BackOff } from "../shared/back-off.ts"
import type { FetchSecret, SecretEventRecord, SecretObserver, SecretSource } from "../shared/secret-options.ts"
import { SingleFlight } from "../shared/single-flight.ts"
import { SecretFailure, type SecretFailureKind } from "./failure.ts"
import type { SecretFormat } from "./format.ts"
import { isUsable, type SecretState, stateAt } from "./life.ts"
import type { SecretPolicy } from "./policy.ts"
import { within } from "./within.ts"

/** What a remote secret needs to know and to call. */
export interface RemoteSecretParts<V> {
  /** For observation. */
  readonly name: string
  readonly reference: Parameters<FetchSecret>[0]
  readonly format: SecretFormat<V>
  readonly policy: SecretPolicy
  readonly fetch: FetchSecret
  readonly clock: () => number
  readonly observer: SecretObserver
}

/** Least time between two refreshes that unknown key ids can force. */
const cooldownMs = 30_000
/** How long a service that throttles is left alone at least. */
const throttledMs = 5000

/** The values of a secret that is fetched, kept and renewed; `life.ts` says what their age means. */
export class RemoteSecret<V> implements SecretSource<V> {
  readonly #parts: RemoteSecretParts<V>
  readonly #backOff = new BackOff()
  readonly #flights: SingleFlight
  #values: V | undefined
  #fetchedAtMs: number | undefined
  #attemptedAtMs = Number.NEGATIVE_INFINITY
  #scheduled = false
  /** The last refresh was frozen together with the environment; the next one has to be waited for. */
  #interrupted = false

  constructor(parts: RemoteSecretParts<V>) {
    this.#parts = parts
    this.#flights = new SingleFlight(parts.policy.timeoutMs)
  }

  get inDoubt(): boolean {
    return this.#backOff.failing || this.#interrupted
  }

  current(nowMs: number): V | undefined {
    const state = this.#state(nowMs)
    if (state === "fresh") return this.#values
    if (state === "stale") {
      // A refresh behind a request did not survive the freeze that followed it, and the next one would not either.
      if (this.#interrupted || this.#flights.isFrozen(nowMs)) return undefined
      this.#refreshBehind(nowMs)
      this.#tell("stale_served", nowMs)
      return this.#values
    }
    if (state !== "overdue" || !this.#backOff.waits(nowMs)) return undefined
    this.#tell("overdue_served", nowMs) // the service is known to be failing: waiting again would only cost time
    return this.#values
  }

  isFresh(nowMs: number): boolean {
    return this.#state(nowMs) === "fresh"
  }

  async refreshed(nowMs: number): Promise<V | undefined> {
    if (this.#flights.isUnderWay(nowMs) || !this.#backOff.waits(nowMs)) await this.#refresh(nowMs)
    const laterMs = this.#parts.clock()
    const state = this.#state(laterMs)
    if (state === "overdue") this.#tell("overdue_served", laterMs)
    return isUsable(state) ? this.#values : undefined
  }

  forced(nowMs: number): Promise<V | undefined> | undefined {
    this.#tell("unknown_key", nowMs)
    // Counted from the last attempt, whatever its result, as for the unknown key ids of tokens (SR-102).
    const elapsedMs = nowMs - this.#attemptedAtMs
    const cooling = elapsedMs >= 0 && elapsedMs < cooldownMs
    if (!this.#flights.isUnderWay(nowMs) && (cooling || this.#backOff.waits(nowMs))) {
      this.#tell("cool_down", nowMs)
      return undefined
    }
    return this.#refresh(nowMs).then(() => (isUsable(this.#state(this.#parts.clock())) ? this.#values : undefined))
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

  #state(nowMs: number): SecretState {
    return stateAt(nowMs, this.#fetchedAtMs, this.#parts.policy)
  }

  /** Never rejects, and leaves nothing behind when it fails. */
  #refresh(nowMs: number): Promise<void> {
    return this.#flights.join(nowMs, (isCurrent) => this.#fly(nowMs, isCurrent))
  }

  /** @param isCurrent whether this flight still counts; what an abandoned one brings is too old to replace anything */
  async #fly(nowMs: number, isCurrent: () => boolean): Promise<void> {
    const { reference, format, policy, clock } = this.#parts
    this.#attemptedAtMs = nowMs
    try {
      // The ways to fetch have their own deadline; this one holds even if what stands in for them never settles.
      const asked = async (): ReturnType<FetchSecret> => this.#parts.fetch(reference, { timeoutMs: policy.timeoutMs })
      const fetched = await within(policy.timeoutMs, asked())
      if (!isCurrent()) return
      let previousFailure: SecretFailureKind | undefined
      this.#values = format.parse(fetched, (kind) => {
        previousFailure = kind
      })
      this.#fetchedAtMs = nowMs
      this.#backOff.succeeded()
      this.#interrupted = false
      this.#report({ ok: true, ...(previousFailure && { previousFailure }) }, nowMs)
    } catch (error) {
      if (isCurrent()) this.#fail(error, nowMs, clock())
    }
  }

  #fail(error: unknown, nowMs: number, laterMs: number): void {
    // Time went by that the deadline did not see: the environment was frozen, and nothing is known of the service.
    this.#interrupted = laterMs - nowMs > 2 * this.#parts.policy.timeoutMs
    const kind = error instanceof SecretFailure ? error.kind : "service"
    if (!this.#interrupted) this.#backOff.failed(laterMs, kind === "throttled" ? throttledMs : 0)
    this.#report({ ok: false, failure: this.#interrupted ? "interrupted" : kind }, laterMs)
  }

  #report(result: { ok: boolean; failure?: string; previousFailure?: string }, nowMs: number): void {
    this.#parts.observer.secretFetch?.({ secret: this.#parts.name, ...result, ...this.#ageSeconds(nowMs) })
  }

  #tell(event: SecretEventRecord["event"], nowMs: number): void {
    this.#parts.observer.secretEvent?.({ secret: this.#parts.name, event, ...this.#ageSeconds(nowMs) })
  }

  #ageSeconds(nowMs: number): { ageSeconds?: number } {
    const fetchedAtMs = this.#fetchedAtMs
    return fetchedAtMs === undefined ? {} : { ageSeconds: Math.max(0, Math.round((nowMs - fetchedAtMs) / 1000)) }
  }
}
