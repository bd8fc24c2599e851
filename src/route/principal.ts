import type { RouteRule } from "../shared/configuration.ts"
import type { Coverage } from "../shared/coverage.ts"
import type { Principal } from "../shared/principal.ts"
import { refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import { type CompiledTable, compileTable } from "./compile.ts"
import type { Covered } from "./cover.ts"
import type { DecideRoute, RouteVerdict } from "./decide.ts"
import { type RequestedPath, readPath } from "./path.ts"
import { PermissionsOf } from "./permissions.ts"
import type { Route } from "./route.ts"
import { compileRule } from "./rule.ts"
import { readRoutes } from "./table.ts"
import { httpMethods } from "./template.ts"
import { routeOf, Shapes, type Template, templatesOf } from "./tree.ts"

/** A route table for answers that API Gateway keeps per token and uses for every route. */
export interface PrincipalPolicy {
  readonly table: CompiledTable
  readonly decide: DecideRoute
  /** What a principal may call of an API's HTTP routes; undefined: nothing. */
  covers(principal: Principal): Coverage | undefined
}

/** What principal policies need to know. */
export interface PrincipalPolicyOptions {
  readonly routes: { readonly [routeKey: string]: RouteRule }
  readonly unmatched: "deny" | "authenticated"
  readonly resourcePolicyAllows: boolean
}

const routeUnmatched = refusal("route_unmatched")
const pathAmbiguous = refusal("path_ambiguous")
const methodUnknown = refusal("method_unknown")
const gatewayMismatch = refusal("gateway_mismatch")
const connectOnly: Coverage = Object.freeze({ allow: ["$connect"], deny: [], denyIfRoom: [] })

/**
 * Compiles a table into principal policies: one answer that holds everything a principal may call. The answer is judged
 * by the text of each request's own path, so the decision is made by that text too, and a gateway that chose another
 * route than the text leads to is a contradiction, not a second opinion.
 */
export function compilePrincipalPolicy(options: PrincipalPolicyOptions): PrincipalPolicy {
  const routes = readRoutes(options.routes)
  const connect = routes.find(({ method }) => method === "$connect")
  const listed = routes.filter((route) => route !== connect)
  const hasDefault = listed.some(({ template }) => template === "$default")
  const open = options.unmatched === "authenticated"
  // What the table does not name is a route like any other where it is admitted: the last one, without a demand.
  const unnamed: Route = { key: "", method: "ANY", template: "$default", rule: compileRule({}), configured: {} }
  const templates = templatesOf(open && !hasDefault ? [...listed, unnamed] : listed)
  const { resourcePolicyAllows } = options
  const table = compileTable(templates, { resourcePolicyAllows, complete: open || hasDefault })
  const permissions = new PermissionsOf([...routes, unnamed], table.cover)
  const unnamedTemplate = templates.find((template) => routeOf(template, "GET") === unnamed)
  const named = new Set(templates.filter((template) => template !== unnamedTemplate).map(({ shape }) => shape))
  const shapes = new Shapes()

  return {
    table,
    covers: (principal) => something(permissions.of(principal)),
    decide(request, principal): RouteVerdict {
      const { method, arn } = request
      if (request.kind === "websocket") {
        const rule = connect ?? (open ? unnamed : undefined)
        const refused = rule === undefined ? routeUnmatched : rule.rule.refuse(principal)
        return { route: connect, refused, covers: refused === undefined ? connectOnly : undefined }
      }
      if (!httpMethods.includes(method)) return { route: undefined, refused: methodUnknown, covers: undefined }
      const covered = permissions.of(principal)
      const covers = something(covered)
      const found = routeByText(request, arn?.path ?? "/", covered)
      if (found === undefined) return { route: undefined, refused: routeUnmatched, covers }
      if ("refused" in found)
        return { route: undefined, refused: found, covers: found.outcome === "unavailable" ? undefined : covers }
      return { route: found === unnamed ? undefined : found, refused: found.rule.refuse(principal), covers }
    },
  }

  function routeByText(request: AccessRequest, path: string, { all, slashMatters }: Covered) {
    if (all ? table.hasParameters && path.includes("//") : table.ambiguous.test(path)) return pathAmbiguous
    const requested = readPath(path)
    if (requested.slash && slashMatters.has(request.method)) return pathAmbiguous
    const chosen = table.tree.choose(requested.segments, request.method)
    if (request.template !== undefined && !agrees(request.template, chosen, requested)) return gatewayMismatch
    return routeOf(chosen, request.method)
  }

  /** Whether the gateway chose the template that the path leads to. */
  function agrees(template: string, chosen: Template | undefined, { segments, slash }: RequestedPath): boolean {
    const shape = shapes.of(template)
    if (chosen?.shape === shape) return true
    // With a slash at the end an HTTP API may have taken a catch-all; the verdict is the same there, or none.
    if (slash && (chosen === undefined || table.tree.find(segments).some((other) => other.shape === shape))) return true
    // Neither the gateway nor the path leads to a route that the table names.
    return (chosen === undefined || chosen === unnamedTemplate) && !named.has(shape)
  }
}

function something({ coverage }: Covered): Coverage | undefined {
  return coverage.allow.length === 0 ? undefined : coverage
}
