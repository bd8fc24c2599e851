import type { ClientRequest } from "../gateway/api.ts"
import type { ComposedRequest, Exchange } from "../server/control-api.ts"
import type { ApiName } from "./apis.ts"
import { receivedBy } from "./backend.ts"
import type { RunningApi } from "./deployment.ts"
import { signedHeaders } from "./edge.ts"
import { decodedClaims, gatewayStep, withToken } from "./exchange.ts"
import { ControlRefused, type Handled, type LocalStack } from "./stack.ts"
import { sameTokenFor } from "./tokens.ts"

const mostShownBytes = 64 * 1024

/** Sends a composed request through one of the gateways, as its client would. */
export async function sent(stack: LocalStack, wish: ComposedRequest): Promise<Exchange> {
  const api = stack.api(wish.gateway)
  if (api === undefined) throw new ControlRefused(noGateway(stack))
  const token = wish.token && (await sameTokenFor(stack, wish.token, wish.newToken === true))
  const base = withEdge(requestOf(wish, api.settings.domainName), wish, api, stack.clock())
  const request = token === undefined ? base : withToken(base, token, api.config)
  const handled = await stack.handle(api.name as ApiName, request, Buffer.from(wish.body ?? ""))
  if (handled === undefined) throw new ControlRefused(noGateway(stack))
  return exchangeOf(handled, request, token)
}

export function noGateway({ deployment }: LocalStack): string {
  return `The gateways are ${[...deployment.apis.keys()].join(", ")}.`
}

/** Adds the identity headers of the edge, and its signature if that is wanted and the API is behind one. */
function withEdge(
  request: ClientRequest,
  { edge }: ComposedRequest,
  { config, settings }: RunningApi,
  nowMs: number,
): ClientRequest {
  if (edge === undefined) return request
  const own = Object.entries(edge.headers).filter(([, value]) => value !== "")
  const signs = edge.sign && config.edge !== undefined && own.length > 0
  const asserted = signs ? signedHeaders(config.edge, edge.headers, request, settings, nowMs) : own
  return { ...request, headers: [...request.headers, ...asserted] }
}

function requestOf({ method, path, headers = [] }: ComposedRequest, host: string): ClientRequest {
  const [plain = "/", query = ""] = path.split(/\?(.*)/s)
  const own: ClientRequest["headers"] = [["Host", host], ["User-Agent", "hallpass-page"], ...headers]
  return { method, path: plain, query, headers: own, sourceIp: "127.0.0.1" }
}

/** Everything that one request led to, for the page. */
export function exchangeOf(handled: Handled, request: ClientRequest, token: string | undefined): Exchange {
  const { id, api, outcome, forwarded, walk, response, latencyMs } = handled
  const claims = token === undefined ? undefined : decodedClaims(token)
  return {
    ...{ id, gateway: api.name, method: request.method, path: request.path },
    ...(token !== undefined && { token }),
    ...(claims !== undefined && { claims }),
    ...(walk !== undefined && { walk }),
    api: gatewayStep(outcome, api.settings, request, api.gateway.resultTtlSeconds),
    client: {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: response.body.subarray(0, mostShownBytes).toString("utf8"),
    },
    ...(outcome.response === undefined && {
      backend: receivedBy({ request: forwarded, authorizer: outcome.authorizer }),
    }),
    latencyMs,
  }
}
