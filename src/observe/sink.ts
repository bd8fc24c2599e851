import { Logger } from "@aws-lambda-powertools/logger"
import type { LogAttributes } from "@aws-lambda-powertools/logger/types"
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import { describeFault } from "./fault.ts"
import { detailMetrics, type MetricsToWrite, serviceMetrics } from "./metrics.ts"

export type LogLevel = "info" | "warn" | "error"

/** Standard output, through Powertools. */
export interface Sink {
  /** One structured record as a JSON line. */
  record(level: LogLevel, message: string, details: object): void
  /** One record of an error, described so that it holds no secret. */
  fault(message: string, error: unknown): void
  /** Lines in the embedded metric format: one for all that has no further dimension, one for each further combination. */
  metrics(metrics: MetricsToWrite): void
  /** A JSON line of somebody else's format, as it is. */
  line(value: object): void
}

/** Longest dimension value that is written, characters; CloudWatch takes up to 1,024 bytes. */
const maxDimension = 255

/** Loads with the first decision only; see `createPowertoolsObserver`. */
export function createSink(serviceName: string, namespace: string): Sink {
  // Made with the first record: most environments count only, and it takes 2 ms.
  let made: Logger | undefined
  const logger = (): Logger => {
    made ??= new Logger({ serviceName })
    return made
  }
  // One for everything: Powertools' own singleMetric makes a console and reads the environment for each metric.
  const metrics = new Metrics({ namespace, serviceName })

  return {
    record: (level, message, details) => logger()[level](message, details as LogAttributes),
    fault: (message, error) => logger().error(message, { fault: describeFault(error) }),
    metrics({ service, details }) {
      if (service.size > 0) {
        for (const [name, value] of service) {
          // Fewer than 100 of one name, at which Powertools would write in the middle.
          for (const each of typeof value === "number" ? [value] : value.slice(0, 99))
            metrics.addMetric(name, MetricUnit[serviceMetrics[name]], each)
        }
        metrics.publishStoredMetrics()
      }
      for (const { name, values, count } of details) {
        const dimensions = detailMetrics[name].map((dimension, at) => [dimension, values[at]?.slice(0, maxDimension)])
        metrics.addDimensions(Object.fromEntries(dimensions))
        metrics.addMetric(name, MetricUnit.Count, count)
        metrics.publishStoredMetrics()
      }
    },
    line: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  }
}
