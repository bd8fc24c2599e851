import type { Report } from "../problems/option-checks.ts"
import type { RouteCaching } from "../route/by-route.ts"
import type { CredentialOptions, RouteRule } from "../types/configuration.ts"
import type { AnswerScope } from "./answer-scope.ts"
import type { CheckedGateway } from "./check-blocks.ts"

/** What the scope of answers is made of. */
export interface ScopedRoutes {
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly unmatched: "deny" | "authenticated"
}

export function answerScope({ routes }: ScopedRoutes, gateway: CheckedGateway): AnswerScope {
  if (routes === undefined) return "stage"
  const { resultTtlSeconds, matchBy } = gateway
  return resultTtlSeconds === 0 || (matchBy === "path" ? holdsPath : holdsRoute)(gateway) ? "route" : "principal"
}

/**
 * Refuses what API Gateway's cache would make wrong: it keeps one answer per identity sources and applies it to every
 * request that shares them, on every route (SR-143).
 */
export function checkCacheKey(gateway: CheckedGateway, credential: CredentialOptions, report: Report): void {
  if (gateway.resultTtlSeconds === 0) return
  const sources = sourcesOf(gateway)
  const carriers = carriersOf(credential)
  const [only] = carriers
  if (carriers.length > 1) {
    report("gateway.resultTtlSeconds", "ttl_of_places")
  } else if (only !== undefined && !sources.has("token") && !sources.has(only)) {
    report("gateway.identitySources", "sources_token")
  }
}

/** How the gateway keeps answers that are for one route. */
export function routeCachingOf(gateway: CheckedGateway): RouteCaching {
  const { resultTtlSeconds, keyHoldsMethod, responses, matchBy } = gateway
  return { cached: resultTtlSeconds > 0, keyHoldsMethod, simple: responses === "simple", byPath: matchBy === "path" }
}

/** Refuses what a TOKEN authorizer cannot do: it is shown one header, which is its cache key, and only REST APIs have it. */
export function checkAuthorizerType(gateway: CheckedGateway, credential: CredentialOptions, report: Report): void {
  if (gateway.authorizerType !== "token") return
  const [carrier = "", another] = carriersOf(credential)
  const oneHeader = another === undefined && credential.header !== undefined
  const sources = gateway.resultTtlSeconds > 0 ? [...sourcesOf(gateway)] : []
  if (oneHeader && gateway.api === "rest" && sources.every((one) => one === "token" || one === carrier)) return
  report("gateway.authorizerType", "authorizer_of_token")
}

/** Whether the cache key holds all that a decision by the path depends on. */
function holdsPath(gateway: CheckedGateway): boolean {
  const sources = sourcesOf(gateway)
  return sources.has("context.path") && sources.has("context.httpmethod")
}

export function holdsRoute(gateway: CheckedGateway): boolean {
  const sources = sourcesOf(gateway)
  return (
    sources.has("route") ||
    sources.has("context.routekey") ||
    (sources.has("context.httpmethod") && sources.has("context.resourcepath"))
  )
}

/** The identity sources in one spelling each: `request.header.x`, `context.httpmethod`, `token`, `route`. */
export function sourcesOf({ identitySources }: CheckedGateway): ReadonlySet<string> {
  return new Set(identitySources.map(sourceName))
}

/** `$request.header.X`, `method.request.header.X` and `route.request.header.X` are one source in three dialects. */
function sourceName(source: string): string {
  const plain = source.replace(/^\$/, "").replace(/^(?:method|route)\./, "")
  // Header names and context variables are compared in any case, names of query string parameters are not.
  return plain.startsWith("request.querystring.") ? plain : plain.toLowerCase()
}

function carriersOf({ header, cookie, query, subprotocol }: CredentialOptions): readonly string[] {
  const carriers: string[] = []
  if (header !== undefined) carriers.push(`request.header.${header.toLowerCase()}`)
  if (cookie !== undefined) carriers.push("request.header.cookie")
  if (query !== undefined) carriers.push(`request.querystring.${query}`)
  if (subprotocol !== undefined) carriers.push("request.header.sec-websocket-protocol")
  return carriers
}
