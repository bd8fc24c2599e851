import type { TenantIssuers } from "./profile.ts"

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The tenant that an issuer of the pattern names, or undefined if it is none of the pattern. */
export function tenantIn(iss: string, { prefix, suffix }: TenantIssuers): string | undefined {
  if (!iss.startsWith(prefix) || !iss.endsWith(suffix)) return undefined
  const tenant = iss.slice(prefix.length, iss.length - suffix.length)
  return guid.test(tenant) ? tenant : undefined
}

/** Whether the pattern accepts the tokens of a tenant. */
export function acceptsTenant({ only, not }: TenantIssuers, tenant: string): boolean {
  return (only ?? tenant) === tenant && tenant !== not
}

/** Whether the pattern accepts an `iss` value. */
export function acceptsIssuer(pattern: TenantIssuers, iss: string): boolean {
  const tenant = tenantIn(iss, pattern)
  return tenant !== undefined && acceptsTenant(pattern, tenant)
}
