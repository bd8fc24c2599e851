import { nodeCrypto } from "../shared/node-crypto.ts"

const { randomInt } = nodeCrypto

// After the first failure at most half a second, doubled at each further one, half a minute at most (SR-103).
const firstMs = 500
const mostMs = 30_000

/**
 * How long an issuer is left alone after failures, so that an outage costs callers one deadline per wait and not one
 * per request. Jitter keeps a thousand environments from coming back in the same moment.
 */
export class BackOff {
  #failures = 0
  #failedAtMs = 0
  #waitMs = 0

  /** Whether the last attempt failed. */
  get failing(): boolean {
    return this.#failures > 0
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** @param atLeastMs what the issuer itself asked for with `Retry-After` */
  failed(nowMs: number, atLeastMs: number): void {
    this.#failures++
    const ceilingMs = Math.min(firstMs * 2 ** (this.#failures - 1), mostMs)
    this.#waitMs = Math.max(randomInt(ceilingMs / 2, ceilingMs + 1), atLeastMs)
    this.#failedAtMs = nowMs
  }

  /** Whether a new attempt is too early. A clock that jumped back ends the wait. */
  waits(nowMs: number): boolean {
    const elapsedMs = nowMs - this.#failedAtMs
    return this.#failures > 0 && elapsedMs >= 0 && elapsedMs < this.#waitMs
  }
}
