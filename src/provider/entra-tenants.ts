import {
  byDefault,
  type Declaration,
  flag,
  type Option,
  oneOrMore,
  option,
  required,
  text,
} from "../problems/declaration.ts"
import type { Report } from "../problems/option-checks.ts"
import type { EntraIssuer } from "../types/configuration.ts"
import type { Requirement, TenantIssuers } from "./profile.ts"

export const guid: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const tenantForm = "must be a tenant id (GUID in lower case) or one of organizations, common, consumers"

const multiTenant = ["organizations", "common", "consumers"]
/** The tenant of personal Microsoft accounts. */
const consumerTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

/** What a configuration says that lets every tenant in and does not tell tenants apart. */
const anyTenantAcknowledgement: NonNullable<EntraIssuer["acknowledge"]> =
  "any Microsoft tenant can grant itself roles and scopes of this app"

const openTenants =
  "needs a demand on the tenant in every rule, such as claims: " +
  '[{ path: "tid", equals: "TENANT ID" }], or allowedTenants in its place: the administrator of any Microsoft tenant grants the ' +
  `roles and scopes of your app to its own users. If every tenant may do everything, set acknowledge to "${anyTenantAcknowledgement}"`

/** A tenant id. */
export const tenantId: Option<string> = text(guid, "must be a tenant id (GUID in lower case)")

/** Whose tokens are accepted. */
interface AcceptedTenants {
  /** Undefined for every tenant of the cloud. */
  readonly tenants: readonly string[] | undefined
  readonly pattern?: Pick<TenantIssuers, "only" | "not">
  readonly openTenants?: string
}

/** The options for one tenant or several. */
export interface TenantSettings {
  readonly tenant: string
  readonly allowedTenants?: readonly string[]
  readonly allowAnyTenant: boolean
  readonly acknowledge?: NonNullable<EntraIssuer["acknowledge"]>
}

const acknowledge: Option<NonNullable<EntraIssuer["acknowledge"]>> = option(
  "words",
  [anyTenantAcknowledgement],
  (value, path, report) => {
    if (value === anyTenantAcknowledgement) return anyTenantAcknowledgement
    report(path, `must be this text, character for character: "${anyTenantAcknowledgement}"`)
    return undefined
  },
)

/** The declaration of these options. */
export const tenantOptions: Declaration<Pick<EntraIssuer, keyof TenantSettings>, TenantSettings> = {
  tenant: required(
    text(
      /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|organizations|common|consumers)$/,
      tenantForm,
    ),
    "",
  ),
  allowedTenants: oneOrMore(tenantId),
  allowAnyTenant: byDefault(flag, false),
  acknowledge,
}

/** One tenant of Entra, several, or every one: `allowAnyTenant`, with what protects the routes then. */
export function readTenants(
  settings: TenantSettings & { readonly require: readonly Requirement[] },
  path: string,
  report: Report,
): AcceptedTenants {
  const { tenant, allowedTenants, allowAnyTenant: anyTenant, acknowledge, require } = settings
  if (acknowledge !== undefined && !anyTenant)
    report(`${path}.acknowledge`, "goes with allowAnyTenant: true only. Leave it out")
  if (!multiTenant.includes(tenant)) {
    if (allowedTenants !== undefined || anyTenant)
      report(`${path}.allowedTenants`, `goes with tenant ${multiTenant.join(", ")} only. Remove this option`)
    return { tenants: [tenant] }
  }
  if (anyTenant) {
    if (allowedTenants !== undefined) report(`${path}.allowedTenants`, "not_with", "allowAnyTenant")
    const pattern = { consumers: { only: consumerTenant }, organizations: { not: consumerTenant } }[tenant] ?? {}
    const isLimited = require.some(({ claim, value }) => claim === "tid" && value !== undefined)
    return { tenants: undefined, pattern, ...(acknowledge === undefined && !isLimited && { openTenants }) }
  }
  if (allowedTenants === undefined) {
    report(
      `${path}.allowedTenants`,
      "must list the tenants to accept, or allowAnyTenant must be true: anyone can own a tenant",
    )
  }
  return { tenants: allowedTenants ?? [] }
}
