import { Stopwatch } from "./stopwatch.ts"

/** A refresh under way. */
interface Flight {
  readonly landed: Promise<void>
}

/**
 * One refresh at a time, shared by all who ask while it runs. One that is older than its deadline was frozen together
 * with the environment. No request waits for it any more, and its value is too late to replace anything.
 */
export class SingleFlight {
  readonly #deadlineMs: number
  readonly #sinceStart = new Stopwatch()
  #flight: Flight | undefined

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  isUnderWay(nowMs: number): boolean {
    return this.#flight !== undefined && this.#sinceStart.elapsedMs(nowMs) <= this.#deadlineMs
  }

  /**
   * Whether a flight has not landed by its deadline: the environment was frozen meanwhile, or its clock jumped ahead.
   */
  isFrozen(nowMs: number): boolean {
    return this.#flight !== undefined && !this.isUnderWay(nowMs)
  }

  /**
   * Joins the flight that is under way, or starts one.
   *
   * @param fly must not reject; its argument tests whether the flight still counts
   */
  join(nowMs: number, fly: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    if (this.#flight !== undefined && this.isUnderWay(nowMs)) return this.#flight.landed
    this.#sinceStart.restart(nowMs)
    const flight: Flight = { landed: fly(() => this.#flight === flight) }
    this.#flight = flight
    return flight.landed.then(() => {
      if (this.#flight === flight) this.#flight = undefined
    })
  }
}
