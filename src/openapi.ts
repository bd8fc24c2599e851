/**
 * API documents in, route tables and inventories out. Start with `routesFromOpenApi` for a route table, and with
 * `inventory` for which route has which authorizer.
 *
 * @module hallpass/openapi
 */
export { inventory } from "./openapi/inventory/inventory.ts"
export type {
  ApiKind,
  AuthorizerKind,
  AuthorizerSettings,
  Inventory,
  InventoryApi,
  InventoryAuthorizer,
  InventoryFinding,
  InventoryOptions,
  InventoryRoute,
} from "./openapi/inventory/types.ts"
export type { AuthorizerSource, OpenApiSource, RoutesSource } from "./openapi/route-source.ts"
export {
  type OpenApiOptions,
  type OpenApiRemark,
  type OpenApiRoutes,
  routesFromOpenApi,
} from "./openapi/routes-from-openapi.ts"
export type { RouteRule } from "./types/configuration.ts"
export { ConfigurationError, type ConfigurationProblem } from "./types/errors.ts"
