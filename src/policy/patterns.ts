import type { AmbiguousForms } from "../route/path.ts"
import type { Route } from "../route/route.ts"
import { httpMethods } from "../route/template.ts"
import { isFixed } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { Coverage } from "../types/coverage.ts"
import type { Surroundings } from "./exposure.ts"
import type { MergedPattern } from "./merged-patterns.ts"
import type { Hit, Overlap, WildMethod } from "./overlap.ts"

/** One template, with all that its Allow and its Deny would mean for others. */
export interface Examined {
  readonly template: Template
  readonly paths: readonly string[]
  readonly wildMethod: WildMethod
  readonly overlaps: readonly Overlap[]
  /** Templates and methods that a Deny of the whole template would touch. */
  readonly deniedWith: readonly Hit[]
  readonly around: Surroundings
  /** Catch-alls that would take a path of this template with a slash at its end, where the API reads it that way. */
  readonly slashRivals: readonly Template[]
}

/** What a principal's answer covers, and how its requests are read. */
export interface Covered {
  readonly coverage: Coverage
  /** Whether every route is permitted: then it does not matter how a path is read. */
  readonly all: boolean
  /** Methods at which a slash at the end may lead to another route with another verdict. */
  readonly slashMatters: ReadonlySet<string>
}

/** What the patterns of an answer depend on besides the routes. */
export interface CoverOptions {
  /** The API's resource policy allows: then every forbidden route has to be denied, because silence is no refusal. */
  readonly resourcePolicyAllows: boolean
  readonly ambiguous: AmbiguousForms
  readonly hasParameters: boolean
  /** The permitted routes in fewer patterns, see `mergedPatterns`. */
  readonly merge: (permits: (route: Route) => boolean, minDepth: number) => readonly MergedPattern[]
  /** Fewest segments of a merged prefix. */
  readonly minDepth: number
}

/** Writes down what a principal may call, as patterns. */
export function cover(
  examined: readonly Examined[],
  permits: (route: Route) => boolean,
  options: CoverOptions,
): Covered {
  const is = (permitted: boolean, template: Template, method: string): boolean => {
    const route = routeOf(template, method)
    return route !== undefined && permits(route) === permitted
  }
  const patterns = new Patterns()
  const slashMatters = new Set<string>()
  let [wild, all] = [false, true]
  for (const one of examined) {
    const { template, paths, overlaps, deniedWith, around, slashRivals } = one
    const allowed = httpMethods.filter((method) => is(true, template, method))
    const forbidden = httpMethods.filter((method) => is(false, template, method))
    if (allowed.length > 0 && template.tokens.some((token) => !isFixed(token))) wild = true
    if (forbidden.length > 0) all = false
    for (const method of allowed) if (slashRivals.some((rival) => is(false, rival, method))) slashMatters.add(method)
    const harmless = (method: string): boolean =>
      !deniedWith.some((hit) => hit.methods.includes(method) && is(true, hit.template, method))
    patterns.allow(allowed, paths)
    for (const { other, methods, deny } of overlaps) {
      const covered = methods.filter((method) => allowed.includes(method) && is(false, other, method))
      patterns.deny(covered, deny)
    }
    if (options.resourcePolicyAllows) patterns.deny(methodsOf(one, forbidden), paths)
    else patterns.sayDenied(one, forbidden.filter(harmless))
    patterns.denyAround(one, allowed, around)
  }
  patterns.deny(slashMatters.size === httpMethods.length ? ["*"] : [...slashMatters], ["?*/"])
  const forms = all ? (options.hasParameters ? ["*//*"] : []) : options.ambiguous.patterns
  if (wild || options.resourcePolicyAllows) patterns.denyForms(forms)
  const made = patterns.coverage()
  const merged = (minDepth: number): Coverage => ({
    allow: options
      .merge(permits, minDepth)
      .flatMap(({ methods, paths }) => methods.flatMap((method) => paths.map((path) => `${method}/${path}`))),
    deny: made.deny,
    // Merged patterns have wildcards where the exact ones may have had none. A path of many segments could end anywhere below.
    denyForms: forms,
    denyIfRoom: made.denyIfRoom.slice(1),
    ...(minDepth > options.minDepth && { compact: () => merged(minDepth - 1) }),
  })
  return { coverage: { ...made, compact: () => merged(2) }, all, slashMatters }
}

/** What an answer of a table must hold at most, and all that it can hold where there is room. */
export function most(
  examined: readonly Examined[],
  { ambiguous, resourcePolicyAllows }: Omit<CoverOptions, "merge">,
): { readonly needed: Coverage; readonly all: Coverage } {
  const patterns = new Patterns()
  for (const one of examined) {
    const methods = httpMethods.filter((method) => routeOf(one.template, method) !== undefined)
    patterns.allow(methods, one.paths)
    // Where a template has several routes, a caller may be permitted all methods but one: then each is written.
    const each: Examined = one.template.routes.size === 1 ? one : { ...one, wildMethod: "no" }
    if (resourcePolicyAllows) patterns.deny(methodsOf(each, methods), one.paths)
    else patterns.sayDenied(each, methods)
    for (const overlap of one.overlaps) patterns.deny(overlap.methods, overlap.deny)
    patterns.denyAround(one, methods, one.around)
  }
  patterns.deny(httpMethods, ["?*/"])
  patterns.denyForms(ambiguous.patterns)
  const needed = patterns.coverage()
  const all = { ...needed, deny: [...needed.deny, ...needed.denyIfRoom.flat()], denyIfRoom: [] }
  return { needed: { ...needed, denyIfRoom: [] }, all }
}

class Patterns {
  readonly #allow = new Set<string>()
  readonly #deny = new Set<string>()
  #forms: readonly string[] = []
  readonly #around = new Set<string>()
  readonly #said = new Set<string>()

  /** Method by method: `*` would also take a method that API Gateway does not name, and a path with an empty first segment. */
  allow(methods: readonly string[], paths: readonly string[]): void {
    add(this.#allow, methods, paths)
  }

  deny(methods: readonly string[], paths: readonly string[]): void {
    add(this.#deny, methods, paths)
  }

  denyForms(patterns: readonly string[]): void {
    this.#forms = patterns
  }

  /** Denied by silence already; said so where there is room. */
  sayDenied(one: Examined, methods: readonly string[]): void {
    add(this.#said, methodsOf(one, methods), one.paths)
  }

  denyAround({ wildMethod }: Examined, allowed: readonly string[], { deny }: Surroundings): void {
    for (const path of new Set(allowed.flatMap((method) => deny.get(method) ?? []))) {
      const methods = allowed.filter((method) => deny.get(method)?.includes(path))
      add(this.#around, wildMethod === "exact" && methods.length === httpMethods.length ? ["*"] : methods, [path])
    }
  }

  coverage(): Coverage {
    const besides = (texts: Set<string>): readonly string[] => [...texts].filter((text) => !this.#deny.has(text))
    const [allow, deny, denyForms] = [[...this.#allow], [...this.#deny], this.#forms]
    return { allow, deny, denyForms, denyIfRoom: [besides(this.#around), besides(this.#said)] }
  }
}

/** The methods of a Deny: `*` where all methods are meant and no other route of the table is hit by it. */
function methodsOf({ wildMethod }: Examined, methods: readonly string[]): readonly string[] {
  return wildMethod !== "no" && methods.length === httpMethods.length ? ["*"] : methods
}

function add(to: Set<string>, methods: readonly string[], paths: readonly string[]): void {
  for (const method of methods) for (const path of paths) to.add(`${method}/${path}`)
}
