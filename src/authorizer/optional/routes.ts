import { type RouteChecks, routeChecks } from "../../configuration/check-routes.ts"
import { decideWithRoutes } from "../../route/by-route.ts"

/** Everything that only a configuration with `routes` needs, as one file of a bundle. */
export interface RouteSupport extends RouteChecks {
  /** Decides where answers are for one route. */
  readonly decide: typeof decideWithRoutes
}

export const routeSupport: RouteSupport = { ...routeChecks, decide: decideWithRoutes }
