import { type AuthorizerConfig, ConfigurationError, createAuthorizer, type RouteRule } from "../../index.ts"
import { compilePolicy } from "../../policy.ts"
import { UsageError } from "../frame/command.ts"
import { plain } from "../frame/output.ts"
import type { Answers } from "./answers.ts"
import { issuerOf } from "./providers.ts"

/** What is written, and why it is not the simplest one. */
export interface WrittenConfiguration {
  readonly configuration: AuthorizerConfig
  readonly remark?: string
}

const schema = "./node_modules/hallpass/hallpass.schema.json"

/**
 * The configuration for the answers: with one kept answer for every route if the table allows it, else with answers for
 * one route.
 *
 * @param resourcePolicyAllows whether the API has a resource policy that allows
 * @throws UsageError with every problem
 */
export function configurationFor(
  { provider, issuer, api }: Answers,
  routes: { readonly [key: string]: RouteRule },
  resourcePolicyAllows = false,
): WrittenConfiguration {
  const issuers = [issuerOf(provider, issuer)]
  const written = (gateway: NonNullable<AuthorizerConfig["gateway"]>): AuthorizerConfig => {
    return { $schema: schema, issuers, ...(Object.keys(gateway).length > 0 && { gateway }), routes }
  }
  // With policies, AWS documents no status for the error that an authorizer throws on an HTTP API: a Deny is 403 there.
  const kind = {
    ...(api !== "websocket" && { api }),
    ...(api === "http" && { unauthorized: "deny" as const }),
    ...(resourcePolicyAllows && { resourcePolicyAllows }),
  }
  const simple = written(kind)
  const problems = problemsOf(simple)
  if (problems.length === 0) return { configuration: simple }
  const byRoute = written({ ...kind, identitySources: ["token", "route"] })
  const left = problemsOf(byRoute)
  // Only problems of the table go away; others are the same on both sides.
  if (left.length === 0)
    return {
      configuration: byRoute,
      remark:
        "No kept answer is right for all of these routes at once, so API Gateway must keep one for each route (identitySources)",
    }
  throw new UsageError(`the answers make no configuration: ${left.map((each) => plain(each, 300)).join("; ")}`)
}

/** What is wrong with an issuer alone. */
export function issuerProblems(provider: Answers["provider"], issuer: Answers["issuer"]): readonly string[] {
  return problemsOf({ issuers: [issuerOf(provider, issuer)] })
}

function problemsOf(configuration: AuthorizerConfig): readonly string[] {
  try {
    createAuthorizer(configuration)
    return compilePolicy(configuration).conflicts.map(({ message }) => message)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path} ${message}`)
    throw error
  }
}
