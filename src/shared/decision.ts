import type { Principal } from "./principal.ts"
import type { Outcome, ReasonCode } from "./reasons.ts"
import type { EventKind } from "./request.ts"

/** One check of a decision, in the order in which it was made. Holds configuration and verdicts, never claim values. */
export interface TraceEntry {
  /** What was checked: `event`, `credential`, `token`, `route`, `scopes`, `roles`, `groups`, `permissions`, `claims` … */
  readonly check: string
  readonly ok: boolean
  /** What the configuration demands, or the reason code of a failure. */
  readonly detail?: string
}

/** The answer as data, before it is put into the form that one kind of API expects. */
export interface Decision {
  readonly outcome: Outcome
  /** `ok`, or a row of the reason table. */
  readonly reason: "ok" | ReasonCode
  /** Present whenever the credential was good, also when the outcome is `forbidden`. */
  readonly principal?: Principal
  /** The configured route that applied, as the configuration writes it: `GET /orders/{id}`. */
  readonly route?: string
  /** The checks, one by one, when `decide(event, { trace: true })` asked for them. */
  readonly trace?: readonly TraceEntry[]
}

/** What is observed of one decision. Safe to log: holds no token, no claim value and no header. */
export interface DecisionRecord {
  readonly outcome: Outcome
  readonly reason: "ok" | ReasonCode
  readonly eventKind?: EventKind
  readonly apiId?: string
  readonly stage?: string
  readonly route?: string
  readonly requestId?: string
  /** The configured issuer of the token, when it was one. */
  readonly issuer?: string
}
