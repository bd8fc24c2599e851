import { explain } from "../../problems/explain-problems.ts"
import type { RawProblem } from "../../problems/option-checks.ts"
import { ConfigurationError } from "../../types/errors.ts"
import { classify } from "./classify.ts"
import { findingsOf } from "./findings.ts"
import { readDocuments } from "./read-document.ts"
import type { ApiReading, Inventory, InventoryApi, InventoryOptions, InventoryRoute } from "./types.ts"

/**
 * Which route of an API has which authorizer. Reads OpenAPI documents (2.0, 3.0, 3.1, plain or with the extensions of
 * API Gateway), templates of CloudFormation, SAM and `cdk synth`, and plans and states of `terraform show -json`. Reads
 * no file.
 *
 * @param document the parsed document, of any origin; a list of documents is read together
 * @returns the routes in their order, and what was found. An `error` is a route that lets callers in without an
 *   authorizer
 * @throws ConfigurationError for a document that cannot be read, with the place
 * @example
 * ```ts
 * import { inventory } from "hallpass/openapi"
 *
 * const paths = { "/orders": { get: { security: [{ token: [] }] } }, "/health": { get: {} } }
 * const securitySchemes = { token: { type: "http", scheme: "bearer" } }
 * const { routes, findings } = inventory({ openapi: "3.0.3", paths, components: { securitySchemes } })
 * const lines = routes.map(({ route, authorizer }) => `${route} ${authorizer}`)
 * console.log(lines) // [ 'GET /orders hallpass', 'GET /health none' ]
 * console.log(findings.map(({ severity, route }) => `${severity} ${route}`)) // [ 'error GET /health' ]
 * ```
 */
export function inventory(document: unknown, options: InventoryOptions = {}): Inventory {
  const problems: RawProblem[] = []
  const report = (path: string, message: string, ...details: readonly unknown[]): unknown =>
    problems.length < 100 && problems.push({ path, message, details })
  const documents: readonly unknown[] = Array.isArray(document) ? document : [document]
  const apis = readDocuments(documents, options.files ?? new Map(), report)
  if (problems.length > 0) throw new ConfigurationError(explain(problems))
  return inventoryOf(apis, options)
}

/** The inventory of APIs that were read, from documents or from an account. */
export function inventoryOf(apis: readonly ApiReading[], options: InventoryOptions = {}): Inventory {
  const classification = classify(apis, options.authorizer)
  const routes = apis.flatMap((api) => {
    const connect = api.routes.find(({ route }) => route === "$connect")
    return api.routes.map(({ route, auth }): InventoryRoute => {
      // Of a WebSocket API only $connect can have an authorizer, and it decides for the whole connection.
      const inherits = api.kind === "websocket" && route !== "$connect" && connect !== undefined
      const counted = inherits ? connect.auth : auth
      const detail = inherits ? "as $connect" : (counted.detail ?? counted.authorizer?.name)
      const authorizer = classification.kindOf(counted)
      const { kind, name } = api
      return detail === undefined
        ? { route, kind, authorizer, api: name }
        : { route, kind, authorizer, detail, api: name }
    })
  })
  return {
    routes,
    findings: findingsOf(apis, routes, classification, options),
    apis: apis.map((api): InventoryApi => {
      const ours = api.routes.flatMap(({ auth }) =>
        auth.authorizer !== undefined && classification.kindOf(auth) === "hallpass" ? [auth.authorizer] : [],
      )
      const authorizers = [...new Set(ours)].map(({ name, settings }) => ({ name, settings }))
      return { name: api.name, kind: api.kind, authorizers, resourcePolicy: api.resourcePolicy }
    }),
  }
}
