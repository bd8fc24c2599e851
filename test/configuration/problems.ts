import { type AuthorizerConfig, ConfigurationError, createAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"

/** The problems of a configuration with one issuer, with changes, as `path: message` lines. */
export function problems(changes: { readonly [name: string]: unknown }): readonly string[] {
  try {
    createAuthorizer({ issuers: [oidcIssuer()], ...changes } as unknown as AuthorizerConfig)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}
