import { byDefault, flag, type Option, oneOrMore, option, required, text } from "../problems/declaration.ts"
import type { Auth0Issuer, ClaimPath } from "../types/configuration.ts"
import { accessTokenClaim } from "./access-token-claim.ts"
import { checkKnownIssuer } from "./known-issuers.ts"
import { audience, domain, keyPlaceOf, type Preset, preset } from "./options.ts"

interface Auth0Settings {
  readonly domain: string
  readonly audience: readonly string[]
  readonly organizations?: readonly string[]
  readonly requireAtJwt: boolean
  readonly accessTokenClaim?: ClaimPath
}

const ids = oneOrMore(text())

/** The text `none` is an empty list, with which every token of an organization is refused. */
const organizations: Option<string | readonly string[], "optional", readonly string[]> = option(
  "oneOrMore",
  ids.about,
  (value, path, report) => (value === "none" ? [] : ids.check(value, path, report)),
)

const options = () => ({
  domain: required(domain),
  audience,
  organizations,
  requireAtJwt: byDefault(flag, false),
  accessTokenClaim,
})

/**
 * Auth0: `iss` has a trailing slash, and `aud` is a string or a list. `scope` is for what the client may do, and
 * `permissions` is for what the user may do. The two are never merged. Organizations are in `org_id`.
 */
export const auth0: Preset = preset<Auth0Issuer, Auth0Settings>(options, (settings, base, path, report) => {
  const issuer = `https://${settings.domain}/`
  if (settings.audience.includes(`${issuer}userinfo`) || settings.audience.includes(`${issuer}api/v2/`)) {
    report(`${path}.audience`, "must be the identifier of your own API: Auth0's own APIs are not for others to verify")
  }
  checkKnownIssuer(issuer, settings, path, report)
  return {
    ...base,
    provider: "auth0",
    name: issuer,
    issuers: [{ issuer, require: [] }],
    keyPlace: keyPlaceOf(settings, { jwksUri: `${issuer}.well-known/jwks.json` }, path, report),
    types: settings.requireAtJwt ? ["at+jwt"] : ["jwt", "at+jwt"],
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    refuseClientAsAudience: true,
    accessTokenEvidence: true,
    ...(settings.organizations && { organizations: settings.organizations }),
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
})
