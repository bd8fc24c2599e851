import { type Attempt, type RenewalParts, Renewed, type Take, type UseEvent } from "../renewal/refreshed-value.ts"
import type { KeySetReading, KeySetReport } from "./accept-key-set.ts"
import type { KeyLocation, Validators } from "./discovery.ts"
import { type FetchFacts, FetchFailure, type FetchKeySet } from "./document.ts"
import type { KeySet } from "./key-set.ts"
import { retryAfterMs } from "./settings.ts"

/** What a remote key set needs to know and to call. */
export interface RemoteKeySetParts extends KeySetReading, RenewalParts {
  readonly location: KeyLocation
  readonly fetch: FetchKeySet
  /** A set that was fetched earlier and elsewhere, and the time of that fetch. Milliseconds since the epoch. */
  readonly snapshot?: { readonly set: KeySet; readonly takenAtMs: number } | undefined
}

/** A key set that is fetched, kept and renewed. */
export class RemoteKeySet extends Renewed<KeySet, KeySetReport> {
  readonly #parts: RemoteKeySetParts
  #validators: Validators | undefined
  /** Of the last failure. */
  #facts: FetchFacts = {}

  constructor(parts: RemoteKeySetParts) {
    const { policy, snapshot } = parts
    super(
      policy,
      parts,
      snapshot && { value: snapshot.set, fetchedAtMs: snapshot.takenAtMs, freshForMs: 0, fromSnapshot: true },
    )
    this.#parts = parts
  }

  protected override async obtain(mayRetry: boolean): Promise<Take<KeySet, KeySetReport>> {
    const { obtainKeySet } = await import("./network.ts")
    const { accept, validators } = await obtainKeySet(this.#parts, this.#validators, mayRetry)
    return (held, nowMs) => {
      const taken = accept(held, nowMs)
      this.#validators = validators
      return taken
    }
  }

  protected override timedOut(): FetchFailure {
    return new FetchFailure("timeout")
  }

  protected override failureOf(error: unknown, nowMs: number): { kind: string; waitMs: number } {
    this.#facts = error instanceof FetchFailure ? error.facts : {}
    if (error instanceof FetchFailure) return { kind: error.kind, waitMs: retryAfterMs(error.retryAfter, nowMs) }
    this.#parts.observer.fault?.(error)
    return { kind: "internal", waitMs: 0 }
  }

  protected override report(attempt: Attempt<KeySetReport>, nowMs: number): void {
    const facts = attempt.ok ? {} : this.#facts
    this.#parts.observer.keyFetch?.({ issuer: this.#parts.name, ...attempt, ...facts, ...this.ageSeconds(nowMs) })
  }

  protected override tell(event: UseEvent, nowMs: number): void {
    const named = event === "unknown" ? "unknown_kid" : event
    this.#parts.observer.keyEvent?.({ issuer: this.#parts.name, event: named, ...this.ageSeconds(nowMs) })
  }
}
