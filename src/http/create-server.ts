import { systemClock } from "../types/clock.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { createAdminPort } from "./admin-port.ts"
import { KeyFetches } from "./key-fetches.ts"
import { createMainPort } from "./main-port.ts"
import type { ServiceMetrics } from "./metrics.ts"
import { OpenPorts } from "./open-ports.ts"
import { optionalPackages } from "./optional-packages.ts"
import { createService, type Service } from "./service.ts"
import { type AuthorizationServerOptions, checkServiceOptions, type ServiceParts } from "./service-options.ts"

/** A service that listens. */
export interface AuthorizationServer {
  /** Where neighbours ask: `http://127.0.0.1:9191`, with TLS `https://…`, over gRPC only `grpc://…`. */
  readonly url: string
  /** Present with a gRPC port: `grpc://127.0.0.1:9192`. */
  readonly grpcUrl?: string
  /** Present with an admin port. */
  readonly adminUrl?: string
  /**
   * Ends the service: readiness goes first, then the ports, then what is under way, at the latest after
   * `closeTimeoutMs`. Called again, it returns the same promise. Never rejects.
   */
  close(): Promise<void>
}

/**
 * Creates an external authorization service from the configuration of an authorizer, and begins to listen. Neighbours
 * ask it about each request: nginx `auth_request`, Envoy `ext_authz` over HTTP or gRPC, Caddy `forward_auth`, Traefik
 * `ForwardAuth`, Gloo. The `gateway` block is ignored; every request is decided by itself, by its path.
 *
 * @param config the same object as for `createAuthorizer`
 * @param options who asks, and where to listen
 * @returns the service, once its ports are open; keys are fetched meanwhile
 * @throws ConfigurationError (rejects) with every problem at once
 * @throws Error (rejects) if a port cannot be opened, or an optional package is missing
 * @example
 * ```ts
 * import { createAuthorizationServer } from "hallpass/http"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const config = { issuers: [issuer.config], routes: { "GET /orders/{id}": { scopes: ["orders:read"] } } }
 * const service = await createAuthorizationServer(config, { dialect: "nginx", port: 0 })
 *
 * const answer = await fetch(service.url, {
 *   headers: {
 *     "X-Original-Method": "GET",
 *     "X-Original-URI": "/orders/7",
 *     Authorization: `Bearer ${issuer.token({ scp: ["orders:read"] })}`,
 *   },
 * })
 * console.log(answer.status, answer.headers.get("x-hallpass-scopes")) // 200 orders:read
 * await service.close()
 * ```
 */
export async function createAuthorizationServer(
  config: AuthorizerConfig,
  options: AuthorizationServerOptions,
  parts: ServiceParts = {},
): Promise<AuthorizationServer> {
  const checked = checkServiceOptions(options)
  const { dialect, host, port, grpcPort, adminPort, tls } = checked
  const { clock = systemClock } = parts
  const fetches = new KeyFetches()
  const service: Service = createService(config, adminPort === undefined ? parts : fetches.counting(parts))
  const load = optionalPackages(parts.loadPackage)
  const metrics =
    adminPort === undefined ? undefined : await metricsOf(await load("prom-client"), fetches, service, clock)
  const ports = new OpenPorts(checked.closeTimeoutMs)
  try {
    const scheme = tls === undefined ? "http" : "https"
    let url: string | undefined
    let grpcUrl: string | undefined
    let adminUrl: string | undefined
    if (port !== undefined && dialect !== "envoy-grpc") {
      const main = await createMainPort(dialect, service, checked, metrics?.answered)
      url = `${scheme}://${await ports.listen(main.server, host, port, main.drain)}`
    }
    if (grpcPort !== undefined) {
      const { createGrpcPort } = await import("./grpc/server.ts")
      const packages = { grpc: await load("@grpc/grpc-js"), loader: await load("@grpc/proto-loader") }
      const grpc = await createGrpcPort(packages, service, checked, metrics?.answered)
      grpcUrl = `grpc://${await ports.bind(grpc, host, grpcPort)}`
    }
    if (adminPort !== undefined && metrics !== undefined) {
      const sources = { keySets: service.keySets, clock, metrics, isDraining: () => ports.isClosing }
      adminUrl = `http://${await ports.listenLast(await createAdminPort(sources), host, adminPort)}`
    }
    void service.warmUp()
    return {
      url: url ?? (grpcUrl as string),
      ...(grpcUrl === undefined ? {} : { grpcUrl }),
      ...(adminUrl === undefined ? {} : { adminUrl }),
      close: async () => {
        await ports.close()
        metrics?.close()
      },
    }
  } catch (error) {
    await ports.close()
    throw error
  }
}

async function metricsOf(
  promClient: unknown,
  fetches: KeyFetches,
  { keySets }: Service,
  clock: () => number,
): Promise<ServiceMetrics> {
  const { createMetrics } = await import("./metrics.ts")
  return createMetrics(promClient, fetches, keySets, clock)
}
