/** Who a credential proves: a person (`user`), a program acting for itself (`app`), or no evidence either way. */
export type PrincipalKind = "user" | "app" | "unknown"

/** The presets, and the generic one. */
export const providerNames = [
  "okta",
  "auth0",
  "entra",
  "entra-external-id",
  "entra-b2c",
  "cognito",
  "adfs",
  "wso2",
  "oidc",
] as const
export type ProviderName = (typeof providerNames)[number]
/** Where a principal comes from: an issuer of one of the providers, or the edge in front of the API. */
export type PrincipalProvider = ProviderName | "edge"

/** The verified claims set of a token (RFC 7519 section 4), frozen through and through. */
export type Claims = { readonly [name: string]: unknown }

/**
 * Who was authenticated. Frozen, and shared between requests that carry the same token.
 */
export interface Principal {
  /**
   * The `principalId`: `issuer|subject`, never empty. The issuer holds no `|`, and characters of the subject outside
   * printable ASCII (and `%`) are percent-encoded, so two different principals never have one id.
   */
  readonly id: string
  /** The verified `iss`; `edge` for an identity of the edge. */
  readonly issuer: string
  readonly provider: PrincipalProvider
  /**
   * The identifier that is stable at this provider: Okta `uid` (else `cid`), Entra `tid:oid`, the edge's user,
   * elsewhere `sub`.
   */
  readonly subject: string
  readonly kind: PrincipalKind
  /** The OAuth client that asked for the token (`client_id`, `azp`, `appid`, `cid`). */
  readonly clientId?: string
  /** Entra tenant, Auth0 organization, Cognito user pool. */
  readonly tenant?: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  /** Present and true if the issuer left the groups out because there are too many (Entra overage). */
  readonly groupsIncomplete?: true
  /**
   * Present and true for an Entra app token without any role or scope: authenticated, entitled to nothing by itself.
   */
  readonly entitledToNothing?: true
  /** The `exp` claim, or the end of the edge's evidence: seconds since the epoch. */
  readonly expiresAt: number
  /** The verified claims. Identities of the edge: every mapped header under its context key, and the user as `sub`. */
  readonly claims: Claims
}
