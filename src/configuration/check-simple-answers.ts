import { coarseRoutes } from "../policy/coarse-routes.ts"
import type { Report } from "../problems/option-checks.ts"
import { RouteTable } from "../route/table.ts"
import type { ScopedRoutes } from "./answer-scope.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

/**
 * Refuses simple responses that API Gateway would keep for a catch-all beside stricter routes. One boolean serves every
 * path of the catch-all, and a backend may take some of them for those of a stricter route.
 */
export function checkSimpleAnswers(
  routes: NonNullable<ScopedRoutes["routes"]>,
  gateway: CheckedGateway,
  report: Report,
): void {
  if (gateway.responses !== "simple" || gateway.resultTtlSeconds === 0) return
  if (gateway.matchBy === "path") return // one boolean for one path
  for (const { route, isCatchAll, firstStricter } of coarseRoutes(new RouteTable(routes, true), gateway.api)) {
    if (!isCatchAll) continue
    report(
      "gateway.responses",
      `must be "policy": a cached simple response of "${route}" is one boolean for every path, also for one that a backend ` +
        `may take for "${firstStricter}"; or set the authorizer's TTL and gateway.resultTtlSeconds to 0`,
    )
    return
  }
}
