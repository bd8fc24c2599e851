import type { AuthorizerConfig } from "../index.ts"
import type { CompiledPolicy } from "../policy.ts"
import { columns } from "./table.ts"

type Api = "rest" | "http" | "websocket"

/** What the authorizer in API Gateway must be set to, for the configuration to be right. */
export function gatewaySettings(configuration: AuthorizerConfig, { mode, routes }: CompiledPolicy): string {
  const { gateway = {}, unmatched } = configuration
  const ttl = gateway.resultTtlSeconds ?? 300
  const sources = (api: Api): string => identitySources(configuration, api, ttl)
  const responses = gateway.responses === "simple" ? "2.0 with simple responses" : "2.0 or 1.0, no simple responses"
  const rows = [
    ["result TTL", ttl === 0 ? "0: nothing is cached" : `${ttl} seconds at most`],
    ["REST API", `${restTypes(configuration, ttl)}; ${sources("rest")}`],
    ["HTTP API", `payload ${responses}; ${sources("http")}`],
  ]
  if (routes.length === 0 || unmatched === "authenticated" || routes.some(({ method }) => method === "$connect"))
    rows.push(["WebSocket API", `${sources("websocket")}; nothing is ever cached`])
  if (mode === "principal") {
    const allows = gateway.resourcePolicyAllows === true
    rows.push(["resource policy", allows ? "may have Allow statements" : "has no Allow statements"])
  }
  return `API Gateway must be set to\n${columns(rows)}${routeKeyNote(configuration, mode, ttl)}`
}

/** A TOKEN authorizer is shown one header, and its cache key is that header alone. */
function restTypes({ gateway = {}, credential, edge }: AuthorizerConfig, ttl: number): string {
  const [place, ...others] = placesOf(credential)
  const oneHeader = others.length === 0 && place?.startsWith("request.header.") === true
  const onlyToken = ttl === 0 || (gateway.identitySources ?? ["token"]).every((source) => source === "token")
  if (gateway.authorizerType === "request" || edge !== undefined || !oneHeader || !onlyToken) return "type REQUEST"
  return gateway.authorizerType === "token" ? "type TOKEN" : "type TOKEN or REQUEST"
}

function identitySources(configuration: AuthorizerConfig, api: Api, ttl: number): string {
  const { gateway = {}, credential, issuers, edge } = configuration
  const configured = gateway.identitySources ?? ["token"]
  // Without a cache, and for $connect, a source is only a header without which the function is not even asked.
  const cached = ttl > 0 && api !== "websocket"
  const byToken = (Array.isArray(issuers) && issuers.length > 0) || edge === undefined // checked or not: it may be anything
  const places = byToken ? placesOf(credential) : []
  const token = places.length === 1 ? places : [] // several places: any of them may be missing
  const found = new Set<string>()
  for (const source of cached ? configured : ["token"])
    for (const one of source === "token" ? token : [source]) for (const each of inDialect(one, api)) found.add(each)
  if (found.size === 0) return "no identity source"
  return `identity source${found.size > 1 ? "s" : ""} ${[...found].join(", ")}`
}

/** A source as one kind of API writes it. Only HTTP APIs have the route key, and they have no resource path. */
function inDialect(source: string, api: Api): readonly string[] {
  const plain = source.replace(/^\$/, "").replace(/^(?:method|route)\./, "")
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

function placesOf({ header, cookie, query, subprotocol }: AuthorizerConfig["credential"] = {}): readonly string[] {
  const places: string[] = []
  if (header !== undefined) places.push(`request.header.${header}`)
  if (cookie !== undefined) places.push("request.header.Cookie")
  if (query !== undefined) places.push(`request.querystring.${query}`)
  if (subprotocol !== undefined) places.push("request.header.Sec-WebSocket-Protocol")
  return places.length === 0 ? ["request.header.Authorization"] : places
}

function routeKeyNote({ gateway }: AuthorizerConfig, mode: CompiledPolicy["mode"], ttl: number): string {
  const holdsMethod = gateway?.identitySources?.some((source) => /^\$?context\.httpmethod$/i.test(source))
  if (mode !== "route" || ttl === 0 || holdsMethod === true) return ""
  return (
    "  On an HTTP API the route key of ANY … and $default does not hold the method. Where the table tells methods apart\n" +
    "  on such a route, add $context.httpMethod to the identity sources, here and there.\n"
  )
}
