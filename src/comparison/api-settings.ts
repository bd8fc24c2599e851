import { type AnswerScope, answerScope } from "../configuration/answer-scope.ts"
import { gatewayBlock } from "../configuration/declared/gateway.ts"
import { topLevel } from "../configuration/declared/top-level.ts"
import { orDefault, withDefaults } from "../configuration/declared/with-defaults.ts"
import { type ApiSettings, gatewaySettings } from "../configuration/gateway-settings.ts"
import type { InventoryApi, InventoryAuthorizer, InventoryFinding } from "../openapi/inventory/types.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

type Add = (severity: InventoryFinding["severity"], message: string, remedy: string) => void

/** Where an API's authorizers are set to something else than the configuration needs. */
export function settingFindings(
  configuration: AuthorizerConfig,
  apis: readonly InventoryApi[],
): readonly InventoryFinding[] {
  const findings: InventoryFinding[] = []
  const wanted = gatewaySettings(configuration)
  for (const api of apis) {
    if (api.authorizers.length === 0) continue
    const { rest, http, websocket } = wanted
    const settings = { rest, http, websocket, unknown: undefined }[api.kind]
    const say = (subject: string): Add => {
      return (severity, message, remedy) => findings.push({ severity, message: `${subject} ${message}`, remedy })
    }
    if (settings?.impossible !== undefined)
      say(`${api.name}:`)(
        "error",
        `this kind of API cannot use the configuration: ${settings.impossible}`,
        "Change the configuration, or the API.",
      )
    else if (settings !== undefined)
      for (const authorizer of api.authorizers)
        compare(authorizer, api, settings, wanted, say(`${api.name}: the authorizer ${authorizer.name}`))
    resourcePolicy(api, configuration, say(`${api.name}:`))
  }
  return findings
}

function compare(
  { settings }: InventoryAuthorizer,
  { kind }: InventoryApi,
  wanted: ApiSettings,
  { resultTtlSeconds: most, rest, http }: ReturnType<typeof gatewaySettings>,
  add: Add,
): void {
  const { form, resultTtlSeconds: ttl, payloadFormatVersion: payload, simpleResponses: simple } = settings
  if (kind !== "websocket" && ttl !== undefined && ttl > most)
    add(
      "error",
      `keeps answers for ${ttl} seconds, and gateway.resultTtlSeconds is ${most}`,
      `Set its TTL to ${most} at most, or raise gateway.resultTtlSeconds.`,
    )
  if (kind === "http" && ttl === undefined) add("info", "shows no result TTL", `Set it explicitly: to ${most} at most.`)
  if (kind === "rest" && form !== undefined && !rest.authorizerTypes.includes(form))
    add(
      "error",
      `is of type ${form}, and the configuration needs ${rest.authorizerTypes.join(" or ")}`,
      "Change its type.",
    )
  if (kind === "http" && payload !== undefined && !(http.payloadFormatVersions as readonly string[]).includes(payload))
    add(
      "error",
      `has payload format ${payload}, and the configuration needs ${http.payloadFormatVersions.join(" or ")}`,
      "Change its payload format version.",
    )
  if (kind === "http" && simple !== undefined && simple !== http.simpleResponses)
    add(
      "error",
      simple
        ? 'expects simple responses, and gateway.responses is "policy": every request ends in 500'
        : 'expects policies, and gateway.responses is "simple": every request ends in 500',
      simple
        ? 'Turn simple responses off, or set gateway.responses to "simple".'
        : 'Turn simple responses on, or set gateway.responses to "policy".',
    )
  if (settings.identitySources !== undefined)
    compareSources(settings.identitySources, wanted.identitySources, ttl, kind, add)
}

/** Sources that a request may lack. API Gateway fills the context itself. */
const canBeMissing = /request\.(?:header|querystring)\./i

function compareSources(
  given: readonly string[],
  wanted: readonly string[],
  ttl: number | undefined,
  kind: InventoryApi["kind"],
  add: Add,
): void {
  const keeps = kind !== "websocket" && ttl !== 0
  const missing = wanted.filter((source) => !has(given, source))
  if (keeps && missing.length > 0)
    add(
      ttl === undefined ? "warning" : "error",
      `keeps answers without ${missing.join(", ")} in the cache key, so one caller's answer serves other requests`,
      "Add it to the identity sources, or set the TTL to 0.",
    )
  const more = given.filter((source) => canBeMissing.test(source) && !has(wanted, source))
  if (more.length > 0)
    add(
      "warning",
      `has the identity source ${more.join(", ")}, and a request without it gets 401: hallpass is not asked`,
      `Its identity sources are ${wanted.length === 0 ? "none" : wanted.join(", ")} in the configuration.`,
    )
}

/** Names of headers are compared without their case. */
const has = (list: readonly string[], source: string): boolean =>
  list.some((each) => each.toLowerCase() === source.toLowerCase() && (each === source || /\.header\./i.test(each)))

function resourcePolicy(api: InventoryApi, configuration: AuthorizerConfig, add: Add): void {
  if (api.kind !== "rest" || scopeOf(configuration) !== "principal") return
  const allows = configuration.gateway?.resourcePolicyAllows === true
  if (api.resourcePolicy === "allows" && !allows)
    add(
      "error",
      "the resource policy allows, so what an answer does not name is open",
      "Set gateway.resourcePolicyAllows to true, or remove the Allow statements.",
    )
  if (api.resourcePolicy === "silent" && allows)
    add(
      "info",
      "the resource policy allows nothing, and gateway.resourcePolicyAllows is true",
      "Nothing: answers are only larger than they need to be.",
    )
}

/** What an answer is for, by the rules of the authorizer itself. */
function scopeOf({ routes, unmatched, gateway }: AuthorizerConfig): AnswerScope {
  return answerScope(
    { routes, unmatched: orDefault(topLevel.unmatched, unmatched) },
    withDefaults(gatewayBlock, gateway),
  )
}
