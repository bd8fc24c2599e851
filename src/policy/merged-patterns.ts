import type { Route } from "../route/route.ts"
import { httpMethods } from "../route/template.ts"
import { isFixed, many, patternTexts, rest, spanning, type Tokens } from "../route/tokens.ts"
import { routeOf, type Template, type TemplateTree } from "../route/tree.ts"
import type { Exposure } from "./exposure.ts"
import type { OverlapAnalysis } from "./overlap.ts"

/** Method and paths of one Allow pattern. */
export interface MergedPattern {
  readonly methods: readonly string[]
  readonly paths: readonly string[]
  /** The prefix that stands for several routes; undefined where the pattern is one route's own. */
  readonly prefix: Tokens | undefined
}

/**
 * The permitted routes in fewer patterns: where every route of the table below a prefix is permitted, the prefix alone
 * stands for them. Right for every route of the table; what the table does not name below the prefix is covered as well.
 *
 * @param minDepth fewest segments of a prefix; 0 lets one pattern stand for a whole method
 */
export function mergedPatterns(
  templates: readonly Template[],
  permits: (route: Route) => boolean,
  analysis: OverlapAnalysis,
  minDepth: number,
): readonly MergedPattern[] {
  const merged = new Map<
    string,
    { readonly tokens: Tokens; readonly methods: Set<string>; readonly prefix: Tokens | undefined }
  >()
  const put = (method: string, tokens: Tokens, prefix?: Tokens): void => {
    const key = tokens.join("/")
    const known = merged.get(key)
    if (known === undefined) merged.set(key, { tokens, methods: new Set([method]), prefix })
    else known.methods.add(method)
  }
  const harmless = new Map<string, boolean>()
  const mayStandFor = (prefix: Tokens, method: string): boolean => {
    const key = `${method} ${prefix.join("/")}`
    const known = harmless.get(key)
    if (known !== undefined) return known
    const below = new Set<Template>()
    for (const hit of analysis.hits([...prefix, many])) if (hit.methods.includes(method)) below.add(hit.template)
    const verdict = below.size > 1 && [...below].every((template) => isPermitted(template, method, permits))
    harmless.set(key, verdict)
    return verdict
  }
  for (const template of templates) {
    const tokens = spanning(template.tokens)
    for (const method of httpMethods) {
      if (!isPermitted(template, method, permits)) continue
      let depth = tokens.at(-1) === rest ? tokens.length : minDepth
      while (depth < tokens.length && !mayStandFor(tokens.slice(0, depth), method)) depth++
      const prefix = depth < tokens.length ? tokens.slice(0, depth) : undefined
      put(method, prefix === undefined ? tokens : [...prefix, many], prefix)
    }
  }
  return [...merged.values()].map(({ tokens, methods, prefix }) => ({
    prefix,
    methods: [...methods],
    paths: patternTexts(tokens),
  }))
}

function isPermitted(template: Template, method: string, permits: (route: Route) => boolean): boolean {
  const route = routeOf(template, method)
  return route !== undefined && permits(route)
}

/** What the widest merged patterns of a table also cover: for each of them a request on a route that the table does not name. */
export function mergedExposures(
  templates: readonly Template[],
  tree: TemplateTree,
  analysis: OverlapAnalysis,
  minDepth: number,
): readonly Exposure[] {
  return mergedPatterns(templates, () => true, analysis, minDepth).flatMap(({ prefix, methods }) => {
    if (prefix === undefined) return []
    const method = methods[0] as string
    const path = prefix.map((token) => (isFixed(token) ? token : analysis.fresh))
    do path.push(analysis.fresh)
    while (path.length < analysis.maxSegments && tree.choose(path, method) !== undefined)
    const example = `${method}/${path.join("/")}`
    const route = `${method} /${[...prefix.map((token) => (isFixed(token) ? token : "*")), "*"].join("/")}`
    const message = `a policy of too many patterns is merged, and then also covers ${example}, should the API have such a route`
    return tree.choose(path, method) === undefined ? [{ route, example, message }] : []
  })
}
