import type { AcceptedIssuer, IssuerProfile, Requirement, TenantIssuers } from "../provider/profile.ts"
import { acceptsIssuer } from "../provider/tenant-issuers.ts"
import type { ClaimValue } from "../types/configuration.ts"
import type { PrincipalKind, PrincipalProvider } from "../types/principal.ts"
import type { CheckedIssuer } from "./check-issuers.ts"
import type { CheckedEdge } from "./checked-edge.ts"
import type { lists } from "./declared/rule.ts"

export type List = (typeof lists)[number]

/** One source of callers, such as the tokens of an issuer, and what is certain of all of them. */
export interface Caller {
  /** Its place in the configuration. */
  readonly path: string
  readonly provider: PrincipalProvider
  /** The `iss` value, or the form of all of them. */
  readonly issuer: string
  readonly isIssuer: (iss: string) => boolean
  readonly kinds: ReadonlySet<PrincipalKind>
  /** The lists of names that a caller can have at all. */
  readonly lists: ReadonlySet<List>
  /** Claims that hold one of these values. */
  readonly values: ReadonlyMap<string, readonly ClaimValue[]>
  /** Claims that no accepted token has, or, if `onlyClaims`, all that a caller has. */
  readonly claims: ReadonlySet<string>
  readonly onlyClaims: boolean
}

/** Who can call at all. */
export function callersOf(issuers: readonly CheckedIssuer[], edge: CheckedEdge | undefined): readonly Caller[] {
  const keys = Object.keys(edge?.headers ?? {})
  const added = edge?.role === "attributes" ? keys : []
  const callers = issuers.flatMap(({ path, profile }) => [
    ...profile.issuers.map((accepted) => tokenCaller(path, profile, accepted, added)),
    ...profile.tenantIssuers.map((accepted) => tokenCaller(path, profile, accepted, added)),
  ])
  return edge?.role === "identity" ? [...callers, edgeCaller(keys)] : callers
}

function tokenCaller(
  path: string,
  profile: IssuerProfile,
  accepted: AcceptedIssuer | TenantIssuers,
  added: readonly string[],
): Caller {
  const values = new Map<string, readonly ClaimValue[]>()
  for (const { claim, anyOf } of profile.audiences) values.set(claim, anyOf)
  for (const { claim, value } of [...profile.require, ...accepted.require] satisfies Requirement[]) {
    if (value !== undefined) values.set(claim, [value].flat())
  }
  if ("issuer" in accepted) values.set("iss", [accepted.issuer])
  const given = (["scopes", "roles", "groups", "permissions"] as const).filter((name) => profile[name].length > 0)
  return {
    path,
    provider: profile.provider,
    issuer: "issuer" in accepted ? accepted.issuer : `${accepted.prefix}TENANT${accepted.suffix}`,
    isIssuer: (iss) => ("issuer" in accepted ? iss === accepted.issuer : acceptsIssuer(accepted, iss)),
    kinds: kindsOf(profile),
    lists: new Set([...given, ...(added as List[])]),
    values,
    claims: new Set([...profile.refuseClaims, "cnf"]),
    onlyClaims: false,
  }
}

function kindsOf({ kind: rules }: IssuerProfile): ReadonlySet<PrincipalKind> {
  const last = rules.findIndex(({ when }) => when === "always")
  const kinds = new Set<PrincipalKind>((last === -1 ? rules : rules.slice(0, last + 1)).map(({ kind }) => kind))
  return last === -1 ? kinds.add("unknown") : kinds
}

/** Users whom the edge names: they have the values of its headers, and nothing else. */
function edgeCaller(keys: readonly string[]): Caller {
  return {
    path: "edge",
    provider: "edge",
    issuer: "edge",
    isIssuer: (iss) => iss === "edge",
    kinds: new Set(["user"]),
    lists: new Set(keys as List[]),
    values: new Map(),
    claims: new Set([...keys, "sub"]),
    onlyClaims: true,
  }
}
