import type { Template } from "../route/tree.ts"
import type { Coverage, CoverageForm } from "../types/coverage.ts"
import type { Surroundings } from "./exposure.ts"
import { everyMethod, methodsIn } from "./methods.ts"
import type { Hit, Overlap, WildMethod } from "./overlap.ts"

/** What an answer needs to know of a template, and of what its Allow and its Deny mean for others. Plain data. */
export interface Coverable {
  /** The numbers of the rules that decide on it, each with its methods: one bit per method. */
  readonly grants: readonly (readonly [rule: number, bits: number])[]
  /** Whether a segment of its paths may be any text. */
  readonly isWild: boolean
  /** Whether it is `$default`, which covers the others, too. */
  readonly isDefault: boolean
  readonly paths: readonly string[]
  readonly wildMethod: WildMethod
  readonly overlaps: readonly Overlap[]
  /** Templates and methods that a Deny of the whole template would touch. */
  readonly deniedWith: readonly Pick<Hit, "at" | "bits">[]
  readonly around: Pick<Surroundings, "deny">
  /**
   * Numbers of the catch-alls that would take a path of this template with a slash at its end, where the API reads it
   * that way.
   */
  readonly slashRivals: readonly number[]
}

/** The same with the template. */
export interface Examined extends Coverable {
  readonly template: Template
  readonly around: Surroundings
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
  /** The patterns of paths that can be read in two ways. */
  readonly ambiguous: readonly string[]
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

/** Reads what a caller may call into bits. @param met 1 for each rule that the caller meets, by its number */
function permissionsOf(table: readonly Coverable[], met: Uint8Array): Permissions {
  const permitted = new Uint8Array(table.length)
  const forbidden = new Uint8Array(table.length)
  table.forEach(({ grants }, at) => {
    for (let each = 0; each < grants.length; each++) {
      const grant = grants[each] as readonly [number, number]
      const bits = met[grant[0]] === 1 ? permitted : forbidden
      bits[at] = (bits[at] as number) | grant[1]
    }
  })
  return { permitted, forbidden }
}

/** Writes down what a principal may call, as patterns. @param met 1 for each rule that it meets, by its number */
export function cover(table: readonly Coverable[], met: Uint8Array, options: CoverOptions): Covered {
  const permissions = permissionsOf(table, met)
  const { permitted, forbidden } = permissions
  let slashes = 0
  let isWild = false
  let may = 0
  let mayNot = 0
  table.forEach((one, at) => {
    const allowed = permitted[at] as number
    may |= allowed
    mayNot |= forbidden[at] as number
    if (allowed !== 0 && one.isWild) isWild = true
    for (let each = 0; each < one.slashRivals.length; each++)
      slashes |= allowed & (forbidden[one.slashRivals[each] as number] as number)
  })
  const all = mayNot === 0
  const slashMatters = new Set(methodsIn(slashes))
  if (may === 0) return { coverage: undefined, all, slashMatters }
  const slash = (slashes === everyMethod ? ["*"] : methodsIn(slashes)).map((method) => `${method}/?*/`)
  const forms = all ? (options.hasParameters ? ["*//*"] : []) : options.ambiguous
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
        return [resourcePolicyAllows ? [] : silent(table, permissions)]
      },
      ...(!isNextShortest && { shorter: () => shorter(step + 1) }),
      ...(step === 0 && { shortest: () => shorter(options.steps - 1) }),
    }
  }
  const form = (): CoverageForm => {
    const { allow, deny } = exact(table, permissions, resourcePolicyAllows)
    const denied = [...deny, ...slash]
    return {
      ...{ allow: [...allow], deny: denied, denyForms: formsIf(isWild) },
      get denyIfRoom() {
        return [around(table, permissions), resourcePolicyAllows ? [] : silent(table, permissions)]
      },
      shorter: () => shorter(0),
    }
  }
  return { coverage: { form }, all, slashMatters }
}

/** Every permitted route by its own pattern, and a Deny for whatever else these patterns cover. */
function exact(
  table: readonly Coverable[],
  { permitted, forbidden }: Permissions,
  resourcePolicyAllows: boolean,
): { readonly allow: ReadonlySet<string>; readonly deny: ReadonlySet<string> } {
  const allow = new Set<string>()
  const deny = new Set<string>()
  const everything = table.findIndex(({ isDefault }) => isDefault)
  // `$default` covers the others, too.
  const named = ~(permitted[everything] ?? 0)
  table.forEach((one, at) => {
    const allowed = permitted[at] as number
    add(allow, methodsIn(at === everything ? allowed : allowed & named), one.paths)
    for (let each = 0; each < one.overlaps.length; each++) {
      const overlap = one.overlaps[each] as Overlap
      add(deny, methodsIn(allowed & overlap.bits & (forbidden[overlap.at] as number)), overlap.deny)
    }
    if (resourcePolicyAllows) add(deny, denialMethods(one, forbidden[at] as number), one.paths)
  })
  return { allow, deny }
}

/** Longer paths around what is permitted, which no route of the table takes. */
function around(table: readonly Coverable[], { permitted }: Permissions): readonly string[] {
  const found = new Set<string>()
  table.forEach((one, at) => {
    addAround(found, one, permitted[at] as number)
  })
  return [...found]
}

/** What silence refuses already, where a Deny harms nothing. */
function silent(table: readonly Coverable[], { permitted, forbidden }: Permissions): readonly string[] {
  const found = new Set<string>()
  table.forEach((one, at) => {
    // Not at the methods at which a Deny of the whole template would deny something permitted.
    let bits = forbidden[at] as number
    for (let each = 0; each < one.deniedWith.length; each++) {
      const hit = one.deniedWith[each] as Coverable["deniedWith"][number]
      bits &= ~(hit.bits & (permitted[hit.at] as number))
    }
    add(found, denialMethods(one, bits), one.paths)
  })
  return [...found]
}

/** The methods of a Deny: `*` where all methods are meant and no other route of the table is hit by it. */
function denialMethods({ wildMethod }: Coverable, bits: number): readonly string[] {
  return wildMethod !== "no" && bits === everyMethod ? ["*"] : methodsIn(bits)
}

/** @param allowed one bit per method */
export function addAround(to: Set<string>, { wildMethod, around: { deny } }: Coverable, allowed: number): void {
  deny.forEach((paths, bit) => {
    if ((allowed & (1 << bit)) === 0) return
    paths.forEach((path) => {
      let bits = 0
      for (let other = 0; other < deny.length; other++)
        if (deny[other]?.includes(path) === true) bits |= allowed & (1 << other)
      add(to, wildMethod === "exact" && bits === everyMethod ? ["*"] : methodsIn(bits), [path])
    })
  })
}

export function add(to: Set<string>, methods: readonly string[], paths: readonly string[]): void {
  for (let at = 0; at < methods.length; at++)
    for (let each = 0; each < paths.length; each++) to.add(`${methods[at]}/${paths[each]}`)
}
