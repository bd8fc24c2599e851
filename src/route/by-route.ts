import type { RouteRule } from "../types/configuration.ts"
import type { Coverage } from "../types/coverage.ts"
import { lastingRefusal, refusal } from "../types/reasons.ts"
import type { DecideRoute } from "./decide.ts"
import { refuseUnentitled } from "./entitled.ts"
import { compileRoutes } from "./table.ts"
import { httpMethods } from "./template.ts"

const routeUnmatched = refusal("route_unmatched")
const methodUnknown = refusal("method_unknown")
/** The same for every request under a cache key that holds the method. */
const methodUnknownForKey = lastingRefusal("method_unknown")

/** A checked table, and what becomes of requests that it does not name. */
export interface RoutesToDecide {
  readonly routes: { readonly [routeKey: string]: RouteRule }
  readonly unmatched: "deny" | "authenticated"
}

/**
 * Answers for the one route of the request.
 *
 * @param cached whether the gateway keeps the answers, per route
 * @param keyHoldsMethod whether the gateway's cache key tells methods apart. `$context.routeKey` does not where the
 *   gateway's route is `ANY …` or `$default`: then one answer serves every method, and has to be right for all (SR-143)
 */
export function decideWithRoutes(
  { routes, unmatched }: RoutesToDecide,
  { cached, keyHoldsMethod }: { readonly cached: boolean; readonly keyHoldsMethod: boolean },
): DecideRoute {
  const table = compileRoutes(routes, cached)
  const coverages = new Coverages()
  /** What stands in for the rule of a route that the table does not name. */
  const unnamed = { refuse: unmatched === "deny" ? () => routeUnmatched : refuseUnentitled }
  return (request, principal) => {
    const everyMethod = !keyHoldsMethod && request.routeMethod === "ANY"
    if (request.method !== "$connect" && !httpMethods.includes(request.method))
      return { route: undefined, refused: everyMethod ? methodUnknown : methodUnknownForKey, covers: undefined }
    const found = everyMethod ? table.matchEveryMethod(request) : table.match(request)
    if (found !== undefined && "refused" in found) return { route: undefined, refused: found, covers: undefined }
    const rule = found?.rule ?? unnamed
    const refused = rule.refuse(principal)
    if (refused !== undefined) return { route: found, refused, covers: undefined }
    const method = everyMethod ? "*" : request.method
    return { route: found, refused, covers: coverages.of(method, found?.template ?? request.template) }
  }
}

/** Patterns of single routes: from the templates of the table or of the gateway, never from a path. */
class Coverages {
  readonly #known = new Map<string | undefined, Map<string, Coverage>>()
  #count = 0

  of(method: string, template: string | undefined): Coverage {
    // By template and method, which are at hand: making the pattern first takes 0.4 µs.
    let byMethod = this.#known.get(template)
    const known = byMethod?.get(method)
    if (known !== undefined) return known
    const pattern = routePattern(method, template)
    const ends = pattern.endsWith("*") || pattern.endsWith("/") || pattern.startsWith("$")
    // With and without the slash at the end: kinds of API differ in which one they write, and IAM compares text.
    const made = Object.freeze({ allow: ends ? [pattern] : [pattern, `${pattern}/`], deny: [], denyIfRoom: [] })
    // One entry per route in practice; the bound holds even if a gateway sent an endless number of templates.
    if (this.#count < 20_000) {
      byMethod ??= new Map()
      this.#known.set(template, byMethod.set(method, made))
      this.#count++
    }
    return made
  }
}

/** `{id}` becomes `*`: the answer is used for this route only, so it does no harm that IAM's `*` crosses slashes. */
function routePattern(method: string, template: string | undefined): string {
  if (method === "$connect") return method
  if (template === undefined || !template.startsWith("/")) return `${method}/*`
  return method + template.replace(/\{[^{}/]*\}/g, "*")
}
