import type { PrincipalPolicyOptions } from "../policy/stage-decisions.ts"
import type { ScopedRoutes } from "./answer-scope.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

/** What principal policies need to know of a configuration with routes. */
export function policyOptions(
  { routes = {}, unmatched }: ScopedRoutes,
  { resourcePolicyAllows, api, matchBy }: CheckedGateway,
): PrincipalPolicyOptions {
  return { routes, unmatched, resourcePolicyAllows, api, byPath: matchBy === "path" }
}
