import { byDefault, flag, type Option, option, words } from "../problems/declaration.ts"
import type { Report } from "../problems/option-checks.ts"
import type { EntraIssuer } from "../types/configuration.ts"
import { guid, readTenants, type TenantSettings, tenantOptions } from "./entra-tenants.ts"
import { audience, type BaseProfile, type CommonSettings, keyPlaceOf, type Preset, preset } from "./options.ts"
import { type AcceptedIssuer, plainProfile, type Requirement, type TenantIssuers } from "./profile.ts"

const clouds = {
  public: { host: "login.microsoftonline.com", sts: "sts.windows.net" },
  usgov: { host: "login.microsoftonline.us", sts: "sts.windows.net" },
  china: { host: "login.partner.microsoftonline.cn", sts: "sts.chinacloudapi.cn" },
} as const
/** Key sets of Entra lose keys for hours and show them again: see `graceSeconds`. */
const keyDefaults = { graceSeconds: 86_400 }
const graph = ["00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com", "https://graph.microsoft.com/"]

/** One token version: how `iss` is built around the tenant id, and what its tokens hold. */
interface Version {
  readonly prefix: string
  readonly suffix: string
  readonly require: readonly Requirement[]
}

type Versions = readonly (1 | 2)[]

/** Token versions, in the order 1, 2. */
export const version: Option<NonNullable<EntraIssuer["version"]>, "optional", Versions> = option(
  "version",
  [],
  (value, path, report) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const versions = ([1, 2] as const).filter((one) => list.includes(one))
    if (versions.length === list.length && versions.length > 0) return versions
    report(path, "must be 1, 2 or [1, 2], as api.requestedAccessTokenVersion of the app registration says")
    return undefined
  },
)

/** The option that Entra and its relatives share. */
interface EntraRuleSettings extends CommonSettings {
  readonly allowAppsWithoutRoles: boolean
}

interface EntraSettings extends TenantSettings {
  readonly audience: readonly string[]
  readonly version: Versions
  readonly cloud: keyof typeof clouds
  readonly allowAppsWithoutRoles: boolean
}

const options = () => ({
  ...tenantOptions,
  audience,
  version: byDefault(version, [2]),
  cloud: byDefault(words("public", "usgov", "china"), "public"),
  allowAppsWithoutRoles: byDefault(flag, false),
})

/**
 * Microsoft Entra ID, token versions 1 and 2, one tenant or several. All tenants of a cloud share signing keys, so only
 * exact issuers, `tid` and the keys' own `issuer` member keep them apart. ID tokens and Graph tokens are refused.
 */
export const entra: Preset = preset<EntraIssuer, EntraSettings>(options, (settings, base, path, report) => {
  const { tenant, version: versions } = settings
  const cloud = clouds[settings.cloud]
  const { tenants, pattern, openTenants } = readTenants(settings, path, report)
  checkAudience(settings.audience, versions, path, report)

  const spelling: Readonly<Record<1 | 2, Version>> = {
    1: { prefix: `https://${cloud.sts}/`, suffix: "/", require: versionClaims(1) },
    2: { prefix: `https://${cloud.host}/`, suffix: "/v2.0", require: versionClaims(2) },
  }
  const accepted = versions.map((version) => spelling[version])
  const others = ([1, 2] as const).filter((version) => !versions.includes(version)).map((version) => spelling[version])
  const endpoint = `https://${cloud.host}/${tenant}`
  const keysPath = versions.includes(2) ? "discovery/v2.0/keys" : "discovery/keys"
  return {
    ...entraRules(settings, base),
    provider: "entra",
    name: `${endpoint}/v2.0`,
    issuers: (tenants ?? []).flatMap((tid) => accepted.map((version) => issuerOf(version, tid))),
    tenantIssuers: tenants === undefined ? accepted.map((version) => ({ ...version, ...pattern })) : [],
    ...(openTenants !== undefined && { openTenants }),
    lookalikes: (tenants ?? []).flatMap((tid) =>
      others.map((version) => ({ issuer: issuerOf(version, tid).issuer, code: "entra_version" as const })),
    ),
    keyPlace: keyPlaceOf(settings, { jwksUri: `${endpoint}/${keysPath}` }, path, report),
    keyDefaults,
    keyIssuer: `https://${cloud.host}/{tenantid}/v2.0`,
    audiences: [{ claim: "aud", anyOf: settings.audience }],
  }
})

/** What tokens of Entra and of its relatives have in common. */
export function entraRules(settings: EntraRuleSettings, base: BaseProfile): BaseProfile {
  return {
    ...base,
    types: ["jwt"],
    // Graph tokens carry a nonce in the header and never verify for anyone but Microsoft.
    refusedHeader: { name: "nonce", code: "entra_graph_token" },
    refusedAudiences: graph.map((id) => ({ audience: id, code: "entra_graph_token" as const })),
    refuseClaims: ["nonce", ...plainProfile.refuseClaims],
    scopes: ["scp"],
    roles: ["roles", ...base.roles],
    groups: settings.groups ?? ["groups"],
    clientId: ["azp", "appid"],
    subject: [{ claims: ["tid", "oid"] }],
    kind: [
      { kind: "app", when: { claim: "idtyp", equals: "app" } },
      { kind: "user", when: { present: "scp" } },
      { kind: "app", when: "always" },
    ],
    tenant: { claim: "tid" },
    appsNeedRoles: !settings.allowAppsWithoutRoles,
    groupsOverage: true,
  }
}

/** What tokens of one version hold. Only access tokens name the client. */
export function versionClaims(version: 1 | 2): TenantIssuers["require"] {
  return [
    { claim: "ver", value: `${version}.0`, code: "entra_version" },
    { claim: version === 1 ? "appid" : "azp", code: "token_kind_refused" },
  ]
}

/** One tenant's issuer, whose tokens must name that tenant. */
function issuerOf({ prefix, suffix, require }: Version, tid: string): AcceptedIssuer {
  const tenant: Requirement = { claim: "tid", value: tid, code: "tenant_not_allowed" }
  return { issuer: `${prefix}${tid}${suffix}`, require: [tenant, ...require] }
}

export function checkAudience(
  audience: readonly string[],
  versions: readonly number[],
  path: string,
  report: Report,
): void {
  if (audience.some((item) => graph.includes(item))) {
    report(`${path}.audience`, "must be your own API: only Microsoft can verify tokens for Microsoft Graph")
  } else if (!versions.includes(1) && audience.length > 0 && !audience.some((item) => guid.test(item))) {
    report(`${path}.audience`, "must hold the API's client id (GUID): version 2 tokens never have another audience")
  }
}
