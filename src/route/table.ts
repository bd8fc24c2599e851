import type { RouteRule } from "../shared/configuration.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import { type MatchPath, pathMatcher, plainSegments } from "./path.ts"
import { type CompiledRule, compileRule } from "./rule.ts"
import { httpMethods, readRouteKey } from "./template.ts"

/** One configured route. */
export interface Route {
  /** As the configuration writes it. */
  readonly key: string
  readonly template: string
  readonly rule: CompiledRule
}

/** The route table, ready for look-ups. */
export interface RouteTable {
  /** The route that the request belongs to; `undefined` when the table has none; a refusal when it cannot be told. */
  match(request: AccessRequest): Route | Refusal | undefined
}

const methodUnknown = refusal("method_unknown")
const pathAmbiguous = refusal("path_ambiguous")

/** Compiles a checked table. Keys that cannot be read are left out; the configuration check has reported them. */
export function compileRoutes(routes: { readonly [routeKey: string]: RouteRule }): RouteTable {
  const byTemplate = new Map<string, Map<string, Route>>()
  for (const [key, rule] of Object.entries(routes)) {
    const read = readRouteKey(key)
    if (typeof read === "string") continue
    const shape = shapeOf(read.template)
    const byMethod = byTemplate.get(shape) ?? new Map<string, Route>()
    byMethod.set(read.method, { key, template: read.template, rule: compileRule(rule) })
    byTemplate.set(shape, byMethod)
  }
  const matchPath = pathMatcher(byTemplate.keys())
  const shapes = new Map<string, string>() // template as the gateway writes it -> shape; bounded by the gateway's routes
  return {
    match(request) {
      const { method, template } = request
      if (method !== "$connect" && !httpMethods.includes(method)) return methodUnknown
      if (template === undefined) return byPath(request, matchPath, byTemplate)
      let shape = shapes.get(template)
      if (shape === undefined) {
        shape = shapeOf(template)
        if (shapes.size < 10_000) shapes.set(template, shape)
      }
      return routeOf(byTemplate.get(shape), method)
    },
  }
}

function byPath(
  { arn, method }: AccessRequest,
  matchPath: MatchPath,
  byTemplate: ReadonlyMap<string, ReadonlyMap<string, Route>>,
): Route | Refusal | undefined {
  const path = arn?.path
  if (path === undefined || plainSegments(path) === undefined) return pathAmbiguous
  const shape = matchPath(path)
  return shape === undefined ? undefined : routeOf(byTemplate.get(shape), method)
}

function routeOf(byMethod: ReadonlyMap<string, Route> | undefined, method: string): Route | undefined {
  return byMethod?.get(method) ?? byMethod?.get("ANY")
}

/** A template without the names of its parameters, which the gateway and the table may choose differently. */
export function shapeOf(template: string): string {
  return template.replace(/\{[^{}/]*\+\}/g, "{+}").replace(/\{[^{}/+]*\}/g, "{}")
}
