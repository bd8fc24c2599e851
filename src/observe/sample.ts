import { nodeCrypto } from "../shared/node-crypto.ts"

/**
 * Most values of a metric in one line of the embedded metric format are 100; half of that shows a 99th percentile of
 * many.
 */
const maxValues = 64

/**
 * Some of many values, evenly spread over all of them. If there are too many, every other one is dropped, and from then
 * on only every other one is taken.
 */
export class Sample {
  #values: number[] = []
  #stride = 1
  #seen = 0

  add(value: number): void {
    if (this.#seen++ % this.#stride !== 0) return
    if (this.#values.length === maxValues) {
      this.#values = this.#values.filter((_, at) => at % 2 === 0)
      this.#stride *= 2
      if ((this.#seen - 1) % this.#stride !== 0) return
    }
    this.#values.push(Math.round(value * 10) / 10)
  }

  /** The values, which start again from nothing. */
  take(): readonly number[] {
    const values = this.#values
    this.#values = []
    this.#stride = 1
    this.#seen = 0
    return values
  }
}

/** Takes a share of what it is asked about, at random: no caller can predict which request leaves a record. */
export class Lottery {
  /** Random numbers in advance: one system call for many. */
  readonly #numbers = new Uint32Array(256)
  #next = this.#numbers.length

  /** @param share 0 for never, 1 for always */
  draws(share: number): boolean {
    if (share <= 0 || share >= 1) return share >= 1
    if (this.#next === this.#numbers.length) {
      nodeCrypto.randomFillSync(this.#numbers)
      this.#next = 0
    }
    return (this.#numbers[this.#next++] as number) < share * 2 ** 32
  }
}
