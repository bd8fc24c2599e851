import { type Presets, providersIn, smallPresets } from "../provider/presets.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import { noEdge, noObserve, noRoutes } from "./optional/none.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * The same as `createAuthorizer`, but in a bundle with code splitting only what the configuration needs is loaded, and the cache of
 * verified tokens behind the first answer. For the deployed handler, where every kilobyte is part of each cold start.
 *
 * @throws ConfigurationError (rejects) with every problem at once
 */
export async function loadAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Promise<Authorizer> {
  const written: { readonly [block in keyof AuthorizerConfig]?: unknown } = Object(config)
  if (written.shadow !== undefined)
    return (await import("./optional/shadow.ts")).shadowSupport.load(config, parts, loadAuthorizer)
  return assemble(config, parts, {
    presets: await presetsFor(providersIn(written)),
    routes: written.routes === undefined ? noRoutes : (await import("./optional/routes.ts")).routeSupport,
    edge: written.edge === undefined ? noEdge : (await import("./optional/edge.ts")).edgeSupport,
    observe: written.observe === undefined ? noObserve : (await import("./optional/observe.ts")).observeSupport,
    makeTokenStore: undefined,
  })
}

/** An issuer whose preset is not loaded is refused as an unknown provider. */
async function presetsFor(providers: ReadonlySet<unknown>): Promise<Presets> {
  const wanted = (names: readonly string[]): boolean => names.some((name) => providers.has(name))
  return {
    ...smallPresets,
    ...(wanted(["entra", "entra-external-id", "entra-b2c"]) && (await import("./optional/entra-presets.ts")).presets),
    ...(wanted(["oidc", "auth0", "adfs", "wso2"]) && (await import("./optional/oidc-presets.ts")).presets),
  }
}
