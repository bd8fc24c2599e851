import { byDefault, flag, oneOrMore, required, text, words } from "../problems/declaration.ts"
import type { EntraB2cIssuer } from "../types/configuration.ts"
import { entraRules } from "./entra.ts"
import { tenantName } from "./entra-external-id.ts"
import { tenantId } from "./entra-tenants.ts"
import { audience, domain, keyPlaceOf, type Preset, preset } from "./options.ts"
import { type AcceptedIssuer, plainProfile, type Requirement } from "./profile.ts"

interface B2cSettings {
  readonly tenant: string
  readonly tenantName?: string
  readonly domain?: string
  readonly policy: readonly string[]
  readonly policyClaim: "tfp" | "acr"
  readonly issuerMode: "tenant" | "tfp"
  readonly audience: readonly string[]
  readonly allowAppsWithoutRoles: boolean
}

const options = () => ({
  tenant: required(tenantId, ""),
  tenantName,
  policy: required(oneOrMore(text(/^[\w-]+$/, "must be the name of a policy, such as B2C_1_signin")), []),
  policyClaim: byDefault(words("tfp", "acr"), "tfp"),
  issuerMode: byDefault(words("tenant", "tfp"), "tenant"),
  domain,
  audience,
  allowAppsWithoutRoles: byDefault(flag, false),
})

/**
 * Azure AD B2C. All policies of a tenant share one issuer, so `tfp` (older policies: `acr`) must name one of the
 * configured ones. Otherwise the token of a password reset would pass. Access tokens may carry a `nonce`; what ID
 * tokens lack is `azp` with `scp` or `roles`.
 */
export const entraB2c: Preset = preset<EntraB2cIssuer, B2cSettings>(options, (settings, base, path, report, raw) => {
  const { tenant, tenantName: name, domain, policy: policies, policyClaim: claim, issuerMode: mode } = settings
  if (raw.tenantName === undefined && domain === undefined)
    report(`${path}.tenantName`, "is missing. Set it to the name before .b2clogin.com, or set domain to your own host")

  const host = domain ?? `${name}.b2clogin.com`
  const byClient: Requirement = { claim: "azp", code: "token_kind_refused" }
  const accept = (issuer: string, value: readonly string[]): AcceptedIssuer => {
    return { issuer, require: [byClient, { claim, value, code: "claim_required" }] }
  }
  // The spelling of the policy in iss depends on how the client asked for the token.
  const issuers =
    mode === "tenant"
      ? [accept(`https://${host}/${tenant}/v2.0/`, policies)]
      : policies.flatMap((policy) =>
          [...new Set([policy, policy.toLowerCase()])].map((spelling) =>
            accept(`https://${host}/tfp/${tenant}/${spelling}/v2.0/`, [policy]),
          ),
        )
  const directory = name === undefined ? tenant : `${name}.onmicrosoft.com`
  return {
    ...entraRules(settings, base),
    provider: "entra-b2c",
    name: issuers[0]?.issuer ?? "",
    issuers,
    keyPlace: keyPlaceOf(
      settings,
      { jwksUri: `https://${host}/${directory}/${policies[0]}/discovery/v2.0/keys` },
      path,
      report,
    ),
    audiences: [{ claim: "aud", anyOf: settings.audience }],
    requireAny: ["scp", "roles"],
    refuseClaims: plainProfile.refuseClaims,
    // Policies need not emit oid; sub is the object id unless a policy says otherwise.
    subject: [
      { claims: ["oid"], tenant },
      { claims: ["sub"], tenant, mark: "sub%3D" },
    ],
    tenant: { value: tenant },
    groupsOverage: false,
  }
})
