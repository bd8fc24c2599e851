import { byDefault, flag, type Option, required, text } from "../problems/declaration.ts"
import type { EntraExternalIdIssuer } from "../types/configuration.ts"
import { checkAudience, entraRules, version, versionClaims } from "./entra.ts"
import { tenantId } from "./entra-tenants.ts"
import { audience, domain, keyPlaceOf, type Preset, preset } from "./options.ts"
import type { AcceptedIssuer, Requirement } from "./profile.ts"

/** The first part of a host name that a vendor gives its tenants. */
export const tenantName: Option<string> = text(
  /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
  "must be the name before .onmicrosoft.com, in lower case, without dots",
)

interface ExternalIdSettings {
  readonly tenant: string
  readonly audience: readonly string[]
  readonly tenantName?: string
  readonly domain?: string
  readonly version: readonly (1 | 2)[]
  readonly allowAppsWithoutRoles: boolean
}

const options = () => ({
  tenant: required(tenantId, ""),
  tenantName,
  domain,
  audience,
  version: byDefault(version, [2]),
  allowAppsWithoutRoles: byDefault(flag, false),
})

/**
 * Microsoft Entra External ID (customers, CIAM): tokens as Entra's, issued by a host that bears the tenant id. ID
 * tokens are refused: only access tokens name their client.
 */
export const entraExternalId: Preset = preset<EntraExternalIdIssuer, ExternalIdSettings>(
  options,
  (settings, base, path, report) => {
    const { tenant, tenantName: name, domain, version: versions } = settings
    checkAudience(settings.audience, versions, path, report)

    const host = domain ?? `${tenant}.ciamlogin.com`
    const issuers = { 1: `https://${host}/${tenant}/`, 2: `https://${host}/${tenant}/v2.0` } as const
    const ofTenant: Requirement = { claim: "tid", value: tenant, code: "tenant_not_allowed" }
    const accepted = versions.map(
      (version): AcceptedIssuer => ({ issuer: issuers[version], require: [ofTenant, ...versionClaims(version)] }),
    )
    const others = ([1, 2] as const).filter((version) => !versions.includes(version))
    const authority = `https://${domain ?? `${name ?? tenant}.ciamlogin.com`}/${tenant}`
    const [issuer] = accepted as [AcceptedIssuer]
    const document = versions.includes(2) ? "v2.0/.well-known" : ".well-known"
    const place = {
      discoveryUrl: `${authority}/${document}/openid-configuration`,
      issuer: versions.includes(2) ? issuers[2] : issuer.issuer,
    }
    return {
      ...entraRules(settings, base),
      provider: "entra-external-id",
      name: issuers[2],
      issuers: accepted,
      lookalikes: others.map((version) => ({ issuer: issuers[version], code: "entra_version" as const })),
      keyPlace: keyPlaceOf(settings, place, path, report),
      audiences: [{ claim: "aud", anyOf: settings.audience }],
    }
  },
)
