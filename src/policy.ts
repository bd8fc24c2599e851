export type { PolicyDocument, PolicyStatement } from "./answer/policy.ts"
export {
  type CompiledPolicy,
  type CompiledRoute,
  compilePolicy,
  type PolicyConfig,
} from "./authorizer/compile-policy.ts"
export { formatExecuteApiArn, parseExecuteApiArn } from "./event/arn.ts"
export type { Exposure } from "./route/exposure.ts"
export { type OpenApiOptions, type OpenApiRemark, type OpenApiRoutes, routesFromOpenApi } from "./route/open-api.ts"
export type { AuthorizerSource, OpenApiSource, RoutesSource } from "./route/open-api-source.ts"
export type { Conflict } from "./route/overlap.ts"
export type { AuthorizerConfig, RouteRule } from "./shared/configuration.ts"
export { ConfigurationError, type ConfigurationProblem } from "./shared/errors.ts"
export type { Principal } from "./shared/principal.ts"
export type { ExecuteApiArn } from "./shared/request.ts"
