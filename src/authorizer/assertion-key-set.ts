import { checkConfiguration } from "../configuration/check-configuration.ts"
import { explain } from "../problems/explain-problems.ts"
import type { PublicSigningKey } from "../secret/public-signing-key.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError, Unavailable } from "../types/errors.ts"
import { signingKeySource } from "./connect-assertion.ts"
import { everything } from "./everything.ts"
import { type AuthorizerParts, partsInUse } from "./parts.ts"

/** The public keys of assertions as a JWK Set (RFC 7517 section 5). */
export interface AssertionKeySet {
  readonly keys: readonly PublicSigningKey[]
}

/**
 * Fetches the public keys with which a mesh verifies assertions: of every entry of `assertion.keys`, those that only
 * wait included. It holds no private member.
 *
 * @param config the configuration of the authorizer
 * @param parts what tests and advanced users replace
 * @throws ConfigurationError (rejects) with every problem at once, also if there is no `assertion` block
 * @throws Unavailable (rejects) `secrets_unavailable` if a key cannot be fetched: there is no partial set, because the
 *   mesh would refuse what the missing key signs. The observer's `secretFetch` says which one, and why
 * @example
 * ```ts
 * import { generateKeyPairSync } from "node:crypto"
 * import { assertionKeySet } from "hallpass/mesh"
 *
 * const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
 * process.env.MESH_KEY = privateKey.export({ type: "pkcs8", format: "pem" }) as string
 * const { keys } = await assertionKeySet({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   assertion: { issuer: "https://hallpass.example.com", audience: "mesh.example.com", keys: [{ env: "MESH_KEY" }] },
 * })
 * console.log(keys.map(({ alg, use }) => `${alg} ${use}`)) // [ 'ES256 sig' ]
 * ```
 */
export async function assertionKeySet(
  config: AuthorizerConfig,
  parts: Pick<AuthorizerParts, "clock" | "observer" | "secrets"> = {},
): Promise<AssertionKeySet> {
  const { assertion } = checkConfiguration(config, everything)
  if (assertion === undefined)
    throw new ConfigurationError(explain([{ path: "assertion", message: "missing", details: [] }]))
  const inUse = partsInUse(parts)
  const fetched = await Promise.all(
    assertion.keys.map((reference) =>
      signingKeySource(reference, assertion.secretPolicy, inUse).refreshed(inUse.clock()),
    ),
  )
  const byName = new Map<string, PublicSigningKey>()
  for (const keys of fetched) {
    if (keys === undefined) throw new Unavailable("secrets_unavailable")
    for (const { jwk } of keys) byName.set(jwk.kid, jwk)
  }
  return { keys: [...byName.values()] }
}
