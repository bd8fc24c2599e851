import type { RouteRule } from "../types/configuration.ts"
import { type Coverage, wholeStage } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { CompiledRule } from "./demands.ts"
import { refuseUnentitled } from "./entitled.ts"

/** The route of a request. */
export interface DecidedRoute {
  /** As the configuration writes it. */
  readonly key: string
  readonly rule: CompiledRule
  readonly configured: RouteRule
}

/** One configured route. */
export interface Route extends DecidedRoute {
  /** An HTTP method, `ANY`, or `$connect`. */
  readonly method: string
  readonly template: string
}

/** What the rules say: the route that applied, the refusal if there is one, and what an answer may cover. */
export interface RouteVerdict {
  readonly route: DecidedRoute | undefined
  readonly refused: Refusal | undefined
  /**
   * What the answer covers; undefined: nothing. With a refusal beside it, it is all that the principal may call
   * otherwise: the gateway keeps the answer for those routes too.
   */
  readonly covers: Coverage | undefined
}

/** Decides whether a principal may take the route of a request. Depends on nothing else. */
export type DecideRoute = (request: AccessRequest, principal: Principal) => RouteVerdict

/** Without a table, every authenticated principal that is entitled to anything may call anything. */
export function decideWithoutRoutes(_request: AccessRequest, principal: Principal): RouteVerdict {
  const refused = refuseUnentitled(principal)
  return { route: undefined, refused, covers: refused === undefined ? wholeStage : undefined }
}
