import {
  block,
  checkMembers,
  claimPath,
  type Declaration,
  list,
  type Option,
  option,
  required,
  text,
  words,
} from "../../problems/declaration.ts"
import { knownKeys, object, type Report } from "../../problems/option-checks.ts"
import { inexact, isExactValue } from "../../shared/exact-number.ts"
import type { ClaimDemand, ClaimValue, RouteRule } from "../../types/configuration.ts"

type DemandOf<T> = readonly T[] | { readonly all: readonly T[] } | { readonly any: readonly T[] }
type Alternative = Omit<RouteRule, "anyOf">

/** The demands that are lists of names. */
export const lists = ["scopes", "roles", "groups", "permissions"] as const

/** A list, of which everything is demanded, or at least one. */
function demand<T>(item: Option<readonly T[]>): Option<DemandOf<T>> {
  return option("demand", [item], (value, path, report) => {
    if (Array.isArray(value)) return item.check(value, path, report)
    if (typeof value !== "object" || value === null) {
      report(path, "list")
      return undefined
    }
    const raw = value as { readonly [name: string]: unknown }
    knownKeys(raw, ["all", "any"], path, report)
    const { all, any } = raw
    if ((all === undefined) === (any === undefined)) {
      report(path, 'must be a list (all of it), { all: […] } or { any: […] }, for example { "any": ["a", "b"] }')
      return undefined
    }
    item.check(any ?? all, any === undefined ? `${path}.all` : `${path}.any`, report)
    return value as DemandOf<T>
  })
}

const claimValues: Option<ClaimValue | readonly ClaimValue[]> = option("claimValues", [], (value, path, report) => {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  const fits = values.length > 0 && values.every((one) => ["string", "number", "boolean"].includes(typeof one))
  if (!fits) report(path, 'must be a text, a number, true or false, or a list of them, for example ["ops", "dev"]')
  else if (!values.every(isExactValue)) report(path, inexact)
  return fits ? (value as ClaimValue | readonly ClaimValue[]) : undefined
})

export const claimDemand: Option<ClaimDemand> = block<ClaimDemand>({
  path: required(claimPath),
  equals: claimValues,
  contains: claimValues,
})

const scope = text(
  /^[^\s\p{C}]+$/u,
  "has a blank or an invisible character, and no scope has one. " +
    'Write one scope per entry: ["orders:read", "orders:write"]',
)
const names = demand(list(text()))

/** A rule among alternatives. */
export const alternativeOptions: Declaration<Alternative> = {
  scopes: demand(list(scope)),
  roles: names,
  groups: names,
  permissions: names,
  claims: demand(list(claimDemand, 1, 'must be a list, for example [{ path: "department", equals: "ops" }]')),
  kind: words("user", "app"),
  issuers: list(text()),
}

/** A rule of the route table. */
export const ruleOptions: Declaration<RouteRule> = {
  ...alternativeOptions,
  anyOf: option("alternatives", [alternativeOptions], checkAlternatives),
}

function checkAlternatives(value: unknown, path: string, report: Report): readonly Alternative[] | undefined {
  if (!Array.isArray(value) || value.length < 2) {
    report(
      path,
      'must be a list of at least two rules, for example [{ "scopes": ["orders:read"] }, { "roles": ["auditor"] }]',
    )
    return undefined
  }
  for (const [index, alternative] of value.entries()) {
    checkRuleForm(alternativeOptions, alternative, `${path}[${index}]`, report)
    if (Object.keys(Object(alternative)).length === 0)
      report(
        `${path}[${index}]`,
        'must demand something, for example { "roles": ["auditor"] }: ' +
          "an empty alternative would make the others needless",
      )
  }
  return value
}

/** Checks the form of a rule, of the table or among alternatives. */
export function checkRuleForm<T>(declared: Declaration<T>, value: unknown, path: string, report: Report): void {
  const rule = object(value, path, report)
  if (rule === undefined) return
  const { public: open, ...members } = rule
  if (open !== undefined) {
    const remedy = "Leave the route out here, and there give it no authorizer"
    report(`${path}.public`, `says nothing: hallpass is never asked about a public route of API Gateway. ${remedy}`)
  }
  checkMembers(declared, members, path, report)
}
