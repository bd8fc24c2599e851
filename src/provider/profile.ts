import type { Algorithm } from "../shared/algorithms.ts"
import type { ClaimPath, ClaimValue } from "../types/configuration.ts"
import type { KeyOptions } from "../types/key-options.ts"
import type { PrincipalKind, ProviderName } from "../types/principal.ts"
import type { UnauthenticatedCode } from "../types/reasons.ts"

/** A claim that must be there (`value` undefined), or must have exactly this value or one of these values. */
export interface Requirement {
  readonly claim: string
  readonly value?: ClaimValue | readonly ClaimValue[]
  /** The reason when it does not hold. */
  readonly code: UnauthenticatedCode
}

/** One `iss` value that is accepted, and what else its tokens must hold. */
export interface AcceptedIssuer {
  readonly issuer: string
  readonly require: readonly Requirement[]
}

/** Issuers that differ only in the tenant id (a GUID) between `prefix` and `suffix`; the claim `tid` must equal it. */
export interface TenantIssuers {
  readonly prefix: string
  readonly suffix: string
  readonly require: readonly Requirement[]
  /** The only tenant of the pattern that is accepted, or one that is not. */
  readonly only?: string
  readonly not?: string
}

/** An `iss` value that is refused with a reason of its own, because people meet it often. */
export interface Lookalike {
  readonly issuer: string
  readonly code: UnauthenticatedCode
}

/** When a token's principal is of this kind. The first rule that holds decides; none means `unknown`. */
export interface KindRule {
  readonly kind: PrincipalKind
  readonly when:
    | "always"
    | { readonly present: string }
    | { readonly claim: string; readonly equals: string }
    | { readonly claim: string; readonly endsWith: string }
    | "subjectIsClient"
    | "clientWithoutSubject"
}

/** Claims that make the subject, joined by `:`. */
export interface SubjectRule {
  readonly claims: readonly string[]
  /** Goes before the subject in the id, so that the ids of this rule are never those of another one. */
  readonly mark?: string
  /** Goes before the claims, with a `:`. */
  readonly tenant?: string
  /** The rule holds only if this claim has this value. */
  readonly when?: { readonly claim: string; readonly equals: string }
}

/** Where an issuer's keys come from. */
export type KeyPlace =
  | { readonly jwks: unknown }
  | { readonly jwksUri: string }
  | { readonly discoveryUrl: string; readonly issuer: string }

/**
 * Everything that verification must know of one configured issuer, as data. Presets write it, the token room reads it;
 * neither knows the other.
 */
