import type { Report } from "../problems/option-checks.ts"
import { routeKeyProblem } from "../problems/route-key-problem.ts"
import { readRouteKey } from "../route/template.ts"
import { shapeOf } from "../route/tokens.ts"
import type { RouteRule } from "../types/configuration.ts"
import { type OpenApiDocument, place } from "./document.ts"
import type { OperationSecurity } from "./operation.ts"
import { hasGatewaySchemes } from "./scheme.ts"

interface Row {
  readonly route: string
  /** The operation's place in the document; undefined for a route written by hand. */
  readonly path: string | undefined
  /** Undefined where the document cannot be read: then the route is in no list. */
  readonly found: OperationSecurity | undefined
}

/**
 * Collects routes by what API Gateway tells apart: the method, and the template without the names of its parameters.
 */
export class RouteRows {
  readonly #rows = new Map<string, Row>()

  /** Adds a route of the document; one that is there already, or that API Gateway cannot have, is reported. */
  add(route: string, path: string, found: OperationSecurity | undefined, report: Report): void {
    const shape = shapeOfKey(route)
    if (shape === undefined) {
      report(path, routeKeyProblem(route))
      return
    }
    const first = this.#rows.get(shape)
    if (first === undefined) this.#rows.set(shape, { route, path, found })
    else report(path, `names the same route as ${first.path}; keep one of the two`)
  }

  /**
   * Puts the routes written by hand in the place of the document's. A key that cannot be read stays, to be refused
   * later.
   */
  replace(besides: { readonly [routeKey: string]: RouteRule }): void {
    for (const [route, rule] of Object.entries(besides)) {
      const security = { means: "rule" as const, rule, lambdas: [], unasked: [] }
      this.#rows.set(shapeOfKey(route) ?? route, { route, path: undefined, found: { security, fromRoot: false } })
    }
  }

  lists(): {
    routes: { readonly [routeKey: string]: RouteRule }
    withoutSecurity: readonly string[]
    otherSecurity: readonly { readonly route: string; readonly schemes: readonly string[] }[]
  } {
    const routes: [string, RouteRule][] = []
    const withoutSecurity: string[] = []
    const otherSecurity: { route: string; schemes: readonly string[] }[] = []
    for (const { route, found } of this.#rows.values()) {
      const security = found?.security
      if (security?.means === "rule") routes.push([route, security.rule])
      else if (security?.means === "open") withoutSecurity.push(route)
      else if (security?.means === "other") otherSecurity.push({ route, schemes: security.schemes })
    }
    return { routes: Object.fromEntries(routes), withoutSecurity, otherSecurity }
  }

  /** Says where the document and API Gateway would do different things. */
  notes(document: OpenApiDocument, schemesAreNamed: boolean, note: Report): void {
    const fromRoot: string[] = []
    const lambdas = new Set<string>()
    const unasked = new Map<string, string[]>()
    for (const { route, path, found } of this.#rows.values()) {
      const security = found?.security
      if (found?.fromRoot) fromRoot.push(route)
      if (security?.means === "open" && security.optional && path !== undefined)
        note(
          `${path}.security`,
          "is optional, which no authorizer of API Gateway can be: the route counts as one without security",
        )
      if (security?.means !== "rule") continue
      for (const name of security.lambdas) lambdas.add(name)
      for (const name of security.unasked) {
        const routes = unasked.get(name)
        if (routes === undefined) unasked.set(name, [route])
        else routes.push(route)
      }
    }
    if (fromRoot.length > 0)
      note(
        "security",
        `is ignored by API Gateway at the root; write it into each operation that has none: ${few(fromRoot)}`,
      )
    if (lambdas.size > 1 && !schemesAreNamed) {
      const names = [...lambdas].map((name) => JSON.stringify(name)).join(", ")
      note(
        document.schemesPath,
        `have several Lambda authorizers: ${names}; if only one of them is this one, name its scheme`,
      )
    }
    if (!hasGatewaySchemes(document)) return
    for (const [name, routes] of unasked)
      note(
        place(document.schemesPath, name),
        `has no x-amazon-apigateway-authorizer: API Gateway calls no authorizer on ${few(routes)}`,
      )
  }
}

function shapeOfKey(route: string): string | undefined {
  const read = readRouteKey(route)
  return read && `${read.method} ${shapeOf(read.template)}`
}

function few(routes: readonly string[]): string {
  const shown = routes.slice(0, 5).join(", ")
  return routes.length > 5 ? `${shown} and ${routes.length - 5} more` : shown
}
