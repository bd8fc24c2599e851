import { flag, type Report, texts } from "../problems/option-checks.ts"
import type { CheckKnownIssuer } from "./known-issuers.ts"
import {
  algorithmsOf,
  commonOptions,
  domainOf,
  issuerKeys,
  keyPlaceOf,
  type Preset,
  type RawIssuer,
} from "./options.ts"
import { plainProfile } from "./profile.ts"

/**
 * Auth0: `iss` has a trailing slash, and `aud` is a string or a list. `scope` is for what the client may do, and
 * `permissions` is for what the user may do. The two are never merged. Organizations are in `org_id`.
 */
export const auth0 =
  (checkKnown: CheckKnownIssuer): Preset =>
  (raw, path, report) => {
    issuerKeys(raw, ["domain", "audience", "organizations", "requireAtJwt", "accessTokenClaim"], path, report)
    const issuer = `https://${domainOf(raw, path, report)}/`
    const audience = texts(raw.audience, `${path}.audience`, report)
    if (audience.includes(`${issuer}userinfo`) || audience.includes(`${issuer}api/v2/`)) {
      report(
        `${path}.audience`,
        "must be the identifier of your own API: Auth0's own APIs are not for others to verify",
      )
    }
    const requireAtJwt = flag(raw.requireAtJwt, `${path}.requireAtJwt`, report, false)
    const options = commonOptions(raw, path, report)
    checkKnown(issuer, raw, path, report)
    return {
      ...plainProfile,
      ...options,
      provider: "auth0",
      name: issuer,
      issuers: [{ issuer, require: [] }],
      keyPlace: keyPlaceOf(raw, { jwksUri: `${issuer}.well-known/jwks.json` }, path, report),
      algorithms: algorithmsOf(raw, ["RS256"], path, report),
      types: requireAtJwt ? ["at+jwt"] : ["jwt", "at+jwt"],
      audiences: [{ claim: "aud", anyOf: audience }],
      refuseClientAsAudience: true,
      accessTokenEvidence: true,
      ...organizationsOf(raw, path, report),
      permissions: ["permissions"],
      clientId: ["azp", "client_id"],
      kind: [
        { kind: "app", when: { claim: "sub", endsWith: "@clients" } },
        { kind: "app", when: { claim: "gty", equals: "client-credentials" } },
        // Agent-linked clients have no @clients suffix, so the suffix alone decides nothing.
        { kind: "app", when: "subjectIsClient" },
        { kind: "user", when: "always" },
      ],
      tenant: { claim: "org_id" },
    }
  }

function organizationsOf(raw: RawIssuer, path: string, report: Report): { organizations?: readonly string[] } {
  if (raw.organizations === undefined) return {}
  if (raw.organizations === "none") return { organizations: [] }
  return { organizations: texts(raw.organizations, `${path}.organizations`, report) }
}
