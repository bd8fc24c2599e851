import { decideWithRoutes, type RouteCaching } from "../route/by-route.ts"
import type { DecideRoute } from "../route/decide.ts"
import { type ScopedRoutes, sourcesOf } from "./answer-scope.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

/** Decides where answers are for one route, as the gateway keeps them. */
export function decideByRoute({ routes = {}, unmatched }: ScopedRoutes, gateway: CheckedGateway): DecideRoute {
  return decideWithRoutes({ routes, unmatched }, routeCachingOf(gateway))
}

function routeCachingOf(gateway: CheckedGateway): RouteCaching {
  const { resultTtlSeconds, responses, matchBy } = gateway
  const cached = resultTtlSeconds > 0
  const keyHoldsMethod = !cached || sourcesOf(gateway).has("context.httpmethod")
  return { cached, keyHoldsMethod, simple: responses === "simple", byPath: matchBy === "path" }
}
