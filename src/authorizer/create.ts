import { allPresets } from "../provider/presets.ts"
import { decideWithRoutes } from "../route/by-route.ts"
import { compilePrincipalPolicy } from "../route/principal.ts"
import type { AuthorizerConfig } from "../shared/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import { edgeSupport } from "./edge-support.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * Creates an authorizer. Configuration becomes sets, matchers and key objects here, once; a wrong one is refused here.
 *
 * @param config plain data, see `AuthorizerConfig`
 * @param parts what tests and advanced users replace
 * @throws ConfigurationError with every problem at once, each with its path and remedy
 */
export function createAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Authorizer {
  return assemble(config, parts, {
    presets: allPresets,
    compile: compilePrincipalPolicy,
    byRoute: decideWithRoutes,
    edge: edgeSupport,
  })
}
