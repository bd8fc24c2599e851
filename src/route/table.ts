import type { RouteRule } from "../shared/configuration.ts"
import { type Refusal, refusal } from "../shared/reasons.ts"
import type { AccessRequest } from "../shared/request.ts"
import { pathMatcher, plainSegments } from "./path.ts"
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
  /** The same for all methods of the gateway's route at once; a refusal when the table tells methods apart. */
  matchEveryMethod(request: AccessRequest): Route | Refusal | undefined
}

type ByMethod = ReadonlyMap<string, Route>

const methodUnknown = refusal("method_unknown")
const pathAmbiguous = refusal("path_ambiguous")
const gatewayMismatch = refusal("gateway_mismatch")

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

  const finerKnown = new Map<string, boolean>()
  function hasFiner(shape: string): boolean {
    let has = finerKnown.get(shape)
    if (has === undefined) {
      has = [...byTemplate.keys()].some((other) => isFiner(other, shape))
      if (finerKnown.size < 10_000) finerKnown.set(shape, has)
    }
    return has
  }

  /** The routes of the template that the request belongs to, by method. */
  function routesOf(request: AccessRequest): ByMethod | Refusal | undefined {
    const { method, template, arn } = request
    if (method !== "$connect" && !httpMethods.includes(method)) return methodUnknown
    if (template === undefined) {
      if (arn?.path === undefined || plainSegments(arn.path) === undefined) return pathAmbiguous
      return byTemplate.get(matchPath(arn.path)[0] ?? "")
    }
    let shape = shapes.get(template)
    if (shape === undefined) {
      shape = shapeOf(template)
      if (shapes.size < 10_000) shapes.set(template, shape)
    }
    if (isCatchAll(shape) && arn?.path !== undefined && hasFiner(shape)) {
      // The gateway has a coarser route than the table: a finer rule must not be passed by without a word.
      if (plainSegments(arn.path) === undefined) return pathAmbiguous
      const finer = matchPath(arn.path).filter((other) => isFiner(other, shape))
      if (finer.some((other) => routeOf(byTemplate.get(other), method) !== undefined)) return gatewayMismatch
    }
    return byTemplate.get(shape)
  }

  return {
    match(request) {
      const found = routesOf(request)
      return found === undefined || "refused" in found ? found : routeOf(found, request.method)
    },
    matchEveryMethod(request) {
      const found = routesOf(request)
      if (found === undefined || "refused" in found) return found
      const any = found.get("ANY")
      return found.size > (any === undefined ? 0 : 1) ? gatewayMismatch : any
    },
  }
}

function routeOf(byMethod: ByMethod | undefined, method: string): Route | undefined {
  return byMethod?.get(method) ?? byMethod?.get("ANY")
}

/** Whether a template says more about a path than a catch-all: it has no greedy end, or more segments before it. */
function isFiner(other: string, catchAll: string): boolean {
  if (other === catchAll || !other.startsWith("/")) return false
  return catchAll === "$default" || !isCatchAll(other) || other.split("/").length >= catchAll.split("/").length
}

function isCatchAll(shape: string): boolean {
  return shape === "$default" || shape.endsWith("{+}")
}

/** A template without the names of its parameters, which the gateway and the table may choose differently. */
export function shapeOf(template: string): string {
  return template.replace(/\{[^{}/]*\+\}/g, "{+}").replace(/\{[^{}/+]*\}/g, "{}")
}
