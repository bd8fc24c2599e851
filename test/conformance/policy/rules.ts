import type { RouteRule } from "../../../src/index.ts"

/** What the tests' principals are made of; a token says it in claims. */
export interface Person {
  readonly issuer: string
  readonly kind: "user" | "app"
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  readonly department: string
}

type Rule = RouteRule & { readonly issuers?: readonly string[] }
type Claims = NonNullable<RouteRule["claims"]>

/** Whether a person meets a rule. Written out plainly, from the documentation of the rules. */
export function meets(person: Person, rule: Rule): boolean {
  const { scopes, roles, groups, permissions, claims, kind, issuers, anyOf } = rule
  if (kind !== undefined && kind !== person.kind) return false
  if (issuers !== undefined && !issuers.includes(person.issuer)) return false
  if (!holds(person.scopes, scopes) || !holds(person.roles, roles)) return false
  if (!holds(person.groups, groups) || !holds(person.permissions, permissions)) return false
  if (claims !== undefined && !claimsHold(person, claims)) return false
  return anyOf === undefined || anyOf.some((alternative) => meets(person, alternative))
}

function holds(owned: readonly string[], demand: RouteRule["scopes"]): boolean {
  if (demand === undefined) return true
  if ("any" in demand) return demand.any.some((each) => owned.includes(each))
  const all = "all" in demand ? demand.all : demand
  return all.every((each) => owned.includes(each))
}

function claimsHold(person: Person, demand: Claims): boolean {
  const one = ({ path, equals }: { path: unknown; equals?: unknown }): boolean =>
    path === "department" && [equals].flat().includes(person.department)
  if ("any" in demand) return demand.any.some(one)
  return ("all" in demand ? demand.all : demand).every(one)
}
