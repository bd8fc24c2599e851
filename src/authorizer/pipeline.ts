import type { Answers, AuthorizerAnswer } from "../answer/answer.ts"
import type { SizedPolicy } from "../answer/iam-policy.ts"
import type { ExtractCredential } from "../credential/extract.ts"
import type { EdgeIdentity } from "../edge/principal.ts"
import { readRequest } from "../event/read.ts"
import type { DecideRoute } from "../route/decide.ts"
import type { Route } from "../route/route.ts"
import type { Authenticate } from "../token/authenticate.ts"
import type { Clock } from "../types/clock.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { EdgeStage } from "./connect-edge.ts"
import type { CustomCheck } from "./parts.ts"

/** The stages of the walk, in the order in which a request passes them. */
export interface Stages {
  readonly clock: Clock
  /** Undefined where no header is believed. */
  readonly edge: EdgeStage | undefined
  readonly extract: ExtractCredential
  readonly authenticate: Authenticate
  readonly decide: DecideRoute
  readonly check: CustomCheck | undefined
  readonly answers: Answers
  /**
   * Whether a TOKEN event contradicts the configuration: its cache key is the token alone and answers are for one route, or
   * there is an edge, of whose headers such an event says nothing.
   */
  readonly tokenEventsUnsafe: boolean
  /** Told of a fault that the walk itself turned into `unavailable`. */
  readonly fault: (error: unknown) => void
}

/** The stages by name, in the order in which a request passes them. */
export const stageNames = ["event", "gateway", "arn", "edge", "credential", "token", "route", "check"] as const
export type StageName = (typeof stageNames)[number]

/** How far a request came, and what stopped it. */
export interface Walk {
  readonly request: AccessRequest | undefined
  readonly principal: Principal | undefined
  readonly route: Route | undefined
  /**
   * What is answered when the request passed every stage, and beside a refusal by the route where the gateway keeps the
   * answer for other routes, too.
   */
  readonly policy: SizedPolicy | undefined
  /** Undefined means allow: the request passed every stage. */
  readonly refused: Refusal | undefined
  /** The stage that refused, or the last one. */
  readonly stage: StageName
}

const arnInvalid = refusal("arn_invalid")
const checkRefused = refusal("check_refused")
const gatewayMismatch = refusal("gateway_mismatch")
const policyTooLarge = refusal("policy_too_large")
const internal = refusal("internal")

/**
 * The walk: event, edge, credential, token, route, custom check. A value at once while nothing has to be fetched; there is no
 * other way to an allow than through its last line (SR-140).
 */
export function walk(stages: Stages, event: unknown): Walk | Promise<Walk> {
  const request = readRequest(event)
  if ("refused" in request) return stopped("event", request, undefined)
  if (stages.tokenEventsUnsafe && request.kind === "rest-token") return stopped("gateway", gatewayMismatch, request)
  if (request.arn === undefined) return stopped("arn", arnInvalid, request)
  const nowMs = stages.clock()
  const { edge } = stages
  if (edge === undefined) return withToken(stages, request, nowMs, undefined)
  const asserted = edge.verify(request, nowMs)
  return asserted instanceof Promise
    ? asserted.then((settled) => withEdge(stages, edge, request, nowMs, settled))
    : withEdge(stages, edge, request, nowMs, asserted)
}

/** What the edge says is final where it says something: a token is not looked at then (SR-150), or has to fit (SR-127). */
function withEdge(
  stages: Stages,
  { principalOf }: EdgeStage,
  request: AccessRequest,
  nowMs: number,
  asserted: EdgeIdentity | Refusal | undefined,
): Walk | Promise<Walk> {
  if (asserted !== undefined && "refused" in asserted) return stopped("edge", asserted, request)
  if (asserted === undefined || principalOf === undefined) return withToken(stages, request, nowMs, asserted)
  return withPrincipal(stages, request, principalOf(asserted), "edge")
}

function withToken(
  stages: Stages,
  request: AccessRequest,
  nowMs: number,
  asserted: EdgeIdentity | undefined,
): Walk | Promise<Walk> {
  const credential = stages.extract(request)
  if (typeof credential !== "string") return stopped("credential", credential, request)
  const result = stages.authenticate(credential, nowMs)
  return result instanceof Promise
    ? result.then((settled) => withAttributes(stages, request, asserted, settled))
    : withAttributes(stages, request, asserted, result)
}

function withAttributes(
  stages: Stages,
  request: AccessRequest,
  asserted: EdgeIdentity | undefined,
  result: Principal | Refusal,
): Walk | Promise<Walk> {
  if ("refused" in result || asserted === undefined || stages.edge === undefined)
    return withPrincipal(stages, request, result, "token")
  const joined = stages.edge.addTo(result, asserted)
  return withPrincipal(stages, request, joined, "refused" in joined ? "edge" : "token")
}

function withPrincipal(
  stages: Stages,
  request: AccessRequest,
  result: Principal | Refusal,
  by: "edge" | "token",
): Walk | Promise<Walk> {
  if ("refused" in result) return stopped(by, result, request)
  const { route, refused, covers } = stages.decide(request, result)
  const policy = covers && stages.answers.policy(request, covers)
  const fits = policy !== undefined || covers === undefined
  const walked: Walk = {
    request,
    principal: result,
    route,
    policy,
    refused: fits ? refused : policyTooLarge,
    stage: "route",
  }
  // The custom check is asked about every answer that allows something, whichever route the request is for.
  if (policy === undefined || stages.check === undefined) return walked
  return narrowed(stages, stages.check, walked, result, request)
}

/** A custom check can only take away: anything but exactly `true` refuses, and a fault in it decides nothing. */
async function narrowed(
  { fault }: Stages,
  check: CustomCheck,
  walked: Walk,
  principal: Principal,
  request: AccessRequest,
): Promise<Walk> {
  const checked: Walk = walked.refused === undefined ? { ...walked, stage: "check" } : walked
  try {
    if ((await check(principal, request)) === true) return checked
    return { ...checked, policy: undefined, refused: walked.refused ?? checkRefused }
  } catch (error) {
    fault(error)
    return { ...checked, stage: "check", policy: undefined, refused: internal }
  }
}

/** A request that came no further than this stage. */
export function stopped(stage: StageName, refused: Refusal, request: AccessRequest | undefined): Walk {
  return { request, principal: undefined, route: undefined, policy: undefined, refused, stage }
}

/** The answer to a walk. @throws Error("Unauthorized") or Unavailable, as API Gateway expects them */
export function answerTo({ answers }: Stages, { request, principal, policy, refused }: Walk): AuthorizerAnswer {
  // Without a refusal this allows the route of the request. With one, the policy denies that route, and allows what the
  // gateway will ask about under the same cache key.
  const answerable = refused === undefined || refused.outcome === "forbidden"
  if (answerable && request !== undefined && principal !== undefined && policy !== undefined) {
    return answers.allow(request, principal, policy)
  }
  return answers.refuse(request, refused ?? internal, principal)
}
