import { traceContextBytes, traced } from "../../answer/traced.ts"
import { type CheckObserve, checkObserve } from "../../configuration/rules-of-observe.ts"

/** Everything that only a configuration with an `observe` block needs, as one file of a bundle. */
export interface ObserveSupport {
  readonly check: CheckObserve
  /** Puts the trace ids of a request into its answer. */
  readonly traced: typeof traced
  readonly traceContextBytes: number
}

export const observeSupport: ObserveSupport = { check: checkObserve, traced, traceContextBytes }
