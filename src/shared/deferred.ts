import type { Behind } from "./after-answer.ts"

/** Something that is loaded when it is first needed; what it is told meanwhile waits for it. */
export class WhenLoaded<T> {
  /** Undefined until it is there. */
  it: T | undefined
  readonly #load: () => Promise<T>
  #loading: Promise<void> | undefined
  #waiting: ((it: T) => void)[] = []
  #putOff = false

  /**
   * @param load may reject: what waited is dropped, and the next one tries again
   * @param it where it is there from the beginning
   */
  constructor(load: () => Promise<T>, it?: T) {
    this.#load = load
    this.it = it
  }

  /** Done at once where it is there, and else as soon as it is. */
  tell(work: (it: T) => void): void {
    this.keep(work)
    if (this.it === undefined) void this.loaded()
  }

  /** The same, but it is loaded only behind an answer. */
  tellBehind(behind: Behind, work: (it: T) => void): void {
    this.keep(work)
    if (this.#putOff || this.it !== undefined) return
    this.#putOff = true
    behind(async () => {
      await this.loaded()
      this.#putOff = false
    })
  }

  /** Whether it is loaded only behind an answer that is not out yet. */
  get isPutOff(): boolean {
    return this.#putOff
  }

  /** The same, but nothing is loaded for it. */
  keep(work: (it: T) => void): void {
    if (this.it === undefined) this.#waiting.push(work)
    else work(this.it)
  }

  get isWaitedFor(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves when it is loading no longer, with undefined where that is already so. Never rejects. */
  get loading(): Promise<void> | undefined {
    return this.it === undefined ? this.#loading : undefined
  }

  /** Loads it. Never rejects. */
  loaded(): Promise<void> {
    this.#loading ??= this.#load()
      .then((it) => {
        this.it = it
        for (const work of this.#waiting) this.#attempt(work, it)
      })
      .catch(() => {
        this.#loading = undefined
      })
      .then(() => {
        this.#waiting = []
      })
    return this.#loading
  }

  /** What fails must not take the rest with it. */
  #attempt(work: (it: T) => void, it: T): void {
    try {
      work(it)
    } catch {
      // Whoever told it has gone on long ago.
    }
  }
}
