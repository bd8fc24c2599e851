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
  /** The client that asked for the token, if a request named one. */
  readonly client?: string
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
  /** Where clients ask for tokens. */
  readonly tokenPath: string
  /** A key id in the provider's spelling. */
  newKeyId(): string
  /** The public key with the members that this provider publishes. */
  publishedKey(key: JWK, keyId: string): JWK
  header(keyId: string): JWTHeaderParameters
  /** An access token of a person. */
  claims(content: TokenContent): JWTPayload
  /** What makes it the token of a program that acts for itself (RFC 6749 section 4.4). Undefined takes a claim out. */
  appClaims(content: TokenContent): { readonly [claim: string]: unknown }
  /** What makes it an ID token. Undefined takes a claim out. */
  idClaims(content: TokenContent): { readonly [claim: string]: unknown }
}

/** The members of an RSA public key, and nothing else. */
export function rsaMembers({ kty, n, e }: JWK): JWK {
  return { kty, n, e } as JWK
}
