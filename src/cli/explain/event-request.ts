import type { ApiSettings, ClientRequest } from "../../../local/gateway/api.ts"
import type { AuthorizerConfig } from "../../index.ts"
import { apiFor } from "../trial/api.ts"

/** The request that an event is about, and the API that sent it. */
export function requestOfEvent(
  event: { readonly [member: string]: unknown },
  config: AuthorizerConfig,
): { readonly request: ClientRequest; readonly api: ApiSettings } {
  const { methodArn, routeArn, requestContext, httpMethod, path, rawPath } = event
  const { http, routeKey } = Object(requestContext) as {
    readonly http?: { method?: unknown }
    readonly routeKey?: unknown
  }
  const isConnect = routeKey === "$connect" || String(methodArn).endsWith("/$connect")
  const base = apiFor(config, isConnect)
  const [, method = "", rest = ""] = /^(?:[^/]*\/){2}([^/]*)\/?(.*)$/s.exec(String(routeArn ?? methodArn)) ?? []
  const kind = isConnect ? "websocket" : routeArn !== undefined || event.version === "1.0" ? "http" : "rest"
  const api = {
    ...base,
    kind,
    authorizer: {
      ...base.authorizer,
      type: event.type === "TOKEN" ? "TOKEN" : "REQUEST",
      payload: event.version === "1.0" ? "1.0" : "2.0",
    },
    routes: [...base.routes, "$default"],
  } as ApiSettings
  const shown = { method: String(http?.method ?? httpMethod ?? method), path: String(rawPath ?? path ?? `/${rest}`) }
  return { request: { ...shown, query: "", headers: [], sourceIp: "192.0.2.1" }, api }
}

/** The function was asked, so the identity sources were there. */
export function withAnySource(request: ClientRequest, api: ApiSettings): ClientRequest {
  const names = api.authorizer.identitySources.flatMap((source) => source.match(/request\.header\.(.+)$/)?.[1] ?? [])
  const queries = api.authorizer.identitySources.flatMap(
    (source) => source.match(/request\.querystring\.(.+)$/)?.[1] ?? [],
  )
  return {
    ...request,
    headers: names.map((name) => [name, "given"] as const),
    query: queries.map((name) => `${encodeURIComponent(name)}=given`).join("&"),
  }
}

/** The kind of an event, for people. */
export function kindOf({ type, routeArn, version, requestContext }: { readonly [member: string]: unknown }): string {
  if (type === "TOKEN") return "rest-token"
  if (routeArn !== undefined) return "http-2.0"
  if (version === "1.0") return "http-1.0"
  return Object(requestContext).eventType === "CONNECT" ? "websocket" : "rest-request"
}
