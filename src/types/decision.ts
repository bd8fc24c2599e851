import type { Principal } from "./principal.ts"
import type { Outcome, ReasonCode } from "./reasons.ts"
import type { RequestKind } from "./request.ts"

/** The stages of a decision by name, in the order in which a request passes them. */
export const stageNames = [
  "event",
  "gateway",
  "arn",
  "edge",
  "credential",
  "token",
  "route",
  "check",
  "assertion",
] as const
export type StageName = (typeof stageNames)[number]

/** One check of a decision, in the order in which it was made. */
export interface TraceEntry {
  readonly stage: StageName
  /** What was checked: `form`, `issuer`, `algorithm`, `key`, `signature`, `audience`, `scopes`, `anyOf[0].roles` … */
  readonly check: string
  readonly ok: boolean
  /** What the configuration demands: texts, numbers and lists of them. */
  readonly expected?: unknown
  /** What the token has; only with `trace: "values"`, which is for the person who has the token. */
  readonly found?: unknown
  /** The reason of a check that failed. */
  readonly reason?: ReasonCode
}

/** What a principal lacks of a rule's demands. Holds configuration only, no claim value. */
export interface MissingDemands {
  readonly scopes?: readonly string[]
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly permissions?: readonly string[]
  /** Paths of claims that have another value. */
  readonly claims?: readonly string[]
  readonly kind?: string
  readonly issuers?: readonly string[]
  /** For each alternative, what is missing of it. */
  readonly anyOf?: readonly MissingDemands[]
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
  /** What the principal lacks of the route's rule, if that is why the request is refused. */
  readonly missing?: MissingDemands
  /** The checks, one by one, if `decide(event, { trace: true })` asked for them. */
  readonly trace?: readonly TraceEntry[]
}

/**
 * Where the time of one decision went, in microseconds. A stage that was not reached, or that is not configured, is
 * absent.
 */
export interface DecisionLatency {
  /** From the event to the answer. */
  readonly total: number
  readonly edge?: number | undefined
  readonly credential?: number | undefined
  readonly token?: number | undefined
  readonly route?: number | undefined
  readonly check?: number | undefined
  readonly answer?: number | undefined
}

/**
 * What else is worth writing into a record. Every text is short printable ASCII, whatever the request holds; there
 * is no token, claim value or header value among them, except for trace ids that have the form of one, and the start of
 * a `kid`.
 */
export interface DecisionDetails {
  readonly latencyUs: DecisionLatency
  /** Whether the token had been verified before. Absent where no token was. */
  readonly tokenCacheHit?: boolean | undefined
  /** Who was authenticated, as asked for. */
  readonly principal?: string | undefined
  /** The function's own request id. */
  readonly lambdaRequestId?: string | undefined
  /** Root of the request's X-Ray trace: of its `X-Amzn-Trace-Id`, else the function's own. */
  readonly xrayTraceId?: string | undefined
  /** W3C trace context. @see https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent?: string | undefined
  /** The first 16 characters of the token's `kid`, as the token says it. */
  readonly kid?: string | undefined
  /** The first 16 hex digits of the credential's SHA-256. */
  readonly tokenHash?: string | undefined
  readonly method?: string | undefined
  /**
   * The path of a request without a route: segments that are no literal text of the route table are `{}`. With
   * `observe.path` "full" the path itself, for every request.
   */
  readonly path?: string | undefined
  /** What the principal lacks of the route's rule. */
  readonly missing?: MissingDemands | undefined
  /** The answer's own name, as in its context. */
  readonly answer?: string | undefined
  /** The permitted routes as a bitmap, if the answer's name is too short for it. */
  readonly answerBitmap?: string | undefined
  /** The immediate TCP peer of the gateway. */
  readonly sourceIp?: string | undefined
  readonly accountId?: string | undefined
  readonly region?: string | undefined
}

/** How a record shows a path. */
export type PathMode = "template" | "full" | "none"

/** What is observed of one decision. Safe to log: holds no token, no claim value and no header. */
export interface DecisionRecord {
  readonly outcome: Outcome
  readonly reason: "ok" | ReasonCode
  readonly eventKind?: RequestKind | undefined
  readonly apiId?: string | undefined
  readonly stage?: string | undefined
  readonly route?: string | undefined
  /**
   * API Gateway's `$context.requestId`. A client can choose it, so one of another form than the gateway's is left out.
   */
  readonly requestId?: string | undefined
  /** REST and WebSocket APIs: `$context.extendedRequestId`, which no client can choose. */
  readonly extendedRequestId?: string | undefined
  /** The configured issuer of the token, when it was one. */
  readonly issuer?: string | undefined
  /** Present where another authorizer decided: what hallpass would have answered. */
  readonly shadow?: true | undefined
  /** From the event to the answer, microseconds. */
  readonly durationUs?: number | undefined
  /** Whether the token had been verified before. Absent where no token was. */
  readonly tokenCacheHit?: boolean | undefined
  /**
   * More, computed on the first call: for the few decisions that are written down.
   *
   * @param principal how to name the caller: a hash of its id, the id itself, or not at all
   * @param path how to show a path: as a template, in full, or not at all. Default: template
   */
  details?(principal: "hash" | "id" | "none", path?: PathMode): DecisionDetails
}
