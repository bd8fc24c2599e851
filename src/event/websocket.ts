import { isObject } from "../shared/is-object.ts"
import type { AccessRequest } from "../types/request.ts"
import { readArn } from "./arn.ts"
import { handshakeConnection } from "./connection.ts"
import { hasAny, type Members, mapOf, textOf } from "./untrusted.ts"

/** The marks of a WebSocket API in the request context. */
export const connectMarks: readonly string[] = ["connectionId", "eventType"]
/** What no WebSocket event has. */
const notInConnect = ["httpMethod", "resource", "rawPath", "cookies"]

/** Whether the event comes from a WebSocket API. */
export function isConnect(event: Members): boolean {
  return isObject(event.requestContext) && hasAny(event.requestContext, connectMarks)
}

/** WebSocket API: authorizers are asked on `$connect` only, before the connection exists. */
export function readConnect(event: Members): AccessRequest | undefined {
  const { methodArn, requestContext } = event
  if (!isObject(requestContext) || hasAny(event, notInConnect)) return undefined
  if (textOf(requestContext.connectionId) === undefined || requestContext.eventType !== "CONNECT") return undefined
  if (typeof methodArn !== "string" || !methodArn.endsWith("/$connect")) return undefined
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
