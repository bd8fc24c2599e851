import { explain } from "../problems/explain-problems.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { readEnvironment } from "./environment.ts"

/**
 * Reads the configuration from environment variables: `HALLPASS_CONFIG`, the whole object as JSON, or the simple
 * variables for one issuer. An empty variable counts as absent, because CloudFormation passes unset parameters so.
 *
 * The variables of the `observe` block change no decision. They are added to the configuration that is used.
 *
 * @param environment `process.env`, or any map of names to texts
 * @param bundled the configuration to use if no variable names an issuer
 * @returns the configuration, unchecked, or undefined if there is none
 * @throws ConfigurationError with every variable that cannot be read, or if both forms are mixed
 * @example
 * ```ts
 * import { configFromEnvironment } from "hallpass"
 *
 * const config = configFromEnvironment({
 *   HALLPASS_PROVIDER: "okta",
 *   HALLPASS_ISSUER: "acme.okta.com",
 *   HALLPASS_AUDIENCE: "api://orders",
 * })
 * console.log(config?.issuers[0]?.provider) // okta
 * ```
 */
export function configFromEnvironment(
  environment: { readonly [name: string]: string | undefined },
  bundled?: AuthorizerConfig,
): AuthorizerConfig | undefined {
  return readEnvironment(environment, bundled, explain)
}
