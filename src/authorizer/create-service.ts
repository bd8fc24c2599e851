import type { AnswerOptions, Answers } from "../answer/answer.ts"
import type { AuthorizerConfig, GatewayOptions } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import type { AccessRequest } from "../types/request.ts"
import { assemble, type ServiceStages } from "./assemble.ts"
import type { KeySetState } from "./connect.ts"
import { everything } from "./everything.ts"
import type { AuthorizerParts } from "./parts.ts"

/** The walk without API Gateway: a request in, an answer of the caller's own form out. */
export interface RequestDecider<A> {
  /** Rejects only for a fault of `answers`. */
  decide(request: AccessRequest): Promise<A>
  warmUp(): Promise<void>
  /** The key set of each issuer. */
  readonly keySets: readonly KeySetState[]
}

/** Every request is decided by itself, by its path: nothing is cached, and there is no template. */
const withRoutes: GatewayOptions = { resultTtlSeconds: 0, matchBy: "path" }
const withoutRoutes: GatewayOptions = { resultTtlSeconds: 0 }

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
  if (Object(config).shadow !== undefined) {
    const message =
      "is for an authorizer beside another one, and the service decides. Remove the block from the service's configuration"
    throw new ConfigurationError([{ path: "shadow", message }])
  }
  let keySets: readonly KeySetState[] = []
  const service: ServiceStages = {
    read: (request) => request as AccessRequest,
    // The handler below returns what these answers return.
    createAnswers: createAnswers as unknown as ServiceStages["createAnswers"],
    keySets: (sets) => {
      keySets = sets
    },
  }
  const { handler, warmUp } = assemble(withoutGateway(config), parts, { ...everything, service })
  return { decide: handler as unknown as RequestDecider<A>["decide"], warmUp, keySets }
}

function withoutGateway(config: AuthorizerConfig): AuthorizerConfig {
  if (typeof config !== "object" || config === null) return config
  return { ...config, gateway: config.routes === undefined ? withoutRoutes : withRoutes }
}
