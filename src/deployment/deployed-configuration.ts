import { readEnvironment } from "../configuration/environment.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

/**
 * What a deployed function was configured with: `configFromEnvironment`, without the texts for people.
 *
 * @param environment `process.env`, or any map of names to texts
 * @param bundled the configuration to use if no variable names an issuer
 * @throws ConfigurationError whose messages are codes. Load the authorizer first, which explains them
 * @example
 * ```ts
 * import { deployedConfiguration } from "hallpass/deployment"
 *
 * const environment = { HALLPASS_PROVIDER: "okta", HALLPASS_DOMAIN: "acme.okta.com", HALLPASS_RESULT_TTL_SECONDS: "60" }
 * console.log(deployedConfiguration(environment)?.gateway) // { resultTtlSeconds: 60 }
 * ```
 */
export function deployedConfiguration(
  environment: { readonly [name: string]: string | undefined },
  bundled?: AuthorizerConfig,
): AuthorizerConfig | undefined {
  return readEnvironment(environment, bundled, (problems) => problems)
}
