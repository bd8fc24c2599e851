import { loadPresets } from "../provider/load.ts"
import type { AuthorizerConfig } from "../shared/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import { mayNeedPrincipalPolicy } from "./check-cache.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * The same as `createAuthorizer`, but in a bundle with code splitting only the presets that the configuration names are
 * loaded. For the deployed handler, where every kilobyte is part of each cold start.
 *
 * @throws ConfigurationError (rejects) with every problem at once
 */
export async function loadAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Promise<Authorizer> {
  const presets = await loadPresets(config)
  const compile = mayNeedPrincipalPolicy(config)
    ? (await import("../route/principal.ts")).compilePrincipalPolicy
    : undefined
  const byRoute =
    Object(config).routes === undefined ? undefined : (await import("../route/by-route.ts")).decideWithRoutes
  const edge = Object(config).edge === undefined ? undefined : (await import("./edge-support.ts")).edgeSupport
  return assemble(config, parts, { presets, compile, byRoute, edge })
}
