/** Key sets of one moment, to start with where there is no network yet. Public keys only. Plain data, as in JSON. */
export interface KeySnapshot {
  /** When the sets were fetched: ISO 8601. */
  readonly takenAt: string
  /** Configured issuer (as in `KeyFetchRecord.issuer`) to JWK Set. */
  readonly sets: { readonly [issuer: string]: { readonly keys: readonly unknown[] } }
}
