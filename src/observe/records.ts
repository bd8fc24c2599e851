import type { DecisionDetails, DecisionRecord } from "../types/decision.ts"
import type { LogLevel } from "./log.ts"

/** A decision that is written down, and when it was made. */
export interface RecordedDecision {
  readonly decision: DecisionRecord
  readonly nowMs: number
  readonly keySetAgeSeconds: number | undefined
}

const messages: { readonly [outcome in DecisionRecord["outcome"]]: string } = {
  allow: "request allowed",
  unauthenticated: "request refused",
  forbidden: "request refused",
  unavailable: "request undecided",
}

export function messageOf({ outcome, shadow }: DecisionRecord): string {
  return shadow === undefined ? messages[outcome] : "request observed" // and answered by another authorizer
}

export function levelOf({ outcome }: DecisionRecord): LogLevel {
  return outcome === "unavailable" ? "error" : "info"
}

/** The members of a record, in the order in which a reader wants them. Powertools leaves out what is undefined. */
export function membersOf(
  { decision, keySetAgeSeconds }: RecordedDecision,
  details: DecisionDetails | undefined,
): { readonly [member: string]: unknown } {
  return {
    shadow: decision.shadow,
    outcome: decision.outcome,
    reason: decision.reason,
    issuer: decision.issuer,
    principal: details?.principal,
    route: decision.route,
    method: details?.method,
    path: details?.path,
    missing: details?.missing,
    answer: details?.answer,
    answerBitmap: details?.answerBitmap,
    eventKind: decision.eventKind,
    apiId: decision.apiId,
    stage: decision.stage,
    requestId: decision.requestId,
    extendedRequestId: decision.extendedRequestId,
    lambdaRequestId: details?.lambdaRequestId,
    xrayTraceId: details?.xrayTraceId,
    traceparent: details?.traceparent,
    latencyUs: details?.latencyUs,
    keySetAgeSeconds,
    tokenCacheHit: details?.tokenCacheHit,
    kid: details?.kid,
    tokenHash: details?.tokenHash,
  }
}
