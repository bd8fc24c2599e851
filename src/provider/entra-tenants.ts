import { flag, texts } from "../problems/option-checks.ts"
import { guid, type ReadTenants, tenantForm } from "./entra.ts"

const multiTenant = ["organizations", "common", "consumers"]
/** The tenant of personal Microsoft accounts. */
const consumerTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

/** What a configuration says that lets every tenant in and does not tell tenants apart. */
export const anyTenantAcknowledgement = "any Microsoft tenant can grant itself roles and scopes of this app"

const openTenants =
  "needs a demand on the tenant in every rule, such as claims: " +
  '[{ path: "tid", equals: "TENANT ID" }], or allowedTenants in its place: the administrator of any Microsoft tenant grants the ' +
  `roles and scopes of your app to its own users. If every tenant may do everything, set acknowledge to "${anyTenantAcknowledgement}"`

/** Several tenants of Entra, or every one: `allowedTenants`, or `allowAnyTenant` with what protects the routes then. */
export const readTenants: ReadTenants = (raw, tenant, path, report) => {
  const anyTenant = flag(raw.allowAnyTenant, `${path}.allowAnyTenant`, report, false)
  const { allowedTenants, acknowledge } = raw
  if (acknowledge !== undefined) {
    if (acknowledge !== anyTenantAcknowledgement)
      report(`${path}.acknowledge`, `must be this text, character for character: "${anyTenantAcknowledgement}"`)
    if (!anyTenant) report(`${path}.acknowledge`, "goes with allowAnyTenant: true only. Leave it out")
  }
  if (!multiTenant.includes(tenant)) {
    if (tenant !== "" && !guid.test(tenant)) report(`${path}.tenant`, tenantForm)
    if (allowedTenants !== undefined || anyTenant)
      report(`${path}.allowedTenants`, `goes with tenant ${multiTenant.join(", ")} only. Remove this option`)
    return { tenants: [tenant] }
  }
  if (anyTenant) {
    if (allowedTenants !== undefined) report(`${path}.allowedTenants`, "not_with", "allowAnyTenant")
    const pattern = { consumers: { only: consumerTenant }, organizations: { not: consumerTenant } }[tenant] ?? {}
    const { tid } = Object(raw.require)
    const isLimited =
      acknowledge === anyTenantAcknowledgement || (tid !== undefined && typeof tid !== "object") || Array.isArray(tid)
    return { tenants: undefined, pattern, ...(!isLimited && { openTenants }) }
  }
  if (allowedTenants === undefined) {
    report(
      `${path}.allowedTenants`,
      "must list the tenants to accept, or allowAnyTenant must be true: anyone can own a tenant",
    )
    return { tenants: [] }
  }
  const tenants = texts(allowedTenants, `${path}.allowedTenants`, report)
  for (const [index, tid] of tenants.entries()) {
    if (!guid.test(tid)) report(`${path}.allowedTenants[${index}]`, "must be a tenant id (GUID in lower case)")
  }
  return { tenants }
}
