import type { KeyOptions } from "./key-options.ts"

/** A claim by its literal name, which is never split (`"https://x/roles"`), or a nested member by its path. */
export type ClaimPath = string | readonly string[]

/** A claim value that can be demanded; compared exactly, without conversion. */
export type ClaimValue = string | number | boolean

/** Options that every issuer takes. */
export interface IssuerOptions {
  /** Replaces the preset's algorithms: RS, PS, ES 256/384/512, EdDSA or Ed25519 (the same), ML-DSA-44/65/87. */
  readonly algorithms?: string | readonly string[]
  /** The key set itself; nothing is fetched then. */
  readonly jwks?: { readonly keys: readonly unknown[] }
  /** The address of the key set, if it is not the one that the preset expects. https only. */
  readonly jwksUri?: string
  /**
   * Claim with the roles (an array of strings, or one role as text), in addition to the preset's own. A list of names
   * is one nested claim; a list of lists is several.
   */
  readonly roles?: ClaimPath | readonly ClaimPath[]
  /** Claim with the groups (an array of strings, or one group as text), instead of the preset's own. */
  readonly groups?: ClaimPath
  /**
   * What a text among roles, groups and permissions is. `bracketed` reads `[a, b]` as a list, as Amazon Cognito writes
   * attributes of SAML providers: each name is form-encoded. Without it such a text is refused. @default "plain"
   */
  readonly listFormat?: "plain" | "bracketed"
  /** Claims that must be there with exactly this value, or one of these values; `{ present: true }` takes any value. */
  readonly require?: { readonly [claim: string]: ClaimValue | readonly ClaimValue[] | { readonly present: true } }
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
  readonly organizations?: string | readonly string[]
  /** Accept only tokens of the RFC 9068 profile (`typ: at+jwt`). @default false */
  readonly requireAtJwt?: boolean
  /** A claim that only access tokens have. Needed if they have no scope, and no client but the audience. */
  readonly accessTokenClaim?: ClaimPath
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
  readonly allowedTenants?: string | readonly string[]
  /**
   * Accept every tenant of the cloud. Then every rule has to demand a `tid`, because the administrator of a tenant
   * grants roles and scopes of your app to its own users. @default false
   */
  readonly allowAnyTenant?: boolean
  /** With `allowAnyTenant`, in place of demands on `tid`: every tenant may do what its administrator grants. */
  readonly acknowledge?: "any Microsoft tenant can grant itself roles and scopes of this app"
  /** Let app tokens without roles pass if a route demands nothing: any app of the tenant gets one. @default false */
  readonly allowAppsWithoutRoles?: boolean
}

/** Microsoft Entra External ID (customers), which issues from `ciamlogin.com`. */
export interface EntraExternalIdIssuer extends IssuerOptions {
  readonly provider: "entra-external-id"
  /** Tenant id (GUID in lower case). */
  readonly tenant: string
  /** The API's client id (GUID); version 1 also `api://…`. */
  readonly audience: string | readonly string[]
  /** The name before `.ciamlogin.com`: keys come from that host then. @default the tenant id */
  readonly tenantName?: string
  /** Your own host, if `iss` names it. */
  readonly domain?: string
  /** Token versions to accept, as for `entra`. @default 2 */
  readonly version?: 1 | 2 | readonly (1 | 2)[]
  /** As for `entra`. @default false */
  readonly allowAppsWithoutRoles?: boolean
}

/** Azure AD B2C, which issues from `b2clogin.com`. */
export interface EntraB2cIssuer extends IssuerOptions {
  readonly provider: "entra-b2c"
  /** Tenant id (GUID in lower case). */
  readonly tenant: string
  /** The name before `.b2clogin.com`; needed unless `domain` is there. */
  readonly tenantName?: string
  /** Your own host, if `iss` names it. */
  readonly domain?: string
  /**
   * User flows or custom policies whose tokens are accepted: all policies of a tenant share one issuer. Keys are those
   * of the first.
   */
  readonly policy: string | readonly string[]
  /** The claim that names the policy. @default "tfp" */
  readonly policyClaim?: "tfp" | "acr"
  /** Whether `iss` holds the tenant only, or `/tfp/` with the policy. @default "tenant" */
  readonly issuerMode?: "tenant" | "tfp"
  /** The API's application id. */
  readonly audience: string | readonly string[]
  /** As for `entra`. @default false */
  readonly allowAppsWithoutRoles?: boolean
}

