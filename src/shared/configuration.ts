import type { KeyOptions } from "./key-options.ts"

/** A claim by its literal name, or a nested member by its path. A name is never split: `"https://x/roles"` is one name. */
export type ClaimPath = string | readonly string[]

/** A list means all of it; `any` means at least one of it. Empty lists are refused. */
export type Demand = readonly string[] | { readonly all: readonly string[] } | { readonly any: readonly string[] }

/** A claim that must have a value: equal to one of the given, or an array that contains one of them. Compared exactly. */
export interface ClaimDemand {
  readonly path: ClaimPath
  /** The claim equals this value, or one of these. */
  readonly equals?: ClaimValue | readonly ClaimValue[]
  /** The claim is an array with this member, or one of these. */
  readonly contains?: ClaimValue | readonly ClaimValue[]
}
/** A claim value that can be demanded; compared exactly, without conversion. */
export type ClaimValue = string | number | boolean

/** What a route demands; everything that is named must hold. `{}` means: any authenticated principal. */
export interface RouteRule {
  readonly scopes?: Demand
  readonly roles?: Demand
  readonly groups?: Demand
  readonly permissions?: Demand
  readonly claims?:
    | readonly ClaimDemand[]
    | { readonly all: readonly ClaimDemand[] }
    | { readonly any: readonly ClaimDemand[] }
  /** Only people, or only programs. */
  readonly kind?: "user" | "app"
  /** Only tokens of these issuers: the `iss` claim, character for character. */
  readonly issuers?: readonly string[]
  /** Alternatives, at least one of which must hold besides the rest: a user's scope or an app's role, say. */
  readonly anyOf?: readonly Omit<RouteRule, "anyOf">[]
}

/** Options that every issuer takes. */
export interface IssuerOptions {
  /** Replaces the preset's algorithms. Asymmetric ones only: RS, PS, ES 256/384/512 and EdDSA (Ed25519). */
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
  /** Token versions to accept, as `accessTokenAcceptedVersion` of the app registration says. @default 2 */
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

/** The cache of verified tokens, keyed by the whole token. */
export interface CacheOptions {
  /** 0 turns the cache off. @default 10000, 0 to 1000000 */
  readonly maxTokens?: number
  /** Bytes, estimated. @default 33554432 */
  readonly maxBytes?: number
  /** Longest use of one verification; a token is never used past its `exp`. Seconds. @default 300, 1 to 3600 */
  readonly maxAgeSeconds?: number
}

/** Where the one credential of a request stands. Only the named places are read; a token in two of them is refused. */
export interface CredentialOptions {
  /** Header name, in any case. @default "Authorization", when no other place is named */
  readonly header?: string
  /** Scheme before the token; `null` when the header holds the bare token. @default "Bearer" */
  readonly scheme?: string | null
  /** Cookie name. */
  readonly cookie?: string
  /** Query string parameter. It ends up in access logs: for WebSocket clients that can do nothing else. */
  readonly query?: string
  /** WebSocket only: the entry of `Sec-WebSocket-Protocol` that is followed by the token. */
  readonly subprotocol?: string
  /** Longest credential, characters. @default 16384, 256 to 16384 */
  readonly maxLength?: number
}

/** What the authorizer must know of the API in front of it, because events do not say it. */
export interface GatewayOptions {
  /** The authorizer's result TTL in API Gateway. Seconds. @default 300 (API Gateway's own), 0 to 3600 */
  readonly resultTtlSeconds?: number
  /**
   * The authorizer's identity sources, which are the cache key: `token` for the credential's place, `route` for
   * `context.httpMethod` + `context.resourcePath` (REST) or `$context.routeKey` (HTTP), or any source as API Gateway writes it.
   * @default ["token"]
   */
  readonly identitySources?: readonly string[]
  /** Form of answers to HTTP API payload 2.0; everything else takes policies. @default "policy" */
  readonly responses?: "policy" | "simple"
  /** `throw` answers a bad credential with 401, `deny` with an explicit Deny (403, cached). @default "throw" */
  readonly unauthorized?: "throw" | "deny"
  /** Whether the API's resource policy has Allow statements. Refusals are explicit Deny statements in any case. @default false */
  readonly resourcePolicyAllows?: boolean
  /** REST only: claim that holds the API key value for usage plans (`apiKeySource: AUTHORIZER`). */
  readonly usageIdentifierKey?: ClaimPath
}

/** Everything hallpass needs to know, as plain data. Unknown keys are refused. */
export interface AuthorizerConfig {
  readonly issuers: readonly IssuerConfig[]
  /** Route key (`GET /orders/{id}`, `ANY /x/{proxy+}`, `$default`, `$connect`) to rule. Absent: any authenticated principal may call anything. */
  readonly routes?: { readonly [routeKey: string]: RouteRule }
  /** What happens to requests that no route matches. @default "deny" */
  readonly unmatched?: "deny" | "authenticated"
  readonly gateway?: GatewayOptions
  readonly credential?: CredentialOptions
  /** Further context keys for the backend: key to claim path. */
  readonly context?: { readonly [key: string]: ClaimPath }
  readonly keys?: KeyOptions
  readonly cache?: CacheOptions
  /** Tolerated clock difference for exp, nbf and iat. Seconds. @default 5, 0 to 300 */
  readonly clockToleranceSeconds?: number
}

/** The part of the configuration that verification needs. */
export type VerifierConfig = Pick<AuthorizerConfig, "issuers" | "keys" | "cache" | "clockToleranceSeconds">
