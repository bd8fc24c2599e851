/**
 * API documents in, route tables out. Start with `routesFromOpenApi`.
 *
 * @module hallpass/openapi
 */
export type { AuthorizerSource, OpenApiSource, RoutesSource } from "./openapi/route-source.ts"
export {
  type OpenApiOptions,
  type OpenApiRemark,
  type OpenApiRoutes,
  routesFromOpenApi,
} from "./openapi/routes-from-openapi.ts"
export type { RouteRule } from "./types/configuration.ts"
export { ConfigurationError, type ConfigurationProblem } from "./types/errors.ts"
