import type { IncomingMessage, ServerResponse } from "node:http"
import type { AuthorizerParts } from "../authorizer/parts.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { accessRequest, type Peer } from "./access-request.ts"
import { isRefusal, onlyValue, readHeaders } from "./received-headers.ts"
import { createService, type Service } from "./service.ts"
import { faultAnswer, type ServiceAnswer } from "./service-answers.ts"

/** What an allowed request is given: `request.hallpass`. */
export interface GuardedIdentity {
  readonly principal: Principal
  /** The configured route that applied, as the configuration writes it. */
  readonly route: string | undefined
  /** The identity headers that a neighbour would get, by lower-case name, for passing the request on. */
  readonly headers: { readonly [name: string]: string }
}

/** A request of node:http, or what Express makes of one. */
export type GuardedRequest = IncomingMessage & { originalUrl?: string; hallpass?: GuardedIdentity }

/**
 * Answers a request that is refused, and passes one on that is allowed.
 *
 * @returns whether the request is allowed; never rejects
 */
export type Guard = (request: GuardedRequest, response: ServerResponse, next?: () => void) => Promise<boolean>

/**
 * Guards a service of node:http or Express with the configuration of an authorizer: behind a load balancer, a Function URL or in a
 * container. A refusal is answered here: 401 with `WWW-Authenticate`, 403 or 503. The `gateway` block is ignored; the path decides.
 *
 * @throws ConfigurationError with every problem at once
 * @example
 * ```ts
 * import { once } from "node:events"
 * import { createServer } from "node:http"
 * import { guard } from "hallpass/http"
 * import { createTestIssuer } from "hallpass/testing"
 *
 * const issuer = createTestIssuer({ provider: "okta", audience: "api://orders" })
 * const allow = guard({ issuers: [issuer.config] }) // with Express: app.use(guard(config))
 * const server = createServer(async (request, response) => {
 *   if (await allow(request, response)) response.end("hello")
 * })
 *
 * await once(server.listen(0, "127.0.0.1"), "listening")
 * const { port } = server.address() as { port: number }
 * const answer = await fetch(`http://127.0.0.1:${port}/`)
 * console.log(answer.status, answer.headers.get("www-authenticate")) // 401 Bearer realm="hallpass"
 * server.close()
 * ```
 */
export function guard(config: AuthorizerConfig, parts: AuthorizerParts = {}): Guard {
  const service = createService(config, parts)
  return async (request, response, next) => {
    const answer = await answerOf(service, request)
    const identity = identityOf(answer)
    if (identity === undefined) {
      response.writeHead(answer.status, [...answer.headers, "cache-control", "no-store", "content-length", "0"]).end()
      return false
    }
    request.hallpass = identity
    next?.()
    return true
  }
}

/** The answer to a request of node:http. */
export function answerOf(service: Service, request: GuardedRequest): Promise<ServiceAnswer> {
  return service.decide(readGuarded(request) as AccessRequest).catch(() => faultAnswer)
}

export function identityOf({ principal, route, headers }: ServiceAnswer): GuardedIdentity | undefined {
  if (principal === undefined) return undefined
  const named: { [name: string]: string } = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at] as string] = headers[at + 1] as string
  return { principal, route, headers: named }
}

const pathAmbiguous = refusal("path_ambiguous")
/** As many as the service takes. */
const maxHeaders = 128

function readGuarded(request: GuardedRequest): AccessRequest | Refusal {
  const { rawHeaders, method = "", url = "", originalUrl = url } = request
  // Node.js drops headers beyond its limit, and what is dropped is not seen.
  if (rawHeaders.length > 2 * maxHeaders) return pathAmbiguous
  const headers = readHeaders(rawHeaders)
  if (isRefusal(headers)) return headers
  const host = onlyValue(headers, "host")
  if (typeof host === "object") return host
  return accessRequest({ method, host, target: originalUrl }, headers, peerOf(request))
}

/** The connection's own address and certificate, never a header's. */
function peerOf({ socket }: IncomingMessage): Peer {
  const secure = socket as Partial<{
    authorized: boolean
    getPeerX509Certificate(): { toString(): string } | undefined
  }>
  const certificate = secure.authorized === true ? secure.getPeerX509Certificate?.() : undefined
  return { sourceIp: socket.remoteAddress, certificatePem: certificate?.toString() }
}
