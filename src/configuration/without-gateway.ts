import type { AuthorizerConfig, GatewayOptions } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"

/** Every request is decided by itself, by its path: nothing is cached, and there is no template. */
const withRoutes: GatewayOptions = { resultTtlSeconds: 0, matchBy: "path" }
const withoutRoutes: GatewayOptions = { resultTtlSeconds: 0 }

/**
 * The configuration of an authorizer where API Gateway does not ask. The `gateway` block is ignored: it describes a
 * gateway that does not ask here.
 *
 * @param config unchecked
 * @param instead what decides in place of an authorizer, and what to do about a `shadow` block
 * @throws ConfigurationError if there is a `shadow` block
 */
export function withoutGateway(config: AuthorizerConfig, instead: string): AuthorizerConfig {
  if (typeof config !== "object" || config === null) return config
  if (config.shadow !== undefined) {
    const message = `is for an authorizer beside another one, and ${instead}`
    throw new ConfigurationError([{ path: "shadow", message }])
  }
  return { ...config, gateway: config.routes === undefined ? withoutRoutes : withRoutes }
}
