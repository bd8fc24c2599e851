import { memoized } from "./memoized.ts"

/**
 * Where a value comes from that its owner may change at any time: the keys of one issuer entry, the values of one
 * secret. Times are milliseconds of the authorizer's clock.
 *
 * Promises of a source never reject: a refresh that failed leaves what there was.
 */
export interface Source<V> {
  /** The value to use now, or undefined if a request has to wait for `refreshed`. Never waits, never allocates. */
  current(nowMs: number): V | undefined
  /** The value after a refresh, shared by all who ask while it runs; undefined if there is none that may be used. */
  refreshed(nowMs: number): Promise<V | undefined>
  /** For an unknown key id: the value after one more refresh, or undefined if the cool-down forbids one now. */
  forced(nowMs: number): Promise<V | undefined> | undefined
  /** Whether a value is there and needs no refresh. Sets nothing off. */
  isFresh(nowMs: number): boolean
  /** Whether a value is there that may be used, if only after a failed refresh. Sets nothing off. */
  isUsable(nowMs: number): boolean
  /** Whether the last attempt to refresh failed, so that a key that the value lacks may exist all the same. */
  readonly inDoubt: boolean
  /** Whether the value stays what it is for the life of the process. */
  readonly isFixed: boolean
}

/** A source whose value is never fetched and never old: what the configuration or the environment holds. */
export function fixedSource<V>(value: V): Source<V> {
  const settled = Promise.resolve(value)
  return {
    current: () => value,
    refreshed: () => settled,
    forced: () => undefined,
    isFresh: () => true,
    isUsable: () => true,
    inDoubt: false,
    isFixed: true,
  }
}

/**
 * The same for a value that is read when it is first asked for. A thousand key sets of a configuration need not be read
 * at its start.
 */
export function lateSource<V>(read: () => V): Source<V> {
  const current = memoized(read)
  return { ...fixedSource<V>(undefined as V), current, refreshed: async () => current() }
}
