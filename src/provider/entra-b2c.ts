import { type Report, texts, word } from "../problems/option-checks.ts"
import { entraRules } from "./entra.ts"
import { tenantNameOf, tenantOf } from "./entra-external-id.ts"
import { commonOptions, domainOf, issuerKeys, keyPlaceOf, type RawIssuer } from "./options.ts"
import { type AcceptedIssuer, type IssuerProfile, plainProfile, type Requirement } from "./profile.ts"

/**
 * Azure AD B2C. All policies of a tenant share one issuer, so `tfp` (older policies: `acr`) must name one of the
 * configured ones. Otherwise the token of a password reset would pass. Access tokens may carry a `nonce`; what ID
 * tokens lack is `azp` with `scp` or `roles`.
 */
export function entraB2c(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  const own = [
    "tenant",
    "tenantName",
    "policy",
    "policyClaim",
    "issuerMode",
    "domain",
    "audience",
    "allowAppsWithoutRoles",
  ]
  issuerKeys(raw, own, path, report)
  const tenant = tenantOf(raw, path, report)
  const name = tenantNameOf(raw, path, report)
  const domain = raw.domain === undefined ? undefined : domainOf(raw, path, report)
  if (name === undefined && domain === undefined)
    report(`${path}.tenantName`, "is missing. Set it to the name before .b2clogin.com, or set domain to your own host")
  const policies = texts(raw.policy, `${path}.policy`, report)
  for (const [index, policy] of policies.entries()) {
    if (!/^[\w-]+$/.test(policy))
      report(`${path}.policy[${index}]`, "must be the name of a policy, such as B2C_1_signin")
  }
  const claim = word(raw.policyClaim, `${path}.policyClaim`, report, ["tfp", "acr"], "tfp")
  const mode = word(raw.issuerMode, `${path}.issuerMode`, report, ["tenant", "tfp"], "tenant")

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
    ...entraRules(raw, commonOptions(raw, path, report), path, report),
    provider: "entra-b2c",
    name: issuers[0]?.issuer ?? "",
    issuers,
    keyPlace: keyPlaceOf(
      raw,
      { jwksUri: `https://${host}/${directory}/${policies[0]}/discovery/v2.0/keys` },
      path,
      report,
    ),
    audiences: [{ claim: "aud", anyOf: texts(raw.audience, `${path}.audience`, report) }],
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
}
