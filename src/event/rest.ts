import { isObject } from "../shared/is-object.ts"
import type { AccessRequest } from "../types/request.ts"
import { readArn } from "./arn.ts"
import { proxyConnection } from "./connection.ts"
import { isOfConnection, isThere, type Members, mapOf, textOf } from "./untrusted.ts"

/** In ARNs of serverless-offline, which sends a TOKEN event with what only a REQUEST event has. */
const ofServerlessOffline = ":random-account-id:random-api-id/"

/** REST API, TOKEN authorizer: the header's value and the ARN of the request, nothing else. */
export function readRestToken(event: Members): AccessRequest | undefined {
  const { methodArn } = event
  if (typeof methodArn !== "string") return undefined
  // No TOKEN event has these: three members are all there is.
  const more = event.routeArn ?? event.version ?? event.identitySource ?? event.headers ?? event.multiValueHeaders
  if (isThere(more ?? event.requestContext) && !methodArn.includes(ofServerlessOffline)) return undefined
  const arn = readArn(methodArn)
  return {
    kind: "rest-token",
    arn,
    method: arn?.method ?? "",
    routeMethod: arn?.method ?? "",
    template: undefined,
    authorizationToken: event.authorizationToken,
    headers: undefined,
    multiValueHeaders: undefined,
    query: undefined,
    multiValueQuery: undefined,
    cookies: undefined,
    identitySources: undefined,
    connection: undefined,
    requestId: undefined,
  }
}

/** REST API, REQUEST authorizer. */
export function readRestRequest(event: Members): AccessRequest | undefined {
  const { requestContext } = event
  if (!isObject(requestContext) || isThere(requestContext.http) || isOfConnection(requestContext)) return undefined
  if (textOf(event.httpMethod) === undefined && textOf(requestContext.resourceId) === undefined) return undefined
  return proxyRequest("rest-request", event, requestContext, event.methodArn, undefined)
}

/** The shape that REST requests and HTTP API payload 1.0 share. */
export function proxyRequest(
  kind: AccessRequest["kind"],
  event: Members,
  requestContext: Members,
  arn: unknown,
  identitySources: AccessRequest["identitySources"],
): AccessRequest | undefined {
  // The gateway writes method and template twice; an event in which they differ was put together by someone else.
  const method = agreed(requestContext.httpMethod, event.httpMethod)
  const template = agreed(requestContext.resourcePath, event.resource)
  if (method === undefined || template === undefined) return undefined
  return {
    kind,
    arn: readArn(arn),
    method,
    routeMethod: kind === "rest-request" ? method : routeMethodOf(requestContext.resourceId),
    template,
    headers: mapOf(event.headers),
    multiValueHeaders: mapOf(event.multiValueHeaders),
    query: mapOf(event.queryStringParameters),
    multiValueQuery: mapOf(event.multiValueQueryStringParameters),
    cookies: undefined,
    identitySources,
    connection: proxyConnection(requestContext, method, identitySources !== undefined),
    requestId: textOf(requestContext.requestId),
    extendedRequestId: textOf(requestContext.extendedRequestId),
  }
}

/** HTTP APIs write the route key as `resourceId`; an undecidable one counts as a route of every method. */
function routeMethodOf(resourceId: unknown): string {
  if (typeof resourceId !== "string") return "ANY"
  let end = resourceId.indexOf(" /")
  for (let at = 0; at < end; at++) if (!isCapital(resourceId.charCodeAt(at))) end = 0
  return end > 0 ? resourceId.slice(0, end) : "ANY"
}

function isCapital(code: number): boolean {
  return code > 0x40 && code < 0x5b
}

function agreed(first: unknown, second: unknown): string | undefined {
  const a = textOf(first)
  const b = textOf(second)
  return a !== undefined && b !== undefined && a !== b ? undefined : (a ?? b)
}
