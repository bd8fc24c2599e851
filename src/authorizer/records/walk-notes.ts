import type { TokenNotes } from "../../token/authenticate.ts"
import type { DecisionLatency, DecisionRecord } from "../../types/decision.ts"
import type { Walk } from "../walk.ts"
import type { Noticed, RecordSource, StageTimes } from "./decision-details.ts"
import { ObservedDecision } from "./observed-decision.ts"

/**
 * What an observer may want to know of one walk. The stages write it; an unobserved walk has no notes, and nothing is
 * timed.
 */
export class WalkNotes implements Noticed, TokenNotes {
  readonly times: StageTimes = {}
  presented: string | undefined
  tokenCacheHit: boolean | undefined
  /** The time by which the request was judged. Milliseconds of the authorizer's clock. */
  nowMs: number | undefined
  declare readonly invocation: unknown
  /** Looked up once: the global is behind a getter, which takes a sixth of a reading of the clock. */
  readonly #hrtime = process.hrtime
  readonly #startedAt = this.#monotonicMs()
  #lastAt = this.#startedAt

  declare readonly source: RecordSource

  /** @param invocation the Lambda context */
  constructor(invocation: unknown, source: RecordSource) {
    this.invocation = invocation
    this.source = source
  }

  /** A stage has ended: it took the time since the last one. */
  ended(stage: Exclude<keyof DecisionLatency, "total"> | "event"): void {
    const now = this.#monotonicMs()
    if (stage !== "event") this.times[stage] = now - this.#lastAt
    this.#lastAt = now
  }

  /** The answer is written; what was answered. */
  answered(done: Walk): DecisionRecord {
    this.ended("answer")
    this.times.total = this.#lastAt - this.#startedAt
    return new ObservedDecision(done, this)
  }

  /**
   * A clock that only goes forward. Not `performance`: Node loads node:perf_hooks for it, 13 million instructions of a
   * first answer.
   */
  #monotonicMs(): number {
    const time = this.#hrtime()
    return time[0] * 1000 + time[1] / 1e6
  }
}
