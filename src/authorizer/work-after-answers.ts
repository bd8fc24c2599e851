import { type AfterAnswer, afterPost } from "../shared/after-answer.ts"

/**
 * Work that waits until an answer is out: what is done between a handler's return and the post of its answer delays the
 * answer. The first refresh of a key set loads node:https, which took a fifth of the time from a cold start to its
 * answer.
 */
export class WorkAfterAnswers {
  #waiting: (() => void)[] = []
  readonly #recorded: () => Promise<void> | undefined

  /** @param recorded when everything is written that a handler waits for before it returns; must not reject */
  constructor(recorded: () => Promise<void> | undefined) {
    this.#recorded = recorded
  }

  readonly put: AfterAnswer = (work) => {
    this.#waiting.push(work)
  }

  /** An answer is made, and about to be returned. */
  answered(): void {
    if (this.#waiting.length > 0) void this.#release()
  }

  async #release(): Promise<void> {
    const works = this.#waiting
    this.#waiting = []
    await this.#recorded()
    afterPost(() => {
      for (const work of works) work()
    })
  }
}
