import type { OidcIssuer } from "../../src/types/configuration.ts"
import { testKey } from "./keys.ts"
import { audience, issuer } from "./mint.ts"

/** All asymmetric algorithms. */
export const allAlgorithms: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
]

/** An `oidc` issuer that knows the first RSA key, with changes. */
export function oidcIssuer(changes: Partial<OidcIssuer> = {}): OidcIssuer {
  return { provider: "oidc", issuer, audience, jwks: { keys: [testKey("rsa").jwk] }, algorithms: ["RS256"], ...changes }
}

/** An `oidc` issuer that knows one key of every type and allows every algorithm. */
export function everyAlgorithmIssuer(changes: Partial<OidcIssuer> = {}): OidcIssuer {
  const keys = (["rsa", "p256", "p384", "p521", "ed25519"] as const).map((type) => testKey(type).jwk)
  return oidcIssuer({ jwks: { keys }, algorithms: allAlgorithms, ...changes })
}
