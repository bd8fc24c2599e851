import type { VerificationKey } from "../keys/jwk.ts"
import type { KeySource } from "../keys/key-set-source.ts"
import type { AfterAnswer } from "../shared/after-answer.ts"
import { Deferred } from "../shared/deferred.ts"
import { endOf } from "../shared/text-end.ts"
import type { CacheOptions } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import type { MakeTokenStore, TokenStore } from "./store.ts"

/** A verification that succeeded, with everything that may end it. */
interface Verified {
  /** The whole token: the key that finds the entry is only the end of it. */
  readonly token: string
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

/**
 * Verified tokens. What decides is the whole token text and nothing less (SR-055); it is found by its last characters,
 * which are the end of a signature. Another token with the same end is not found, and takes the place only once it has
 * verified itself. One cache belongs to one verifier, so the configuration is part of the key by construction. Ages are
 * compared at each use.
 */
export class VerifiedTokens {
  readonly #entries: Deferred<TokenStore<Verified>> | undefined
  readonly #afterAnswer: AfterAnswer
  readonly #maxTokens: number
  readonly #maxAgeSeconds: number
  readonly #toleranceSeconds: number

  /**
   * @param make undefined if it is not loaded yet: it is loaded after the answer to the first token, which does not
   *   need it
   */
  constructor(
    { maxTokens, maxBytes, maxAgeSeconds }: CachePolicy,
    toleranceSeconds: number,
    make: MakeTokenStore | undefined,
    afterAnswer: AfterAnswer,
  ) {
    const load = async (): Promise<TokenStore<Verified>> => (await import("./store.ts")).makeTokenStore(maxBytes)
    if (maxTokens > 0) this.#entries = new Deferred(load, make?.(maxBytes))
    this.#afterAnswer = afterAnswer
    this.#maxTokens = maxTokens
    this.#maxAgeSeconds = maxAgeSeconds
    this.#toleranceSeconds = toleranceSeconds
  }

  get(token: string, nowSeconds: number): Principal | undefined {
    const end = endOf(token)
    const entry = this.#entries?.value?.get(end)
    if (entry === undefined || entry.token !== token) return undefined
    const { expiresAt, staleAt, verifiedAt, key, keys, principal } = entry
    const nowMs = nowSeconds * 1000
    // Asking for the set also renews it after this answer if it is due, so that hits alone keep it young.
    const keyUsable = nowMs < key.usableUntilMs && keys.current(nowMs) !== undefined
    if (keyUsable && nowSeconds < expiresAt && nowSeconds < staleAt && nowSeconds >= verifiedAt) return principal
    this.#entries?.value?.delete(end)
    return undefined
  }

  set(token: string, principal: Principal, key: VerificationKey, keys: KeySource, nowSeconds: number): void {
    const entry = {
      token,
      principal,
      key,
      keys,
      expiresAt: principal.expiresAt + this.#toleranceSeconds,
      staleAt: nowSeconds + this.#maxAgeSeconds,
      verifiedAt: nowSeconds,
    }
    this.#entries?.useAfter(this.#afterAnswer, (entries) => {
      entries.set(endOf(token), entry)
      if (entries.size > this.#maxTokens) entries.pop()
    })
  }
}
