import type { KeyOptions } from "./key-options.ts"

/** A claim by its literal name, or a nested member by its path. A name is never split: `"https://x/roles"` is one name. */
export type ClaimPath = string | readonly string[]

/** A claim value that can be demanded; compared exactly, without conversion. */
export type ClaimValue = string | number | boolean

/** Options that every issuer takes. */
export interface IssuerOptions {
  /** Replaces the preset's algorithms. Asymmetric ones only: RS, PS, ES 256/384/512, EdDSA or Ed25519 (the same), ML-DSA-44/65/87. */
  readonly algorithms?: readonly string[]
  /** The key set itself; nothing is fetched then. */
  readonly jwks?: { readonly keys: readonly unknown[] }
  /** Where the key set stands, when it is not where the preset expects it. https only. */
  readonly jwksUri?: string
  /** Claim with the roles (an array of strings), besides the preset's own. A list of names is one nested claim; a list of lists is several. */
  readonly roles?: ClaimPath | readonly ClaimPath[]
  /** Claim with the groups (an array of strings), instead of the preset's own. */
  readonly groups?: ClaimPath
  /** Claims that must be there with exactly this value; `{ present: true }` takes any value. */
  readonly require?: { readonly [claim: string]: ClaimValue | { readonly present: true } }
  /** Refuses tokens with a longer life (`exp` − `iat`), and tokens without `iat`. Seconds. */
  readonly maxLifetimeSeconds?: number
  /** Overrides of the `keys` block for this issuer. */
  readonly keys?: KeyOptions
}

/** Okta, a custom authorization server (org servers cannot be verified by anyone but Okta). */
export interface OktaIssuer extends IssuerOptions {
  readonly provider: "okta"
  /** `acme.okta.com` or the custom domain: the issuer's host, without scheme and path. */
  readonly domain: string
  /** Id of the authorization server. @default "default" */
  readonly authorizationServer?: string
  readonly audience: string | readonly string[]
}

/** Auth0, one tenant or custom domain. */
export interface Auth0Issuer extends IssuerOptions {
  readonly provider: "auth0"
  /** `acme.eu.auth0.com` or the custom domain, without scheme and path. */
  readonly domain: string
  readonly audience: string | readonly string[]
  /** Allowed organization ids: `org_id` must be one of them. `"none"` refuses every token that has one. */
  readonly organizations?: readonly string[] | "none"
  /** Accept only tokens of the RFC 9068 profile (`typ: at+jwt`). @default false */
  readonly requireAtJwt?: boolean
}

/** Microsoft Entra ID (Azure AD), one tenant or several. */
export interface EntraIssuer extends IssuerOptions {
  readonly provider: "entra"
  /** Tenant id (GUID), or `organizations`, `common` or `consumers` together with `allowedTenants`. */
  readonly tenant: string
  /** Version 2: the API's client id (GUID). Version 1: every form that clients use, such as `api://…` and the GUID. */
  readonly audience: string | readonly string[]
  /** Token versions to accept, as `api.requestedAccessTokenVersion` of the app registration says. @default 2 */
  readonly version?: 1 | 2 | readonly (1 | 2)[]
  /** @default "public" */
  readonly cloud?: "public" | "usgov" | "china"
  /** Tenant ids to accept for a multi-tenant `tenant`. */
  readonly allowedTenants?: readonly string[]
  /** Accept every tenant of the cloud. Authorize by roles then: anyone can own a tenant. @default false */
  readonly allowAnyTenant?: boolean
  /** Let app tokens without roles pass where a route demands nothing: any app of the tenant can get one. @default false */
  readonly allowAppsWithoutRoles?: boolean
}

/** An Amazon Cognito user pool. */
export interface CognitoIssuer extends IssuerOptions {
  readonly provider: "cognito"
  /** `eu-west-1_AbCdEf`. */
  readonly userPoolId: string
  /** App clients to accept; every client of the pool would be too many. */
  readonly clientIds: readonly string[]
  /** @default "access" */
  readonly tokenUse?: "access" | "id"
  /** The issuer type of the pool. @default "original" */
  readonly issuerType?: "original" | "updated"
  /** The `aud` of resource-bound access tokens; then it is demanded. */
  readonly audience?: string | readonly string[]
}

/** Any OpenID Connect or OAuth 2.0 issuer of JWT access tokens. */
export interface OidcIssuer extends IssuerOptions {
  readonly provider: "oidc"
  /** The `iss` claim, character for character. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** Where the discovery document stands (OpenID Connect Discovery 1.0), when it is not below the issuer. https only. */
  readonly discoveryUrl?: string
  /** `id` accepts ID tokens instead of access tokens; `audience` is the client id then. @default "access" */
  readonly tokenUse?: "access" | "id"
  /** Accept only `typ: at+jwt` (RFC 9068). @default false */
  readonly requireAtJwt?: boolean
  /** Accept tokens without `kid` when exactly one key of the set fits their algorithm. @default false */
  readonly allowMissingKid?: boolean
  /** Claims with scopes. @default ["scope", "scp"] */
  readonly scopes?: readonly ClaimPath[]
  /** Claim with permissions (an array of strings). */
  readonly permissions?: ClaimPath
  /** Claim with the tenant. */
  readonly tenant?: ClaimPath
}

/** An issuer whose tokens are accepted. */
export type IssuerConfig = OktaIssuer | Auth0Issuer | EntraIssuer | CognitoIssuer | OidcIssuer
