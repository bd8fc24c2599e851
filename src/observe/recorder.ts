import type { DecisionDetails, DecisionRecord } from "../types/decision.ts"
import { ConfigurationError } from "../types/errors.ts"
import type { Observer } from "../types/observer.ts"
import type { ReasonCode } from "../types/reasons.ts"
import { Counters } from "./counters.ts"
import { KeyAges } from "./key-ages.ts"
import type { LogLevel } from "./log.ts"
import { outcomeMetrics } from "./metrics.ts"
import { auditEvent } from "./ocsf.ts"
import type { PowertoolsObserverOptions } from "./options.ts"
import { plainText } from "./plain-text.ts"
import { levelOf, membersOf, messageOf, type RecordedDecision } from "./records.ts"
import { Lottery } from "./sample.ts"
import { createSink } from "./sink.ts"

/** The part of the Powertools observer that is loaded later. Writes records at once. */
export interface Recorder extends Required<Omit<Observer, "configure" | "recorded">> {
  /** Writes the waiting metrics. */
  flush(): void
}

/** An edge that is set up right never sends these: a client bypasses it, or it lets through what it should strip. */
const suspicious: ReadonlySet<string> = new Set<ReasonCode>([
  ...(["edge_header_alias", "edge_header_duplicate", "edge_header_spelling", "edge_header_joined"] as const),
  "edge_header_connection",
])

