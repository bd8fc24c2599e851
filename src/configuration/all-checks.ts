import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { checkAssertion } from "./check-assertion.ts"
import type { LoadedChecks } from "./check-configuration.ts"
import { checkEdge } from "./check-edge.ts"
import { routeChecks } from "./check-routes.ts"
import { checkObserve } from "./rules-of-observe.ts"
import { sizeSearch } from "./size-search.ts"

/** All that checks any configuration, for code outside of the start of an authorizer. */
export const allChecks: LoadedChecks = {
  presets: allPresets,
  routes: routeChecks,
  edge: { check: checkEdge },
  observe: { check: checkObserve },
  assertion: { check: checkAssertion },
  sizes: sizeSearch,
  explain,
}
