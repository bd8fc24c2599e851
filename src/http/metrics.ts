import type { KeyFetches } from "./key-fetches.ts"
import type { Service } from "./service.ts"
import type { ServiceAnswer } from "./service-answers.ts"

/** As much of prom-client as is used. */
interface PromClient {
  readonly Registry: new () => Registry
  readonly Counter: new (options: MetricOptions) => { inc(labels: Labels, value?: number): void; reset(): void }
  readonly Gauge: new (options: MetricOptions) => { set(labels: Labels, value: number): void; reset(): void }
  readonly Histogram: new (options: MetricOptions) => { observe(value: number): void }
  collectDefaultMetrics(options: { readonly register: Registry }): void
}
type Labels = { readonly [name: string]: string }
interface Registry {
  readonly contentType: string
  metrics(): Promise<string>
  clear(): void
}
interface MetricOptions {
  readonly name: string
  readonly help: string
  readonly registers: readonly Registry[]
  readonly labelNames?: readonly string[]
  readonly buckets?: readonly number[]
  collect?(this: never): void
}

/**
 * What the service counts, as text for Prometheus. Labels hold configured names and reason codes, and nothing of a
 * request.
 */
export interface ServiceMetrics {
  answered(answer: ServiceAnswer, startedAtMs: number): void
  readonly contentType: string
  text(): Promise<string>
  close(): void
}

/** From 50 µs, a request with a known token, to a key set that is fetched. Seconds. */
const buckets = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5]

/** Counts what a service answers. @param promClient the module prom-client */
export function createMetrics(
  promClient: unknown,
  fetches: KeyFetches,
  keySets: Service["keySets"],
  clock: () => number,
): ServiceMetrics {
  const { Registry, Counter, Gauge, Histogram, collectDefaultMetrics } = promClient as PromClient
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // Counted here and handed over when Prometheus asks: a counter with labels takes a microsecond for each request.
  const counts = new Map<string, number>()
  const decisions = new Counter({
    name: "hallpass_decisions_total",
    help: "Decisions by outcome and reason.",
    labelNames: ["outcome", "reason"],
    registers,
    collect() {
      decisions.reset()
      for (const [key, count] of counts) {
        const [outcome = "", reason = ""] = key.split(" ")
        decisions.inc({ outcome, reason }, count)
      }
    },
  })
  const durations = new Histogram({
    name: "hallpass_decision_duration_seconds",
    help: "From a request's headers to its answer.",
    buckets,
    registers,
  })
  const keyFetches = new Counter({
    name: "hallpass_key_fetches_total",
    help: "Attempts to fetch a key set.",
    labelNames: ["issuer", "result"],
    registers,
    collect() {
      keyFetches.reset()
      for (const [issuer, { ok, failed }] of fetches.counts) {
        keyFetches.inc({ issuer, result: "ok" }, ok)
        keyFetches.inc({ issuer, result: "failed" }, failed)
      }
    },
  })
  const usable = new Gauge({
    name: "hallpass_key_set_usable",
    help: "1 if the issuer's key set can be used.",
    labelNames: ["issuer"],
    registers,
    collect() {
      usable.reset()
      for (const { issuer, keys } of keySets) usable.set({ issuer }, keys.isUsable(clock()) ? 1 : 0)
    },
  })
  return {
    answered({ outcome, reason }, startedAtMs) {
      const key = `${outcome} ${reason}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      durations.observe((performance.now() - startedAtMs) / 1000)
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    close: () => registry.clear(),
  }
}
