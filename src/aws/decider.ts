import type { AuthorizerContext } from "../answer/context.ts"
import { createRequestDecider, type RequestDecider } from "../authorizer/create-service.ts"
import type { AuthorizerParts } from "../authorizer/parts.ts"
import { forOneRequest } from "../http/service-answers.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { Unavailable } from "../types/errors.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"

/** An allowed caller, before the answer is written in the form of a service. */
export interface Allowed {
  readonly principal: Principal
  /** Text values only, in at most 8 KB. */
  readonly context: AuthorizerContext
}

/** Most bytes of a context. */
const maxContextBytes = 8192

/**
 * The walk for an AWS service: an allowed caller, or the refusal of a bad credential or of a missing right.
 *
 * `decide` rejects with Unavailable for what cannot be decided: the service then fails the request, and keeps nothing.
 *
 * @throws ConfigurationError with every problem at once
 */
export function createDecider(config: AuthorizerConfig, parts: AuthorizerParts): RequestDecider<Allowed | Refusal> {
  return createRequestDecider<Allowed | Refusal>(config, parts, ({ contextOf }) => {
    /** The same principal again has the same context: its token was verified before. */
    const made = new WeakMap<Principal, Allowed>()
    return {
      ...forOneRequest,
      allow(_request, principal) {
        const before = made.get(principal)
        if (before !== undefined) return before
        const allowed = Object.freeze({ principal, context: contextOf(principal, "service", maxContextBytes) })
        made.set(principal, allowed)
        return allowed
      },
      refuse(_request, refused) {
        if (refused.outcome === "unavailable") throw new Unavailable(refused.code)
        return refused
      },
    }
  })
}
