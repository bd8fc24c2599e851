import type { Answers, AuthorizerAnswer } from "../answer/answer.ts"
import type { ExtractCredential } from "../credential/extract.ts"
import { readRequest } from "../event/read.ts"
import type { DecideRoute } from "../route/decide.ts"
import type { Route } from "../route/table.ts"
import type { Clock } from "../shared/clock.ts"
import type { Principal } from "../shared/principal.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import type { Authenticate } from "../token/authenticate.ts"
import type { CustomCheck } from "./parts.ts"

/** The stages of the walk, in the order in which a request passes them. */
export interface Stages {
  readonly clock: Clock
  readonly extract: ExtractCredential
  readonly authenticate: Authenticate
  readonly decide: DecideRoute
  readonly check: CustomCheck | undefined
  readonly answers: Answers
  /** Whether a TOKEN event contradicts the `gateway` block: its cache key is the token alone, and routes are configured. */
  readonly tokenEventsUnsafe: boolean
  /** Told of a fault that the walk itself turned into `unavailable`. */
  readonly fault: (error: unknown) => void
}

/** The stages by name, in the order in which a request passes them. */
export const stageNames = ["event", "gateway", "arn", "credential", "token", "route", "check"] as const
export type StageName = (typeof stageNames)[number]

/** How far a request came, and what stopped it. */
export interface Walk {
  readonly request: AccessRequest | undefined
  readonly principal: Principal | undefined
  readonly route: Route | undefined
  /** The method that an Allow is for. */
  readonly method: string
  /** Undefined means allow: the request passed every stage. */
  readonly refused: Refusal | undefined
  /** The stage that refused, or the last one. */
  readonly stage: StageName
}

const arnInvalid = refusal("arn_invalid")
const checkRefused = refusal("check_refused")
const gatewayMismatch = refusal("gateway_mismatch")
const internal = refusal("internal")

/**
 * The walk: event, credential, token, route, custom check. A value at once while nothing has to be fetched; there is no
 * other way to an allow than through its last line (SR-140).
 */
export function walk(stages: Stages, event: unknown): Walk | Promise<Walk> {
  const request = readRequest(event)
  if ("refused" in request) return stopped("event", request, undefined)
  if (stages.tokenEventsUnsafe && request.kind === "rest-token") return stopped("gateway", gatewayMismatch, request)
  if (request.arn === undefined) return stopped("arn", arnInvalid, request)
  const credential = stages.extract(request)
  if (typeof credential !== "string") return stopped("credential", credential, request)
  const result = stages.authenticate(credential, stages.clock())
  if (result instanceof Promise) return result.then((settled) => withPrincipal(stages, request, settled))
  return withPrincipal(stages, request, result)
}

function withPrincipal(stages: Stages, request: AccessRequest, result: Principal | Refusal): Walk | Promise<Walk> {
  if ("refused" in result) return stopped("token", result, request)
  const { route, refused, method } = stages.decide(request, result)
  const walked: Walk = { request, principal: result, route, method, refused, stage: "route" }
  if (refused !== undefined || stages.check === undefined) return walked
  return narrowed(stages, stages.check, { ...walked, stage: "check" }, result, request)
}

/** A custom check can only take away: anything but exactly `true` refuses, and a fault in it decides nothing. */
async function narrowed(
  { fault }: Stages,
  check: CustomCheck,
  walked: Walk,
  principal: Principal,
  request: AccessRequest,
): Promise<Walk> {
  try {
    return (await check(principal, request)) === true ? walked : { ...walked, refused: checkRefused }
  } catch (error) {
    fault(error)
    return { ...walked, refused: internal }
  }
}

/** A request that came no further than this stage. */
export function stopped(stage: StageName, refused: Refusal, request: AccessRequest | undefined): Walk {
  return { request, principal: undefined, route: undefined, method: "", refused, stage }
}

/** The answer to a walk. @throws Error("Unauthorized") or Unavailable, as API Gateway expects them */
export function answerTo({ answers }: Stages, { request, principal, route, method, refused }: Walk): AuthorizerAnswer {
  if (refused === undefined && request !== undefined && principal !== undefined) {
    return answers.allow(request, principal, { method, template: route?.template ?? request.template })
  }
  return answers.refuse(request, refused ?? internal, principal)
}
