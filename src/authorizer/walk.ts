import type { SizedPolicy } from "../answer/written-policy.ts"
import type { DecidedRoute } from "../route/decide.ts"
import type { StageName } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"

/** How far a request came, and what stopped it. */
export interface Walk {
  readonly request: AccessRequest | undefined
  readonly principal: Principal | undefined
  readonly route: DecidedRoute | undefined
  /**
   * What is answered when the request passed every stage, and beside a refusal by the route where the gateway keeps the
   * answer for other routes, too.
   */
  readonly policy: SizedPolicy | undefined
  /** The assertion about the principal, if assertions are made. */
  readonly assertion?: string
  /** Undefined means allow: the request passed every stage. */
  readonly refused: Refusal | undefined
  /** The stage that refused, or the last one. */
  readonly stage: StageName
}
