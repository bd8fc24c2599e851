import { pathOf } from "../route/candidates.ts"
import type { GrownTree } from "../route/grown-tree.ts"
import { patternTexts, spanning } from "../route/template.ts"
import { httpMethods, many, one, type Tokens } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { OverlapAnalysis } from "./overlap.ts"

/** Requests on routes that the table does not name, which an Allow of one of its routes also covers. */
export interface Exposure {
  /** The route, as configured. */
  readonly route: string
  /** Such a request: `GET/orders/1/items`. */
  readonly example: string
  readonly message: string
}

/** What can be denied around a template without touching any other, and what cannot. */
export interface Surroundings {
  /** The paths to deny for each method, in the order of `httpMethods`; empty if there are none for any. */
  readonly deny: readonly (readonly string[])[]
  readonly exposed: readonly Exposure[]
}

/**
 * A parameter becomes `?*` in a policy and then also takes several segments. If no route of the table is in
 * those longer paths, they are denied. So a route that is added to the API later is not open by accident.
 */
export function surroundings(template: Template, tree: GrownTree, analysis: OverlapAnalysis): Surroundings {
  const deny: (readonly string[])[] = []
  const exposed = new Map<string, Exposure>()
  const parameters = [...template.tokens.keys()].filter((at) => template.tokens[at] === one)
  for (const method of parameters.length === 0 ? [] : httpMethods) {
    const paths: string[] = []
    deny.push(paths)
    const route = routeOf(template, method)
    if (route === undefined) continue
    for (const at of parameters) {
      for (let extra = 1; template.tokens.length + extra < analysis.maxSegments; extra++) {
        const longer = lengthened(template.tokens, at, extra)
        if (!analysis.hits(longer).some((hit) => hit.methods.includes(method))) {
          paths.push(...patternTexts(longer))
          break
        }
        const path = longer.map((text) => (text === many ? analysis.fresh : text))
        if (exposed.has(route.key) || tree.choose(pathOf(path), method) !== undefined) continue
        const example = `${method}/${path.join("/")}`
        const message = `a policy that allows it also covers ${example}, should the API have such a route`
        exposed.set(route.key, { route: route.key, example, message })
      }
    }
  }
  return { deny, exposed: [...exposed.values()] }
}

function lengthened(tokens: Tokens, at: number, extra: number): Tokens {
  const pattern = spanning(tokens)
  return [...pattern.slice(0, at), ...Array.from({ length: extra }, () => many), ...pattern.slice(at)]
}
