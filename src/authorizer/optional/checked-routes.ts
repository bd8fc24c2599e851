import { decideByRoute } from "../../configuration/route-caching.ts"
import { checkedAlready } from "./checked-already.ts"
import type { RouteSupport } from "./routes.ts"

/** What a configuration needs that was checked when it was bundled, if an answer is for one route. */
export const checkedRoutes: RouteSupport = { ...checkedAlready, decide: decideByRoute }
