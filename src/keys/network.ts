import type { Held, Taken } from "../renewal/refreshed-value.ts"
import { acceptKeySet, type ImportedKeys, importKeys, type KeySetReading, type KeySetReport } from "./accept-key-set.ts"
import { type FetchedKeySet, fetchFrom, type KeyLocation, type Validators } from "./discovery.ts"
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
  const { fetched, imported } = await fetchKeys(errand, known, mayRetry)
  return {
    validators: fetched.validators,
    accept: (held, nowMs) => acceptKeySet(fetched, imported, errand, held, nowMs),
  }
}

/**
 * Fetches a key set and imports its keys.
 *
 * @returns `imported` is undefined for "not modified"
 * @throws FetchFailure (rejects)
 */
export async function fetchKeys(
  { location, fetch, policy, algorithms }: Pick<KeySetErrand, "location" | "fetch" | "policy" | "algorithms">,
  known: Validators | undefined,
  mayRetry: boolean,
): Promise<{ readonly fetched: FetchedKeySet; readonly imported: ImportedKeys | undefined }> {
  const fetched = await fetchFrom(location, fetch, policy, { known, mayRetry })
  return { fetched, imported: await importKeys(fetched, algorithms) }
}
