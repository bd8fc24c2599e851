import { isObject } from "../shared/is-object.ts"
import type { Connection } from "../types/request.ts"
import { type Members, textOf } from "./untrusted.ts"

/** The connection of REST requests and HTTP API payload 1.0. @param isHttp whether it is an HTTP API */
export function proxyConnection(requestContext: Members, method: string, isHttp: boolean): Connection {
  // `path` of the event has no stage, `requestContext.path` is what the client called.
  return identified(requestContext, method, textOf(requestContext.path), isHttp)
}

/** The connection of HTTP API payload 2.0: there is no `identity`, and no private endpoint. */
export function routeConnection(event: Members, requestContext: Members, http: Members, method: string): Connection {
  return {
    method,
    host: textOf(requestContext.domainName),
    path: textOf(event.rawPath) ?? textOf(http.path),
    pathIsDecoded: true,
    sourceIp: textOf(http.sourceIp),
    vpceId: undefined,
    clientCertPem: certificateIn(requestContext.authentication),
  }
}

/** The connection of a WebSocket handshake. */
export function handshakeConnection(requestContext: Members): Connection {
  const stage = textOf(requestContext.stage)
  return identified(requestContext, "GET", stage === undefined ? undefined : `/${stage}`, false)
}

function identified(requestContext: Members, method: string, path: string | undefined, isHttp: boolean): Connection {
  const { identity } = requestContext
  const known = isObject(identity) ? identity : none
  return {
    method,
    host: textOf(requestContext.domainName),
    path,
    pathIsDecoded: isHttp ? true : undefined,
    sourceIp: textOf(known.sourceIp),
    vpceId: textOf(known.vpceId),
    clientCertPem: certificateIn(known),
  }
}

const none: Members = Object.freeze({})

function certificateIn(holder: unknown): string | undefined {
  if (!isObject(holder)) return undefined
  const { clientCert } = holder
  return isObject(clientCert) ? textOf(clientCert.clientCertPem) : undefined
}
