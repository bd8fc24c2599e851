import type { RouteRule } from "../types/configuration.ts"
import { claimBranches, onlyName } from "./claim-demands.ts"

/** What lets a request through, whichever tenant its token is from. */
interface Answers {
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly unmatched: "deny" | "authenticated"
}

/**
 * Where a table does not tell the tenants of a multi-tenant issuer apart. Scopes, roles, groups and permissions do not:
 * the administrator of the caller's own tenant grants them.
 *
 * @returns the places, or undefined if every rule is for tenants, or issuers, that it names
 */
export function openToTenants({ routes, unmatched }: Answers): string | undefined {
  if (routes === undefined) return "There are no routes"
  const open = Object.entries(routes).filter(([, rule]) => !namesTenant(rule) && !namesTenantInEach(rule))
  const places = open.map(([key]) => `routes[${JSON.stringify(key)}]`)
  if (unmatched === "authenticated") places.push('unmatched "authenticated"')
  const [first] = places
  if (first === undefined) return undefined
  return places.length === 1 ? `Missing in ${first}` : `Missing in ${first} and ${places.length - 1} more`
}

function namesTenantInEach({ anyOf }: RouteRule): boolean {
  return anyOf?.every(namesTenant) === true
}

/** An `iss` value of Entra names one tenant, and so does an equal `tid`. */
function namesTenant({ claims, issuers }: Omit<RouteRule, "anyOf">): boolean {
  if (issuers !== undefined) return true
  return claimBranches(claims).every((branch) =>
    branch.some(({ path, equals }) => equals !== undefined && onlyName(path) === "tid"),
  )
}
