import type { AuthorizerConfig } from "../index.ts"
import { type ApiSettings, type CompiledPolicy, gatewaySettings } from "../policy.ts"
import { columns } from "./frame/table.ts"

/** What the authorizer in API Gateway must be set to, as text, for the configuration to be right. */
export function gatewaySettingsText(configuration: AuthorizerConfig, { mode, routes }: CompiledPolicy): string {
  const { gateway = {}, unmatched } = configuration
  const { resultTtlSeconds: ttl, rest, http, websocket } = gatewaySettings(configuration)
  const responses = http.simpleResponses ? "with simple responses" : "no simple responses"
  const payload = `payload ${http.payloadFormatVersions.join(" or ")}${http.simpleResponses ? " " : ", "}${responses}`
  const rows = [
    ["result TTL", ttl === 0 ? "0: nothing is cached" : `${ttl} seconds at most`],
    ["REST API", settingsText(rest, `type ${rest.authorizerTypes.join(" or ")}`)],
    ["HTTP API", settingsText(http, payload)],
  ]
  const connects = routes.length === 0 || unmatched === "authenticated"
  if (websocket.impossible === undefined && (connects || routes.some(({ method }) => method === "$connect")))
    rows.push(["WebSocket API", `${sourcesText(websocket)}; nothing is ever cached`])
  if (mode === "principal") {
    const allows = gateway.resourcePolicyAllows === true
    rows.push(["resource policy", allows ? "may have Allow statements" : "has no Allow statements"])
  }
  const note = http.impossible === undefined ? routeKeyNote(configuration, mode, ttl) : ""
  return `API Gateway must be set to\n${columns(rows)}${note}`
}

function settingsText(settings: ApiSettings, form: string): string {
  const { impossible } = settings
  return impossible === undefined ? `${form}; ${sourcesText(settings)}` : `cannot use this configuration: ${impossible}`
}

function sourcesText({ identitySources }: ApiSettings): string {
  if (identitySources.length === 0) return "no identity source"
  return `identity source${identitySources.length > 1 ? "s" : ""} ${identitySources.join(", ")}`
}

function routeKeyNote({ gateway }: AuthorizerConfig, mode: CompiledPolicy["mode"], ttl: number): string {
  const holdsMethod = gateway?.identitySources?.some((source) => /^\$?context\.httpmethod$/i.test(source))
  if (mode !== "route" || ttl === 0 || holdsMethod === true) return ""
  return (
    "  On an HTTP API the route key of ANY … and $default does not hold the method.\n" +
    "  Where the table tells methods apart on such a route, add $context.httpMethod\n" +
    "  to the identity sources, in both places.\n"
  )
}
