import type { Route } from "../route/decide.ts"
import type { RouteAnswer } from "../route/route-answers.ts"
import type { RouteTable } from "../route/table.ts"
import { httpMethods, isFixed, type RouteOrder } from "../route/template.ts"
import { routeOf } from "../route/tree.ts"
import { implies } from "./rule-implication.ts"

/** A route whose requests a backend may take for those of stricter routes. */
export interface CoarseRoute {
  /** As configured. */
  readonly route: string
  readonly isCatchAll: boolean
  /** Routes that some caller of this one may not call: on a catch-all all of them, else those that are finer. */
  readonly stricter: readonly string[]
  /** Those of them that take some of its paths. */
  readonly finer: readonly string[]
  /** The answer to a caller who may call this route, and none of the stricter ones. */
  readonly largest: RouteAnswer
}

type Ruled = Pick<Route, "configured">

/** Whether every caller of a route may call the other one, who is entitled to anything at all. */
class Implications {
  readonly #numbers = new Map<string, number>()
  readonly #byRule = new Map<Ruled["configured"], number>()
  readonly #known: (boolean | undefined)[][] = []

  isImplied(route: Ruled, other: Ruled): boolean {
    // Tables have few rules and many routes: each pair of rules is looked at once.
    const known = this.#known[this.#numberOf(route)] as (boolean | undefined)[]
    const at = this.#numberOf(other)
    known[at] ??= implies([route.configured, { scopes: ["any"] }], other.configured)
    return known[at]
  }

  #numberOf({ configured }: Ruled): number {
    const seen = this.#byRule.get(configured)
    if (seen !== undefined) return seen
    const text = JSON.stringify(configured)
    const number = this.#numbers.get(text) ?? this.#known.push([]) - 1
    this.#numbers.set(text, number)
    this.#byRule.set(configured, number)
    return number
  }
}

/**
 * Finds the routes of a table that have stricter ones within their paths.
 *
 * @param order the one kind of API that is meant, if only one is
 */
export function coarseRoutes(table: RouteTable, order?: RouteOrder): readonly CoarseRoute[] {
  const found: CoarseRoute[] = []
  const implications = new Implications()
  for (const own of table.templates) {
    if (own.tokens.every(isFixed)) continue
    for (const each of own.routes.values()) {
      const methods =
        each.method === "ANY" ? httpMethods.filter((method) => routeOf(own, method) === each) : [each.method]
      for (const kind of order === undefined ? (["rest", "http"] as const) : [order]) {
        if (found.at(-1)?.route === each.key) continue // the orders of both kinds say the same of most routes
        const place = table.place(own.text, kind)
        const [stricter, finer] = [new Set<Route>(), new Set<Route>()]
        for (const { template, isFiner } of place.others) {
          for (const method of methods) {
            const other = routeOf(template, method)
            if (other === undefined || stricter.has(other) || implications.isImplied(each, other)) continue
            stricter.add(other)
            if (isFiner) finer.add(other)
          }
        }
        if (stricter.size === 0) continue
        const largest = place
          .answers(methods.length > 1 ? "*" : (methods[0] as string))
          .largest((rule) => !implications.isImplied(each, rule))
        const keys = (routes: Iterable<Route>): readonly string[] => [...routes].map(({ key }) => key)
        found.push({
          route: each.key,
          isCatchAll: place.isCatchAll,
          stricter: keys(stricter),
          finer: keys(finer),
          largest,
        })
      }
    }
  }
  return found
}
