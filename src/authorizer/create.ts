import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import { makeTokenStore } from "../token/store.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import { edgeSupport } from "./optional/edge.ts"
import { observeSupport } from "./optional/observe.ts"
import { routeSupport } from "./optional/routes.ts"
import { shadowSupport } from "./optional/shadow.ts"
import { sizeSearch } from "./optional/sizes.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * Creates an authorizer. Configuration becomes sets, matchers and key objects here, once; a wrong one is refused here.
 *
 * @param config plain data, see `AuthorizerConfig`
 * @param parts what tests and advanced users replace
 * @throws ConfigurationError with every problem at once, each with its path and remedy
 */
export function createAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Authorizer {
  if (Object(config).shadow !== undefined) return shadowSupport.create(config, parts, createAuthorizer, explain)
  return assemble(config, parts, {
    presets: allPresets,
    routes: routeSupport,
    edge: edgeSupport,
    observe: observeSupport,
    makeTokenStore,
    sizes: sizeSearch,
    explain,
  })
}
