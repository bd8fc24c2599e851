import type { Report } from "../problems/option-checks.ts"
import type { ClaimPath, ObserveOptions } from "../types/configuration.ts"
import { observeBlock } from "./declared/observe.ts"

/** What the `observe` block has to fit. */
interface Around {
  readonly resultTtlSeconds: number
  readonly context: { readonly [contextKey: string]: ClaimPath }
}

/** Checks the `observe` block and returns it as it is: what it leaves out, an observer has its own defaults for. */
export type CheckObserve = (value: unknown, around: Around, report: Report) => ObserveOptions | undefined

export const checkObserve: CheckObserve = (value, around, report) => {
  if (value === undefined) return undefined
  const observe = observeBlock.check(value, "observe", report)
  if (observe?.traceContext === true) for (const rule of traceContextRules) rule(around, report)
  return value as ObserveOptions
}

/** What trace ids in the context demand of the other blocks. */
const traceContextRules: readonly ((around: Around, report: Report) => unknown)[] = [
  /** An answer that is kept has the trace ids of another request. */
  ({ resultTtlSeconds }, report) =>
    resultTtlSeconds > 0 &&
    report(
      "observe.traceContext",
      "needs gateway.resultTtlSeconds 0: API Gateway would give a cached answer's trace ids to later requests. Set the TTL " +
        "to 0 there and in the API, or leave traceContext out",
    ),

  /** A context key has one meaning. */
  ({ context }, report) => {
    for (const key of ["xrayTraceId", "traceparent"])
      if (Object.hasOwn(context, key)) report(`context.${key}`, "is what observe.traceContext sets. Choose another key")
  },
]
