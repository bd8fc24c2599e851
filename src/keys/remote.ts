import { type Attempt, type RenewalParts, Renewed, type Take, type UseEvent } from "../renewal/refreshed-value.ts"
import type { KeySetReading, KeySetReport } from "./accept-key-set.ts"
import type { KeyLocation, Validators } from "./discovery.ts"
import { FetchFailure, type FetchKeySet } from "./document.ts"
import type { KeySet } from "./key-set.ts"
import { retryAfterMs } from "./settings.ts"

/** What a remote key set needs to know and to call. */
export interface RemoteKeySetParts extends KeySetReading, RenewalParts {
  readonly location: KeyLocation
  readonly fetch: FetchKeySet
  /** A set that was had earlier and elsewhere, and when. Milliseconds since the epoch. */
  readonly snapshot?: { readonly set: KeySet; readonly takenAtMs: number } | undefined
}

/** A key set that is fetched, kept and renewed. */
export class RemoteKeySet extends Renewed<KeySet, KeySetReport> {
  readonly #parts: RemoteKeySetParts
  #validators: Validators | undefined

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
    const { location, fetch, policy } = this.#parts
    // What only a fetch needs is loaded with the first one: with a snapshot, most starts never need it.
    const { fetchFrom } = await import("./discovery.ts")
    const fetching = fetchFrom(location, fetch, policy, { known: this.#validators, mayRetry })
    const [fetched, { takeKeySet }] = await Promise.all([fetching, import("./accept-key-set.ts")])
    return (held, nowMs) => {
      const taken = takeKeySet(fetched, this.#parts, held, nowMs)
      this.#validators = fetched.validators
      return taken
    }
  }

  protected override timedOut(): FetchFailure {
    return new FetchFailure("timeout")
  }

  protected override failureOf(error: unknown, nowMs: number): { kind: string; waitMs: number } {
    if (!(error instanceof FetchFailure)) return { kind: "network", waitMs: 0 }
    return { kind: error.kind, waitMs: retryAfterMs(error.retryAfter, nowMs) }
  }

  protected override report(attempt: Attempt<KeySetReport>, nowMs: number): void {
    this.#parts.observer.keyFetch?.({ issuer: this.#parts.name, ...attempt, ...this.ageSeconds(nowMs) })
  }

  protected override tell(event: UseEvent, nowMs: number): void {
    const named = event === "unknown" ? "unknown_kid" : event
    this.#parts.observer.keyEvent?.({ issuer: this.#parts.name, event: named, ...this.ageSeconds(nowMs) })
  }
}
