import { type RouteChecks, routeChecks } from "../../configuration/check-routes.ts"
import { decideByRoute } from "../../configuration/route-caching.ts"

/** Everything that only a configuration with `routes` needs, as one file of a bundle. */
export interface RouteSupport extends RouteChecks {
  /** Decides where answers are for one route. */
  readonly decide: typeof decideByRoute
  /**
   * Loads the code that a walk was without.
   *
   * @param error what the walk threw; undefined is returned for all other errors
   */
  readonly load?: (error: unknown) => Promise<void> | undefined
}

export const routeSupport: RouteSupport = { ...routeChecks, decide: decideByRoute }
