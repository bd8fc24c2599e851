import { httpMethods } from "../route/tokens.ts"
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

const noMethods: ReadonlySet<string> = new Set()

// A start runs what follows once, for its first answer. Loops have no iterators and no closures: those take most of the
// bytecode.

/** Writes down what a principal may call, as patterns. @param met 1 for each rule that it meets, by its number */
export function cover(table: readonly Coverable[], met: Uint8Array, options: CoverOptions): Covered {
  const permitted = new Uint8Array(table.length)
  const forbidden = new Uint8Array(table.length)
  for (let at = 0; at < table.length; at++) {
    const { grants } = table[at] as Coverable
    for (let each = 0; each < grants.length; each++) {
      const grant = grants[each] as Coverable["grants"][number]
      const bits = met[grant[0]] === 1 ? permitted : forbidden
      bits[at] = (bits[at] as number) | grant[1]
    }
  }
  let slashes = 0
  let isWild = false
  let may = 0
  let mayNot = 0
  for (let at = 0; at < table.length; at++) {
    const one = table[at] as Coverable
    const allowed = permitted[at] as number
    may |= allowed
    mayNot |= forbidden[at] as number
    if (allowed !== 0 && one.isWild) isWild = true
    for (let each = 0; each < one.slashRivals.length; each++)
      slashes |= allowed & (forbidden[one.slashRivals[each] as number] as number)
  }
  const all = mayNot === 0
  const slashMatters = slashes === 0 ? noMethods : new Set(methodsIn(slashes))
  if (may === 0) return { coverage: undefined, all, slashMatters }
  const slash = new Set<string>()
  add(slash, slashes, ["?*/"], true)
  const forms = all ? (options.hasParameters ? ["*//*"] : []) : options.ambiguous
  const form = (): CoverageForm => {
    const { resourcePolicyAllows } = options
    const permissions = { permitted, forbidden }
    const { allow, deny, around, silent } = listed(table, permissions, resourcePolicyAllows)
    return {
      allow: [...allow],
      deny: [...deny, ...slash],
      denyForms: isWild || resourcePolicyAllows ? forms : [],
      denyIfRoom: [[...around], [...silent]],
      shorter: () => shorterForm({ table, permissions, options, slash, isWild, forms }, 0),
    }
  }
  return { coverage: { form }, all, slashMatters }
}

/** What shorter forms of a coverage are made of. */
interface Shortened {
  readonly table: readonly Coverable[]
  readonly permissions: Permissions
  readonly options: CoverOptions
  readonly slash: ReadonlySet<string>
  readonly isWild: boolean
  readonly forms: readonly string[]
}

function shorterForm(from: Shortened, step: number): CoverageForm {
  const { table, permissions, options, slash, isWild, forms } = from
  const { resourcePolicyAllows, steps } = options
  const { allow, deny, isWide } = options.shorter(permissions, step)
  const isNextShortest = step >= steps - 2
  return {
    ...{ allow, deny: [...deny, ...slash], isShort: true },
    // A path of many segments could end anywhere below a wide pattern, so ambiguous ones are denied even if none is a
    // parameter.
    denyForms: isWild || isWide || resourcePolicyAllows ? forms : [],
    get denyIfRoom() {
      return [[...listed(table, permissions, resourcePolicyAllows).silent]]
    },
    ...(!isNextShortest && { shorter: () => shorterForm(from, step + 1) }),
    ...(step === 0 && { shortest: () => shorterForm(from, steps - 1) }),
  }
}

/** The patterns of each route by itself. */
interface Listed {
  readonly allow: ReadonlySet<string>
  /** Whatever else the patterns of permitted routes cover; if the resource policy allows, all that is forbidden. */
  readonly deny: ReadonlySet<string>
  /** Longer paths around what is permitted, which no route of the table takes. */
  readonly around: ReadonlySet<string>
  /** What silence refuses already, where a Deny harms nothing; empty if the resource policy allows. */
  readonly silent: ReadonlySet<string>
}

function listed(
  table: readonly Coverable[],
  { permitted, forbidden }: Permissions,
  resourcePolicyAllows: boolean,
): Listed {
  const allow = new Set<string>()
  const deny = new Set<string>()
  const around = new Set<string>()
  const silent = new Set<string>()
  // `$default` covers the others, too.
  let unnamed = 0
  for (let at = 0; at < table.length; at++) if (table[at]?.isDefault === true) unnamed = permitted[at] as number
  for (let at = 0; at < table.length; at++) {
    const one = table[at] as Coverable
    const { paths, overlaps, deniedWith, wildMethod } = one
    const allowed = permitted[at] as number
    add(allow, one.isDefault ? allowed : allowed & ~unnamed, paths, false)
    for (let each = 0; each < overlaps.length; each++) {
      const overlap = overlaps[each] as Overlap
      add(deny, allowed & overlap.bits & (forbidden[overlap.at] as number), overlap.deny, false)
    }
    addAround(around, one, allowed)
    // Silence is no refusal if the resource policy allows. Else not at the methods at which a Deny of the whole template
    // would deny something permitted.
    let bits = forbidden[at] as number
    for (let each = 0; each < deniedWith.length && !resourcePolicyAllows; each++) {
      const hit = deniedWith[each] as Coverable["deniedWith"][number]
      bits &= ~(hit.bits & (permitted[hit.at] as number))
    }
    // `*` where all methods are meant and no other route of the table is hit by it.
    add(resourcePolicyAllows ? deny : silent, bits, paths, wildMethod !== "no")
  }
  return { allow, deny, around, silent }
}

/** @param allowed one bit per method */
export function addAround(to: Set<string>, { wildMethod, around: { deny } }: Coverable, allowed: number): void {
  for (let bit = 0; bit < deny.length; bit++) {
    if ((allowed & (1 << bit)) === 0) continue
    const paths = deny[bit] as readonly string[]
    for (let at = 0; at < paths.length; at++) {
      const path = paths[at] as string
      let bits = 0
      for (let other = 0; other < deny.length; other++)
        if (deny[other]?.includes(path) === true) bits |= allowed & (1 << other)
      add(to, bits, [path], wildMethod === "exact")
    }
  }
}

/** @param isWild whether all methods at once are written as `*` */
export function add(to: Set<string>, bits: number, paths: readonly string[], isWild: boolean): void {
  const isWhole = isWild && bits === everyMethod
  for (let bit = 0; bit < (isWhole ? 1 : httpMethods.length); bit++) {
    if ((bits & (1 << bit)) === 0) continue
    for (let at = 0; at < paths.length; at++) to.add(`${isWhole ? "*" : httpMethods[bit]}/${paths[at]}`)
  }
}
