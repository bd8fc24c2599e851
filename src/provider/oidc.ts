import { claimPath, flag, type Report, text, texts, word } from "../problems/option-checks.ts"
import type { CheckKnownIssuer } from "./known-issuers.ts"
import {
  algorithmsOf,
  commonOptions,
  issuerKeys,
  issuerText,
  keyPlaceOf,
  type Preset,
  type RawIssuer,
} from "./options.ts"
import { type IssuerProfile, logoutMark, plainProfile } from "./profile.ts"

const own = [
  "issuer",
  "audience",
  "discoveryUrl",
  "tokenUse",
  "requireAtJwt",
  "accessTokenClaim",
  "allowMissingKid",
  "scopes",
  "permissions",
  "tenant",
]

/**
 * Any issuer of JWT access tokens: RFC 9068 where it is followed, the common dialects where it is not.
 *
 * @param checkKnown tells issuers that need another preset, or an owner
 */
export const oidc =
  (checkKnown: CheckKnownIssuer): Preset =>
  (raw, path, report) => {
    issuerKeys(raw, own, path, report)
    const issuer = issuerText(raw.issuer, `${path}.issuer`, report)
    const tokenUse = word(raw.tokenUse, `${path}.tokenUse`, report, ["access", "id"], "access")
    const requireAtJwt = flag(raw.requireAtJwt, `${path}.requireAtJwt`, report, false)
    if (tokenUse === "id" && requireAtJwt) report(`${path}.requireAtJwt`, "goes_with", 'tokenUse "access"')
    const options = commonOptions(raw, path, report)
    const ownerPinned = checkKnown(issuer, raw, path, report)
    return {
      ...plainProfile,
      ...options,
      provider: "oidc",
      name: issuer,
      issuers: [{ issuer, require: [] }],
      keyPlace: keyPlaceOf(raw, discoveryPlace(raw, issuer, path, report), path, report),
      algorithms: algorithmsOf(raw, ["RS256"], path, report),
      types: requireAtJwt ? ["at+jwt"] : tokenUse === "id" ? ["", "jwt"] : plainProfile.types,
      allowMissingKid: flag(raw.allowMissingKid, `${path}.allowMissingKid`, report, false),
      audiences: [{ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) }],
      ...(tokenUse === "id" ? idTokensOnly : accessTokensOnly),
      // The tokens of a program whose owner is pinned are what it has: there are no others.
      accessTokenEvidence: tokenUse === "access" && !ownerPinned,
      // Some enterprise issuers name their keys by the certificate only.
      selectByThumbprint: true,
      scopes:
        raw.scopes === undefined
          ? ["scope", "scp"]
          : listOf(raw.scopes, `${path}.scopes`, report).map((item, index) =>
              claimPath(item, `${path}.scopes[${index}]`, report),
            ),
      groups: options.groups.length > 0 ? options.groups : ["groups"],
      roles: options.roles.length > 0 ? options.roles : ["roles"],
      permissions: raw.permissions === undefined ? [] : [claimPath(raw.permissions, `${path}.permissions`, report)],
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
      ...(raw.tenant === undefined ? {} : { tenant: { claim: claimPath(raw.tenant, `${path}.tenant`, report) } }),
    }
  }

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
  raw: RawIssuer,
  issuer: string,
  path: string,
  report: Report,
): { discoveryUrl: string; issuer: string } {
  if (raw.discoveryUrl !== undefined) {
    if (raw.jwks !== undefined || raw.jwksUri !== undefined) {
      report(`${path}.discoveryUrl`, "not_with", "jwks or jwksUri")
    }
    return { discoveryUrl: text(raw.discoveryUrl, `${path}.discoveryUrl`, report) ?? "", issuer }
  }
  // OpenID Connect Discovery 1.0 section 4: at most one trailing slash of the issuer is removed first.
  const base = issuer.endsWith("/") ? issuer.slice(0, -1) : issuer
  return { discoveryUrl: `${base}/.well-known/openid-configuration`, issuer }
}

function listOf(value: unknown, path: string, report: Report): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  report(path, "list")
  return []
}
