import type { Principal } from "../shared/principal.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import { compileRule } from "./rule.ts"
import type { Route, RouteTable } from "./table.ts"

/** What the rules say: the route that applied, and the refusal if there is one. */
export interface RouteVerdict {
  readonly route: Route | undefined
  readonly refused: Refusal | undefined
}

/** Decides whether a principal may take the route of a request. Depends on nothing else. */
export type DecideRoute = (request: AccessRequest, principal: Principal) => RouteVerdict

const unmatchedRoute = refusal("route_unmatched")
const anyPrincipal = compileRule({})

/** Without a table, every authenticated principal that is entitled to anything may call anything. */
export function decideWithoutRoutes(_request: AccessRequest, principal: Principal): RouteVerdict {
  return { route: undefined, refused: anyPrincipal.refuse(principal) }
}

export function decideWithRoutes(table: RouteTable, unmatched: "deny" | "authenticated"): DecideRoute {
  return (request, principal) => {
    const route = table.match(request)
    if (route === undefined) {
      const refused = unmatched === "deny" ? unmatchedRoute : anyPrincipal.refuse(principal)
      return { route: undefined, refused }
    }
    if ("refused" in route) return { route: undefined, refused: route }
    return { route, refused: route.rule.refuse(principal) }
  }
}
