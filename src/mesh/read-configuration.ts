import { type CheckedConfiguration, checkConfiguration } from "../configuration/check-configuration.ts"
import { checkEdge } from "../configuration/check-edge.ts"
import { routeChecks } from "../configuration/check-routes.ts"
import { checkObserve } from "../configuration/rules-of-observe.ts"
import { sizeSearch } from "../configuration/size-search.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"

const loaded = {
  presets: allPresets,
  routes: routeChecks,
  edge: { check: checkEdge },
  observe: { check: checkObserve },
  sizes: sizeSearch,
  explain,
}

/**
 * Checks a configuration as the service does: the `gateway` block is ignored, because the neighbour is no API Gateway.
 *
 * @throws ConfigurationError with every problem at once
 */
export function readConfiguration(config: AuthorizerConfig): CheckedConfiguration {
  const given = Object(config) as AuthorizerConfig
  if (given.shadow !== undefined) {
    const message =
      "is for an authorizer beside another one, and exported rules decide. Remove the block before the export"
    throw new ConfigurationError([{ path: "shadow", message }])
  }
  const gateway =
    given.routes === undefined ? { resultTtlSeconds: 0 } : { resultTtlSeconds: 0, matchBy: "path" as const }
  const isBlock = typeof config === "object" && config !== null
  return checkConfiguration(isBlock ? { ...config, gateway } : config, loaded)
}
