import { isObject } from "../shared/is-object.ts"
import type { AccessRequest } from "../types/request.ts"
import { readArn } from "./arn.ts"
import { routeConnection } from "./connection.ts"
import { proxyRequest } from "./rest.ts"
import { isOfConnection, type Members, mapOf, textOf } from "./untrusted.ts"

/**
 * HTTP API, payload format 1.0. No credential is read from `identitySource` and `authorizationToken`: both join values
 * with commas, which a header value may hold itself. They only say what the cache key is.
 */
export function readHttp1(event: Members): AccessRequest | undefined {
  return readHttp("http-1.0", event, event.methodArn)
}

/** HTTP API, payload format 2.0. */
export function readHttp2(event: Members): AccessRequest | undefined {
  return readHttp("http-2.0", event, event.routeArn)
}

/**
 * The name of the ARN member tells which format the answer must have. The rest of the event may have the other format's
 * shape: `sam local` takes that from the route's payload version and the ARN from the authorizer's.
 */
function readHttp(kind: "http-1.0" | "http-2.0", event: Members, arn: unknown): AccessRequest | undefined {
  const { requestContext } = event
  if (!isObject(requestContext) || isOfConnection(requestContext)) return undefined
  const { http } = requestContext
  if (isObject(http)) return routeRequest(kind, event, requestContext, http, arn)
  return proxyRequest(kind, event, requestContext, arn, sourcesIn(event))
}

function sourcesIn({ identitySource, authorizationToken }: Members): readonly unknown[] {
  if (Array.isArray(identitySource)) return identitySource
  return [identitySource ?? authorizationToken]
}

function routeRequest(
  kind: "http-1.0" | "http-2.0",
  event: Members,
  requestContext: Members,
  http: Members,
  arn: unknown,
): AccessRequest | undefined {
  const method = textOf(http.method)
  const routeKey = textOf(requestContext.routeKey) ?? textOf(event.routeKey)
  if (method === undefined || routeKey === undefined) return undefined
  const blank = routeKey.indexOf(" ")
  return {
    kind,
    arn: readArn(arn),
    method,
    routeMethod: blank < 0 ? "ANY" : routeKey.slice(0, blank),
    // `GET /orders/{id}` or `$default`: the method of the route may be ANY, the method of the request is in `http`.
    template: routeKey.slice(blank + 1),
    headers: mapOf(event.headers),
    multiValueHeaders: undefined,
    query: mapOf(event.queryStringParameters),
    multiValueQuery: undefined,
    cookies: Array.isArray(event.cookies) ? event.cookies : undefined,
    identitySources: sourcesIn(event),
    connection: routeConnection(event, requestContext, http, method),
    requestId: textOf(requestContext.requestId),
  }
}
