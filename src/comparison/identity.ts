import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import { readSide } from "./side.ts"

/**
 * Reads whom claims are about, as the authorizer would, and judges nothing else: to find the records of a caller.
 *
 * @param config the configuration whose issuers read the claims
 * @param claims of a token, verified or not. Never decide by the result
 * @returns the id as in records, or undefined if the configuration has no such issuer, or the claims no subject
 * @throws ConfigurationError for a wrong configuration
 * @example
 * ```ts
 * import { claimedId } from "hallpass/policy"
 *
 * const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] } as const
 * const iss = "https://acme.okta.com/oauth2/default"
 * console.log(claimedId(config, { iss, aud: "api://orders", uid: "00u1", cid: "0oa1", sub: "ann@example.com" })) // https://acme.okta.com/oauth2/default|00u1
 * ```
 */
export function claimedId(config: AuthorizerConfig, claims: Claims): Principal["id"] | undefined {
  return readSide(config).identityOf(claims)?.id
}
