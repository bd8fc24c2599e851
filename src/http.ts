/**
 * The rules of an authorizer where API Gateway does not ask: as an external authorization service for nginx, Envoy,
 * Caddy, Traefik and Gloo, and as a guard in a service of your own.
 *
 * @module hallpass/http
 */
export type { AuthorizerParts } from "./authorizer/parts.ts"
export { type AuthorizationServer, createAuthorizationServer } from "./http/create-server.ts"
export type { Dialect } from "./http/dialect.ts"
export { type Guard, guard } from "./http/guard.ts"
export {
  type FastifyReplyLike,
  type FastifyRequestLike,
  fastifyGuard,
  type HonoContextLike,
  honoGuard,
} from "./http/guard-adapters.ts"
export type { GuardedIdentity, GuardedRequest, GuardedResponse } from "./http/guarded-request.ts"
export type {
  AuthorizationServerOptions,
  LoadPackage,
  OptionalPackage,
  ServiceParts,
  ServiceTls,
} from "./http/service-options.ts"
export type { AuthorizerConfig } from "./types/configuration.ts"