/** Active Directory Federation Services. */
export interface AdfsIssuer extends IssuerOptions {
  readonly provider: "adfs"
  /** The host of AD FS, such as `fs.acme.example`. */
  readonly domain: string
  /** `access_token_issuer` of the discovery document. @default "http://DOMAIN/adfs/services/trust" */
  readonly issuer?: string
  /** The identifiers of the Web API, as tokens have them (`microsoft:identityserver:…` for a client id). */
  readonly audience: string | readonly string[]
  /** The claim of the user's id. @default the first of sub, primarysid, nameid, upn, unique_name, winaccountname */
  readonly subject?: string
}

/** WSO2 Identity Server or API Manager. */
export interface Wso2Issuer extends IssuerOptions {
  readonly provider: "wso2"
  /** Scheme, host and port: `https://is.example.com:9443`. */
  readonly baseUrl: string
  /** The tenant in `/t/{tenantDomain}`. */
  readonly tenantDomain?: string
  /** The `iss` claim, if it is not the token endpoint. */
  readonly issuer?: string
  /** The client ids that are accepted, or the identifier of the API resource. */
  readonly audience: string | readonly string[]
  /** Claim with permissions (an array of strings). */
  readonly permissions?: ClaimPath
  /** As for `oidc`. */
  readonly accessTokenClaim?: ClaimPath
}

/** An Amazon Cognito user pool. */
export interface CognitoIssuer extends IssuerOptions {
  readonly provider: "cognito"
  /** `eu-west-1_AbCdEf`. */
  readonly userPoolId: string
  /** App clients to accept; every client of the pool would be too many. */
  readonly clientIds: string | readonly string[]
  /** @default "access" */
  readonly tokenUse?: "access" | "id"
  /** The issuer type of the pool. @default "original" */
  readonly issuerType?: "original" | "updated"
  /** The `aud` of resource-bound access tokens; then it is demanded. */
  readonly audience?: string | readonly string[]
  /** A local emulator such as `http://localhost:9229`. Loopback only, and needs `keys.allowHttpLoopback`. */
  readonly endpoint?: string
}

/** Any OpenID Connect or OAuth 2.0 issuer of JWT access tokens. */
export interface OidcIssuer extends IssuerOptions {
  readonly provider: "oidc"
  /** The `iss` claim, character for character. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** The discovery document (OpenID Connect Discovery 1.0), if it is not below the issuer. https only. */
  readonly discoveryUrl?: string
  /** `id` accepts ID tokens instead of access tokens; `audience` is the client id then. @default "access" */
  readonly tokenUse?: "access" | "id"
  /** Accept only `typ: at+jwt` (RFC 9068). @default false */
  readonly requireAtJwt?: boolean
  /**
   * A claim that only access tokens of this issuer have. Needed if they have no `typ: at+jwt`, no `scope` or `scp`, no
   * `client_id`, and no `azp` next to `aud`: nothing else distinguishes them from ID tokens.
   */
  readonly accessTokenClaim?: ClaimPath
  /** Accept tokens without `kid` if exactly one key of the set fits their algorithm. @default false */
  readonly allowMissingKid?: boolean
  /** Claims with scopes. @default ["scope", "scp"] */
  readonly scopes?: readonly ClaimPath[]
  /** Claim with permissions (an array of strings). */
  readonly permissions?: ClaimPath
  /** Claim with the tenant. */
  readonly tenant?: ClaimPath
}

/** An issuer whose tokens are accepted. */
export type IssuerConfig =
  | OktaIssuer
  | Auth0Issuer
  | EntraIssuer
  | EntraExternalIdIssuer
  | EntraB2cIssuer
  | CognitoIssuer
  | AdfsIssuer
  | Wso2Issuer
  | OidcIssuer
