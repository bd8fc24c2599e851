import type { TokenNotes } from "../../token/authenticate.ts"
import type { DecisionRecord } from "../../types/decision.ts"
import type { Walk } from "../walk.ts"
import type { Noticed, RecordSource } from "./decision-details.ts"
import { ObservedDecision } from "./observed-decision.ts"

/**
 * What an observer may want to know of one walk. The stages write it; an unobserved walk has no notes, and nothing is
 * timed.
 */
export class WalkNotes implements Noticed, TokenNotes {
  total: number | undefined
  declare edge: number | undefined
  credential: number | undefined
  token: number | undefined
  route: number | undefined
  declare check: number | undefined
  answer: number | undefined
  presented: string | undefined
  tokenCacheHit: boolean | undefined
  /** The time by which the request was judged. Milliseconds of the authorizer's clock. */
  nowMs: number | undefined
  declare readonly invocation: unknown
  readonly #startedAt: number
  #lastAt = 0

  declare readonly source: RecordSource

  /** @param invocation the Lambda context */
  constructor(invocation: unknown, source: RecordSource) {
    this.invocation = invocation
    this.source = source
    this.lap()
    this.#startedAt = this.#lastAt
  }

  /**
   * Milliseconds since the last call: a stage that ends takes them. By a clock that only goes forward, and not
   * `performance`: Node loads node:perf_hooks for it, 13 million instructions of a first answer.
   */
  lap(): number {
    const since = this.#lastAt
    const time = this.source.hrtime()
    this.#lastAt = time[0] * 1000 + time[1] / 1e6
    return this.#lastAt - since
  }

  /** The answer is written; what was answered. */
  answered(done: Walk): DecisionRecord {
    this.answer = this.lap()
    this.total = this.#lastAt - this.#startedAt
    return new ObservedDecision(done, this)
  }
}
