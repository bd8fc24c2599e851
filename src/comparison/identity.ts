import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import { readSide } from "./side.ts"

/**
 * Reads who claims are about, as the authorizer would, and judges nothing else: to find the records of a caller.
 *
 * @param claims of a token, verified or not. Never decide by the result
 * @returns the id as in records, or undefined if the configuration has no such issuer, or the claims no subject
 * @throws ConfigurationError
 */
export function claimedId(config: AuthorizerConfig, claims: Claims): Principal["id"] | undefined {
  return readSide(config).identityOf(claims)?.id
}
