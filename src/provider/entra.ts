import { flag, type Report, text, texts, word } from "../problems/option-checks.ts"
import { algorithmsOf, commonOptions, issuerKeys, keyPlaceOf, type Preset, type RawIssuer } from "./options.ts"
import type { Requirement } from "./profile.ts"
import { type AcceptedIssuer, type IssuerProfile, plainProfile, type TenantIssuers } from "./profile.ts"

const clouds = {
  public: { host: "login.microsoftonline.com", sts: "sts.windows.net" },
  usgov: { host: "login.microsoftonline.us", sts: "sts.windows.net" },
  china: { host: "login.partner.microsoftonline.cn", sts: "sts.chinacloudapi.cn" },
} as const
/** Key sets of Entra lose keys for hours and show them again: see `graceSeconds`. */
const keyDefaults = { graceSeconds: 86_400 }
export const guid: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const graph = ["00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com", "https://graph.microsoft.com/"]

/** One token version: how `iss` is built around the tenant id, and what its tokens hold. */
interface Version {
  readonly prefix: string
  readonly suffix: string
  readonly require: readonly Requirement[]
}

/** Whose tokens are accepted, if that is not one tenant. */
export interface AcceptedTenants {
  /** Undefined for every tenant of the cloud. */
  readonly tenants: readonly string[] | undefined
  readonly pattern?: Pick<TenantIssuers, "only" | "not">
  readonly openTenants?: string
}

/** Reads the options for several tenants. */
export type ReadTenants = (raw: RawIssuer, tenant: string, path: string, report: Report) => AcceptedTenants

export const tenantForm = "must be a tenant id (GUID in lower case) or one of organizations, common, consumers"
const severalTenants = ["allowedTenants", "allowAnyTenant", "acknowledge"]

/**
 * Microsoft Entra ID, token versions 1 and 2, one tenant or several. All tenants of a cloud share signing keys, so only
 * exact issuers, `tid` and the keys' own `issuer` member keep them apart. ID tokens and Graph tokens are refused.
 */
export const entra =
  (readTenants: ReadTenants): Preset =>
  (raw, path, report) => {
    issuerKeys(
      raw,
      ["tenant", "audience", "version", "cloud", "allowAppsWithoutRoles", ...severalTenants],
      path,
      report,
    )
    const tenant = text(raw.tenant, `${path}.tenant`, report) ?? ""
    const cloud = clouds[word(raw.cloud, `${path}.cloud`, report, ["public", "usgov", "china"], "public")]
    const isOne = guid.test(tenant) && severalTenants.every((option) => raw[option] === undefined)
    const { tenants, pattern, openTenants }: AcceptedTenants = isOne
      ? { tenants: [tenant] }
      : readTenants(raw, tenant, path, report)
    const audience = texts(raw.audience, `${path}.audience`, report)
    const versions = versionsOf(raw, path, report)
    checkAudience(audience, versions, path, report)

    const spelling: Readonly<Record<1 | 2, Version>> = {
      1: { prefix: `https://${cloud.sts}/`, suffix: "/", require: versionClaims(1) },
      2: { prefix: `https://${cloud.host}/`, suffix: "/v2.0", require: versionClaims(2) },
    }
    const accepted = versions.map((version) => spelling[version])
    const others = ([1, 2] as const)
      .filter((version) => !versions.includes(version))
      .map((version) => spelling[version])
    const options = commonOptions(raw, path, report)
    const endpoint = `https://${cloud.host}/${tenant}`
    const keysPath = versions.includes(2) ? "discovery/v2.0/keys" : "discovery/keys"
    return {
      ...entraRules(raw, options, path, report),
      provider: "entra",
      name: `${endpoint}/v2.0`,
      issuers: (tenants ?? []).flatMap((tid) => accepted.map((version) => issuerOf(version, tid))),
      tenantIssuers: tenants === undefined ? accepted.map((version) => ({ ...version, ...pattern })) : [],
      ...(openTenants !== undefined && { openTenants }),
      lookalikes: (tenants ?? []).flatMap((tid) =>
        others.map((version) => ({ issuer: issuerOf(version, tid).issuer, code: "entra_version" as const })),
      ),
      keyPlace: keyPlaceOf(raw, { jwksUri: `${endpoint}/${keysPath}` }, path, report),
      keyDefaults,
      keyIssuer: `https://${cloud.host}/{tenantid}/v2.0`,
      audiences: [{ claim: "aud", anyOf: audience }],
    }
  }

/** What tokens of Entra and of its relatives have in common. */
export function entraRules(
  raw: RawIssuer,
  options: Pick<IssuerProfile, "roles" | "groups">,
  path: string,
  report: Report,
): Omit<IssuerProfile, "provider" | "name" | "issuers" | "keyPlace"> {
  return {
    ...plainProfile,
    ...options,
    algorithms: algorithmsOf(raw, ["RS256"], path, report),
    types: ["jwt"],
    // Graph tokens carry a nonce in the header and never verify for anyone but Microsoft.
    refusedHeader: { name: "nonce", code: "entra_graph_token" },
    refusedAudiences: graph.map((id) => ({ audience: id, code: "entra_graph_token" as const })),
    refuseClaims: ["nonce", ...plainProfile.refuseClaims],
    scopes: ["scp"],
    roles: ["roles", ...options.roles],
    groups: options.groups.length > 0 ? options.groups : ["groups"],
    clientId: ["azp", "appid"],
    subject: [{ claims: ["tid", "oid"] }],
    kind: [
      { kind: "app", when: { claim: "idtyp", equals: "app" } },
      { kind: "user", when: { present: "scp" } },
      { kind: "app", when: "always" },
    ],
    tenant: { claim: "tid" },
    appsNeedRoles: !flag(raw.allowAppsWithoutRoles, `${path}.allowAppsWithoutRoles`, report, false),
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

export function versionsOf(raw: RawIssuer, path: string, report: Report): readonly (1 | 2)[] {
  const list = raw.version === undefined ? [2] : Array.isArray(raw.version) ? raw.version : [raw.version]
  const versions = ([1, 2] as const).filter((version) => list.includes(version))
  if (versions.length === list.length && versions.length > 0) return versions
  report(`${path}.version`, "must be 1, 2 or [1, 2], as api.requestedAccessTokenVersion of the app registration says")
  return [2]
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
