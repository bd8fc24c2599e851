import { LRUCache } from "lru-cache"
import type { VerificationKey } from "../keys/jwk.ts"
import type { KeySource } from "../keys/source.ts"
import type { CacheOptions } from "../shared/configuration.ts"
import type { Principal } from "../shared/principal.ts"

/** A verification that succeeded, with everything that may end it. */
interface Verified {
  readonly principal: Principal
  readonly key: VerificationKey
  /** Where the key came from: an entry counts only as long as that has a set that may be used. */
  readonly keys: KeySource
  /** Seconds since the epoch: `exp` plus tolerance. */
  readonly expiresAt: number
  /** Seconds since the epoch: the end of its own age. */
  readonly staleAt: number
  /** Seconds since the epoch: before this a clock has jumped back. */
  readonly verifiedAt: number
}

/** The `cache` block with every default filled in. */
export type CachePolicy = { readonly [K in keyof CacheOptions]-?: NonNullable<CacheOptions[K]> }

export const defaultCachePolicy: CachePolicy = { maxTokens: 10_000, maxBytes: 33_554_432, maxAgeSeconds: 300 }

// Measured on Node 24: a parsed claims set with its principal takes about 4 bytes of heap per character of the token,
// and 1 KiB besides.
const bytesOf = (token: string): number => 5 * token.length + 1024

/**
 * Verified tokens, keyed by the whole token text and nothing less (SR-055). One cache belongs to one verifier, so the
 * configuration is part of the key by construction. Ages are compared at each use.
 */
export class VerifiedTokens {
  readonly #entries: LRUCache<string, Verified> | undefined
  readonly #maxAgeSeconds: number
  readonly #toleranceSeconds: number

  constructor({ maxTokens, maxBytes, maxAgeSeconds }: CachePolicy, toleranceSeconds: number) {
    if (maxTokens > 0) this.#entries = new LRUCache({ max: maxTokens, maxSize: maxBytes })
    this.#maxAgeSeconds = maxAgeSeconds
    this.#toleranceSeconds = toleranceSeconds
  }

  get(token: string, nowSeconds: number): Principal | undefined {
    const entry = this.#entries?.get(token)
    if (entry === undefined) return undefined
    const { expiresAt, staleAt, verifiedAt, key, keys, principal } = entry
    const nowMs = nowSeconds * 1000
    // Asking for the set also renews it behind this request where it is due, so that hits alone keep it young.
    const keyUsable = nowMs < key.usableUntilMs && keys.current(nowMs) !== undefined
    if (keyUsable && nowSeconds < expiresAt && nowSeconds < staleAt && nowSeconds >= verifiedAt) return principal
    this.#entries?.delete(token)
    return undefined
  }

  set(token: string, principal: Principal, key: VerificationKey, keys: KeySource, nowSeconds: number): void {
    const entry = {
      principal,
      key,
      keys,
      expiresAt: principal.expiresAt + this.#toleranceSeconds,
      staleAt: nowSeconds + this.#maxAgeSeconds,
      verifiedAt: nowSeconds,
    }
    this.#entries?.set(token, entry, { size: bytesOf(token) })
  }
}
