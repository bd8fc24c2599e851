import type { JWK, JWTHeaderParameters, JWTPayload } from "jose"
import type { IssuerConfig } from "../../src/index.ts"

/** The identity providers that the local stack imitates. */
export const personaNames = ["okta", "auth0", "entra", "cognito"] as const
export type PersonaName = (typeof personaNames)[number]

/** What varies between the tokens of one persona. */
export interface TokenContent {
  readonly issuedAt: number
  readonly expiresAt: number
  /** The API that the token is for, in the form in which this provider says it. */
  readonly audience: string
  readonly scope: string
}

/**
 * One identity provider: its real issuer name, the shape of its tokens and of its key set. A persona knows nothing of
 * loopback; only the key set's address differs from the real provider's.
 */
export interface Persona {
  readonly name: PersonaName
  /** The preset as an adopter would write it. */
  readonly issuer: IssuerConfig
  /** The `iss` claim. */
  readonly issuerName: string
  /** The API that the configuration expects, and another one of the same provider. */
  readonly audience: string
  readonly otherAudience: string
  /** The scope that the routes demand, and another one of the same API. */
  readonly scope: string
  readonly otherScope: string
  readonly keySetPath: string
  readonly discoveryPath: string
  /** A key id in the provider's spelling. */
  newKeyId(): string
  /** The public key with the members that this provider publishes. */
  publishedKey(key: JWK, keyId: string): JWK
  header(keyId: string): JWTHeaderParameters
  claims(content: TokenContent): JWTPayload
}

/** The members of an RSA public key, and nothing else. */
export function rsaMembers({ kty, n, e }: JWK): JWK {
  return { kty, n, e } as JWK
}
