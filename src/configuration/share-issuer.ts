import type { IssuerProfile, TenantIssuers } from "../provider/profile.ts"
import { acceptsIssuer, acceptsTenant } from "../provider/tenant-issuers.ts"

/**
 * Whether both accept one `iss` value: exact issuers and patterns of tenants, each of one against each of the other.
 */
export function shareIssuer(one: IssuerProfile, other: IssuerProfile): boolean {
  return (
    one.issuers.some(({ issuer }) => accepts(other, issuer)) ||
    other.issuers.some(({ issuer }) => accepts(one, issuer)) ||
    one.tenantIssuers.some((pattern) => other.tenantIssuers.some((second) => overlap(pattern, second)))
  )
}

function accepts({ issuers, tenantIssuers }: IssuerProfile, iss: string): boolean {
  return issuers.some(({ issuer }) => issuer === iss) || tenantIssuers.some((pattern) => acceptsIssuer(pattern, iss))
}

/** Two patterns of one form share every tenant, unless one of them is for a single tenant that the other leaves out. */
function overlap(one: TenantIssuers, other: TenantIssuers): boolean {
  if (one.prefix !== other.prefix || one.suffix !== other.suffix) return false
  const only = one.only ?? other.only
  return only === undefined || (acceptsTenant(one, only) && acceptsTenant(other, only))
}
