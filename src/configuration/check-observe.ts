import { flag, knownKeys, number, object, type Report, word } from "../problems/option-checks.ts"
import type { ClaimPath, ObserveOptions } from "../types/configuration.ts"

/** What the `observe` block has to fit. */
interface Surroundings {
  readonly resultTtlSeconds: number
  readonly context: { readonly [contextKey: string]: ClaimPath }
}

/** Checks the `observe` block and returns it. What it leaves out stays absent: defaults are the observer's. */
export type CheckObserve = (value: unknown, surroundings: Surroundings, report: Report) => ObserveOptions | undefined

const options = [
  "sampleAllows",
  "principal",
  "audit",
  "flushAfterSeconds",
  "flushAfterCount",
  "traceContext",
  "answerInContext",
  "path",
]

export const checkObserve: CheckObserve = (value, { resultTtlSeconds, context }, report) => {
  const raw = object(value, "observe", report) ?? {}
  knownKeys(raw, options, "observe", report)
  const bounded = (name: string, min: number, max: number, unit: string): number =>
    number(raw[name], `observe.${name}`, report, { min, max, fallback: 0, unit })
  bounded("sampleAllows", 0, 1, "share of the allowed requests")
  word(raw.principal, "observe.principal", report, ["hash", "id", "none"], "hash")
  word(raw.audit, "observe.audit", report, ["none", "ocsf"], "none")
  bounded("flushAfterSeconds", 0, 300, "seconds, 0 to write the metrics of each decision at once")
  bounded("flushAfterCount", 1, 100_000, "decisions")
  word(raw.path, "observe.path", report, ["template", "full", "none"], "template")
  flag(raw.answerInContext, "observe.answerInContext", report, true)
  if (flag(raw.traceContext, "observe.traceContext", report, false))
    checkTraceContext(resultTtlSeconds, context, report)
  return value as ObserveOptions
}

function checkTraceContext(resultTtlSeconds: number, context: Surroundings["context"], report: Report): void {
  if (resultTtlSeconds > 0) {
    report(
      "observe.traceContext",
      "needs gateway.resultTtlSeconds 0: API Gateway would give a cached answer's trace ids to later requests. Set the TTL " +
        "to 0 there and in the API, or leave traceContext out",
    )
  }
  for (const key of ["xrayTraceId", "traceparent"]) {
    if (Object.hasOwn(context, key)) report(`context.${key}`, "is what observe.traceContext sets. Choose another key")
  }
}
