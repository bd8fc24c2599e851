import { LRUCache } from "lru-cache"

/** Keeps values by a short key; the one that was not used for the longest time goes first. */
export type TokenStore<V extends object> = LRUCache<string, V>

/** Makes a store of so many bytes. */
export type MakeTokenStore = <V extends object>(maxBytes: number) => TokenStore<V>

/**
 * Without `max` it grows as it fills; with it four lists of that length are made at the start, which is a tenth of a
 * cold start's own instructions. The bound is kept by who sets.
 */
export const makeTokenStore: MakeTokenStore = (maxBytes) => new LRUCache({ maxSize: maxBytes })
