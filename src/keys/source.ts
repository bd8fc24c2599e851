import type { KeySet } from "./key-set.ts"

/**
 * Where one issuer entry's keys come from. Times are milliseconds of the authorizer's clock.
 *
 * Promises of a source never reject: a refresh that failed leaves what there was.
 */
export interface KeySource {
  /** The set to use now, or undefined when a request has to wait for `refreshed`. Never waits, never allocates. */
  current(nowMs: number): KeySet | undefined
  /** The set after a refresh, shared by all who ask while it runs; undefined when there is none that may be used. */
  refreshed(nowMs: number): Promise<KeySet | undefined>
  /** For an unknown `kid`: the set after one more refresh, or undefined when the cool-down forbids one now. */
  forced(nowMs: number): Promise<KeySet | undefined> | undefined
  /** Whether a set is there and needs no refresh. Sets nothing off. */
  isFresh(nowMs: number): boolean
  /** Whether the last attempt to refresh failed, so that a key missing from the set may exist all the same. */
  readonly inDoubt: boolean
}

/** A key set that stands in the configuration: never fetched, never old. */
export function inlineKeySource(set: KeySet): KeySource {
  const settled = Promise.resolve(set)
  return { current: () => set, refreshed: () => settled, forced: () => undefined, isFresh: () => true, inDoubt: false }
}
