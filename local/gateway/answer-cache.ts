/**
 * Answers of an authorizer, kept under the values of its identity sources. One cache belongs to one authorizer of one
 * stage.
 */
export class AnswerCache {
  readonly #kept = new Map<string, { readonly answer: unknown; readonly untilMs: number }>()
  readonly #ttlMs: () => number
  readonly #maxEntries: number

  /** @param ttlSeconds asked at each use, so that it may change */
  constructor(ttlSeconds: () => number, maxEntries = 10_000) {
    this.#ttlMs = () => ttlSeconds() * 1000
    this.#maxEntries = maxEntries
  }

  /** Answers at hand, those whose time is over included. */
  get size(): number {
    return this.#kept.size
  }

  get isOff(): boolean {
    return this.#ttlMs() === 0
  }

  get(sources: readonly string[], nowMs: number): unknown {
    const key = JSON.stringify(sources)
    const entry = this.#kept.get(key)
    if (entry === undefined) return undefined
    if (this.isOff || nowMs >= entry.untilMs) {
      this.#kept.delete(key)
      return undefined
    }
    return entry.answer
  }

  /** Keeps an answer. What an authorizer throws is not kept. */
  put(sources: readonly string[], answer: unknown, nowMs: number): void {
    if (this.isOff) return
    if (this.#kept.size >= this.#maxEntries) this.#kept.delete(this.#kept.keys().next().value ?? "")
    this.#kept.set(JSON.stringify(sources), { answer, untilMs: nowMs + this.#ttlMs() })
  }

  clear(): void {
    this.#kept.clear()
  }
}
