import { explain } from "../problems/explain-problems.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { readEnvironment } from "./environment.ts"

/**
 * Reads the configuration from environment variables: `HALLPASS_CONFIG`, the whole object as JSON, or the simple
 * variables for one issuer. An empty variable counts as absent, because CloudFormation passes unset parameters so.
 *
 * The variables of the `observe` block configure no decision: they are set over whichever configuration is used.
 *
 * @param environment `process.env`, or any map of names to texts
 * @param bundled used when no variable says who is let in
 * @returns the configuration, unchecked, or undefined when there is none
 * @throws ConfigurationError with every variable that cannot be read, or when both forms are mixed
 */
export function configFromEnvironment(
  environment: { readonly [name: string]: string | undefined },
  bundled?: AuthorizerConfig,
): AuthorizerConfig | undefined {
  return readEnvironment(environment, bundled, explain)
}
