import { traceIdsOf } from "../../answer/trace-ids.ts"
import { plainText } from "../../observe/plain-text.ts"
import { recordHash } from "../../shared/record-hash.ts"
import type { DecisionDetails, DecisionLatency, PathMode } from "../../types/decision.ts"
import type { Principal } from "../../types/principal.ts"
import type { NameAnswer } from "../answer-names.ts"
import type { Walk } from "../walk.ts"

/** Milliseconds by stage. */
type StageTimes = { readonly [stage in keyof DecisionLatency]: number | undefined }

/** What was noticed of one request on its way. Holds the credential, so no observer is handed it. */
export interface Noticed extends StageTimes {
  /** The form of a credential that is no token. */
  readonly presented: string | undefined
  readonly tokenCacheHit: boolean | undefined
  /** The Lambda context, if there is one. */
  readonly invocation: unknown
  readonly source: RecordSource
}

/** What records need of the authorizer. */
export interface RecordSource {
  /** Undefined if answers have no name. */
  readonly nameAnswer: NameAnswer | undefined
  /** The keys of the route table. */
  readonly routeKeys: readonly string[]
  /** Looked up once: the global `process` is behind a getter, and its members are found slowly. */
  readonly hrtime: NodeJS.HRTime
}

/** Characters of a `kid` that a record shows. */
const kidLength = 16
/** Longest JOSE header that is looked into for a `kid`, characters. */
const maxHeaderLength = 4096

/**
 * What a record says in addition to the decision. Of everything that the caller sent, only what is listed here leaves
 * this place.
 */
export function detailsOf(
  done: Walk,
  noticed: Noticed,
  naming: "hash" | "id" | "none",
  pathMode: PathMode,
): DecisionDetails {
  const { request, principal, route, refused } = done
  const { presented, tokenCacheHit, invocation, source } = noticed
  const named = answerName(done, source)
  const { awsRequestId } = Object(invocation) as { readonly awsRequestId?: unknown }
  const { xrayTraceId, traceparent } = traceIdsOf(request, invocation)
  return {
    latencyUs: latencyOf(noticed),
    tokenCacheHit,
    principal: principal && nameOf(principal, naming),
    lambdaRequestId: typeof awsRequestId === "string" ? plainText(awsRequestId, 128) : undefined,
    xrayTraceId,
    traceparent,
    kid: presented === undefined ? undefined : kidOf(presented),
    tokenHash: presented === undefined ? undefined : recordHash(presented),
    method: plainText(request?.method, 32),
    path: pathOf(done, source.routeKeys, pathMode),
    missing: refused?.outcome === "forbidden" && principal ? route?.rule.missing(principal) : undefined,
    answer: named?.name,
    answerBitmap: named?.name.includes("#") ? named.bitmap : undefined,
    sourceIp: plainText(request?.connection?.sourceIp, 64),
    accountId: request?.arn?.accountId,
    region: request?.arn?.region,
  }
}

/** The name of the answer that was given; what was thrown has none. */
function answerName(
  { request, principal, route, refused, policy }: Walk,
  { nameAnswer }: RecordSource,
): { readonly name: string; readonly bitmap: string } | undefined {
  if (request === undefined || nameAnswer === undefined) return undefined
  if (refused === undefined || refused.outcome === "forbidden")
    return nameAnswer(request, policy === undefined ? undefined : principal, route?.key)
  return undefined
}

function pathOf({ request, route }: Walk, routeKeys: readonly string[], mode: PathMode): string | undefined {
  const path = request?.arn?.path
  if (path === undefined || mode === "none") return undefined
  if (mode === "full") return plainText(path, 512)
  if (route !== undefined) return undefined // the route says more
  const literals = new Set(routeKeys.flatMap((key) => (key.split(" ")[1] ?? "").split("/")))
  const segments = path.split("/", 65).slice(0, 64)
  return segments.map((segment) => (segment === "" || literals.has(segment) ? segment : "{}")).join("/")
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
  return naming === "id" ? id : recordHash(id)
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
