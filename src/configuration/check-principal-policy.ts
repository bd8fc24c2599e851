import { compilePrincipalPolicy, type PrincipalPolicy } from "../policy/decide.ts"
import { examiner } from "../policy/examine.ts"
import type { Report } from "../problems/option-checks.ts"
import { answerScope, holdsRoute, type ScopedRoutes } from "./answer-scope.ts"
import { checkSimpleAnswers } from "./check-simple-answers.ts"
import type { CheckedGateway } from "./declared/gateway.ts"
import { policyOptions } from "./policy-options.ts"

/**
 * Compiles principal policies, or refuses simple responses that are kept for one route. Routes that no cached answer
 * can keep apart are in the result.
 *
 * @returns undefined if answers are for one route, or if a problem was reported
 */
export function checkPrincipalPolicy(
  scoped: ScopedRoutes,
  gateway: CheckedGateway,
  report: Report,
): PrincipalPolicy | undefined {
  const { routes } = scoped
  if (routes === undefined) return undefined
  if (gateway.matchBy === "path" && answerScope(scoped, gateway) === "principal" && holdsRoute(gateway)) {
    report(
      "gateway.identitySources",
      'must hold "context.path" and "context.httpMethod" beside the route: the path decides, and requests of one route have ' +
        "different ones; or leave the route out",
    )
    return undefined
  }
  if (answerScope(scoped, gateway) !== "principal") {
    checkSimpleAnswers(routes, gateway, report)
    return undefined
  }
  if (gateway.responses === "simple") {
    report(
      "gateway.responses",
      'must be "policy": a cached simple response is one boolean for every route. Or add the route to the identity sources ' +
        "($context.routeKey), or set the authorizer's TTL and gateway.resultTtlSeconds to 0",
    )
    return undefined
  }
  return compilePrincipalPolicy(policyOptions(scoped, gateway), examiner)
}
