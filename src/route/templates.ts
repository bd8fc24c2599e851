import type { Route } from "./decide.ts"
import { tokensOf } from "./tokens.ts"
import type { Template } from "./tree.ts"

/** The templates of a table: routes that differ only in method or in the names of parameters belong together. */
export function templatesOf(routes: Iterable<Route>): readonly Template[] {
  const byShape = new Map<string, Template & { readonly routes: Map<string, Route> }>()
  for (const route of routes) {
    const tokens = tokensOf(route.template)
    const shape = tokens.join("/")
    const template = byShape.get(shape) ?? { text: route.template, tokens, shape, routes: new Map<string, Route>() }
    template.routes.set(route.method, route)
    byShape.set(shape, template)
  }
  return [...byShape.values()]
}
