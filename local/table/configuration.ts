import type { AuthorizerConfig, GatewayOptions } from "../../src/index.ts"
import type { Issuer } from "../issuers/issuer.ts"

/** What an adopter would configure for these issuers: the routes of the sample events, each behind a scope. */
export function configurationFor(issuers: readonly Issuer[], gateway: GatewayOptions): AuthorizerConfig {
  const scopes = { any: issuers.map(({ persona }) => persona.scope) }
  return {
    issuers: issuers.map(({ configuration }) => configuration),
    routes: { "GET /orders": { scopes }, $connect: { scopes } },
    gateway,
    keys: { allowHttpLoopback: true, timeoutMs: 8000 }, // the longest, for a machine that is busy
  }
}
