import { nodeCrypto } from "../shared/node-crypto.ts"
import { Stopwatch } from "./stopwatch.ts"

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
  readonly #sinceFailure = new Stopwatch()
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
    this.#sinceFailure.restart(nowMs)
  }

  /** Whether a new attempt is too early. */
  waits(nowMs: number): boolean {
    return this.#failures > 0 && this.#sinceFailure.elapsedMs(nowMs) < this.#waitMs
  }
}
