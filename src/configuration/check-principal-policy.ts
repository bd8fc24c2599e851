import type { PrincipalPolicy, PrincipalPolicyOptions } from "../policy/decide.ts"
import type { Report } from "../shared/check.ts"
import type { CheckedGateway } from "./check-blocks.ts"
import { answerScope, type ScopedRoutes } from "./check-cache.ts"

/** Compiles the table for principal policies. Loaded only where a configuration needs it. */
export type CompilePrincipalPolicy = (options: PrincipalPolicyOptions) => PrincipalPolicy

/**
 * Compiles principal policies and refuses a table whose answers cannot be kept apart.
 *
 * @returns undefined where answers are for one route, or when something was reported
 */
export function checkPrincipalPolicy(
  scoped: ScopedRoutes,
  gateway: CheckedGateway,
  compile: CompilePrincipalPolicy | undefined,
  report: Report,
): PrincipalPolicy | undefined {
  const { routes, unmatched } = scoped
  if (routes === undefined || answerScope(scoped, gateway) !== "principal") return undefined
  if (gateway.responses === "simple") {
    report(
      "gateway.responses",
      'must be "policy": a cached simple response is one boolean for every route; or add the route to the identity sources ' +
        "($context.routeKey), or set the authorizer's TTL and gateway.resultTtlSeconds to 0",
    )
    return undefined
  }
  if (compile === undefined) throw new TypeError("a configuration that needs principal policies was not recognised")
  const policy = compile({ routes, unmatched, resourcePolicyAllows: gateway.resourcePolicyAllows, api: gateway.api })
  for (const { routes, message, remedy } of policy.conflicts) report(`routes["${routes[0]}"]`, `${message}; ${remedy}`)
  return policy
}
