import { type Clock, systemClock } from "../shared/clock.ts"
import { ConfigurationError } from "../shared/errors.ts"
import type { Observer } from "../shared/observer.ts"
import { Counters } from "./counters.ts"
import type { LogLevel, Sink } from "./sink.ts"

/** Options of the Powertools observer; what is absent comes from Powertools' own environment variables. */
export interface PowertoolsObserverOptions {
  /** Service name in records and metrics. @default POWERTOOLS_SERVICE_NAME, else "hallpass" */
  readonly serviceName?: string
  /** CloudWatch namespace. @default POWERTOOLS_METRICS_NAMESPACE, else "hallpass" */
  readonly metricsNamespace?: string
  /** Allows are counted in memory and written when the oldest count is this old. Seconds. @default 10, 0 to write each at once */
  readonly flushAfterSeconds?: number
  /** … or when so many are waiting. @default 1000 */
  readonly flushAfterCount?: number
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: Clock
}

/** An observer whose output may need a moment: await `written` before a Lambda handler returns. */
export interface PowertoolsObserver extends Observer {
  /** Resolves when everything that is due is on standard output. Never rejects. */
  written(): Promise<void>
  /** Writes the waiting counts too, for an orderly shutdown. Never rejects. */
  flush(): Promise<void>
}

/**
 * Writes one structured record per refusal (Powertools Logger) and a counter of every decision by outcome and reason in
 * the embedded metric format (Powertools Metrics), both to standard output. Records hold configured names, counts and
 * reason codes: no token, claim value or header ever reaches this place.
 *
 * Powertools is loaded with the first output: it costs 5 ms of a cold start. Refusals and faults are written at once;
 * counts of allows wait a little, so that observing does not cost more than deciding.
 */
export function createPowertoolsObserver(options: PowertoolsObserverOptions = {}): PowertoolsObserver {
  const { clock = systemClock, flushAfterSeconds = 10, flushAfterCount = 1000 } = options
  const serviceName = options.serviceName ?? (process.env.POWERTOOLS_SERVICE_NAME || "hallpass")
  const namespace = options.metricsNamespace ?? (process.env.POWERTOOLS_METRICS_NAMESPACE || "hallpass")
  const counters = new Counters()
  let sink: Promise<Sink> | undefined
  let pending: Promise<void> = Promise.resolve()

  /** In order, one after another; what cannot be written must not disturb a decision. */
  function write(put: (sink: Sink) => void): void {
    sink ??= import("./sink.ts").then((module) => module.createSink(serviceName, namespace))
    const loaded = sink
    pending = pending
      .then(async () => put(await loaded))
      .catch(() => {
        sink = undefined
      })
  }

  function flushCounters(): void {
    const counts = counters.take()
    if (counts.length > 0) write((to) => to.counts(counts))
  }

  function record(level: LogLevel, message: string, details: object): void {
    write((to) => to.record(level, message, details))
    flushCounters()
  }

  return {
    decision(decided) {
      const { outcome, reason } = decided
      counters.add("Decisions", { outcome, reason }, clock())
      if (outcome === "unavailable") record("error", "request undecided", decided)
      else if (outcome !== "allow") record("info", "request refused", decided)
      else if (counters.due(clock(), flushAfterSeconds, flushAfterCount)) flushCounters()
    },
    keySet({ issuer, usable, skipped }) {
      for (const [reason, keys] of Object.entries(skipped))
        counters.add("KeysSkipped", { issuer, reason }, clock(), keys)
      // A private key in a public key set is an incident at the issuer, whatever else the set holds (SR-050).
      if (Object.hasOwn(skipped, "private")) record("error", "private key in a key set", { issuer, usable, skipped })
    },
    keyFetch({ issuer, ok, failure, notModified, ageSeconds }) {
      const result = failure ?? (notModified === true ? "not_modified" : "ok")
      counters.add("KeyFetches", { issuer, result }, clock())
      if (ageSeconds !== undefined) counters.measure("KeySetAge", { issuer }, ageSeconds)
      if (!ok) record("warn", "key set not fetched", { issuer, failure, ageSeconds })
    },
    keyEvent({ issuer, event, ageSeconds }) {
      counters.add("KeyEvents", { issuer, event }, clock())
      if (ageSeconds !== undefined) counters.measure("KeySetAge", { issuer }, ageSeconds)
    },
    secretFetch({ secret, ok, failure, previousFailure, ageSeconds }) {
      counters.add("SecretFetches", { secret, result: failure ?? "ok" }, clock())
      if (ageSeconds !== undefined) counters.measure("SecretAge", { secret }, ageSeconds)
      if (!ok) record("warn", "secret not fetched", { secret, failure, ageSeconds })
      else if (previousFailure !== undefined) record("warn", "previous secret left out", { secret, previousFailure })
    },
    secretEvent({ secret, event, ageSeconds }) {
      counters.add("SecretEvents", { secret, event }, clock())
      if (ageSeconds !== undefined) counters.measure("SecretAge", { secret }, ageSeconds)
    },
    fault(error) {
      if (error instanceof ConfigurationError) record("error", "configuration refused", { problems: error.problems })
      else write((to) => to.fault("unexpected fault", error))
    },
    written: () => pending,
    flush() {
      flushCounters()
      return pending
    },
  }
}
