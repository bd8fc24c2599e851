import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics"
import type { EmfOutput } from "@aws-lambda-powertools/metrics/types"
import { createLog, type Log } from "./log.ts"
import { detailMetrics, type MetricsToWrite, type ServiceMetric, serviceMetrics } from "./metrics.ts"

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
  const metrics = new ListedMetrics({ namespace, serviceName })

  return {
    record: (level, message, details) => log().record(level, message, details),
    fault: (message, error) => log().fault(message, error),
    metrics({ service, details }) {
      if (service.size > 0) {
        for (const [name, value] of service) metrics.addList(name, typeof value === "number" ? [value] : value)
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

/** Powertools takes values one by one, and copies those of the same name each time: 64 of them take 40 µs. */
class ListedMetrics extends Metrics {
  #lists: { [name: string]: readonly number[] } = {}

  /** @param values fewer than 100 are written: at that many Powertools would write in the middle */
  addList(name: ServiceMetric, values: readonly number[]): void {
    const [first] = values
    if (first === undefined) return
    this.addMetric(name, MetricUnit[serviceMetrics[name]], first)
    if (values.length > 1) this.#lists[name] = values.slice(0, 99)
  }

  override serializeMetrics(): EmfOutput {
    const output = Object.assign(super.serializeMetrics(), this.#lists)
    this.#lists = {}
    return output
  }
}
