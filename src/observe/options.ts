import type { Clock } from "../types/clock.ts"
import type { ObserveOptions } from "../types/configuration.ts"

/**
 * Options of the Powertools observer; what is absent comes from Powertools' own environment variables. The `observe`
 * block of a configuration that the observer is used with wins over these options.
 */
export interface PowertoolsObserverOptions extends Omit<ObserveOptions, "traceContext"> {
  /** Service name in records, and the dimension of every metric. @default POWERTOOLS_SERVICE_NAME, else "hallpass" */
  readonly serviceName?: string
  /** CloudWatch namespace. @default POWERTOOLS_METRICS_NAMESPACE, else "hallpass" */
  readonly metricsNamespace?: string
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: Clock
}
