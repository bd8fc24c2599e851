import type { Route } from "../route/decide.ts"
import { readRoutes } from "../route/table.ts"
import { overlap, precedes } from "../route/template.ts"
import { templatesOf } from "../route/templates.ts"
import { httpMethods, many, one, rest, type Tokens } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { RouteRule } from "../types/configuration.ts"

/** Requests that one rule is about. */
export interface Operation {
  /** Of `ANY` each one that hallpass knows: it refuses every other method. */
  readonly methods: readonly string[]
  /** `{*}` is one segment, `{**}` at the end any number of them. */
  readonly paths: readonly string[]
  /** Paths that a finer route decides, and spellings that no route takes. */
  readonly notPaths?: readonly string[]
}

/** A route, or what is matched by none, with the requests that it decides. */
export interface DecidedRequests {
  /** Undefined: no route matches. */
  readonly route: Route | undefined
  readonly operations: readonly Operation[]
}

/**
 * The requests that each route decides. Rules of a mesh are joined by "or", while in a table the most specific route
 * decides alone, so each operation leaves out the paths of finer routes.
 */
export function requestsOf(routes: { readonly [key: string]: RouteRule }, unmatchedToo: boolean): DecidedRequests[] {
  const templates = templatesOf(readRoutes(routes)).filter(({ text }) => text !== "$connect")
  const decided = templates.flatMap((template) =>
    [...template.routes.values()].map((route): DecidedRequests => {
      const own = httpMethods.filter((method) => routeOf(template, method) === route)
      const finerFor = (method: string): readonly string[] =>
        templates.flatMap((other) => (isFiner(other, template, route, method) ? avoiding(other.tokens) : []))
      const paths = [pathOf(template.tokens)]
      return { route, operations: operations(own, paths, finerFor, besides(template.tokens)) }
    }),
  )
  if (!unmatchedToo) return decided
  const takenFor = (method: string): readonly string[] =>
    templates.flatMap((each) => (routeOf(each, method) === undefined ? [] : avoiding(each.tokens)))
  return [...decided, { route: undefined, operations: operations(httpMethods, [pathOf([rest])], takenFor, []) }]
}

function isFiner(other: Template, template: Template, route: Route, method: string): boolean {
  if (other === template || !overlap(other.tokens, template.tokens)) return false
  const own = routeOf(other, method)
  return own !== undefined && own.rule !== route.rule && precedes(other.tokens, template.tokens, "http")
}

/** One operation for all methods with the same paths to leave out. */
function operations(
  own: readonly string[],
  paths: readonly string[],
  finerFor: (method: string) => readonly string[],
  always: readonly string[],
): readonly Operation[] {
  const groups = new Map<string, { readonly methods: string[]; readonly notPaths: readonly string[] }>()
  for (const method of own) {
    const notPaths = [...new Set([...always, ...finerFor(method)])]
    const key = JSON.stringify(notPaths)
    const group = groups.get(key) ?? { methods: [], notPaths }
    group.methods.push(method)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ methods, notPaths }) => ({
    methods,
    paths,
    ...(notPaths.length > 0 && { notPaths }),
  }))
}

function pathOf(tokens: Tokens): string {
  const text = tokens.map((token) => (token === one ? "{*}" : token === many || token === rest ? "{**}" : token))
  return `/${text.join("/")}`
}

/** The paths of a template, with a slash at the end too: a backend may take both for one. */
function avoiding(tokens: Tokens): readonly string[] {
  const last = tokens.at(-1)
  const path = pathOf(tokens)
  return last === undefined || last === many || last === rest ? [path] : [path, `${path}/`]
}

/** `{**}` also takes no segment at all, and a greedy parameter takes one at least. */
function besides(tokens: Tokens): readonly string[] {
  return tokens.at(-1) === many ? [`${pathOf(tokens.slice(0, -1)).replace(/\/$/, "")}/`] : []
}
