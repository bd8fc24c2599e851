import type { AccessRequest } from "../shared/request.ts"
import { readArn } from "./arn.ts"
import { handshakeConnection } from "./connection.ts"
import { hasAny, isObject, type Members, textOf, valuesOf } from "./members.ts"

/** The marks of a WebSocket API in the request context. */
export function isConnect(event: Members): boolean {
  return isObject(event.requestContext) && hasAny(event.requestContext, ["connectionId", "eventType"])
}

/** WebSocket API: authorizers are asked on `$connect` only, before the connection exists. */
export function readConnect(event: Members): AccessRequest | undefined {
  const { methodArn, requestContext } = event
  if (!isObject(requestContext) || hasAny(event, ["httpMethod", "resource", "rawPath", "cookies"])) return undefined
  if (textOf(requestContext.connectionId) === undefined || requestContext.eventType !== "CONNECT") return undefined
  if (typeof methodArn !== "string" || !methodArn.endsWith("/$connect")) return undefined
  return {
    kind: "websocket",
    arn: readArn(methodArn),
    method: "$connect",
    routeMethod: "$connect",
    template: "$connect",
    ...valuesOf(event),
    cookies: undefined,
    connection: handshakeConnection(requestContext),
    requestId: textOf(requestContext.extendedRequestId) ?? textOf(requestContext.requestId),
  }
}
