import type { Route } from "../route/decide.ts"
import type { AmbiguousForms } from "../route/path.ts"
import { httpMethods, isFixed, rest } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import type { Coverage, CoverageForm } from "../types/coverage.ts"
import type { Surroundings } from "./exposure.ts"
import { everyMethod, methodsIn } from "./methods.ts"
import type { Hit, Overlap, WildMethod } from "./overlap.ts"

/** One template, with all that its Allow and its Deny would mean for others. */
export interface Examined {
  readonly template: Template
  readonly paths: readonly string[]
  readonly wildMethod: WildMethod
  readonly overlaps: readonly Overlap[]
  /** Templates and methods that a Deny of the whole template would touch. */
  readonly deniedWith: readonly Pick<Hit, "at" | "bits">[]
  readonly around: Surroundings
  /**
   * Numbers of the catch-alls that would take a path of this template with a slash at its end, where the API reads it
   * that way.
   */
  readonly slashRivals: readonly number[]
}

/** What a principal's answer covers, and how its requests are read. */
export interface Covered {
  /** Undefined: nothing. */
  readonly coverage: Coverage | undefined
  /** Whether every route is permitted: then it does not matter how a path is read. */
  readonly all: boolean
  /** Methods at which a slash at the end may lead to another route with another verdict. */
  readonly slashMatters: ReadonlySet<string>
}

/** What a caller may call and may not call, by the numbers of the templates: one bit per method. */
export interface Permissions {
  readonly permitted: Uint8Array
  readonly forbidden: Uint8Array
}

/** What else than the routes the patterns of an answer depend on. */
export interface CoverOptions {
  /** The API's resource policy allows: then every forbidden route has to be denied, because silence is no refusal. */
  readonly resourcePolicyAllows: boolean
  readonly ambiguous: AmbiguousForms
  readonly hasParameters: boolean
  /**
   * The same permissions in fewer patterns, without what is denied on every path: `steps` ways, each wider than the one
   * before.
   */
  readonly shorter: (permissions: Permissions, step: number) => ShorterPatterns
  readonly steps: number
}

/** Patterns that take less room, and whether they also cover paths that the table does not name. */
export interface ShorterPatterns {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly isWide: boolean
}

/** Reads what a caller may call into bits. */
export function permissionsOf(examined: readonly Examined[], permits: (route: Route) => boolean): Permissions {
  const permitted = new Uint8Array(examined.length)
  const forbidden = new Uint8Array(examined.length)
  for (const [at, { template }] of examined.entries()) {
    for (const [bit, method] of httpMethods.entries()) {
      const route = routeOf(template, method)
      if (route === undefined) continue
      const bits = permits(route) ? permitted : forbidden
      bits[at] = (bits[at] ?? 0) | (1 << bit)
    }
  }
  return { permitted, forbidden }
}

/** Writes down what a principal may call, as patterns. */
export function cover(examined: readonly Examined[], permissions: Permissions, options: CoverOptions): Covered {
  const { permitted, forbidden } = permissions
  let [slashes, isWild, may, mayNot] = [0, false, 0, 0]
  for (const [at, { template, slashRivals }] of examined.entries()) {
    const allowed = permitted[at] ?? 0
    may |= allowed
    mayNot |= forbidden[at] ?? 0
    if (allowed !== 0 && template.tokens.some((token) => !isFixed(token))) isWild = true
    for (const rival of slashRivals) slashes |= allowed & (forbidden[rival] ?? 0)
  }
  const all = mayNot === 0
  const slashMatters = new Set(methodsIn(slashes))
  if (may === 0) return { coverage: undefined, all, slashMatters }
  const slash = (slashes === everyMethod ? ["*"] : methodsIn(slashes)).map((method) => `${method}/?*/`)
  const forms = all ? (options.hasParameters ? ["*//*"] : []) : options.ambiguous.patterns
  const formsIf = (needed: boolean): readonly string[] => (needed || options.resourcePolicyAllows ? forms : [])
  const { resourcePolicyAllows } = options
  const shorter = (step: number): CoverageForm => {
    const { allow, deny, isWide } = options.shorter(permissions, step)
    const denied = [...deny, ...slash]
    const isNextShortest = step >= options.steps - 2
    return {
      ...{ allow, deny: denied, isShort: true },
      // A path of many segments could end anywhere below a wide pattern, so ambiguous ones are denied even if none is a
      // parameter.
      denyForms: formsIf(isWild || isWide),
      get denyIfRoom() {
        return [resourcePolicyAllows ? [] : silent(examined, permissions)]
      },
      ...(!isNextShortest && { shorter: () => shorter(step + 1) }),
      ...(step === 0 && { shortest: () => shorter(options.steps - 1) }),
    }
  }
  const form = (): CoverageForm => {
    const { allow, deny } = exact(examined, permissions, resourcePolicyAllows)
    const denied = [...deny, ...slash]
    return {
      ...{ allow: [...allow], deny: denied, denyForms: formsIf(isWild) },
      get denyIfRoom() {
        return [around(examined, permissions), resourcePolicyAllows ? [] : silent(examined, permissions)]
      },
      shorter: () => shorter(0),
    }
  }
  return { coverage: { form }, all, slashMatters }
}

