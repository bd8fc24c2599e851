import { type RouteChecks, routeChecks } from "../../configuration/check-routes.ts"
import { decideWithRoutes } from "../../route/by-route.ts"

/** Everything that only a configuration with `routes` needs, as one chunk of a bundle. */
export interface RouteSupport {
  readonly routes: RouteChecks
  /** Needed where answers are for one route. */
  readonly byRoute: typeof decideWithRoutes
}

export const routeSupport: RouteSupport = { routes: routeChecks, byRoute: decideWithRoutes }
