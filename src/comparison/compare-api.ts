import { routeShape } from "../openapi/inventory/route-shape.ts"
import type { Inventory, InventoryFinding, InventoryRoute } from "../openapi/inventory/types.ts"
import { overlap, readRouteKey } from "../route/template.ts"
import { tokensOf } from "../route/tokens.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { settingFindings } from "./api-settings.ts"

/**
 * Compares what an API has with a configuration: routes without a rule, rules without a route, and authorizers that are
 * set to something else than the configuration needs.
 *
 * @param configuration a sound configuration; what is wrong with another one is not reported here
 * @returns the inventory with the rule of each route, and all findings
 * @example
 * ```ts
 * import { inventory } from "hallpass/openapi"
 * import { compareApi } from "hallpass/policy"
 *
 * const paths = { "/orders": { get: { security: [{ token: [] }] } } }
 * const found = inventory({ openapi: "3.0.3", paths, components: { securitySchemes: { token: { type: "oauth2" } } } })
 * const config = { issuers: [], routes: { "GET /orders": {}, "GET /order": {} } }
 * const [finding] = compareApi(config, found).findings
 * console.log(finding?.route, finding?.message) // GET /order has a rule, and the API has no such route
 * ```
 */
export function compareApi(configuration: AuthorizerConfig, { routes, findings, apis }: Inventory): Inventory {
  const keys = Object.keys(configuration.routes ?? {})
  const find = configuration.gateway?.matchBy === "path" ? byPath(keys) : byTemplate(keys)
  const found: InventoryFinding[] = []
  const used = new Set<string>()
  const ruled = routes.map((route): InventoryRoute => {
    const inherits = route.kind === "websocket" && route.route !== "$connect"
    const rules = inherits ? [] : find(route.route)
    for (const key of rules) used.add(key)
    const finding = inherits ? undefined : routeFinding(route, rules, configuration)
    if (finding !== undefined) found.push({ ...finding, route: route.route })
    return rules.length === 0 ? route : { ...route, rule: rules.join(", ") }
  })
  for (const key of keys)
    if (!used.has(key))
      found.push({
        severity: "warning",
        route: key,
        message: "has a rule, and the API has no such route",
        remedy: "Remove the rule, or correct it: a misspelt rule protects nothing.",
      })
  found.push(...settingFindings(configuration, apis))
  const order = ["error", "warning", "info"]
  const all = [...findings, ...found].toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  return { routes: ruled, findings: all, apis }
}

function routeFinding(
  { authorizer }: InventoryRoute,
  rules: readonly string[],
  { routes, unmatched }: AuthorizerConfig,
): Omit<InventoryFinding, "route"> | undefined {
  if (authorizer === "hallpass" && rules.length === 0 && routes !== undefined && unmatched !== "authenticated")
    return {
      severity: "warning",
      message: "has no rule, so hallpass refuses every caller",
      remedy: "Add a rule for this route to the configuration.",
    }
  const isOther = authorizer === "other" || authorizer === "jwt" || authorizer === "cognito" || authorizer === "iam"
  if (!isOther || rules.length === 0) return undefined
  return {
    severity: "warning",
    message: `has the rule ${rules.join(", ")}, but hallpass is not asked on this route`,
    remedy: "Give the route the authorizer, or remove the rule.",
  }
}

type FindRules = (route: string) => readonly string[]

/** The route that API Gateway chose decides: a rule is for the route with the same template. */
function byTemplate(keys: readonly string[]): FindRules {
  const rules = new Map<string, Map<string, string>>()
  for (const key of keys) {
    const [method, shape] = partsOf(key)
    const methods = rules.get(shape) ?? new Map<string, string>()
    methods.set(method, key)
    rules.set(shape, methods)
  }
  return (route) => {
    const [method, shape] = partsOf(route)
    const methods = rules.get(shape)
    if (methods === undefined) return []
    if (method === "ANY") return [...methods.values()]
    const key = methods.get(method) ?? methods.get("ANY")
    return key === undefined ? [] : [key]
  }
}

/** The path decides: a rule is for every route that takes some of its paths. */
function byPath(keys: readonly string[]): FindRules {
  const rules = keys.flatMap((key) => {
    const read = readRouteKey(key)
    return read === undefined ? [] : [{ key, ...read, tokens: tokensOf(read.template) }]
  })
  return (route) => {
    const read = readRouteKey(route)
    if (read === undefined) return []
    const tokens = tokensOf(read.template)
    const fitting = rules.filter(({ method, template, tokens: others }) => {
      if (method === "$connect" || read.method === "$connect") return method === read.method
      const same = method === read.method || method === "ANY" || read.method === "ANY"
      return same && (template === read.template || overlap(others, tokens))
    })
    return fitting.map(({ key }) => key)
  }
}

function partsOf(route: string): readonly [method: string, shape: string] {
  const shape = routeShape(route)
  const space = shape.indexOf(" ")
  return [shape.slice(0, space), shape.slice(space + 1)]
}