/** Every permitted route by its own pattern, and a Deny for whatever else these patterns cover. */
function exact(
  examined: readonly Examined[],
  { permitted, forbidden }: Permissions,
  resourcePolicyAllows: boolean,
): { readonly allow: ReadonlySet<string>; readonly deny: ReadonlySet<string> } {
  const [allow, deny] = [new Set<string>(), new Set<string>()]
  const everything = examined.findIndex(({ template }) => template.tokens[0] === rest)
  // `$default` covers the others, too.
  const named = ~(permitted[everything] ?? 0)
  for (const [at, one] of examined.entries()) {
    const allowed = permitted[at] ?? 0
    add(allow, methodsIn(at === everything ? allowed : allowed & named), one.paths)
    for (const overlap of one.overlaps)
      add(deny, methodsIn(allowed & overlap.bits & (forbidden[overlap.at] ?? 0)), overlap.deny)
    if (resourcePolicyAllows) add(deny, denialMethods(one, forbidden[at] ?? 0), one.paths)
  }
  return { allow, deny }
}

/** Longer paths around what is permitted, which no route of the table takes. */
function around(examined: readonly Examined[], { permitted }: Permissions): readonly string[] {
  const found = new Set<string>()
  for (const [at, one] of examined.entries()) addAround(found, one, methodsIn(permitted[at] ?? 0))
  return [...found]
}

/** What silence refuses already, where a Deny harms nothing. */
function silent(examined: readonly Examined[], { permitted, forbidden }: Permissions): readonly string[] {
  const found = new Set<string>()
  for (const [at, one] of examined.entries())
    add(found, denialMethods(one, (forbidden[at] ?? 0) & ~harmOf(one, permitted)), one.paths)
  return [...found]
}

/** The methods at which a Deny of the whole template would deny something permitted. */
function harmOf({ deniedWith }: Examined, permitted: Uint8Array): number {
  let bits = 0
  for (const hit of deniedWith) bits |= hit.bits & (permitted[hit.at] ?? 0)
  return bits
}

/** The methods of a Deny: `*` where all methods are meant and no other route of the table is hit by it. */
function denialMethods({ wildMethod }: Examined, bits: number): readonly string[] {
  return wildMethod !== "no" && bits === everyMethod ? ["*"] : methodsIn(bits)
}

export function addAround(to: Set<string>, { wildMethod, around }: Examined, allowed: readonly string[]): void {
  for (const path of new Set(allowed.flatMap((method) => around.deny.get(method) ?? []))) {
    const methods = allowed.filter((method) => around.deny.get(method)?.includes(path))
    add(to, wildMethod === "exact" && methods.length === httpMethods.length ? ["*"] : methods, [path])
  }
}

export function add(to: Set<string>, methods: readonly string[], paths: readonly string[]): void {
  for (const method of methods) for (const path of paths) to.add(`${method}/${path}`)
}
