import type { AuthorizerConfig } from "../index.ts"
import type { CompiledPolicy } from "../policy.ts"
import { columns } from "./table.ts"

/** What the authorizer in API Gateway must be set to, for the configuration to be right. */
export function gatewaySettings({ gateway, credential }: AuthorizerConfig, mode: CompiledPolicy["mode"]): string {
  const ttl = gateway?.resultTtlSeconds ?? 300
  const header = credential?.header ?? "Authorization"
  const elsewhere = credential?.cookie ?? credential?.query ?? credential?.subprotocol
  const query = credential?.query
  const rest = [
    query === undefined ? `method.request.header.${place(header, credential)}` : `method.request.querystring.${query}`,
  ]
  const http = [query === undefined ? `$request.header.${place(header, credential)}` : `$request.querystring.${query}`]
  const several = elsewhere !== undefined && credential?.header !== undefined
  const byRoute = mode === "route" && ttl > 0
  if (byRoute) {
    rest.push("context.httpMethod", "context.resourcePath")
    http.push("$context.routeKey")
  }
  const restKind =
    byRoute || (credential?.header === undefined && elsewhere !== undefined) ? "REQUEST" : "TOKEN or REQUEST"
  const rows = [
    ["result TTL", `${ttl} seconds${ttl === 0 ? ": nothing is cached" : ""}`],
    ["REST API", `type ${restKind}, identity sources ${several ? "none" : rest.join(", ")}`],
    [
      "HTTP API",
      `payload ${gateway?.responses === "simple" ? "2.0 with simple responses" : "2.0 or 1.0, policy responses"}, identity sources ${several ? "none" : http.join(", ")}`,
    ],
    [
      "WebSocket API",
      `identity sources ${several ? "none" : rest[0]?.replace("method.", "route.")} (nothing is ever cached)`,
    ],
  ]
  return `API Gateway must be set to\n${columns(rows)}`
}

function place(header: string, credential: AuthorizerConfig["credential"]): string {
  if (credential?.header === undefined && credential?.cookie !== undefined) return "Cookie"
  if (credential?.header === undefined && credential?.subprotocol !== undefined) return "Sec-WebSocket-Protocol"
  return header
}
