import { mayNeedPrincipalPolicy } from "../configuration/check-cache.ts"
import { allPresets } from "../provider/presets.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * The same as `createAuthorizer`, but in a bundle with code splitting only what the configuration needs is loaded, and the cache of
 * verified tokens behind the first answer. For the deployed handler, where every kilobyte is part of each cold start.
 *
 * @throws ConfigurationError (rejects) with every problem at once
 */
export async function loadAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Promise<Authorizer> {
  const {
    mode,
    observing,
    routes,
    edge: edgeBlock,
    observe: observeBlock,
  } = Object(config) as Partial<AuthorizerConfig>
  if (mode !== undefined || observing !== undefined)
    return (await import("../shadow/shadow.ts")).loadWithMode(config, parts, loadAuthorizer)
  const compile = mayNeedPrincipalPolicy(config)
    ? (await import("../policy/decide.ts")).compilePrincipalPolicy
    : undefined
  const { routeSupport } = routes === undefined ? noRoutes : await import("./optional/routes.ts")
  const edge = edgeBlock === undefined ? undefined : (await import("./optional/edge.ts")).edgeSupport
  const observe =
    observeBlock === undefined ? undefined : (await import("../configuration/check-observe.ts")).checkObserve
  const tracing = Object(observeBlock).traceContext === true ? await import("../answer/traced.ts") : undefined
  return assemble(config, parts, {
    presets: allPresets,
    compile,
    ...routeSupport,
    edge,
    observe,
    tracing,
    makeTokenStore: undefined,
  })
}

const noRoutes = { routeSupport: { routes: undefined, byRoute: undefined } }
