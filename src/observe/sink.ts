import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import { createLog, type Log } from "./log.ts"
import { detailMetrics, type MetricsToWrite, serviceMetrics } from "./metrics.ts"

/** Standard output, through Powertools. */
export interface Sink extends Log {
  /**
   * Lines in the embedded metric format: one for all that has no further dimension, one for each further combination.
   */
  metrics(metrics: MetricsToWrite): void
  /** A JSON line of another format, as it is. */
  line(value: object): void
}

/** Longest dimension value that is written, characters; CloudWatch takes up to 1,024 bytes. */
const maxDimension = 255

/** Most environments count and record nothing, so the logger is made with the first record. */
export function createSink(serviceName: string, namespace: string): Sink {
  let made: Log | undefined
  const log = (): Log => {
    made ??= createLog(serviceName)
    return made
  }
  // One for everything: Powertools' own singleMetric makes a console and reads the environment for each metric.
  const metrics = new Metrics({ namespace, serviceName })

  return {
    record: (level, message, details) => log().record(level, message, details),
    fault: (message, error) => log().fault(message, error),
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
