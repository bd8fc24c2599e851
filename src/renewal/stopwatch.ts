/**
 * The time since an event, by the forward steps of a clock alone: a clock that runs backwards neither ends a wait nor
 * begins it anew. Milliseconds.
 */
export class Stopwatch {
  #elapsedMs = Number.POSITIVE_INFINITY
  #readMs = Number.NaN

  /** The event is now. */
  restart(nowMs: number): void {
    this.#elapsedMs = 0
    this.#readMs = nowMs
  }

  /** The time since the last `restart`; infinite before the first one. */
  elapsedMs(nowMs: number): number {
    if (nowMs > this.#readMs) this.#elapsedMs += nowMs - this.#readMs
    this.#readMs = nowMs
    return this.#elapsedMs
  }
}
