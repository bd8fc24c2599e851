import { object, type Report } from "../problems/option-checks.ts"
import { routeKeyProblem } from "../problems/route-key-problem.ts"
import { readRouteKey } from "../route/template.ts"
import { shapeOf } from "../route/tokens.ts"
import type { RouteRule } from "../types/configuration.ts"
import { openToTenants } from "./check-any-tenant.ts"
import { checkCallers } from "./check-callers.ts"
import { checkPrincipalPolicy } from "./check-principal-policy.ts"
import { checkSizes } from "./check-sizes.ts"
import { checkRule } from "./rules-of-routes.ts"

export type Routes = { readonly [routeKey: string]: RouteRule }

/** API Gateway takes 512 characters for a resource; what goes before the template takes up to 200. */
const maxTemplateLength = 300

/** What checking a route table takes; loaded where there is one. */
export interface RouteChecks {
  readonly checkRoutes: typeof checkRoutes
  readonly openToTenants: typeof openToTenants
  readonly checkCallers: typeof checkCallers
  readonly checkPrincipalPolicy: typeof checkPrincipalPolicy
  readonly checkSizes: typeof checkSizes
}

/** The route table, which may be absent. */
export function checkRoutes(value: unknown, report: Report): Routes | undefined {
  const raw = value === undefined ? undefined : object(value, "routes", report)
  if (raw === undefined) return undefined
  if (Object.keys(raw).length === 0)
    report(
      "routes",
      'must have a route, for example "GET /orders". Leave routes out to allow every authenticated principal',
    )
  const shapes = new Map<string, string>()
  for (const [key, rule] of Object.entries(raw)) {
    if (key === "openapi") {
      report(
        "routes.openapi",
        "is read when the function is built, not when it runs. Put the output of `hallpass routes FILE` here, or set it in " +
          "handlers/authorizer.config.ts",
      )
      continue
    }
    const path = `routes[${JSON.stringify(key)}]`
    const read = readRouteKey(key)
    if (key.length > maxTemplateLength)
      report(
        path.slice(0, 80),
        `must not be longer than ${maxTemplateLength} characters, which API Gateway could not keep apart`,
      )
    else if (read === undefined) report(path, routeKeyProblem(key))
    else {
      const shape = `${read.method} ${shapeOf(read.template)}`
      const first = shapes.get(shape)
      if (first !== undefined) report(path, `names the same route as "${first}". Merge the two`)
      else shapes.set(shape, key)
    }
    checkRule(rule, path, report)
  }
  return raw as Routes
}

export const routeChecks: RouteChecks = { checkRoutes, openToTenants, checkCallers, checkPrincipalPolicy, checkSizes }
