import type { AuthorizerConfig, GatewayOptions } from "../../src/index.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { type ApiSettings, type AuthorizerSettings, apiSettings } from "../gateway/api.ts"
import { demoEdge } from "./edge.ts"

/** Every kind of API with every kind of authorizer. */
export const apiNames = [
  "rest-token",
  "rest-request",
  "http-1.0",
  "http-2.0",
  "http-2.0-simple",
  "rest-edge",
  "websocket",
] as const
export type ApiName = (typeof apiNames)[number]

/** An API of the local gateway, and the configuration of the authorizer in it. */
export interface PlannedApi {
  readonly name: ApiName
  readonly title: string
  readonly config: AuthorizerConfig
  readonly settings: ApiSettings
}

/** What an API has in addition to the routes of the configuration. */
export type FurtherSettings = Partial<
  Pick<ApiSettings, "routes" | "openRoutes" | "gatewayResponses" | "cors" | "resourcePolicy">
>

interface Form {
  readonly title: string
  readonly kind: ApiSettings["kind"]
  readonly authorizer: Partial<AuthorizerSettings>
  /** How the demonstration's configuration is meant for this kind of API. */
  readonly gateway: GatewayOptions
  /** The demonstration only: an edge that the configuration itself does not have. */
  readonly edge?: AuthorizerConfig["edge"]
}

// HTTP APIs document no way to answer 401 from an authorizer, so a refusal has to be a Deny there.
const forms: { readonly [name in ApiName]: Form } = {
  "rest-token": {
    ...{ title: "REST API, TOKEN authorizer", kind: "rest", authorizer: { type: "TOKEN" } },
    gateway: { unauthorized: "throw" },
  },
  "rest-request": {
    ...{ title: "REST API, REQUEST authorizer", kind: "rest", authorizer: { type: "REQUEST" } },
    gateway: { unauthorized: "throw" },
  },
  "http-1.0": {
    ...{ title: "HTTP API, payload 1.0", kind: "http", authorizer: { payload: "1.0" } },
    gateway: { unauthorized: "deny" },
  },
  "http-2.0": {
    ...{ title: "HTTP API, payload 2.0, policies", kind: "http", authorizer: { payload: "2.0" } },
    gateway: { unauthorized: "deny" },
  },
  "http-2.0-simple": {
    ...{ title: "HTTP API, payload 2.0, simple responses", kind: "http", authorizer: { simpleResponses: true } },
    // One boolean for every request with the same key, so the key holds the route.
    gateway: { responses: "simple", identitySources: ["token", "route"] },
  },
  "rest-edge": {
    ...{ title: "REST API behind an edge that signs its headers", kind: "rest", authorizer: { type: "REQUEST" } },
    // A signature is for one request, so nothing is kept.
    gateway: { unauthorized: "deny", resultTtlSeconds: 0, identitySources: [] },
    edge: demoEdge,
  },
  websocket: {
    ...{ title: "WebSocket API, $connect", kind: "websocket", authorizer: {} },
    gateway: { unauthorized: "throw" },
  },
}

/**
 * The APIs that an authorizer of this configuration can be used in.
 *
 * @param adapted whether the gateway block is adapted to each kind, as the demonstration does, or is as its author
 *   wrote it
 */
export function plannedApis(
  config: AuthorizerConfig,
  adapted: boolean,
  further: FurtherSettings,
): readonly PlannedApi[] {
  return apiNames.flatMap((name) => {
    const form = forms[name]
    const { edge = config.edge } = form
    const own = adapted ? { ...config, ...(edge && { edge }), gateway: { ...config.gateway, ...form.gateway } } : config
    if (!adapted && form.edge !== undefined) return []
    return isPossible(name, own) ? [planned(name, form, own, further)] : []
  })
}

function isPossible(name: ApiName, config: AuthorizerConfig): boolean {
  const { rest, http, websocket } = gatewaySettings(config)
  const connects = config.routes === undefined || "$connect" in config.routes
  switch (name) {
    case "rest-token":
      return rest.impossible === undefined && rest.authorizerTypes.includes("TOKEN")
    case "rest-request":
    case "rest-edge":
      return rest.impossible === undefined && rest.authorizerTypes.includes("REQUEST")
    case "http-1.0":
      return http.impossible === undefined && http.payloadFormatVersions.includes("1.0")
    case "http-2.0":
      return http.impossible === undefined && !http.simpleResponses
    case "http-2.0-simple":
      return http.impossible === undefined && http.simpleResponses
    case "websocket":
      return websocket.impossible === undefined && connects
  }
}

function planned(name: ApiName, form: Form, config: AuthorizerConfig, further: FurtherSettings): PlannedApi {
  const { kind } = form
  const all = gatewaySettings(config)
  const settings = apiSettings({
    ...{ kind, apiId: ids[name], domainName: `${ids[name]}.execute-api.eu-west-1.amazonaws.com` },
    ...further,
    routes: kind === "websocket" ? ["$connect"] : (further.routes ?? routesOf(config, kind)),
    authorizer: {
      ...form.authorizer,
      identitySources: all[kind].identitySources,
      resultTtlSeconds: kind === "websocket" ? 0 : all.resultTtlSeconds,
    },
  })
  return { name, title: form.title, config, settings }
}

const ids: { readonly [name in ApiName]: string } = {
  "rest-token": "rest000001",
  "rest-request": "rest000002",
  "http-1.0": "http000001",
  "http-2.0": "http000002",
  "http-2.0-simple": "http000003",
  "rest-edge": "rest000003",
  websocket: "wsck000001",
}

/**
 * The API has the routes of the table. If the table leaves more open, everything else reaches the authorizer by a
 * catch-all.
 */
function routesOf({ routes = {}, unmatched }: AuthorizerConfig, kind: ApiSettings["kind"]): readonly string[] {
  const keys = Object.keys(routes).filter((key) => key !== "$connect" && (key !== "$default" || kind === "http"))
  if (keys.length > 0 && unmatched !== "authenticated" && !("$default" in routes)) return keys
  if (kind === "http") return [...new Set([...keys, "$default"])]
  const templates = [...keys.flatMap((key) => key.split(" ")[1] ?? []), "/{proxy+}", "/"]
  const catchAll = [...new Set(templates)].map((template) => `ANY ${template}`)
  return [...keys, ...catchAll.filter((route) => !keys.includes(route))]
}