/** @param settings read at each use: the configuration may come later */
export function createRecorder(settings: PowertoolsObserverOptions & { readonly shadow?: true }): Recorder {
  const { env } = process
  const clock = settings.clock ?? Date.now
  const sink = createSink(
    settings.serviceName ?? (env.POWERTOOLS_SERVICE_NAME || "hallpass"),
    settings.metricsNamespace ?? (env.POWERTOOLS_METRICS_NAMESPACE || "hallpass"),
  )
  const counters = new Counters()
  const keyAges = new KeyAges()
  const lottery = new Lottery()
  let started = false
  /** Differences of answers that have a record. */
  const differences = new Set<string>()

  /** What cannot be written must not disturb a decision. */
  function attempt(put: () => void): void {
    try {
      put()
    } catch {
      // Standard output is where it would be said.
    }
  }
  const record = (level: LogLevel, message: string, details: object): void =>
    attempt(() => sink.record(level, message, details))

  function flush(nowMs: number): void {
    const metrics = counters.take(nowMs, keyAges.takeUsed(nowMs))
    if (metrics !== undefined) attempt(() => sink.metrics(metrics))
  }

  function flushWhenDue(nowMs: number): void {
    if (counters.due(nowMs, settings)) flush(nowMs)
  }

  function write(decided: RecordedDecision): void {
    const { decision } = decided
    let details: DecisionDetails | undefined
    attempt(() => {
      details = decision.details?.(settings.principal ?? "hash", settings.path)
    })
    record(levelOf(decision), messageOf(decision), membersOf(decided, details))
    if (settings.audit === "ocsf") attempt(() => sink.line(auditEvent(decided, details)))
  }

  function count({ outcome, reason, issuer, tokenCacheHit, durationUs }: DecisionRecord): void {
    if (!started) {
      started = true
      // Provisioned environments start ahead of their first request; absent, as outside of Lambda, is on demand.
      if ((env.AWS_LAMBDA_INITIALIZATION_TYPE ?? "on-demand") === "on-demand") counters.add("ColdStarts")
    }
    counters.addDecision(durationUs)
    counters.add(outcomeMetrics[outcome])
    if (tokenCacheHit !== undefined) counters.add(tokenCacheHit ? "TokenCacheHits" : "TokenCacheMisses")
    if (issuer !== undefined) keyAges.used(issuer)
    if (outcome === "allow") return
    counters.addDetail("Decisions", outcome, reason)
    if (suspicious.has(reason)) counters.add("EdgeHeadersSuspicious")
    if (outcome === "unavailable") counters.hurry()
  }

  if (settings.shadow === true) record("warn", "hallpass decides nothing", { shadow: true })

  return {
    decision(decision) {
      const nowMs = clock()
      count(decision)
      if (decision.outcome !== "allow" || lottery.draws(settings.sampleAllows ?? 0)) {
        write({ decision, nowMs, keySetAgeSeconds: keyAges.of(decision.issuer, nowMs) })
      }
      flushWhenDue(nowMs)
    },
    disagreement({ existing, decision, differs, contextKeys }) {
      const isVerdict = differs.includes("verdict")
      if (isVerdict) counters.add("Disagreements")
      // What answers say is the same for every request of a kind: one record of each difference is enough.
      const difference = JSON.stringify([differs, contextKeys])
      if (!isVerdict && (differences.has(difference) || differences.size >= 100)) return flushWhenDue(clock())
      differences.add(difference)
      const { outcome, reason, eventKind, apiId, stage, route, requestId, extendedRequestId, issuer } = decision
      const decided = { outcome, reason, eventKind, apiId, stage, route, requestId, extendedRequestId, issuer }
      let told: DecisionDetails | undefined
      attempt(() => {
        told = decision.details?.(settings.principal ?? "hash", settings.path)
      })
      const { principal, method, path, tokenHash } = told ?? ({} as Partial<DecisionDetails>)
      const caller = { principal, tokenHash, method, path }
      record("warn", isVerdict ? "authorizers disagree" : "answers differ", {
        ...{ shadow: decision.shadow, existing, differs, contextKeys: contextKeys?.map((key) => plainText(key, 64)) },
        ...decided,
        ...caller,
      })
      flushWhenDue(clock())
    },
    keySet({ issuer, usable, skipped }) {
      for (const [reason, keys] of Object.entries(skipped)) counters.addDetail("KeysSkipped", issuer, reason, keys)
      if (!Object.hasOwn(skipped, "private")) return
      // A private key in a public key set is an incident at the issuer, whatever else the set holds (SR-050).
      counters.add("PrivateKeys", skipped.private)
      counters.hurry()
      record("error", "private key in a key set", { issuer, usable, skipped })
    },
    keyFetch({ issuer, ok, failure, notModified, ageSeconds, host, status, code, proxy }) {
      counters.addDetail("KeyFetches", issuer, failure ?? (notModified === true ? "not_modified" : "ok"))
      const nowMs = clock()
      keyAges.note(issuer, ageSeconds, nowMs)
      if (!ok) {
        // A freeze of the environment says nothing of the issuer.
        if (failure !== "interrupted") counters.add("KeyFetchFailures")
        record("warn", "key set not fetched", { issuer, failure, host, status, code, proxy, ageSeconds })
      }
      flushWhenDue(nowMs)
    },
    keyEvent({ issuer, event, ageSeconds }) {
      counters.addDetail("KeyEvents", issuer, event)
      if (event === "stale_served") counters.add("StaleKeysServed")
      if (event === "overdue_served") counters.add("OverdueKeysServed")
      if (event === "unknown_kid") counters.add("UnknownKids")
      if (ageSeconds !== undefined) keyAges.note(issuer, ageSeconds, clock())
    },
    secretFetch({ secret, ok, failure, previousFailure, ageSeconds }) {
      counters.addDetail("SecretFetches", secret, failure ?? "ok")
      if (!ok) {
        if (failure !== "interrupted") counters.add("SecretFetchFailures")
        record("warn", "secret not fetched", { secret, failure, ageSeconds })
      } else if (previousFailure !== undefined) record("warn", "previous secret left out", { secret, previousFailure })
      flushWhenDue(clock())
    },
    secretEvent({ secret, event }) {
      counters.addDetail("SecretEvents", secret, event)
      if (event === "stale_served") counters.add("StaleSecretsServed")
      if (event === "overdue_served") counters.add("OverdueSecretsServed")
    },
    fault(error) {
      if (error instanceof ConfigurationError) record("error", "configuration refused", { problems: error.problems })
      else attempt(() => sink.fault("unexpected fault", error))
    },
    flush: () => flush(clock()),
  }
}
