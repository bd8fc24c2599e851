import { type ExecuteApiArn, parseExecuteApiArn } from "../../src/policy.ts"
import { type ApiSettings, apiSettings, type ClientRequest } from "../gateway/api.ts"

/**
 * The request that a pasted authorizer event is about, and the API that sent it.
 *
 * @param routes route keys of the configuration
 */
export function requestOfEvent(
  event: object,
  routes: readonly string[],
): { readonly request: ClientRequest; readonly settings: ApiSettings } {
  const { methodArn, routeArn, requestContext, httpMethod, path, rawPath, version, type } = event as {
    readonly [member: string]: unknown
  }
  const { http, routeKey } = Object(requestContext) as { http?: { method?: unknown }; routeKey?: unknown }
  const arn = arnOf(routeArn ?? methodArn)
  const isConnect = routeKey === "$connect" || arn?.method === "$connect"
  const kind = isConnect ? "websocket" : routeArn !== undefined || version === "1.0" ? "http" : "rest"
  const { method: _, path: _unused, ...ids } = arn ?? ({} as Partial<ExecuteApiArn>)
  const settings = apiSettings({
    ...{ kind, ...ids },
    routes: kind === "websocket" ? ["$connect"] : [...routes, ...(kind === "http" ? ["$default"] : catchAll)],
    authorizer: {
      type: type === "TOKEN" ? "TOKEN" : "REQUEST",
      payload: version === "1.0" ? "1.0" : "2.0",
      // The function was asked, so the identity sources were there.
      ...{ identitySources: [], resultTtlSeconds: 0 },
    },
  })
  const request = {
    method: (isConnect ? "GET" : arn?.method) ?? text(http?.method) ?? text(httpMethod) ?? "GET",
    path: arn?.path ?? text(rawPath) ?? text(path) ?? "/",
    ...{ query: "", headers: [], sourceIp: "127.0.0.1" },
  }
  return { request, settings }
}

const catchAll = ["ANY /{proxy+}", "ANY /"]
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

function arnOf(value: unknown): ExecuteApiArn | undefined {
  try {
    return parseExecuteApiArn(String(value))
  } catch {
    return undefined
  }
}
