import { Logger } from "@aws-lambda-powertools/logger"
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import type { Count } from "./counters.ts"
import { describeFault } from "./fault.ts"

export type LogLevel = "debug" | "info" | "warn" | "error"

/** Standard output, through Powertools. */
export interface Sink {
  /** One structured record as a JSON line. */
  record(level: LogLevel, message: string, details: object): void
  /** One record of an error, described so that it holds no secret. */
  fault(message: string, error: unknown): void
  /** One line in the embedded metric format per count. */
  counts(counts: readonly Count[]): void
}

/** Loads with the first output only; see `createPowertoolsObserver`. */
export function createSink(serviceName: string, namespace: string): Sink {
  const logger = new Logger({ serviceName })
  const metrics = new Metrics({ namespace, serviceName })
  return {
    record: (level, message, details) => logger[level](message, { ...details }),
    fault: (message, error) => logger.error(message, { fault: describeFault(error) }),
    counts(counts) {
      for (const { name, unit, dimensions, value } of counts) {
        const single = metrics.singleMetric()
        single.addDimensions({ ...dimensions })
        single.addMetric(name, MetricUnit[unit], value)
      }
    },
  }
}
