import { type Report, text, texts } from "../problems/option-checks.ts"
import { checkAudience, entraRules, guid, versionClaims, versionsOf } from "./entra.ts"
import { commonOptions, domainOf, issuerKeys, keyPlaceOf, type RawIssuer } from "./options.ts"
import type { AcceptedIssuer, IssuerProfile, Requirement } from "./profile.ts"

/** The tenant id of Entra's relatives: `iss` is built from it. */
export function tenantOf(raw: RawIssuer, path: string, report: Report): string {
  const tenant = text(raw.tenant, `${path}.tenant`, report) ?? ""
  if (tenant !== "" && !guid.test(tenant)) report(`${path}.tenant`, "must be a tenant id (GUID in lower case)")
  return tenant
}

/** The first part of a host name that a vendor gives its tenants. */
export function tenantNameOf(raw: RawIssuer, path: string, report: Report): string | undefined {
  if (raw.tenantName === undefined) return undefined
  const name = text(raw.tenantName, `${path}.tenantName`, report) ?? ""
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name))
    report(`${path}.tenantName`, "must be the name before .onmicrosoft.com, in lower case, without dots")
  return name
}

/**
 * Microsoft Entra External ID (customers, CIAM): tokens as Entra's, issued by a host that bears the tenant id. ID
 * tokens are refused: only access tokens name their client.
 */
export function entraExternalId(raw: RawIssuer, path: string, report: Report): IssuerProfile {
  issuerKeys(raw, ["tenant", "tenantName", "domain", "audience", "version", "allowAppsWithoutRoles"], path, report)
  const tenant = tenantOf(raw, path, report)
  const name = tenantNameOf(raw, path, report)
  const domain = raw.domain === undefined ? undefined : domainOf(raw, path, report)
  const audience = texts(raw.audience, `${path}.audience`, report)
  const versions = versionsOf(raw, path, report)
  checkAudience(audience, versions, path, report)

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
    ...entraRules(raw, commonOptions(raw, path, report), path, report),
    provider: "entra-external-id",
    name: issuers[2],
    issuers: accepted,
    lookalikes: others.map((version) => ({ issuer: issuers[version], code: "entra_version" as const })),
    keyPlace: keyPlaceOf(raw, place, path, report),
    audiences: [{ claim: "aud", anyOf: audience }],
  }
}
