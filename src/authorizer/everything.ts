import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { makeTokenStore } from "../token/store.ts"
import type { Loaded } from "./assemble.ts"
import { assertionSupport } from "./optional/assertion.ts"
import { edgeSupport } from "./optional/edge.ts"
import { observeSupport } from "./optional/observe.ts"
import { routeSupport } from "./optional/routes.ts"
import { sizeSearch } from "./optional/sizes.ts"

/** All that any configuration needs, loaded from the beginning. */
export const everything: Loaded = {
  presets: allPresets,
  routes: routeSupport,
  edge: edgeSupport,
  observe: observeSupport,
  assertion: assertionSupport,
  makeTokenStore,
  sizes: sizeSearch,
  explain,
}
