import { readRouteKey, shapeOf } from "../route/template.ts"
import { claimPath, knownKeys, object, type Report, texts, word } from "../shared/check.ts"
import type { ClaimDemand, RouteRule } from "../types/configuration.ts"
import { checkPrincipalPolicy } from "./check-principal-policy.ts"

const demands = ["scopes", "roles", "groups", "permissions"] as const
export type Routes = { readonly [routeKey: string]: RouteRule }

/** Names of people, which can change hands (SR-077); `email` is looked at only when the token says that it is verified. */
const mutableNames = ["upn", "preferred_username", "unique_name", "username", "nickname", "name"]
/** API Gateway takes 512 characters for a resource; what goes before the template takes up to 200. */
const maxTemplateLength = 300

/** What checking a route table takes; loaded where there is one. */
export interface RouteChecks {
  readonly checkRoutes: typeof checkRoutes
  readonly grantsByRole: typeof grantsByRole
  readonly checkPrincipalPolicy: typeof checkPrincipalPolicy
}

/** The route table. */
export function checkRoutes(value: unknown, report: Report): Routes | undefined {
  const raw = object(value, "routes", report)
  if (raw === undefined) return undefined
  if (Object.keys(raw).length === 0)
    report("routes", "must have a route; leave it out to allow every authenticated principal")
  const shapes = new Map<string, string>()
  for (const [key, rule] of Object.entries(raw)) {
    if (key === "openapi") {
      report(
        "routes.openapi",
        "is read when the function is built, not when it runs: put the output of `hallpass routes FILE` here, or set it in " +
          "handlers/authorizer.config.ts",
      )
      continue
    }
    const path = `routes["${key}"]`
    const read = readRouteKey(key)
    if (key.length > maxTemplateLength)
      report(path.slice(0, 80), `must not be longer than ${maxTemplateLength} characters`)
    if (typeof read === "string") report(path, read)
    else {
      const shape = `${read.method} ${shapeOf(read.template)}`
      const first = shapes.get(shape)
      if (first !== undefined) report(path, `names the same route as "${first}"; merge the two`)
      else shapes.set(shape, key)
    }
    checkRule(rule, path, report, true)
  }
  return raw as Routes
}

function checkRule(value: unknown, path: string, report: Report, alternativesAllowed: boolean): void {
  const rule = object(value, path, report)
  if (rule === undefined) return
  const { public: open, ...known } = rule
  if (open !== undefined) {
    const remedy = "leave the route out here, and there give it no authorizer"
    report(`${path}.public`, `says nothing: hallpass is never asked about a public route of API Gateway; ${remedy}`)
  }
  knownKeys(known, [...demands, "claims", "kind", "issuers", ...(alternativesAllowed ? ["anyOf"] : [])], path, report)
  for (const name of demands) if (rule[name] !== undefined) checkDemand(rule[name], `${path}.${name}`, report)
  if (rule.kind !== undefined) word(rule.kind, `${path}.kind`, report, ["user", "app"], "user")
  if (rule.issuers !== undefined) checkDemandedList(rule.issuers, `${path}.issuers`, report)
  if (rule.claims !== undefined) checkClaims(rule.claims, `${path}.claims`, report)
  if (rule.anyOf === undefined || !alternativesAllowed) return
  if (!Array.isArray(rule.anyOf) || rule.anyOf.length < 2) {
    report(`${path}.anyOf`, "must be a list of at least two rules")
    return
  }
  for (const [index, alternative] of rule.anyOf.entries()) {
    checkRule(alternative, `${path}.anyOf[${index}]`, report, false)
    if (Object.keys(Object(alternative)).length === 0) report(`${path}.anyOf[${index}]`, "must demand something")
  }
}

/** The list of a demand in its three spellings, or undefined with a report. */
function listOf(value: unknown, path: string, report: Report): { list: unknown; path: string } | undefined {
  if (Array.isArray(value)) return { list: value, path }
  const raw = object(value, path, report)
  if (raw === undefined) return undefined
  knownKeys(raw, ["all", "any"], path, report)
  if ((raw.all === undefined) === (raw.any === undefined)) {
    report(path, "must be a list (all of it), { all: […] } or { any: […] }")
    return undefined
  }
  return raw.any === undefined ? { list: raw.all, path: `${path}.all` } : { list: raw.any, path: `${path}.any` }
}

function checkDemand(value: unknown, path: string, report: Report): void {
  const found = listOf(value, path, report)
  if (found === undefined) return
  checkDemandedList(found.list, found.path, report)
}

function checkDemandedList(value: unknown, path: string, report: Report): void {
  if (Array.isArray(value)) texts(value, path, report)
  else report(path, "must be a list of strings")
}

function checkClaims(value: unknown, path: string, report: Report): void {
  const found = listOf(value, path, report)
  if (found === undefined) return
  if (!Array.isArray(found.list) || found.list.length === 0) {
    report(found.path, 'must be a list such as [{ path: "department", equals: "ops" }]')
    return
  }
  for (const [index, item] of found.list.entries()) {
    const at = `${found.path}[${index}]`
    const demand = object(item, at, report) as ClaimDemand | undefined
    if (demand === undefined) continue
    knownKeys(demand as object as { [name: string]: unknown }, ["path", "equals", "contains"], at, report)
    const claim = claimPath(demand.path, `${at}.path`, report)
    if (mutableNames.includes(claim as string)) {
      report(`${at}.path`, "is a name that can change hands; use an identifier such as sub or oid")
    }
    if (demand.equals === undefined && demand.contains === undefined) report(at, "must have equals or contains")
    for (const name of ["equals", "contains"] as const) {
      const wanted: unknown = demand[name]
      if (wanted === undefined) continue
      const list = Array.isArray(wanted) ? wanted : [wanted]
      const fits = list.length > 0 && list.every((one) => ["string", "number", "boolean"].includes(typeof one))
      if (!fits) report(`${at}.${name}`, "must be a string, number or boolean, or a list of them")
    }
  }
}

/** Whether every route demands something that only an administrator of the API can give. */
export function grantsByRole(routes: Routes | undefined): boolean {
  const grants = (rule: RouteRule): boolean =>
    demands.some((name) => rule[name] !== undefined) || rule.anyOf?.every(grants) === true
  return (
    routes !== undefined &&
    Object.values(routes).every((rule) => typeof rule === "object" && rule !== null && grants(rule))
  )
}

export const routeChecks: RouteChecks = { checkRoutes, grantsByRole, checkPrincipalPolicy }
