import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import { WhenLoaded } from "../shared/deferred.ts"
import type { Log } from "./log.ts"
import { detailMetrics, type MetricsToWrite, serviceMetrics } from "./metrics.ts"

/** Standard output, through Powertools. Only the first record may have to wait: `recorded` tells until when. */
export interface Sink extends Log {
  /** Lines in the embedded metric format: one for all that has no further dimension, one for each further combination. */
  metrics(metrics: MetricsToWrite): void
  /** A JSON line of somebody else's format, as it is. */
  line(value: object): void
  /** Resolves when every record is written; undefined when they are. Never rejects. */
  recorded(): Promise<void> | undefined
}

/** Longest dimension value that is written, characters; CloudWatch takes up to 1,024 bytes. */
const maxDimension = 255

/** Loads with the first decision only; see `createPowertoolsObserver`. */
export function createSink(serviceName: string, namespace: string): Sink {
  const log = new WhenLoaded(async () => (await import("./log.ts")).createLog(serviceName))
  // One for everything: Powertools' own singleMetric makes a console and reads the environment for each metric.
  const metrics = new Metrics({ namespace, serviceName })

  return {
    record: (level, message, details) => log.tell((it) => it.record(level, message, details)),
    fault: (message, error) => log.tell((it) => it.fault(message, error)),
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
    line: (value) => log.tell(() => void process.stdout.write(`${JSON.stringify(value)}\n`)), // in the order of the records
    recorded: () => log.loading,
  }
}
