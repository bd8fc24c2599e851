import { createRequestDecider, type RequestDecider } from "../authorizer/create-service.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { challenges } from "./challenge.ts"
import { addedKeys, headerOf, identityHeaders } from "./identity-headers.ts"
import { type ServiceAnswer, serviceAnswers } from "./service-answers.ts"
import type { ServiceParts } from "./service-options.ts"

export type Service = RequestDecider<ServiceAnswer>

/** The core of a service: requests in, answers out. @throws ConfigurationError with every problem at once */
export function createService(config: AuthorizerConfig, { loadPackage, ...parts }: ServiceParts): Service {
  // The core goes first: what it accepts has the form that the headers are made of.
  let answers: ReturnType<typeof serviceAnswers> | undefined
  const service = createRequestDecider(config, parts, (options) => {
    const begun = addedKeys(config).length > 0 ? {} : undefined
    answers ??= serviceAnswers(identityHeaders(config), challenges(config), begun)
    return answers(options)
  })
  const added = addedKeys(config)
  if (added.length === 0) return service
  return { ...service, decide: async (request) => withAdded(await service.decide(request), added) }
}

/** The answer with the headers of what was added to its context. A request that lacks a value overwrites it as well. */
function withAdded({ context, ...answer }: ServiceAnswer, added: readonly string[]): ServiceAnswer {
  if (context === undefined) return answer
  const others = answer.headers.slice(0, -2 * added.length)
  const own = added.flatMap((key) => [headerOf(key), String(context[key] ?? "")])
  return { ...answer, headers: [...others, ...own] }
}
