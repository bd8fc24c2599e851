import { type ApiSettings, apiSettings } from "../../../local/gateway/api.ts"
import type { AuthorizerConfig } from "../../index.ts"
import { gatewaySettings } from "../../policy.ts"

/** The API that a configuration is for: what the local gateway has to be set to. */
export function apiFor(config: AuthorizerConfig, isConnect: boolean): ApiSettings {
  const settings = gatewaySettings(config)
  const { gateway = {} } = config
  const routes = Object.keys(config.routes ?? {})
  const kind = isConnect ? "websocket" : (gateway.api ?? (gateway.responses === "simple" ? "http" : "rest"))
  const { identitySources } = settings[kind]
  const type = kind === "rest" && settings.rest.authorizerTypes.includes("TOKEN") ? "TOKEN" : "REQUEST"
  return apiSettings({
    kind,
    // An API has the routes of the table, and everything else reaches the authorizer by a catch-all.
    routes: isConnect ? ["$connect"] : kind === "http" ? [...routes, "$default"] : [...routes, ...catchAll(routes)],
    authorizer: {
      type,
      identitySources,
      simpleResponses: gateway.responses === "simple",
      resultTtlSeconds: settings.resultTtlSeconds,
    },
  })
}

/**
 * REST APIs have no `$default`: greedy routes at the root do the same. A resource that lacks a method would hide them,
 * so each resource of the table gets every method.
 */
function catchAll(routes: readonly string[]): readonly string[] {
  const templates = [...routes.flatMap((key) => key.split(" ")[1] ?? []), "/{proxy+}", "/"]
  return [...new Set(templates)].map((template) => `ANY ${template}`).filter((route) => !routes.includes(route))
}
