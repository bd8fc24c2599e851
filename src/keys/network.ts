import type { Held, Taken } from "../renewal/refreshed-value.ts"
import { acceptKeySet, importKeys, type KeySetReading, type KeySetReport } from "./accept-key-set.ts"
import { fetchFrom, type KeyLocation, type Validators } from "./discovery.ts"
import type { FetchKeySet } from "./document.ts"
import type { KeySet } from "./key-set.ts"

// Everything that only a fetch needs, as one file of a bundle: with a snapshot, most starts never load it.

export { fetchDocument } from "./fetch.ts"

/** What a fetch of a key set needs to know and to call. */
export interface KeySetErrand extends KeySetReading {
  readonly location: KeyLocation
  readonly fetch: FetchKeySet
}

/** A fetched set that is not in use yet. */
export interface ObtainedKeySet {
  readonly validators: Validators | undefined
  /** @throws FetchFailure `no_usable_key` */
  readonly accept: (held: Held<KeySet> | undefined, nowMs: number) => Taken<KeySet, KeySetReport>
}

/** Fetches a key set. @throws FetchFailure (rejects) */
export async function obtainKeySet(
  errand: KeySetErrand,
  known: Validators | undefined,
  mayRetry: boolean,
): Promise<ObtainedKeySet> {
  const fetched = await fetchFrom(errand.location, errand.fetch, errand.policy, { known, mayRetry })
  const imported = await importKeys(fetched, errand.algorithms)
  return {
    validators: fetched.validators,
    accept: (held, nowMs) => acceptKeySet(fetched, imported, errand, held, nowMs),
  }
}
