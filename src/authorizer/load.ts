import type { SizeSearch } from "../configuration/check-sizes.ts"
import { readEnvironment } from "../configuration/environment.ts"
import type { Explain } from "../problems/option-checks.ts"
import { type Presets, providersIn, smallPresets } from "../provider/presets.ts"
import type { CompiledConfiguration } from "../types/compiled-form.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { assemble, type Loaded } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import type { CompiledCode } from "./optional/compiled.ts"
import { noAssertion, noEdge, noObserve, noRoutes } from "./optional/none.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * Creates an authorizer as `createAuthorizer` does, and loads only the code that the configuration needs. A bundle with
 * code splitting reads less in a cold start. The cache of verified tokens is loaded after the first answer.
 *
 * @param config plain data, see `AuthorizerConfig`
 * @param parts what tests and advanced users replace
 * @throws ConfigurationError (rejects) with every problem at once
 * @example
 * ```ts
 * import { loadAuthorizer } from "hallpass"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "auth0" })
 * export const { handler, decide } = await loadAuthorizer({ issuers: [issuer.config] })
 *
 * const decision = await decide({
 *   type: "TOKEN",
 *   methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders",
 *   authorizationToken: `Bearer ${issuer.token({}, "expired")}`,
 * })
 * console.log(decision.outcome, decision.reason) // unauthenticated token_expired
 * ```
 */
export function loadAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Promise<Authorizer> {
  return explaining(() => load(config, parts))
}

/**
 * Loads the authorizer that the environment configures, as the deployed handler does. See `configFromEnvironment`.
 *
 * @param environment `process.env`, or any map of names to texts
 * @param bundled the configuration to use if no variable names an issuer
 * @param parts what tests and advanced users replace
 * @param compiled with `form`, which `compileConfiguration` of `hallpass/deployment` made of the bundled configuration.
 *   It is passed over if it belongs to another configuration or version
 * @throws ConfigurationError (rejects) with every problem at once, also if there is no configuration
 * @example
 * ```ts
 * import { loadFromEnvironment } from "hallpass"
 *
 * const issuer = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" }
 * const HALLPASS_CONFIG = JSON.stringify({ issuers: [issuer] })
 * export const { handler } = await loadFromEnvironment({ HALLPASS_CONFIG })
 *
 * await loadFromEnvironment({}).catch(({ problems }) => console.log(problems[0].path)) // configuration
 * ```
 */
export function loadFromEnvironment(
  environment: { readonly [name: string]: string | undefined },
  bundled?: AuthorizerConfig,
  parts: AuthorizerParts = {},
  compiled?: CompiledConfiguration,
): Promise<Authorizer> {
  return explaining(async () => {
    const config = readEnvironment(environment, bundled, unexplained)
    if (config === undefined) throw new ConfigurationError([{ path: "configuration", message: "no_configuration" }])
    return load(config, parts, config === bundled ? (compiled ?? {}) : undefined)
  })
}

/** @param bundle what is known of a bundled configuration, which the build has checked */
async function load(
  config: AuthorizerConfig,
  parts: AuthorizerParts,
  bundle?: Partial<CompiledCode>,
): Promise<Authorizer> {
  const written: { readonly [block in keyof AuthorizerConfig]?: unknown } = Object(config)
  if (written.shadow !== undefined)
    return (await import("./optional/shadow.ts")).shadowSupport.load(config, parts, load)
  const precompiled =
    bundle?.form &&
    (await (bundle.restore ?? (await import("./optional/compiled.ts")).restore)(bundle as CompiledCode, config))
  const loaded: Loaded = {
    presets: precompiled?.presets ?? (await presetsFor(providersIn(written))),
    routes:
      precompiled?.routes ??
      (written.routes === undefined ? noRoutes : (await import("./optional/routes.ts")).routeSupport),
    edge: written.edge === undefined ? noEdge : (await import("./optional/edge.ts")).edgeSupport,
    observe: written.observe === undefined ? noObserve : (await import("./optional/observe.ts")).observeSupport,
    assertion:
      written.assertion === undefined ? noAssertion : (await import("./optional/assertion.ts")).assertionSupport,
    makeTokenStore: undefined,
    sizes: withoutSearch,
    isBundled: Boolean(bundle),
    ...precompiled?.issuers,
    explain: unexplained,
  }
  try {
    return assemble(config, parts, loaded)
  } catch (error) {
    if (error !== searchNeeded) throw error
    return assemble(config, parts, { ...loaded, sizes: (await import("./optional/sizes.ts")).sizeSearch })
  }
}

/** Few tables need the search, and which ones is known when they are compiled. */
const searchNeeded = new Error("sizes")
const withoutSearch: SizeSearch = {
  search() {
    throw searchNeeded
  },
  tooLargeText: () => undefined,
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

const unexplained: Explain = (problems) => problems

/** The sentences about problems are loaded if there are any. */
async function explaining(work: () => Promise<Authorizer>): Promise<Authorizer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    // A mistake of the configuration stays one, even if its sentences cannot be read.
    const loaded = await import("./optional/explanations.ts").catch(() => undefined)
    const explain = loaded?.explanationSupport.explain ?? unexplained
    throw new ConfigurationError(explain(error.problems))
  }
}