export interface IssuerProfile {
  readonly provider: ProviderName
  /** The issuer as configured, for records. */
  readonly name: string
  readonly issuers: readonly AcceptedIssuer[]
  readonly tenantIssuers: readonly TenantIssuers[]
  /**
   * What every route must do because of `tenantIssuers`, in words; undefined if that is acknowledged, or one tenant is
   * required.
   */
  readonly openTenants?: string
  readonly lookalikes: readonly Lookalike[]
  readonly keyPlace: KeyPlace
  /** What this provider's key sets need in addition to the usual; the configuration goes first. */
  readonly keyDefaults: KeyOptions
  readonly algorithms: readonly Algorithm[]
  /** Allowed `typ` values in lower case, without `application/`; `""` means an absent one. */
  readonly types: readonly string[]
  /** A header parameter that marks tokens which cannot be verified here. */
  readonly refusedHeader?: { readonly name: string; readonly code: UnauthenticatedCode }
  readonly allowMissingKid: boolean
  /**
   * Whether `x5t` and `x5t#S256` select among the issuer's keys if a token has no `kid`, as tokens of AD FS, WSO2 and
   * BIG-IP may. Everywhere else they are ignored (SR-028).
   */
  readonly selectByThumbprint: boolean
  /** Entra: what the `issuer` member of a key must be, with `{tenantid}` in place of the tenant. */
  readonly keyIssuer?: string
  /** Each claim must hold one of the values, as a string or as a member of a list. */
  readonly audiences: readonly { readonly claim: string; readonly anyOf: readonly string[] }[]
  /** Audiences that are refused with a reason of their own. */
  readonly refusedAudiences: readonly { readonly audience: string; readonly code: UnauthenticatedCode }[]
  /** Refuse tokens whose only audience is the client itself: ID tokens (RFC 8725 section 3.12). */
  readonly refuseClientAsAudience: boolean
  readonly require: readonly Requirement[]
  /** At least one of these claims must be there, else the token is of another kind. */
  readonly requireAny: readonly string[]
  /** Claims that only tokens of another kind have. */
  readonly refuseClaims: readonly string[]
  /**
   * Whether a token must show that it is an access token, because the issuer's ID tokens have no mark of their own. It
   * shows that by `typ: at+jwt`, a scope, `client_id`, an `azp` that is not in `aud`, or by the claim that
   * `accessTokenClaim` names.
   */
  readonly accessTokenEvidence: boolean
  /** A claim that only this issuer's access tokens have. */
  readonly accessTokenClaim?: ClaimPath
  /** A `nonce` without a scope marks an ID token. */
  readonly refuseNonceWithoutScope: boolean
  /** Values of claims that mark tokens of another kind. */
  readonly refuseValues: readonly { readonly claim: string; readonly values: readonly string[] }[]
  /** A prefix of `jti` that marks tokens of another kind. */
  readonly refuseJtiPrefix?: string
  /** Auth0 organizations: the allowed `org_id` values; an empty list refuses every token that has one. */
  readonly organizations?: readonly string[]
  readonly maxLifetimeSeconds?: number
  readonly scopes: readonly ClaimPath[]
  readonly roles: readonly ClaimPath[]
  readonly groups: readonly ClaimPath[]
  readonly permissions: readonly ClaimPath[]
  /**
   * Reads a text in brackets among roles, groups and permissions; undefined, or without it: such a token is refused.
   */
  readonly readBracketed?: (text: string) => readonly string[] | undefined
  readonly clientId: readonly string[]
  /** Where the subject comes from: the first rule whose claims are there. */
  readonly subject: readonly SubjectRule[]
  readonly kind: readonly KindRule[]
  readonly tenant?: { readonly claim: ClaimPath } | { readonly value: string }
  /** Entra: an app token without roles entitles to nothing. */
  readonly appsNeedRoles: boolean
  /** Entra: groups may be left out of the token, with a mark. */
  readonly groupsOverage: boolean
}

/**
 * Only logout tokens and other security events have `events` (OpenID Connect Back-Channel Logout 1.0 section 2.4, RFC
 * 8417 section 2.2).
 */
export const logoutMark = "events"
/** Hashes that only ID tokens have (OpenID Connect Core 1.0 section 3.1.3.6), and the mark of a logout token. */
const kindMarks = ["at_hash", "c_hash", logoutMark]

/** What most presets share; each preset overrides what differs. */
export const plainProfile: Omit<IssuerProfile, "provider" | "name" | "issuers" | "keyPlace" | "algorithms"> = {
  keyDefaults: {},
  tenantIssuers: [],
  lookalikes: [],
  types: ["", "jwt", "at+jwt"],
  allowMissingKid: false,
  selectByThumbprint: false,
  audiences: [],
  refusedAudiences: [],
  refuseClientAsAudience: false,
  require: [],
  requireAny: [],
  refuseClaims: kindMarks,
  accessTokenEvidence: false,
  refuseNonceWithoutScope: false,
  refuseValues: [],
  scopes: ["scope"],
  roles: [],
  groups: [],
  permissions: [],
  clientId: [],
  subject: [{ claims: ["sub"] }],
  kind: [],
  appsNeedRoles: false,
  groupsOverage: false,
}
