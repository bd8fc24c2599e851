import type { AfterAnswer } from "./after-answer.ts"

/** A value that is loaded when it is first needed. Work that needs it waits in order. */
export class Deferred<T> {
  /** Undefined until it is loaded. */
  value: T | undefined
  readonly #load: () => Promise<T>
  #loading: Promise<void> | undefined
  #waiting: ((value: T) => void)[] = []
  #isScheduled = false

  /**
   * @param load if it rejects, waiting work is dropped and the next use tries again
   * @param value the value, if it is there from the beginning
   */
  constructor(load: () => Promise<T>, value?: T) {
    this.#load = load
    this.value = value
  }

  /** Runs `work` now if the value is loaded, otherwise once it is. */
  use(work: (value: T) => void): void {
    this.keep(work)
    if (this.value === undefined) void this.loaded()
  }

  /** The same, but the value is loaded only after an answer. */
  useAfter(afterAnswer: AfterAnswer, work: (value: T) => void): void {
    this.keep(work)
    if (this.#isScheduled || this.value !== undefined) return
    this.#isScheduled = true
    afterAnswer(async () => {
      await this.loaded()
      this.#isScheduled = false
    })
  }

  /** The same, but the value is not loaded for it. */
  keep(work: (value: T) => void): void {
    if (this.value === undefined) this.#waiting.push(work)
    else work(this.value)
  }

  get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves when the value is no longer loading; undefined if it is not loading. Never rejects. */
  get loading(): Promise<void> | undefined {
    return this.value === undefined ? this.#loading : undefined
  }

  /** Loads the value. Never rejects. */
  loaded(): Promise<void> {
    this.#loading ??= this.#load()
      .then((value) => {
        this.value = value
        for (const work of this.#waiting) attempt(work, value)
      })
      .catch(() => {
        this.#loading = undefined
      })
      .then(() => {
        this.#waiting = []
      })
    return this.#loading
  }
}

/** One failure must not stop the other work. */
function attempt<T>(work: (value: T) => void, value: T): void {
  try {
    work(value)
  } catch {
    // The caller has gone on long ago.
  }
}
