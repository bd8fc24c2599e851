import { type Coverage, wholeStage } from "../shared/coverage.ts"
import type { Principal } from "../shared/principal.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import type { Route } from "./route.ts"
import { compileRule } from "./rule.ts"
import type { RouteTable } from "./table.ts"

/** What the rules say: the route that applied, the refusal if there is one, and what an answer may cover. */
export interface RouteVerdict {
  readonly route: Route | undefined
  readonly refused: Refusal | undefined
  /**
   * What the answer covers; undefined: nothing. With a refusal beside it, it is all that the principal may call
   * otherwise: the gateway keeps the answer for those routes too.
   */
  readonly covers: Coverage | undefined
}

/** Decides whether a principal may take the route of a request. Depends on nothing else. */
export type DecideRoute = (request: AccessRequest, principal: Principal) => RouteVerdict

const routeUnmatched = refusal("route_unmatched")
const anyPrincipal = compileRule({})

/** Without a table, every authenticated principal that is entitled to anything may call anything. */
export function decideWithoutRoutes(_request: AccessRequest, principal: Principal): RouteVerdict {
  const refused = anyPrincipal.refuse(principal)
  return { route: undefined, refused, covers: refused === undefined ? wholeStage : undefined }
}

/**
 * Answers for the one route of the request.
 *
 * @param keyHoldsMethod whether the gateway's cache key tells methods apart. `$context.routeKey` does not where the
 *   gateway's route is `ANY …` or `$default`: then one answer serves every method, and has to be right for all (SR-143)
 */
export function decideWithRoutes(
  table: RouteTable,
  unmatched: "deny" | "authenticated",
  keyHoldsMethod: boolean,
): DecideRoute {
  const coverages = new Coverages()
  return (request, principal) => {
    const everyMethod = !keyHoldsMethod && request.routeMethod === "ANY"
    const found = everyMethod ? table.matchEveryMethod(request) : table.match(request)
    if (found !== undefined && "refused" in found) return { route: undefined, refused: found, covers: undefined }
    const ofUnmatched = unmatched === "deny" ? routeUnmatched : anyPrincipal.refuse(principal)
    const refused = found === undefined ? ofUnmatched : found.rule.refuse(principal)
    if (refused !== undefined) return { route: found, refused, covers: undefined }
    const method = everyMethod ? "*" : request.method
    return { route: found, refused, covers: coverages.of(method, found?.template ?? request.template) }
  }
}

/** Patterns of single routes: from the templates of the table or of the gateway, never from a path. */
class Coverages {
  readonly #known = new Map<string, Coverage>()

  of(method: string, template: string | undefined): Coverage {
    const pattern = routePattern(method, template)
    const known = this.#known.get(pattern)
    if (known !== undefined) return known
    const ends = pattern.endsWith("*") || pattern.endsWith("/") || pattern.startsWith("$")
    // With and without the slash at the end: kinds of API differ in which one they write, and IAM compares text.
    const made = Object.freeze({ allow: ends ? [pattern] : [pattern, `${pattern}/`], deny: [], denyIfRoom: [] })
    // One entry per route in practice; the bound holds even if a gateway sent an endless number of templates.
    if (this.#known.size < 20_000) this.#known.set(pattern, made)
    return made
  }
}

/** `{id}` becomes `*`: the answer is used for this route only, so it does no harm that IAM's `*` crosses slashes. */
function routePattern(method: string, template: string | undefined): string {
  if (method === "$connect") return method
  if (template === undefined || !template.startsWith("/")) return `${method}/*`
  return method + template.replace(/\{[^{}/]*\}/g, "*")
}
