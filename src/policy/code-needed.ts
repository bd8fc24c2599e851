/**
 * Thrown where work needs code that a start has left out. The work is done again once the code is loaded: most starts
 * never need it.
 */
export class CodeNeeded extends Error {
  /** Loads the code. After that the same work does not throw this again. */
  readonly load: () => Promise<void>

  constructor(load: () => Promise<void>) {
    super()
    this.load = load
  }
}
