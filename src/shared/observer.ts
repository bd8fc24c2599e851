import type { DecisionRecord } from "./decision.ts"

/** What happened to one key set. Counts and configured names only. */
export interface KeySetRecord {
  /** The configured issuer. */
  readonly issuer: string
  /** Keys that can verify something. */
  readonly usable: number
  /** How many keys were skipped, by reason. A private key in a public set stands here as `private`. */
  readonly skipped: { readonly [reason: string]: number }
}

/** One attempt to fetch a key set. */
export interface KeyFetchRecord {
  readonly issuer: string
  readonly ok: boolean
  /** Why it failed: `timeout`, `network`, `status`, `too_large`, `not_a_key_set`, `no_usable_key`, `issuer_mismatch`, `url_refused`. */
  readonly failure?: string
}

/**
 * Told what was decided. Every method is optional; nothing is built for a method that is absent.
 * An observer cannot change a decision, and what it throws is ignored.
 */
export interface Observer {
  decision?(record: DecisionRecord): void
  keySet?(record: KeySetRecord): void
  keyFetch?(record: KeyFetchRecord): void
  /** An unexpected fault behind an `unavailable` answer. The error may be logged; it holds no token. */
  fault?(error: unknown): void
}

/** The default of the library: observes nothing. */
export const silentObserver: Observer = Object.freeze({})
