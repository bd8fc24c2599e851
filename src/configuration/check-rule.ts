import { knownKeys, object, type Report, texts, word } from "../problems/option-checks.ts"
import type { RouteRule } from "../types/configuration.ts"
import { checkClaim, claimBranches, contradiction } from "./check-claims.ts"

/** The demands that are lists of names. */
export const lists = ["scopes", "roles", "groups", "permissions"] as const

/** Checks the form of a rule, and that its demands do not contradict each other. */
export function checkRule(value: unknown, path: string, report: Report): void {
  let sound = true
  const reportUnsound: Report = (...problem) => {
    sound = false
    report(...problem)
  }
  checkForm(value, path, reportUnsound, true)
  if (sound) checkTogether(value as RouteRule, path, report)
}

function checkForm(value: unknown, path: string, report: Report, alternativesAllowed: boolean): void {
  const rule = object(value, path, report)
  if (rule === undefined) return
  const { public: open, ...known } = rule
  if (open !== undefined) {
    const remedy = "Leave the route out here, and there give it no authorizer"
    report(`${path}.public`, `says nothing: hallpass is never asked about a public route of API Gateway. ${remedy}`)
  }
  knownKeys(known, [...lists, "claims", "kind", "issuers", ...(alternativesAllowed ? ["anyOf"] : [])], path, report)
  for (const name of lists) {
    const found = rule[name] === undefined ? undefined : listOf(rule[name], `${path}.${name}`, report)
    if (found !== undefined) checkNames(name, found.list, found.path, report)
  }
  if (rule.kind !== undefined) word(rule.kind, `${path}.kind`, report, ["user", "app"], "user")
  if (rule.issuers !== undefined) checkNames("issuers", rule.issuers, `${path}.issuers`, report)
  if (rule.claims !== undefined) checkClaims(rule.claims, `${path}.claims`, report)
  if (rule.anyOf === undefined || !alternativesAllowed) return
  if (!Array.isArray(rule.anyOf) || rule.anyOf.length < 2) {
    report(
      `${path}.anyOf`,
      'must be a list of at least two rules, for example [{ "scopes": ["orders:read"] }, { "roles": ["auditor"] }]',
    )
    return
  }
  for (const [index, alternative] of rule.anyOf.entries()) {
    checkForm(alternative, `${path}.anyOf[${index}]`, report, false)
    if (Object.keys(Object(alternative)).length === 0)
      report(
        `${path}.anyOf[${index}]`,
        'must demand something, for example { "roles": ["auditor"] }: an empty alternative would make the others needless',
      )
  }
}

/** The list of a demand in its three spellings, or undefined with a report. */
function listOf(value: unknown, path: string, report: Report): { list: unknown; path: string } | undefined {
  if (Array.isArray(value)) return { list: value, path }
  if (typeof value !== "object" || value === null) {
    report(path, "list")
    return undefined
  }
  const raw = value as { readonly [name: string]: unknown }
  knownKeys(raw, ["all", "any"], path, report)
  if ((raw.all === undefined) === (raw.any === undefined)) {
    report(path, 'must be a list (all of it), { all: […] } or { any: […] }, for example { "any": ["a", "b"] }')
    return undefined
  }
  return raw.any === undefined ? { list: raw.all, path: `${path}.all` } : { list: raw.any, path: `${path}.any` }
}

function checkNames(name: string, value: unknown, path: string, report: Report): void {
  if (!Array.isArray(value)) {
    report(path, "list")
    return
  }
  texts(value, path, report)
  if (name !== "scopes") return
  for (const [index, scope] of value.entries()) {
    if (typeof scope !== "string" || scope.trim() !== scope || !/[\s\p{C}]/u.test(scope)) continue
    const remedy = 'Write one scope per entry: ["orders:read", "orders:write"]'
    report(`${path}[${index}]`, `has a blank or an invisible character, and no scope has one. ${remedy}`)
  }
}

function checkClaims(value: unknown, path: string, report: Report): void {
  const found = listOf(value, path, report)
  if (found === undefined) return
  if (!Array.isArray(found.list) || found.list.length === 0) {
    report(found.path, 'must be a list, for example [{ path: "department", equals: "ops" }]')
    return
  }
  for (const [index, item] of found.list.entries()) checkClaim(item, `${found.path}[${index}]`, report)
}

/** Demands of a rule that no caller can meet together. */
function checkTogether({ claims, kind, anyOf }: RouteRule, path: string, report: Report): void {
  checkBranches(claims, `${path}.claims`, report)
  for (const [index, alternative] of (anyOf ?? []).entries()) {
    const at = `${path}.anyOf[${index}]`
    checkBranches(alternative.claims, `${at}.claims`, report)
    if (kind !== undefined && alternative.kind !== undefined && alternative.kind !== kind) {
      report(`${at}.kind`, `is never met: the rule around it demands "${kind}". Leave one of the two out`)
    }
    const fits = claimBranches(claims).some((outer) =>
      claimBranches(alternative.claims).some((inner) => contradiction([...outer, ...inner]) === undefined),
    )
    if (!fits)
      report(`${at}.claims`, "is never met: it contradicts the claims of the rule around it. Correct one of the two")
  }
}

function checkBranches(claims: RouteRule["claims"], path: string, report: Report): void {
  const branches = claimBranches(claims)
  const isAny = claims !== undefined && "any" in claims
  const list = isAny ? `${path}.any` : claims !== undefined && "all" in claims ? `${path}.all` : path
  for (const [index, branch] of branches.entries()) {
    const found = contradiction(branch)
    if (found === undefined) continue
    const [first, second] = isAny ? [index, index] : found
    const other = first === second ? "itself: a claim with one value is no list" : `${list}[${first}]`
    report(`${list}[${second}]`, `is never met: it contradicts ${other}. Correct one, or use { any: […] }`)
  }
}
