import { explain } from "../problems/explain-problems.ts"
import { object, type Report } from "../problems/option-checks.ts"
import type { RouteRule } from "../types/configuration.ts"
import { follow, type Members, member, type OpenApiDocument, openDocument, place } from "./document.ts"
import { anyMethod, descriptions, operationMethods, operationSecurity } from "./operation.ts"
import { RouteRows } from "./route-table.ts"
import { schemeFinder } from "./scheme.ts"
import type { SecurityReading } from "./security.ts"
import { isWso2 } from "./wso2.ts"

/** How to read a document whose meaning it does not tell itself. */
export interface OpenApiOptions {
  /**
   * The security schemes that mean this authorizer. Without it: every scheme whose credential is a token. These are
   * oauth2, openIdConnect, HTTP bearer, a key in the header Authorization, and schemes with a Lambda authorizer of type
   * token or request.
   */
  readonly schemes?: readonly string[]
  /** Whether a list of scopes means all or any of them. @default "all", as OpenAPI says; "any" for documents of WSO2 */
  readonly scopes?: "all" | "any"
  /** Routes written by hand: each takes the place of the document's rule for that route, whole, or is added. */
  readonly besides?: { readonly [routeKey: string]: RouteRule }
}

/** Something about a place of the document. */
export interface OpenApiRemark {
  /** `paths["/orders"].get.security[0]`, say. */
  readonly path: string
  readonly message: string
}

/** What a document says about the routes of an API. */
export interface OpenApiRoutes {
  /** The table, for `routes` of the configuration. Use it only when there are no problems: else parts are missing. */
  readonly routes: { readonly [routeKey: string]: RouteRule }
  /**
   * Route keys without security: API Gateway needs no authorizer there, and the table does not have them.
   */
  readonly withoutSecurity: readonly string[]
  /**
   * Routes that something else protects (IAM, Amazon Cognito, an API key …), by the names of the schemes. Not in the
   * table.
   */
  readonly otherSecurity: readonly { readonly route: string; readonly schemes: readonly string[] }[]
  /** What is worth knowing although nothing is wrong. */
  readonly notes: readonly OpenApiRemark[]
  /** What cannot be read, each with the remedy. */
  readonly problems: readonly OpenApiRemark[]
}

/**
 * Derives a route table from an OpenAPI document (3.0, 3.1, or Swagger 2.0). It reads the security requirements of the
 * operations, and the extensions of API Gateway and of WSO2 API Manager. Reads no file and follows no address.
 *
 * @param document the parsed document, of any origin
 * @param options which schemes are this authorizer's, and routes written by hand
 * @returns the table, the routes that it leaves out, and notes and problems with their places
 * @example
 * ```ts
 * import { routesFromOpenApi } from "hallpass/openapi"
 *
 * const { routes, problems } = routesFromOpenApi({
 *   openapi: "3.1.0",
 *   components: { securitySchemes: { login: { type: "openIdConnect", openIdConnectUrl: "https://acme.okta.com" } } },
 *   paths: { "/orders": { get: { security: [{ login: ["orders:read"] }], responses: {} } } },
 * })
 * console.log(problems.length, routes) // 0 { 'GET /orders': { scopes: [ 'orders:read' ] } }
 * ```
 */
export function routesFromOpenApi(document: unknown, options: OpenApiOptions = {}): OpenApiRoutes {
  const [problems, notes] = [remarks(), remarks()]
  const rows = new RouteRows()
  const opened = openDocument(document, problems.add)
  if (opened !== undefined) {
    readPaths(opened, options, rows, problems.add, notes.add)
    rows.replace(options.besides ?? {})
    rows.notes(opened, options.schemes !== undefined, notes.add)
  }
  const lists = rows.lists()
  if (opened !== undefined && problems.list.length === 0 && Object.keys(lists.routes).length === 0)
    problems.add("paths", "has no operation whose security demands a token; write security into those that need one")
  return { ...lists, notes: notes.list, problems: problems.list }
}

function readPaths(
  document: OpenApiDocument,
  options: OpenApiOptions,
  rows: RouteRows,
  report: Report,
  note: Report,
): void {
  for (const name of options.schemes ?? []) {
    if (member(document.schemes, name) !== undefined) continue
    const known = Object.keys(document.schemes).map((each) => JSON.stringify(each))
    report(document.schemesPath, `has no ${JSON.stringify(name)}; it has ${known.join(", ") || "no scheme at all"}`)
  }
  const reading: SecurityReading = {
    find: schemeFinder(document, options.schemes, report, note),
    named: options.schemes !== undefined,
    scopes: options.scopes ?? (isWso2(document) ? "any" : "all"),
    report,
    note,
  }
  for (const [template, value] of Object.entries(document.paths)) {
    if (template.startsWith("x-")) continue
    const at = place("paths", template)
    const item = follow(document, value, at, report)
    if (item === undefined) continue
    for (const [name, operation] of operationsOf(item, at, report)) {
      const path = place(at, name)
      const found = operationSecurity({ operation, item, root: document.root, path }, reading)
      rows.add(routeKey(name, template, operation), path, found, report)
    }
  }
}

/** `isDefaultRoute` marks the route `$default` of an HTTP API, whatever its path is called. */
function routeKey(name: string, template: string, operation: Members): string {
  if (name === anyMethod && member(operation, "isDefaultRoute") === true) return "$default"
  return `${operationMethods.get(name)} ${template}`
}

function* operationsOf(item: Members, path: string, report: Report): Generator<[name: string, operation: Members]> {
  for (const [name, value] of Object.entries(item)) {
    if (operationMethods.has(name)) {
      const operation = object(value, place(path, name), report)
      if (operation !== undefined) yield [name, operation]
    } else if (!descriptions.includes(name) && !name.startsWith("x-")) {
      const known = [...operationMethods.keys()].join(", ")
      report(place(path, name), `is no operation that API Gateway has; remove it, or write one of ${known}`)
    }
  }
}

/** A list without repetitions. */
function remarks(): { readonly list: readonly OpenApiRemark[]; readonly add: Report } {
  const seen = new Set<string>()
  const list: OpenApiRemark[] = []
  const add: Report = (path, message, ...details) => {
    for (const remark of explain([{ path, message, details }])) {
      const text = `${path}\n${remark.message}`
      if (seen.has(text)) continue
      seen.add(text)
      list.push(remark)
    }
  }
  return { list, add }
}
