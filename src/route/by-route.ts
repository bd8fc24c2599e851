import type { RouteRule } from "../types/configuration.ts"
import type { Coverage } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import { lastingRefusal, type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { DecideRoute, Route, RouteVerdict } from "./decide.ts"
import { refuseUnentitled } from "./entitled.ts"
import { readPath } from "./requested-path.ts"
import type { RouteAnswers } from "./route-answers.ts"
import { hasSpellings, spellingsOf } from "./spellings.ts"
import { isCatchAll, Place, RouteTable } from "./table.ts"
import { httpMethods, type RouteOrder, rest } from "./tokens.ts"
import { isGreedy, routeOf, type Template } from "./tree.ts"

const routeUnmatched = refusal("route_unmatched")
const pathAmbiguous = refusal("path_ambiguous")
const gatewayMismatch = refusal("gateway_mismatch")
const policyTooLarge = refusal("policy_too_large")
const methodUnknown = refusal("method_unknown")
/** The same for every request under a cache key that holds the method. */
const methodUnknownForKey = lastingRefusal("method_unknown")

/** A checked table, and what becomes of requests that it does not name. */
export interface RoutesToDecide {
  readonly routes: { readonly [routeKey: string]: RouteRule }
  readonly unmatched: "deny" | "authenticated"
}

/** How the gateway keeps the answers. */
export interface RouteCaching {
  /** Whether the gateway keeps them, per route. */
  readonly cached: boolean
  /**
   * Whether the cache key tells methods apart. `$context.routeKey` does not where the gateway's route is `ANY …` or
   * `$default`: then one answer serves every method, and has to be right for all (SR-143).
   */
  readonly keyHoldsMethod: boolean
  /** Whether the path decides, whatever route the gateway chose. Then a cache key holds path and method. */
  readonly byPath: boolean
  /** Whether answers to payload 2.0 are one verdict for every path of a route. */
  readonly simple: boolean
}

/** Answers for the one route of the request. */
export function decideWithRoutes({ routes, unmatched }: RoutesToDecide, key: RouteCaching): DecideRoute {
  const { cached, keyHoldsMethod, simple, byPath } = key
  const table = new RouteTable(routes, cached)
  /** Replaces the rule of a route that the table does not name. */
  const unnamed = { refuse: unmatched === "deny" ? () => routeUnmatched : refuseUnentitled }
  // Under a cache key that holds the path, the refusal is the same for every request.
  const ambiguousPath = byPath && cached ? lastingRefusal("path_ambiguous") : pathAmbiguous
  /** Of TOKEN events whose path leads to no route of the table. */
  const nowhere = new Place("$default", undefined, [rest], [], new Set(), cached)

  return (request, principal) => {
    const { method, template, kind } = request
    const everyMethod = !keyHoldsMethod && request.routeMethod === "ANY"
    if (method !== "$connect" && !httpMethods.includes(method))
      return refusedFor(everyMethod ? methodUnknown : methodUnknownForKey)
    const order = orderOf(kind)
    const readsPath = template === undefined || (byPath && template !== "$connect")
    const chosen = readsPath ? readPathOf(request, order) : template
    if (typeof chosen === "object") return refusedFor(chosen)
    const place = chosen === undefined ? nowhere : table.place(chosen, order)
    const path = request.arn?.path
    const isOpen = path !== undefined && place.hasOthers
    const misrouted = isOpen && !readsPath && misroutedTo(place, path, method, order, principal)
    if (misrouted) return refusedFor(misrouted)
    const route = everyMethod ? routeOfEveryMethod(place.own) : routeOf(place.own, method)
    if (route !== undefined && "refused" in route) return refusedFor(route)
    const refused = (route?.rule ?? unnamed).refuse(principal)
    if (refused !== undefined) return { route, refused, covers: undefined }
    const answers = place.answers(everyMethod ? "*" : method)
    if (readsPath && path !== undefined) return byItself(request, path, principal, place, answers, route)
    if (isOpen) return besideOthers(request, principal, place, answers, route)
    if (path === undefined || place.covers(path)) return { route, refused, covers: answers.plain }
    return elsewhere(request, path, route, answers.plain)
  }

  /**
   * TOKEN events carry no template: their path is matched as the gateway documents it. Elsewhere it may be configured
   * to be.
   */
  function readPathOf({ arn, method, kind }: AccessRequest, order: RouteOrder): string | Refusal | undefined {
    if (arn?.path === undefined || table.isAmbiguous(arn.path)) return ambiguousPath
    const tree = kind === "rest-token" && !byPath ? table.restTree : table.trees[order]
    return tree.choose(readPath(arn.path), method)?.text
  }

  /** The verdict on a path that can be read in one way, apart from a slash at its end. */
  function byItself(
    { method, kind }: AccessRequest,
    path: string,
    principal: Principal,
    place: Place,
    answers: RouteAnswers,
    route: Route | undefined,
  ): RouteVerdict {
    const requested = readPath(path)
    if (byPath && requested.slash) {
      // A backend may take the slash for a segment, and the path for one of a catch-all.
      const other = table.trees[orderOf(kind)]
        .find(requested)
        .find((each) => isCatchAll(each.tokens) && routeOf(each, method) !== undefined)
      if (other !== place.own && routeOf(other, method)?.rule.refuse(principal) !== undefined)
        return { route, refused: ambiguousPath, covers: undefined }
    }
    const { covers, denies } = answers.of(principal)
    const all = covers === undefined || denies(method, path) ? answers.plain : covers
    return { route, refused: undefined, covers: all }
  }

  /** Why a request cannot be meant for the route that the gateway chose. */
  function misroutedTo(
    { isCatchAll, besideRoutes, own, finer }: Place,
    path: string,
    method: string,
    order: RouteOrder,
    principal: Principal,
  ): Refusal | undefined {
    // Where answers are kept per route, the path may not decide: the next one gets the same answer, whatever its path.
    if (besideRoutes && table.isAmbiguous(path)) return cached ? undefined : pathAmbiguous
    const requested = readPath(path)
    // The gateway has a coarser route than the table: a finer rule must not be passed by without a word.
    for (const fitting of table.trees[order].find(requested)) {
      if (fitting === own) return undefined
      // With a slash at the end an HTTP API takes its catch-all although it has the finer route.
      if (requested.slash && (order === "rest" || !isGreedy(fitting))) continue
      const route = finer.has(fitting) ? routeOf(fitting, method) : undefined
      if (route !== undefined && (isCatchAll || route.rule.refuse(principal) !== undefined)) return gatewayMismatch
    }
    return undefined
  }

  /** The verdict on a route whose requests a backend may take for those of another route. */
  function besideOthers(
    request: AccessRequest,
    principal: Principal,
    place: Place,
    answers: RouteAnswers,
    route: Route | undefined,
  ): RouteVerdict {
    const { method, kind } = request
    const path = request.arn?.path ?? ""
    const answer = answers.of(principal)
    const denied = answer.denies(method, path)
    if (cached) {
      if (answer.covers === undefined) return refusedFor(policyTooLarge)
      // One verdict for every path of a catch-all cannot be right beside stricter routes.
      if (isSimple(kind) && place.isCatchAll && answer.denying) return refusedFor(gatewayMismatch)
      if (denied) return { route, refused: pathAmbiguous, covers: answer.covers }
    } else if (answer.denying && isReadAsOther(path, method, place, orderOf(kind), principal)) {
      return { route, refused: pathAmbiguous, covers: undefined }
    }
    // If nothing is kept, what is denied for the sake of other requests need not hit this one.
    const all = denied ? answers.plain : (answer.covers ?? answers.plain)
    return place.covers(path) ? { route, refused: undefined, covers: all } : elsewhere(request, path, route, all)
  }

  /**
   * The verdict on a path that the route's own pattern does not cover, because the gateway decoded it for its choice. A
   * policy is judged by the text of the ARN, and allows nothing there.
   */
  function elsewhere({ kind }: AccessRequest, path: string, route: Route | undefined, all: Coverage): RouteVerdict {
    if (isSimple(kind)) return { route, refused: undefined, covers: all }
    return table.isAmbiguous(path) ? { route, refused: pathAmbiguous, covers: all } : refusedFor(gatewayMismatch)
  }

  function isSimple(kind: AccessRequest["kind"]): boolean {
    return simple && kind === "http-2.0"
  }

  /** Whether a backend may read the path as that of another route, which the principal may not call. */
  function isReadAsOther(path: string, method: string, place: Place, order: RouteOrder, principal: Principal): boolean {
    if (!hasSpellings(path)) return false
    const spellings = spellingsOf(path)
    if (spellings === undefined) return true
    return spellings.some((spelling) => {
      const requested = readPath(spelling)
      const read = table.trees[order].choose(requested, method)
      if (read === undefined || read === place.own || (place.takes(requested) && !place.finer.has(read))) return false
      return routeOf(read, method)?.rule.refuse(principal) !== undefined
    })
  }
}

function orderOf(kind: AccessRequest["kind"]): RouteOrder {
  return kind === "http-2.0" || kind === "http-1.0" || kind === "service" ? "http" : "rest"
}

function refusedFor(refused: Refusal): RouteVerdict {
  return { route: undefined, refused, covers: undefined }
}

/** The route of a template for all methods at once; a refusal if the table tells methods apart. */
function routeOfEveryMethod(template: Template | undefined): Route | Refusal | undefined {
  const any = template?.routes.get("ANY")
  return template !== undefined && template.routes.size > (any === undefined ? 0 : 1) ? gatewayMismatch : any
}
