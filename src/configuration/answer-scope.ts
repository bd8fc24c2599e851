import type { CredentialOptions, RouteRule } from "../types/configuration.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

/**
 * What an answer has to be right for, which follows from the gateway's cache key (SR-143): one `route`, because the key
 * holds it or nothing is cached; every route of a `principal`, because the key holds the token only; or the whole
 * `stage`, because there are no routes.
 */
export type AnswerScope = "route" | "principal" | "stage"

/** What the scope of answers is made of. */
export interface ScopedRoutes {
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly unmatched: "deny" | "authenticated"
}

/** What of the gateway decides what an answer is for. */
export type CacheKey = Pick<CheckedGateway, "resultTtlSeconds" | "identitySources" | "matchBy">

export function answerScope({ routes }: ScopedRoutes, gateway: CacheKey): AnswerScope {
  if (routes === undefined) return "stage"
  const { resultTtlSeconds, matchBy } = gateway
  return resultTtlSeconds === 0 || (matchBy === "path" ? holdsPath : holdsRoute)(gateway) ? "route" : "principal"
}

/** Whether the cache key holds all that a decision by the path depends on. */
function holdsPath(gateway: CacheKey): boolean {
  const sources = sourcesOf(gateway)
  return sources.has("context.path") && sources.has("context.httpmethod")
}

export function holdsRoute(gateway: CacheKey): boolean {
  const sources = sourcesOf(gateway)
  return (
    sources.has("route") ||
    sources.has("context.routekey") ||
    (sources.has("context.httpmethod") && sources.has("context.resourcepath"))
  )
}

/** The identity sources in one spelling each: `request.header.x`, `context.httpmethod`, `token`, `route`. */
export function sourcesOf({ identitySources }: Pick<CacheKey, "identitySources">): ReadonlySet<string> {
  return new Set(identitySources.map(sourceName))
}

/** `$request.header.X`, `method.request.header.X` and `route.request.header.X` are one source in three dialects. */
function sourceName(source: string): string {
  const plain = source.replace(/^\$/, "").replace(/^(?:method|route)\./, "")
  // Header names and context variables are compared in any case, names of query string parameters are not.
  return plain.startsWith("request.querystring.") ? plain : plain.toLowerCase()
}

/** The identity sources that hold the credential's places. */
export function carriersOf({ header, cookie, query, subprotocol }: CredentialOptions): readonly string[] {
  const carriers: string[] = []
  if (header !== undefined) carriers.push(`request.header.${header.toLowerCase()}`)
  if (cookie !== undefined) carriers.push("request.header.cookie")
  if (query !== undefined) carriers.push(`request.querystring.${query}`)
  if (subprotocol !== undefined) carriers.push("request.header.sec-websocket-protocol")
  return carriers
}
