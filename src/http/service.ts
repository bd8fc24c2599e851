import { createRequestDecider, type RequestDecider } from "../authorizer/create-service.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { challenges } from "./challenge.ts"
import { identityHeaders } from "./identity-headers.ts"
import { type ServiceAnswer, serviceAnswers } from "./service-answers.ts"
import type { ServiceParts } from "./service-options.ts"

export type Service = RequestDecider<ServiceAnswer>

/** The core of a service: requests in, answers out. @throws ConfigurationError with every problem at once */
export function createService(config: AuthorizerConfig, { loadPackage, ...parts }: ServiceParts): Service {
  // The core goes first: what it accepts has the form that the headers are made of.
  let answers: ReturnType<typeof serviceAnswers> | undefined
  return createRequestDecider(config, parts, (options) => {
    answers ??= serviceAnswers(identityHeaders(config), challenges(config))
    return answers(options)
  })
}
