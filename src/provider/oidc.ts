import { byDefault, claimPath, flag, list, required, words } from "../problems/declaration.ts"
import type { Report } from "../problems/option-checks.ts"
import type { ClaimPath, OidcIssuer } from "../types/configuration.ts"
import { accessTokenClaim } from "./access-token-claim.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { address, audience, type CommonSettings, issuerText, keyPlaceOf, type Preset, preset } from "./options.ts"
import { type IssuerProfile, logoutMark, plainProfile } from "./profile.ts"

interface OidcSettings {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly discoveryUrl?: string
  readonly tokenUse: "access" | "id"
  readonly requireAtJwt: boolean
  readonly accessTokenClaim?: ClaimPath
  readonly allowMissingKid: boolean
  readonly scopes: readonly ClaimPath[]
  readonly permissions?: ClaimPath
  readonly tenant?: ClaimPath
}

const options = () => ({
  issuer: required(issuerText),
  audience,
  discoveryUrl: address,
  tokenUse: byDefault(words("access", "id"), "access"),
  requireAtJwt: byDefault(flag, false),
  accessTokenClaim,
  allowMissingKid: byDefault(flag, false),
  scopes: byDefault(list(claimPath), ["scope", "scp"]),
  permissions: claimPath,
  tenant: claimPath,
})

/**
 * Any issuer of JWT access tokens: RFC 9068 where it is followed, the common dialects where it is not.
 */
export const oidc: Preset = preset<OidcIssuer, OidcSettings>(options, (settings, base, path, report) => {
  const { issuer, tokenUse, requireAtJwt } = settings
  if (tokenUse === "id" && requireAtJwt) report(`${path}.requireAtJwt`, "goes_with", 'tokenUse "access"')
  if (tokenUse === "id" && settings.accessTokenClaim !== undefined)
    report(`${path}.accessTokenClaim`, "goes with access tokens only. Leave it out")
  const ownerPinned = checkKnownIssuer(issuer, settings, path, report)
  return {
    ...base,
    provider: "oidc",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(settings, discoveryPlace(settings, path, report), path, report),
    types: requireAtJwt ? ["at+jwt"] : tokenUse === "id" ? ["", "jwt"] : plainProfile.types,
    allowMissingKid: settings.allowMissingKid,
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    ...(tokenUse === "id" ? idTokensOnly : accessTokensOnly),
    // The tokens of a program whose owner is pinned are what it has: there are no others.
    accessTokenEvidence: tokenUse === "access" && !ownerPinned,
    // Some enterprise issuers name their keys by the certificate only.
    selectByThumbprint: true,
    scopes: settings.scopes,
    groups: settings.groups ?? ["groups"],
    roles: settings.roles ?? ["roles"],
    permissions: settings.permissions === undefined ? [] : [settings.permissions],
    clientId: ["client_id", "azp", "cid"],
    // `%3D` never comes out of encoding a subject, so no `sub` can have the id of a client.
    subject: [{ claims: ["sub"] }, { claims: ["client_id"], mark: "client_id%3D" }],
    kind: [
      { kind: "app", when: { claim: "aut", equals: "APPLICATION" } }, // WSO2
      { kind: "app", when: "subjectIsClient" }, // RFC 9068 section 2.2: no resource owner was involved
      { kind: "app", when: "clientWithoutSubject" },
      { kind: "user", when: { claim: "aut", equals: "APPLICATION_USER" } },
      { kind: "user", when: { present: "auth_time" } }, // RFC 9068 section 2.2.1: a person logged in
    ],
    ...(settings.tenant !== undefined && { tenant: { claim: settings.tenant } }),
  }
})

// What marks another kind of token without a typ: Keycloak's payload typ, Cognito's token_use, and hashes that only ID
// tokens have (OpenID Connect Core 3.1.3.6).
const accessTokensOnly: Pick<IssuerProfile, "refuseNonceWithoutScope" | "refuseValues"> = {
  refuseNonceWithoutScope: true,
  refuseValues: [
    { claim: "typ", values: ["ID", "Refresh", "Offline", "Logout"] },
    { claim: "token_use", values: ["id", "refresh"] },
  ],
}

const idTokensOnly: Pick<IssuerProfile, "refuseClaims" | "refuseValues"> = {
  refuseClaims: [logoutMark],
  refuseValues: [
    { claim: "typ", values: ["Bearer", "Refresh", "Offline", "Logout"] },
    { claim: "token_use", values: ["access", "refresh"] },
  ],
}

function discoveryPlace(
  { issuer, discoveryUrl, jwks, jwksUri }: OidcSettings & CommonSettings,
  path: string,
  report: Report,
): { discoveryUrl: string; issuer: string } {
  if (discoveryUrl !== undefined) {
    if (jwks !== undefined || jwksUri !== undefined) report(`${path}.discoveryUrl`, "not_with", "jwks or jwksUri")
    return { discoveryUrl, issuer }
  }
  // OpenID Connect Discovery 1.0 section 4: at most one trailing slash of the issuer is removed first.
  const base = issuer.endsWith("/") ? issuer.slice(0, -1) : issuer
  return { discoveryUrl: `${base}/.well-known/openid-configuration`, issuer }
}
