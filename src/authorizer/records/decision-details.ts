import { nodeCrypto } from "../../shared/node-crypto.ts"
import { plainText } from "../../shared/plain-text.ts"
import { traceIdsOf } from "../../shared/trace-ids.ts"
import type { DecisionDetails, DecisionLatency } from "../../types/decision.ts"
import type { Principal } from "../../types/principal.ts"
import type { Walk } from "../walk.ts"

/** Milliseconds by stage. */
export type StageTimes = { -readonly [stage in keyof DecisionLatency]?: number }

/** What was noticed of one request on its way. Holds the credential, so no observer is handed it. */
export interface Noticed {
  readonly times: StageTimes
  /** What stood where a token should. */
  readonly presented: string | undefined
  readonly tokenCacheHit: boolean | undefined
  /** The Lambda context, if there is one. */
  readonly invocation: unknown
}

/** Characters of a `kid` that a record shows. */
const kidLength = 16
/** Longest JOSE header that is looked into for a `kid`, characters. */
const maxHeaderLength = 4096

/** What a record says besides the decision. Of everything that the caller sent, only what is listed here leaves this place. */
export function detailsOf(
  { request, principal }: Walk,
  { times, presented, tokenCacheHit, invocation }: Noticed,
  naming: "hash" | "id" | "none",
): DecisionDetails {
  const { awsRequestId } = Object(invocation) as { readonly awsRequestId?: unknown }
  const { xrayTraceId, traceparent } = traceIdsOf(request, invocation)
  return {
    latencyUs: latencyOf(times),
    tokenCacheHit,
    principal: principal && nameOf(principal, naming),
    lambdaRequestId: typeof awsRequestId === "string" ? plainText(awsRequestId, 128) : undefined,
    xrayTraceId,
    traceparent,
    kid: presented === undefined ? undefined : kidOf(presented),
    tokenHash: presented === undefined ? undefined : hashOf(presented),
    method: plainText(request?.method, 32),
    sourceIp: plainText(request?.connection?.sourceIp, 64),
    accountId: request?.arn?.accountId,
    region: request?.arn?.region,
  }
}

function latencyOf({ total, edge, credential, token, route, check, answer }: StageTimes): DecisionLatency {
  return {
    total: micros(total) ?? 0,
    edge: micros(edge),
    credential: micros(credential),
    token: micros(token),
    route: micros(route),
    check: micros(check),
    answer: micros(answer),
  }
}

/** Tenths of a microsecond are what the clock can tell. */
function micros(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10_000) / 10
}

function nameOf({ id }: Principal, naming: "hash" | "id" | "none"): string | undefined {
  if (naming === "none") return undefined
  return naming === "id" ? id : hashOf(id)
}

/** As much of a SHA-256 as tells two values apart in a day's records, and nobody can look up (SR-164). */
function hashOf(text: string): string {
  return nodeCrypto.hash("sha256", text).slice(0, 16)
}

/** The key that a token claims to be signed with, whether or not that is true. */
function kidOf(token: string): string | undefined {
  const end = token.indexOf(".")
  if (end < 1 || end > maxHeaderLength) return undefined
  try {
    const { kid } = Object(JSON.parse(Buffer.from(token.slice(0, end), "base64url").toString("utf8")))
    return typeof kid === "string" ? plainText(kid, kidLength) : undefined
  } catch {
    return undefined
  }
}
