/** Milliseconds of work after which the event loop gets a turn. */
const turnMs = 5

/** Keeps long work from blocking the event loop. Short work is done in one go. */
export class Pace {
  #beganMs = performance.now()

  /** Resolves at once, or in the next turn of the event loop if the work of this turn has taken long. */
  async rest(): Promise<void> {
    if (performance.now() - this.#beganMs < turnMs) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#beganMs = performance.now()
  }
}
