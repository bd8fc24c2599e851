import type { Answers, AuthorizerAnswer } from "../answer/answer.ts"
import type { PrincipalIdOf } from "../answer/principal-id.ts"
import { isMistakable, type SizedPolicy } from "../answer/written-policy.ts"
import type { ExtractCredential } from "../credential/extract.ts"
import type { EdgeIdentity } from "../edge/asserted-principal.ts"
import type { DecideRoute } from "../route/decide.ts"
import { keyHoldsCredential } from "../shared/cache-key.ts"
import type { Authenticate } from "../token/authenticate.ts"
import type { Clock } from "../types/clock.ts"
import type { StageName } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal, undecided } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { EdgeStage } from "./connect-edge.ts"
import type { CustomCheck } from "./parts.ts"
import type { WalkNotes } from "./records/walk-notes.ts"
import type { Walk } from "./walk.ts"

/** The stages of the walk, in the order in which a request passes them. */
export interface Stages {
  readonly clock: Clock
  /** Recognises and reads an event. */
  readonly read: (event: unknown) => AccessRequest | Refusal
  /** Undefined where no header is believed. */
  readonly edge: EdgeStage | undefined
  readonly extract: ExtractCredential
  readonly authenticate: Authenticate
  readonly decide: DecideRoute
  readonly check: CustomCheck | undefined
  readonly answers: Answers
  /** Undefined if every principal has an id. */
  readonly idOf: PrincipalIdOf | undefined
  /**
   * Whether a TOKEN event contradicts the configuration. Its cache key is the token alone, so answers must not be for
   * one route. It has no headers, so there must be no edge.
   */
  readonly tokenEventsUnsafe: boolean
  /** Whether API Gateway keeps answers. */
  readonly cached: boolean
  /** Called with a fault that the walk itself turned into `unavailable`. */
  readonly fault: (error: unknown) => Promise<void> | undefined
}

const arnInvalid = refusal("arn_invalid")
const checkRefused = refusal("check_refused")
const gatewayMismatch = refusal("gateway_mismatch")
const policyTooLarge = refusal("policy_too_large")
const principalIdMissing = refusal("principal_id_missing")
const pathAmbiguous = refusal("path_ambiguous")
const internal = refusal("internal")

/**
 * The walk: event, edge, credential, token, route, custom check. A value at once while nothing has to be fetched; there
 * is no other way to an allow than through its last line (SR-140).
 */
export function walk(stages: Stages, event: unknown, notes: WalkNotes | undefined): Walk | Promise<Walk> {
  const request = stages.read(event)
  if (notes !== undefined) notes.lap()
  if ("refused" in request) return stopped("event", request, undefined)
  if (stages.tokenEventsUnsafe && request.kind === "rest-token") return stopped("gateway", gatewayMismatch, request)
  if (request.arn === undefined) return stopped("arn", arnInvalid, request)
  const nowMs = stages.clock()
  if (notes !== undefined) notes.nowMs = nowMs
  const { edge } = stages
  if (edge === undefined) return withToken(stages, request, nowMs, undefined, notes)
  const asserted = edge.verify(request, nowMs)
  return asserted instanceof Promise
    ? asserted.then((settled) => withEdge(stages, edge, request, nowMs, settled, notes))
    : withEdge(stages, edge, request, nowMs, asserted, notes)
}

/**
 * What the edge says is final where it says something: a token is not looked at then (SR-150), or has to fit (SR-127).
 */
function withEdge(
  stages: Stages,
  { principalOf }: EdgeStage,
  request: AccessRequest,
  nowMs: number,
  asserted: EdgeIdentity | Refusal | undefined,
  notes: WalkNotes | undefined,
): Walk | Promise<Walk> {
  if (notes !== undefined) notes.edge = notes.lap()
  if (asserted !== undefined && "refused" in asserted) return stopped("edge", asserted, request)
  if (asserted === undefined || principalOf === undefined) return withToken(stages, request, nowMs, asserted, notes)
  return withPrincipal(stages, request, principalOf(asserted), "edge", notes)
}

