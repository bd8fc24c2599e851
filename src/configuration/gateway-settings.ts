import type { AuthorizerConfig, CredentialOptions } from "../types/configuration.ts"
import { credentialBlock, withPlace } from "./declared/credential.ts"
import { type CheckedGateway, gatewayBlock } from "./declared/gateway.ts"
import { withDefaults } from "./declared/with-defaults.ts"

type Api = "rest" | "http" | "websocket"

/** What the Lambda authorizer of one kind of API must be set to. */
export interface ApiSettings {
  /** As this kind of API writes them. REST APIs take them joined with commas. Empty: none may be set. */
  readonly identitySources: readonly string[]
  /** Why this kind of API cannot use the configuration. Absent if it can. */
  readonly impossible?: string
}

/**
 * What API Gateway must be set to, for a sound configuration to be right. Deployments derive their authorizers from it.
 */
export interface GatewaySettings {
  /** The largest result TTL that the configuration allows. Seconds. */
  readonly resultTtlSeconds: number
  /** `authorizerTypes` lists what fits; REQUEST is among them unless the configuration says `token`. */
  readonly rest: ApiSettings & { readonly authorizerTypes: readonly ("TOKEN" | "REQUEST")[] }
  readonly http: ApiSettings & {
    readonly payloadFormatVersions: readonly ("2.0" | "1.0")[]
    readonly simpleResponses: boolean
  }
  /** The authorizer of `$connect`. API Gateway caches nothing there. */
  readonly websocket: ApiSettings
}

/**
 * Derives what API Gateway must be set to, from a configuration that `createAuthorizer` accepts.
 *
 * @param configuration a sound configuration; problems of another one are not reported here
 * @example
 * ```ts
 * import { gatewaySettings } from "hallpass/policy"
 *
 * const { rest, http } = gatewaySettings({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 * })
 * console.log(rest.identitySources) // [ 'method.request.header.Authorization' ]
 * console.log(http.identitySources) // [ '$request.header.Authorization' ]
 * ```
 */
export function gatewaySettings(configuration: AuthorizerConfig): GatewaySettings {
  const { gateway = {} } = configuration
  const simpleResponses = gateway.responses === "simple"
  const settings = (api: Api): ApiSettings => {
    const impossible = impossibility(configuration, api)
    return { identitySources: identitySources(configuration, api), ...(impossible !== undefined && { impossible }) }
  }
  return {
    resultTtlSeconds: ttlOf(configuration),
    rest: { ...settings("rest"), authorizerTypes: authorizerTypes(configuration) },
    http: {
      ...settings("http"),
      payloadFormatVersions: simpleResponses ? ["2.0"] : ["2.0", "1.0"],
      simpleResponses,
    },
    websocket: settings("websocket"),
  }
}

const gatewayOf = ({ gateway }: AuthorizerConfig): CheckedGateway => withDefaults(gatewayBlock, gateway)
const ttlOf = (configuration: AuthorizerConfig): number => gatewayOf(configuration).resultTtlSeconds
const sourcesOf = (configuration: AuthorizerConfig): readonly string[] => gatewayOf(configuration).identitySources

function impossibility(configuration: AuthorizerConfig, api: Api): string | undefined {
  const { api: only, authorizerType } = configuration.gateway ?? {}
  if (api !== "rest" && authorizerType === "token")
    return `gateway.authorizerType is "token", which REST APIs have only`
  if (api !== "websocket" && only !== undefined && only !== api) return `gateway.api is "${only}"`
  const { header, cookie, query, subprotocol } = configuration.credential ?? {}
  const onlySubprotocol = subprotocol !== undefined && [header, cookie, query].every((place) => place === undefined)
  if (api !== "websocket" && onlySubprotocol && configuration.edge?.role !== "identity")
    return "credential.subprotocol is read on WebSocket APIs only"
  const endpoint = sourcesOf(configuration).find((source) => /^\$?context\.identity\.vpce?id$/i.test(source))
  if (api === "http" && endpoint !== undefined && ttlOf(configuration) > 0)
    return `gateway.identitySources holds "${endpoint}", and HTTP APIs have no VPC endpoint`
  return undefined
}

/** A TOKEN authorizer is shown one header as the credential, and its cache key is that header alone. */
function authorizerTypes(configuration: AuthorizerConfig): readonly ("TOKEN" | "REQUEST")[] {
  const { gateway = {}, credential, edge } = configuration
  if (gateway.authorizerType === "token") return ["TOKEN"]
  const { cookie, query, subprotocol } = credential ?? {}
  const elsewhere = [cookie, query, subprotocol].some((place) => place !== undefined)
  const onlyToken = ttlOf(configuration) === 0 || sourcesOf(configuration).every((source) => source === "token")
  if (gateway.authorizerType === "request" || edge !== undefined || elsewhere || !onlyToken) return ["REQUEST"]
  return ["TOKEN", "REQUEST"]
}

function identitySources(configuration: AuthorizerConfig, api: Api): readonly string[] {
  // Without a cache, and for $connect, a source is only a header without which the function is not even asked.
  const cached = ttlOf(configuration) > 0 && api !== "websocket"
  const found = new Set<string>()
  for (const source of cached ? sourcesOf(configuration) : ["token"])
    for (const one of source === "token" ? tokenSources(configuration) : [source])
      for (const each of inDialect(one, api)) found.add(each)
  return [...found]
}

/** The place of the token, if every request has one there. API Gateway answers 401 to a request without a source. */
function tokenSources({ credential, edge }: AuthorizerConfig): readonly string[] {
  if (edge?.role === "identity") return []
  const places = placesOf(credential)
  return places.length === 1 ? places : []
}

/** A source as one kind of API writes it. Only HTTP APIs have the route key, and they have no resource path. */
function inDialect(source: string, api: Api): readonly string[] {
  const plain = source.replace(/^(?:\$|method\.|route\.)/, "")
  const dollar = api === "http" ? "$" : ""
  switch (plain.toLowerCase()) {
    case "route":
    case "context.routekey":
    case "context.resourcepath":
      return api === "http" ? ["$context.routeKey"] : ["context.httpMethod", "context.resourcePath"]
    case "context.httpmethod":
      return [`${dollar}context.httpMethod`]
  }
  const prefix = { rest: "method.", http: "$", websocket: "route." }[api]
  return [plain.startsWith("request.") ? `${prefix}${plain}` : `${dollar}${plain}`]
}

function placesOf(credential: CredentialOptions | undefined): readonly string[] {
  const { header, cookie, query, subprotocol } = withPlace(withDefaults(credentialBlock, credential))
  const places: string[] = []
  if (header !== undefined) places.push(`request.header.${header}`)
  if (cookie !== undefined) places.push("request.header.Cookie")
  if (query !== undefined) places.push(`request.querystring.${query}`)
  if (subprotocol !== undefined) places.push("request.header.Sec-WebSocket-Protocol")
  return places
}
