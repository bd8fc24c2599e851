import { explain } from "../problems/explain-problems.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { assemble } from "./assemble.ts"
import type { Authorizer } from "./authorizer.ts"
import { everything } from "./everything.ts"
import { shadowSupport } from "./optional/shadow.ts"
import type { AuthorizerParts } from "./parts.ts"

/**
 * Creates an authorizer. It reads the configuration once, here, and refuses a wrong one here.
 *
 * @param config plain data, see `AuthorizerConfig`
 * @param parts what tests and advanced users replace: clock, network, observer, a rule of your own
 * @throws ConfigurationError with every problem at once, each with its path and remedy
 * @example
 * ```ts
 * import { createAuthorizer } from "hallpass"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * export const { handler, decide } = createAuthorizer({
 *   issuers: [issuer.config],
 *   routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
 * })
 *
 * const decision = await decide({
 *   type: "TOKEN",
 *   methodArn: "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/7",
 *   authorizationToken: `Bearer ${issuer.token({ scp: ["orders:read"] })}`,
 * })
 * console.log(decision.outcome, decision.route) // allow GET /orders/{id}
 * ```
 */
export function createAuthorizer(config: AuthorizerConfig, parts: AuthorizerParts = {}): Authorizer {
  if (Object(config).shadow !== undefined) return shadowSupport.create(config, parts, createAuthorizer, explain)
  return assemble(config, parts, everything)
}
