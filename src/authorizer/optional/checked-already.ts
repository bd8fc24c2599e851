import { noRoutes } from "./none.ts"
import type { RouteSupport } from "./routes.ts"

/** Of routes that were checked when the configuration was bundled: there is nothing to report. */
export const checkedAlready: RouteSupport = {
  ...noRoutes,
  checkRoutes: (value) => value as ReturnType<RouteSupport["checkRoutes"]>,
  openToTenants: () => undefined,
}
