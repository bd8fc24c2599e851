import type { Outcome } from "../types/reasons.ts"

// Every metric that is written, with its unit. docs/observe.md lists the same rows; a test compares the two.

/** What has the dimension `service` and no other: for alarms and the dashboard. All of them are in one line. */
export const serviceMetrics = {
  Allowed: "Count",
  Unauthenticated: "Count",
  Forbidden: "Count",
  Unavailable: "Count",
  TokenCacheHits: "Count",
  TokenCacheMisses: "Count",
  ColdStarts: "Count",
  KeyFetchFailures: "Count",
  StaleKeysServed: "Count",
  OverdueKeysServed: "Count",
  UnknownKids: "Count",
  PrivateKeys: "Count",
  SecretFetchFailures: "Count",
  StaleSecretsServed: "Count",
  OverdueSecretsServed: "Count",
  EdgeHeadersSuspicious: "Count",
  Disagreements: "Count",
  KeySetAge: "Seconds",
  DecisionLatency: "Microseconds",
} as const
export type ServiceMetric = keyof typeof serviceMetrics

/** What counts the decisions of each outcome. */
export const outcomeMetrics: { readonly [outcome in Outcome]: ServiceMetric } = {
  allow: "Allowed",
  unauthenticated: "Unauthenticated",
  forbidden: "Forbidden",
  unavailable: "Unavailable",
}

/** What has further dimensions, for looking at: a line of its own for each combination of their values. */
export const detailMetrics = {
  Decisions: ["outcome", "reason"],
  KeyFetches: ["issuer", "result"],
  KeyEvents: ["issuer", "event"],
  KeysSkipped: ["issuer", "reason"],
  SecretFetches: ["secret", "result"],
  SecretEvents: ["secret", "event"],
} as const
export type DetailMetric = keyof typeof detailMetrics

/** One metric to write, with its dimensions in addition to `service`. */
export interface DetailCount {
  readonly name: DetailMetric
  /** In the order of `detailMetrics`. */
  readonly values: readonly [string, string]
  count: number
}

/** Everything that was added up since the last time. */
export interface MetricsToWrite {
  readonly service: ReadonlyMap<ServiceMetric, number | readonly number[]>
  readonly details: readonly DetailCount[]
}
