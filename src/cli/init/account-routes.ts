import type { RouteRule } from "../../index.ts"
import { inventory } from "../../openapi.ts"
import type { AccountApi } from "../account/account-api.ts"
import { asTemplate } from "../account/as-template.ts"
import { type CommandLine, textOption, textsOption, UsageError } from "../frame/command.ts"
import { oneLine } from "../frame/program.ts"
import type { ApiKind } from "./answers.ts"

/** What an API of the account says about itself. */
export interface ApiAnswers {
  readonly kind: ApiKind
  readonly routes: { readonly [key: string]: RouteRule }
  /** Whether its resource policy may allow: then an answer that is silent would be an allow. */
  readonly resourcePolicyAllows: boolean
}

/**
 * Reads kind and routes of the API that `--api-id` names, in place of `--api`, `--route` and `--openapi`.
 *
 * @returns undefined without `--api-id`
 * @throws UsageError (rejects) in one line
 */
export async function apiAnswers(line: CommandLine): Promise<ApiAnswers | undefined> {
  const id = textOption(line, "apiId")
  const region = textOption(line, "region")
  if (id === undefined && region !== undefined) throw new UsageError("--region goes with --api-id")
  if (id === undefined) return undefined
  const isGiven = ["api", "openapi"].some((name) => textOption(line, name) !== undefined)
  if (isGiven || textsOption(line, "route").length > 0)
    throw new UsageError("--api-id reads kind and routes of the API: leave out --api, --route and --openapi")
  const { gatewayClients } = await import("../account/clients.ts")
  const { readApis } = await import("../account/read-apis.ts")
  const [api] = await readApis(await gatewayClients(region), [id], () => undefined)
  const routes = api === undefined ? {} : rulesOf(api)
  if (api === undefined || Object.keys(routes).length === 0)
    throw new UsageError(oneLine(`${id} has no route that could take an authorizer`))
  const [found] = inventory(asTemplate(api)).apis
  return { kind: api.kind, routes, resourcePolicyAllows: api.kind === "rest" && found?.resourcePolicy !== "silent" }
}

/** Browsers send preflights without a token. Of a WebSocket API, only `$connect` can have an authorizer. */
function rulesOf({ kind, routes }: AccountApi): ApiAnswers["routes"] {
  const guarded = routes.filter(({ route }) =>
    kind === "websocket" ? route === "$connect" : !route.startsWith("OPTIONS "),
  )
  return Object.fromEntries(
    guarded.map(({ route, scopes }) => [route, scopes.length === 0 ? {} : { scopes: { any: scopes } }]),
  )
}