function withToken(
  stages: Stages,
  request: AccessRequest,
  nowMs: number,
  asserted: EdgeIdentity | undefined,
  notes: WalkNotes | undefined,
): Walk | Promise<Walk> {
  const credential = stages.extract(request)
  if (notes !== undefined) notes.credential = notes.lap()
  if ("refused" in credential) return stopped("credential", credential, request)
  const { identitySources } = request
  if (stages.cached && identitySources !== undefined && !keyHoldsCredential(identitySources, credential))
    return stopped("gateway", gatewayMismatch, request)
  const { token } = credential
  if (notes !== undefined) notes.presented = token
  const result = stages.authenticate(token, nowMs, notes)
  return result instanceof Promise
    ? result.then((settled) => withAttributes(stages, request, asserted, settled, notes))
    : withAttributes(stages, request, asserted, result, notes)
}

function withAttributes(
  stages: Stages,
  request: AccessRequest,
  asserted: EdgeIdentity | undefined,
  result: Principal | Refusal,
  notes: WalkNotes | undefined,
): Walk | Promise<Walk> {
  if (notes !== undefined) notes.token = notes.lap()
  if ("refused" in result || asserted === undefined || stages.edge === undefined)
    return withPrincipal(stages, request, result, "token", notes)
  const joined = stages.edge.addTo(result, asserted)
  return withPrincipal(stages, request, joined, "refused" in joined ? "edge" : "token", notes)
}

function withPrincipal(
  stages: Stages,
  request: AccessRequest,
  result: Principal | Refusal,
  by: "edge" | "token",
  notes: WalkNotes | undefined,
): Walk | Promise<Walk> {
  if ("refused" in result) return stopped(by, result, request)
  if (stages.idOf !== undefined && stages.idOf(result) === undefined) return stopped(by, principalIdMissing, request)
  const { route, refused, covers } = stages.decide(request, result)
  if (notes !== undefined) notes.route = notes.lap()
  // A policy tells requests apart, and allows others beside a refused one. A simple response is one verdict for all.
  const shared = refused !== undefined && stages.answers.isSimple(request) ? undefined : covers
  const policy = shared && stages.answers.policy(request, shared)
  const walked: Walk = {
    request,
    principal: result,
    route,
    policy,
    refused:
      shared === undefined ? refused : policy === undefined ? policyTooLarge : (refused ?? mistakenOn(policy, request)),
    stage: "route",
  }
  // The custom check is asked about every answer that allows something, whichever route the request is for.
  if (policy === undefined || stages.check === undefined) return walked
  return narrowed(stages, stages.check, walked, result, request, notes)
}

/** The refusal of a request that the policy denies because of how its Resources begin. */
function mistakenOn({ ambiguous }: SizedPolicy, { arn }: AccessRequest): Refusal | undefined {
  if (ambiguous === undefined || arn === undefined) return undefined
  return isMistakable(ambiguous, arn) ? pathAmbiguous : undefined
}

/** A custom check can only take away: anything but exactly `true` refuses, and a fault in it decides nothing. */
async function narrowed(
  { fault }: Stages,
  check: CustomCheck,
  walked: Walk,
  principal: Principal,
  request: AccessRequest,
  notes: WalkNotes | undefined,
): Promise<Walk> {
  const checked: Walk = walked.refused === undefined ? { ...walked, stage: "check" } : walked
  try {
    const passed = (await check(principal, request)) === true
    if (notes !== undefined) notes.check = notes.lap()
    if (passed) return checked
    return { ...checked, policy: undefined, refused: walked.refused ?? checkRefused }
  } catch (error) {
    await fault(error)
    return { ...checked, stage: "check", policy: undefined, refused: internal }
  }
}

/** A request that came no further than this stage. */
export function stopped(stage: StageName, refused: Refusal, request: AccessRequest | undefined): Walk {
  return { request, principal: undefined, route: undefined, policy: undefined, refused, stage }
}

/** The walk, undecided where API Gateway would keep a refusal that may not be kept. */
export function asKept({ answers }: Stages, done: Walk): Walk {
  const { request, policy, refused } = done
  if (refused?.ifKept === undefined || policy !== undefined || !answers.keeps(request, refused)) return done
  return { ...done, refused: undecided(refused) }
}

/** The answer to a walk. @throws Error("Unauthorized") or Unavailable, as API Gateway expects them */
export function answerTo({ answers }: Stages, { request, principal, policy, refused, route }: Walk): AuthorizerAnswer {
  // Without a refusal this allows the route of the request. With one, the policy denies that route, and allows what the
  // gateway will ask about under the same cache key.
  const answerable = refused === undefined || refused.outcome === "forbidden"
  if (answerable && request !== undefined && principal !== undefined && policy !== undefined) {
    return answers.allow(request, principal, policy, route?.key)
  }
  return answers.refuse(request, refused ?? internal, principal)
}
