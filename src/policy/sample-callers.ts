import { readDemand } from "../shared/demand.ts"
import type { ClaimPath, RouteRule } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"

const lists = ["scopes", "roles", "groups", "permissions"] as const

/** Something that a rule demands and a caller can have: a scope, or a value of a claim. */
export type Grant =
  | { readonly list: (typeof lists)[number]; readonly value: string }
  | { readonly path: ClaimPath; readonly value: unknown; readonly member: boolean }

/** What a caller is, without what it was granted. */
export interface Nature {
  readonly kind: Principal["kind"]
  readonly issuer: string
}

/** Everything that rules demand, each once. */
export function grantsIn(rules: readonly RouteRule[]): readonly Grant[] {
  const found = new Map<string, Grant>()
  const add = (grant: Grant): unknown => found.set(JSON.stringify(grant), grant)
  for (const rule of rules.flatMap(withAlternatives)) {
    for (const list of lists) for (const value of readDemand(rule[list] ?? []).values) add({ list, value })
    for (const { path, equals, contains } of readDemand(rule.claims ?? []).values) {
      for (const value of equals === undefined ? [] : [equals].flat()) add({ path, value, member: false })
      for (const value of contains === undefined ? [] : [contains].flat()) add({ path, value, member: true })
    }
  }
  return [...found.values()]
}

/** The kinds and issuers that rules tell apart, and one of each that no rule names. */
export function naturesIn(rules: readonly RouteRule[], most: number): readonly Nature[] {
  const all = rules.flatMap(withAlternatives)
  const kinds: readonly Principal["kind"][] = all.some(({ kind }) => kind !== undefined) ? ["user", "app"] : ["user"]
  const issuers = new Set(["another issuer", ...all.flatMap(({ issuers = [] }) => issuers)])
  return [...issuers].flatMap((issuer) => kinds.map((kind) => ({ kind, issuer }))).slice(0, most)
}

/** A caller who has these grants and no others. Of two values of one claim, the first counts. */
export function callerWith(grants: readonly Grant[], { kind, issuer }: Nature): Principal {
  const claims: { [name: string]: unknown } = Object.create(null)
  const of = { scopes: [] as string[], roles: [] as string[], groups: [] as string[], permissions: [] as string[] }
  for (const grant of grants) {
    if ("list" in grant) of[grant.list].push(grant.value)
    else setClaim(claims, grant)
  }
  if (claims.email !== undefined) claims.email_verified = true
  return { id: "", issuer, provider: "oidc", subject: "", kind, ...of, expiresAt: 0, claims }
}

/** The same in words: `scopes orders:read, orders:write; claim department = hr`. */
export function grantsText(grants: readonly Grant[], { kind, issuer }: Nature, natures: readonly Nature[]): string {
  const parts: string[] = []
  if (natures.some((each) => each.kind !== kind)) parts.push(`kind ${kind}`)
  if (natures.some((each) => each.issuer !== issuer) && issuer.includes(":")) parts.push(`issuer ${issuer}`)
  for (const list of lists) {
    const values = grants.flatMap((grant) => ("list" in grant && grant.list === list ? [grant.value] : []))
    if (values.length > 0) parts.push(`${list} ${values.join(", ")}`)
  }
  for (const grant of grants)
    if (!("list" in grant))
      parts.push(`claim ${[grant.path].flat().join(".")} ${grant.member ? "with" : "="} ${String(grant.value)}`)
  return parts.join("; ")
}

function withAlternatives(rule: RouteRule): readonly RouteRule[] {
  return [rule, ...(rule.anyOf ?? [])]
}

function setClaim(
  claims: { [name: string]: unknown },
  { path, value, member }: { readonly path: ClaimPath; readonly value: unknown; readonly member: boolean },
): void {
  const names = [path].flat()
  const last = names.at(-1) ?? ""
  let holder = claims
  for (const name of names.slice(0, -1)) {
    const inner = holder[name] ?? Object.create(null)
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return
    holder[name] = inner
    holder = inner as { [name: string]: unknown }
  }
  const before = holder[last]
  if (member) {
    if (before === undefined || Array.isArray(before)) holder[last] = [...(before ?? []), value]
  } else if (before === undefined) holder[last] = value
}
