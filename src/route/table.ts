import type { RouteRule } from "../types/configuration.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import { ambiguousForms, readPath } from "./path.ts"
import type { Route } from "./route.ts"
import { type CompiledRule, compileRule } from "./rule.ts"
import { readRouteKey } from "./template.ts"
import { many, rest } from "./tokens.ts"
import { routeOf, Shapes, type Template, TemplateTree, templatesOf } from "./tree.ts"

/** The route table, ready for look-ups. */
export interface RouteTable {
  /** The route that the request belongs to; `undefined` when the table has none; a refusal when it cannot be told. */
  match(request: AccessRequest): Route | Refusal | undefined
  /** The same for all methods of the gateway's route at once; a refusal when the table tells methods apart. */
  matchEveryMethod(request: AccessRequest): Route | Refusal | undefined
}

const pathAmbiguous = refusal("path_ambiguous")
const gatewayMismatch = refusal("gateway_mismatch")

/** The routes of a checked table. Keys that cannot be read are left out; the configuration check has reported them. */
export function readRoutes(routes: { readonly [routeKey: string]: RouteRule }): readonly Route[] {
  const read: Route[] = []
  const rules = new Map<string, CompiledRule>() // many routes of a long table share a rule
  for (const [key, configured] of Object.entries(routes)) {
    const parts = readRouteKey(key)
    if (parts === undefined) continue
    const text = JSON.stringify(configured)
    const rule = rules.get(text) ?? compileRule(configured)
    rules.set(text, rule)
    read.push({ key, ...parts, rule, configured })
  }
  return read
}

/**
 * Compiles a checked table for answers to one route at a time.
 *
 * @param cached whether the gateway keeps the answers, per route
 */
export function compileRoutes(routes: { readonly [routeKey: string]: RouteRule }, cached: boolean): RouteTable {
  const templates = templatesOf(readRoutes(routes))
  const byShape = new Map(templates.map((template) => [template.shape, template]))
  // TOKEN events come from REST APIs, which have no $default.
  const plain = templates.filter(({ text }) => !text.startsWith("$"))
  const trees = { rest: new TemplateTree(plain, "rest"), http: new TemplateTree(plain, "http") }
  const ambiguous = ambiguousForms(templates, true)
  const shapes = new Shapes()

  /** The template of the table that the request belongs to. */
  function templateOf(request: AccessRequest): Template | Refusal | undefined {
    const { method, template, arn } = request
    if (template === undefined) {
      if (arn?.path === undefined || ambiguous.test(arn.path)) return pathAmbiguous
      return trees.rest.choose(readPath(arn.path).segments, method)
    }
    const shape = shapes.of(template)
    if (isCatchAll(shape) && arn?.path !== undefined && hasFiner(shape)) {
      const requested = readPath(arn.path)
      // Where answers are kept per route, the path may not decide: the next one gets the same answer, whatever its path.
      if (ambiguous.test(arn.path)) return cached ? byShape.get(shape) : pathAmbiguous
      // The gateway has a coarser route than the table: a finer rule must not be passed by without a word. With a slash at
      // the end an HTTP API takes its catch-all although it has the finer route.
      const tree = request.kind.startsWith("http") ? trees.http : trees.rest
      const fitting = requested.slash ? [] : tree.find(requested.segments)
      const own = fitting.findIndex((other) => other.shape === shape)
      const finer = own === -1 ? fitting.filter((other) => isFiner(other, shape)) : fitting.slice(0, own)
      if (finer.some((other) => routeOf(other, method) !== undefined)) return gatewayMismatch
    }
    return byShape.get(shape)
  }

  const finerKnown = new Map<string, boolean>()
  function hasFiner(shape: string): boolean {
    let has = finerKnown.get(shape)
    if (has === undefined) {
      has = templates.some((other) => isFiner(other, shape))
      if (finerKnown.size < 10_000) finerKnown.set(shape, has)
    }
    return has
  }

  return {
    match(request) {
      const found = templateOf(request)
      return found === undefined || "refused" in found ? found : routeOf(found, request.method)
    },
    matchEveryMethod(request) {
      const found = templateOf(request)
      if (found === undefined || "refused" in found) return found
      const any = found.routes.get("ANY")
      return found.routes.size > (any === undefined ? 0 : 1) ? gatewayMismatch : any
    },
  }
}

/** Whether a template says more about a path than a catch-all: it has no greedy end, or more segments before it. */
function isFiner({ text, shape, tokens }: Template, catchAll: string): boolean {
  if (shape === catchAll || shape === rest || text === "$connect") return false
  return catchAll === rest || !isCatchAll(shape) || tokens.length >= catchAll.split("/").length
}

function isCatchAll(shape: string): boolean {
  return shape === rest || shape.endsWith(many)
}
