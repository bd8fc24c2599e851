import { isObject } from "../shared/is-object.ts"
import type { AccessRequest } from "../types/request.ts"
import { readArn } from "./arn.ts"
import { handshakeConnection } from "./connection.ts"
import { isOfConnection, isThere, type Members, mapOf, textOf } from "./untrusted.ts"

/** Whether the event comes from a WebSocket API. */
export function isConnect(event: Members): boolean {
  return isObject(event.requestContext) && isOfConnection(event.requestContext)
}

/** WebSocket API: authorizers are asked on `$connect` only, before the connection exists. */
export function readConnect(event: Members): AccessRequest | undefined {
  const { methodArn, requestContext } = event
  if (!isObject(requestContext)) return undefined
  // No WebSocket event has one of these.
  if (isThere(event.httpMethod ?? event.resource ?? event.rawPath ?? event.cookies)) return undefined
  if (textOf(requestContext.connectionId) === undefined || requestContext.eventType !== "CONNECT") return undefined
  if (typeof methodArn !== "string" || methodArn.slice(-9) !== "/$connect") return undefined
  return {
    kind: "websocket",
    arn: readArn(methodArn),
    method: "$connect",
    routeMethod: "$connect",
    template: "$connect",
    headers: mapOf(event.headers),
    multiValueHeaders: mapOf(event.multiValueHeaders),
    query: mapOf(event.queryStringParameters),
    multiValueQuery: mapOf(event.multiValueQueryStringParameters),
    cookies: undefined,
    identitySources: undefined,
    connection: handshakeConnection(requestContext),
    requestId: textOf(requestContext.requestId),
    extendedRequestId: textOf(requestContext.extendedRequestId),
  }
}
