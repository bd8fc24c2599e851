/** One count that waits to be written. */
export interface Count {
  readonly name: string
  readonly unit: "Count" | "Seconds"
  readonly dimensions: { readonly [name: string]: string }
  value: number
}

/** Counts in memory, by name and dimensions. All dimensions are codes of fixed tables, so the number of counts is bounded. */
export class Counters {
  readonly #counts = new Map<string, Count>()
  #total = 0
  #oldestMs = 0
  #taken = false

  add(name: string, dimensions: Count["dimensions"], nowMs: number, value = 1): void {
    let key = name
    for (const dimension in dimensions) key += `|${dimensions[dimension]}`
    const count = this.#counts.get(key)
    if (count === undefined) this.#counts.set(key, { name, unit: "Count", dimensions, value })
    else count.value += value
    if (this.#total === 0) this.#oldestMs = nowMs
    this.#total += value
  }

  /** A value that is measured and not counted: the last one is kept. It is written with the counts, whenever that is. */
  measure(name: string, dimensions: Count["dimensions"], seconds: number): void {
    const key = `${name}|${Object.values(dimensions).join("|")}`
    this.#counts.set(key, { name, unit: "Seconds", dimensions, value: seconds })
  }

  /**
   * Whether the oldest count is old enough to be written, or enough are waiting. The very first is always due: an
   * environment may never see a second request. A clock that jumped back counts as old.
   */
  due(nowMs: number, afterSeconds: number, afterCount: number): boolean {
    const ageMs = nowMs - this.#oldestMs
    if (!this.#taken) return this.#total > 0
    return this.#total >= afterCount || (this.#total > 0 && (ageMs < 0 || ageMs >= afterSeconds * 1000))
  }

  /** All counts, which start again from nothing. */
  take(): readonly Count[] {
    const counts = [...this.#counts.values()]
    this.#counts.clear()
    this.#taken = true
    this.#total = 0
    return counts
  }
}
