import { LRUCache } from "lru-cache"
import type { Principal } from "../types/principal.ts"
import { HeapBytes } from "./heap-bytes.ts"

/** Keeps values by a number; the one that was not used for the longest time goes first. */
export type TokenStore<V extends StoredToken> = LRUCache<number, V>

/** What takes most of the room. */
export interface StoredToken {
  readonly token: string
  readonly principal: Principal
}

/** Makes a store of so many bytes. */
export type MakeTokenStore = <V extends StoredToken>(maxBytes: number) => TokenStore<V>

/** Bytes of an entry without token and claims: the principal, its id and lists, and its place in the store. */
const entryBytes = 720

/**
 * Without `max` it grows as it fills; with it four lists of that length are made at the start, which is a tenth of a
 * cold start's own instructions. The bound is kept by who sets.
 */
export const makeTokenStore: MakeTokenStore = <V extends StoredToken>(maxBytes: number) => {
  const heap = new HeapBytes()
  const sizeCalculation = ({ token, principal }: V): number => entryBytes + token.length + heap.of(principal.claims)
  return new LRUCache<number, V>({ maxSize: maxBytes, sizeCalculation })
}
