import type { DecisionDetails, DecisionRecord } from "../types/decision.ts"
import { messageOf, type RecordedDecision } from "./records.ts"

/** The version of the schema that the events are made for. @see https://schema.ocsf.io/1.7.0/classes/api_activity */
const version = "1.7.0"
const categoryUid = 6
const classUid = 6003

/** Activities of the class by method: create, read, update, delete; everything else is 99, other. */
const activities: { readonly [method: string]: number } = { POST: 1, GET: 2, HEAD: 2, PUT: 3, PATCH: 3, DELETE: 4 }

/** What an outcome is in the words of the schema: severity, status, action, disposition. */
const verdicts: { readonly [outcome in DecisionRecord["outcome"]]: object } = {
  allow: { severity_id: 1, status_id: 1, action_id: 1, disposition_id: 1 }, // informational, success, allowed, allowed
  unauthenticated: { severity_id: 2, status_id: 2, action_id: 2, disposition_id: 2 }, // low, failure, denied, blocked
  forbidden: { severity_id: 2, status_id: 2, action_id: 2, disposition_id: 2 },
  unavailable: { severity_id: 3, status_id: 2, action_id: 2, disposition_id: 27 }, // medium, failure, denied, error
}

const ipForm = /^[0-9A-Fa-f.:]{2,40}$/

/**
 * A decision as an event of the class API Activity: it is about one call, by an actor, from a place, that was let
 * through or not. The class Authorize Session is about privileges that a login gives to a session, of which there is
 * none here.
 */
export function auditEvent({ decision, nowMs }: RecordedDecision, details: DecisionDetails | undefined): object {
  const { outcome, reason, eventKind, apiId, stage, route, requestId, extendedRequestId, issuer } = decision
  const { method, sourceIp, accountId, region, xrayTraceId, traceparent } = details ?? {}
  const activity = (method !== undefined && Object.hasOwn(activities, method) ? activities[method] : undefined) ?? 99
  const traceId = traceparent?.split("-")[1] ?? xrayTraceId
  return {
    metadata: {
      ...{
        version,
        product: { name: "hallpass", vendor_name: "hallpass" },
        correlation_uid: extendedRequestId ?? requestId,
      },
      profiles: ["cloud", "security_control", "trace"],
    },
    ...{ time: nowMs, category_uid: categoryUid, class_uid: classUid, activity_id: activity },
    ...{ activity_name: activity === 99 ? (method ?? "unknown") : undefined, type_uid: classUid * 100 + activity },
    ...verdicts[outcome],
    ...{ status_code: reason, status_detail: outcome, message: messageOf(decision) },
    actor: {
      user: details?.principal === undefined ? { name: "unknown" } : { uid: details.principal },
      ...(issuer === undefined ? {} : { idp: { uid: issuer, name: issuer } }),
    },
    api: {
      operation: route ?? method ?? "unknown",
      service: { name: "Amazon API Gateway", uid: apiId },
      ...(requestId === undefined ? {} : { request: { uid: requestId } }),
    },
    src_endpoint: sourceIp !== undefined && ipForm.test(sourceIp) ? { ip: sourceIp } : { name: "unknown" },
    cloud: {
      provider: "AWS",
      region,
      ...(accountId === undefined ? {} : { account: { uid: accountId, type_id: 10 } }),
    },
    ...(traceId === undefined ? {} : { trace: { uid: traceId } }),
    unmapped: {
      ...{ stage, event_kind: eventKind, extended_request_id: extendedRequestId },
      ...{ kid: details?.kid, token_hash: details?.tokenHash },
    },
  }
}
