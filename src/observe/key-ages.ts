/** How old the key set of each issuer is, from the records of fetches and uses. */
export class KeyAges {
  readonly #fetchedAtMs = new Map<string, number>()
  readonly #used = new Set<string>()
  #lastUsed: string | undefined

  /** @param ageSeconds of the set in use now; undefined if there is none */
  note(issuer: string, ageSeconds: number | undefined, nowMs: number): void {
    if (ageSeconds === undefined) this.#fetchedAtMs.delete(issuer)
    else this.#fetchedAtMs.set(issuer, nowMs - ageSeconds * 1000)
  }

  /** A decision was made with this issuer's keys. */
  used(issuer: string): void {
    if (issuer === this.#lastUsed) return
    this.#lastUsed = issuer
    this.#used.add(issuer)
  }

  /** Undefined for keys of the configuration, which have no age. Seconds. */
  of(issuer: string | undefined, nowMs: number): number | undefined {
    const fetchedAtMs = issuer === undefined ? undefined : this.#fetchedAtMs.get(issuer)
    return fetchedAtMs === undefined ? undefined : Math.max(0, Math.round((nowMs - fetchedAtMs) / 1000))
  }

  /** The ages of the sets that were used since the last time: the age of an unused set does not matter. */
  takeUsed(nowMs: number): readonly number[] {
    const ages = [...this.#used].map((issuer) => this.of(issuer, nowMs)).filter((age) => age !== undefined)
    this.#used.clear()
    this.#lastUsed = undefined
    return ages
  }
}
