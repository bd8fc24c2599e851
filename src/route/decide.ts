import type { Principal } from "../shared/principal.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import { compileRule } from "./rule.ts"
import type { Route, RouteTable } from "./table.ts"

/** What the rules say: the route that applied, the refusal if there is one, and what an Allow may cover. */
export interface RouteVerdict {
  readonly route: Route | undefined
  readonly refused: Refusal | undefined
  /** The method that an Allow is for: the request's, or `*` when the decision holds for every method of the route. */
  readonly method: string
}

/** Decides whether a principal may take the route of a request. Depends on nothing else. */
export type DecideRoute = (request: AccessRequest, principal: Principal) => RouteVerdict

const unmatchedRoute = refusal("route_unmatched")
const anyPrincipal = compileRule({})

/** Without a table, every authenticated principal that is entitled to anything may call anything. */
export function decideWithoutRoutes({ method }: AccessRequest, principal: Principal): RouteVerdict {
  return { route: undefined, refused: anyPrincipal.refuse(principal), method }
}

/**
 * @param keyHoldsMethod whether the gateway's cache key tells methods apart. `$context.routeKey` does not where the
 *   gateway's route is `ANY …` or `$default`: then one answer serves every method, and has to be right for all (SR-143)
 */
export function decideWithRoutes(
  table: RouteTable,
  unmatched: "deny" | "authenticated",
  keyHoldsMethod: boolean,
): DecideRoute {
  return (request, principal) => {
    const everyMethod = !keyHoldsMethod && request.routeMethod === "ANY"
    const route = everyMethod ? table.matchEveryMethod(request) : table.match(request)
    const method = everyMethod ? "*" : request.method
    if (route === undefined) {
      const refused = unmatched === "deny" ? unmatchedRoute : anyPrincipal.refuse(principal)
      return { route: undefined, refused, method }
    }
    if ("refused" in route) return { route: undefined, refused: route, method }
    return { route, refused: route.rule.refuse(principal), method }
  }
}
