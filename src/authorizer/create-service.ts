import type { AnswerOptions, Answers } from "../answer/answer.ts"
import { withoutGateway } from "../configuration/without-gateway.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { assemble, type ServiceStages } from "./assemble.ts"
import type { KeySetState } from "./connect.ts"
import { everything } from "./everything.ts"
import type { AuthorizerParts } from "./parts.ts"

/** The walk without API Gateway: a request in, an answer of the caller's own form out. */
export interface RequestDecider<A> {
  /**
   * Rejects only for a fault of `answers`.
   *
   * @param request or why there is none, which is answered as a refusal
   * @param invocation the Lambda context, for records
   */
  decide(request: AccessRequest | Refusal, invocation?: unknown): Promise<A>
  warmUp(): Promise<void>
  /** The key set of each issuer, that of assertions included. */
  readonly keySets: readonly KeySetState[]
}

/**
 * Creates the core of a service from the same configuration as an authorizer. The `gateway` block is ignored: it
 * describes a gateway that does not ask here.
 *
 * @param createAnswers makes the answers; it is passed what names callers and makes contexts
 * @throws ConfigurationError with every problem at once
 */
export function createRequestDecider<A>(
  config: AuthorizerConfig,
  parts: AuthorizerParts,
  createAnswers: (options: AnswerOptions) => Answers<A>,
): RequestDecider<A> {
  const own = withoutGateway(config, "the service decides. Remove the block from the service's configuration")
  let keySets: readonly KeySetState[] = []
  const service: ServiceStages = {
    read: (request) => request as AccessRequest | Refusal,
    // The handler below returns what these answers return.
    createAnswers: createAnswers as unknown as ServiceStages["createAnswers"],
    keySets: (sets) => {
      keySets = sets
    },
  }
  const { handler, warmUp } = assemble(own, parts, { ...everything, service })
  return { decide: handler as unknown as RequestDecider<A>["decide"], warmUp, keySets }
}
