import type { Coverage, DocumentBytes } from "../types/coverage.ts"
import type { CompiledTable } from "./compile.ts"
import type { PrincipalPolicy } from "./decide.ts"
import { callerWith, type Grant, grantsIn, grantsText, type Nature, naturesIn } from "./sample-callers.ts"
import { boundSize } from "./size-bound.ts"
import { sizesOf } from "./table-sizes.ts"

/** How answers are written, and how long may be looked. */
export interface SizeSearchOptions {
  readonly bytes: DocumentBytes
  readonly maxBytes: number
  /** Bytes of a coverage in its shortest form. */
  readonly sizeOf: (coverage: Coverage) => number
  /** Whether a coverage fits in some form. */
  readonly fits: (coverage: Coverage) => boolean
  /** Most combinations of permissions to try. */
  readonly tries: number
}

/** What is known of the callers of a table. */
export interface SizeFindings {
  /** A caller whose policy does not fit; undefined: none was found. */
  readonly tooLarge: TooLargeCaller | undefined
  /** Whether it is certain that there is none. */
  readonly isProven: boolean
  /** Combinations of permissions that were tried. */
  readonly tried: number
}

/** A caller whose policy does not fit into an answer. */
export interface TooLargeCaller {
  /** Its permissions in words, the smallest set that was found. */
  readonly permissions: string
  readonly count: number
  readonly bytes: number
}

/**
 * Looks for a caller whose policy does not fit. First a bound for all callers is computed, which proves that there is
 * none for most tables; then combinations of permissions are tried, the likely and the bad ones first.
 */
export function searchSizes(policy: PrincipalPolicy, options: SizeSearchOptions): SizeFindings {
  let [tried, isProven] = [0, true]
  for (const table of policy.tables) {
    if (sizesOf(table).byBranch(options.bytes) <= options.maxBytes) continue
    const bound = boundSize(table, options.bytes, options.maxBytes)
    if (bound.bytes <= options.maxBytes) continue
    const search = new Search(policy, table, options)
    const tooLarge = search.run(bound.met)
    tried += search.tried
    isProven &&= search.isComplete
    if (tooLarge !== undefined) return { tooLarge, isProven: true, tried }
  }
  return { tooLarge: undefined, isProven, tried }
}

/** A set of permissions, by their places, with the bytes that it comes to. */
interface Sample {
  readonly has: readonly boolean[]
  readonly nature: Nature
  readonly bytes: number
}

class Search {
  tried = 0
  /** Whether every combination was tried. */
  isComplete = false
  readonly #table: CompiledTable
  readonly #options: SizeSearchOptions
  readonly #rules: PrincipalPolicy["rules"]
  /** The place in `#rules` of each rule as it is configured; rules that say the same share one. */
  readonly #places: ReadonlyMap<object, number>
  /** The same by the number that the table gives the rule. */
  readonly #placesOfRules: readonly number[]
  readonly #grants: readonly Grant[]
  readonly #natures: readonly Nature[]
  readonly #known = new Map<string, number>()

  constructor(policy: PrincipalPolicy, table: CompiledTable, options: SizeSearchOptions) {
    this.#table = table
    this.#options = options
    const groups = [...Map.groupBy(policy.rules, (route) => JSON.stringify(route.configured)).values()]
    this.#rules = groups.flatMap((group) => group.slice(-1))
    this.#places = new Map(groups.flatMap((group, at) => group.map(({ configured }) => [configured, at] as const)))
    const placesOfRules: number[] = []
    for (const { rule, configured } of policy.rules)
      placesOfRules[table.options.rules.get(rule) ?? 0] = this.#places.get(configured) ?? -1
    this.#placesOfRules = placesOfRules
    const configured = this.#rules.map((route) => route.configured)
    this.#grants = grantsIn(configured)
    this.#natures = naturesIn(configured, 12)
  }

  /** @param worst texts of the rules that the bound found worst */
  run(worst: ReadonlySet<string>): TooLargeCaller | undefined {
    const samples: Sample[] = []
    for (const [has, nature] of this.#candidates(worst)) {
      if (this.tried >= this.#options.tries) break
      const sample = this.#sample(has, nature)
      if (this.#isTooLarge(sample)) return this.#smallest(sample)
      samples.push(sample)
    }
    samples.sort((a, b) => b.bytes - a.bytes)
    for (const sample of samples.slice(0, 3)) {
      const larger = this.#climb(sample)
      if (larger !== undefined) return this.#smallest(larger)
    }
    return undefined
  }

  /** The combinations to try: all of them if there are few, else likely ones, bad ones, and some at random. */
  *#candidates(worst: ReadonlySet<string>): Generator<readonly [readonly boolean[], Nature]> {
    const [grants, natures] = [this.#grants, this.#natures]
    if (grants.length < 16 && natures.length << grants.length <= this.#options.tries) {
      for (let bits = 0; bits < 1 << grants.length; bits++)
        for (const nature of natures) yield [grants.map((_, at) => (bits & (1 << at)) !== 0), nature]
      this.isComplete = true
      return
    }
    const wanted = new Set(
      grantsIn(
        this.#rules.flatMap(({ configured }) => (worst.has(JSON.stringify(configured)) ? [configured] : [])),
      ).map((grant) => JSON.stringify(grant)),
    )
    for (const nature of natures) {
      yield [grants.map((grant) => wanted.has(JSON.stringify(grant))), nature]
      yield [grants.map(() => true), nature]
    }
    for (const nature of natures)
      for (const step of [2, 3, 4, 5, 7])
        for (let from = 0; from < step; from++) {
          yield [grants.map((_, at) => at % step === from), nature]
          yield [grants.map((_, at) => at % step !== from), nature]
        }
    // The same numbers each time, so that a table is judged alike wherever it is read.
    let seed = 1
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    for (let number = 0; number < this.#options.tries / 2; number++) {
      const share = random()
      yield [grants.map(() => random() < share), natures[number % natures.length] as Nature]
    }
  }

  #sample(has: readonly boolean[], nature: Nature): Sample {
    const principal = callerWith(
      this.#grants.filter((_, at) => has[at]),
      nature,
    )
    const met = this.#rules.map(({ rule }) => rule.refuse(principal) === undefined)
    const key = met.map(Number).join("")
    let bytes = this.#known.get(key)
    if (bytes === undefined) {
      this.tried++
      const { coverage } = this.#coverOf(met)
      bytes = coverage === undefined ? 0 : this.#options.sizeOf(coverage)
      // Another form may be smaller than the one that is the shortest for most callers.
      if (coverage !== undefined && bytes > this.#options.maxBytes && this.#options.fits(coverage))
        bytes = this.#options.maxBytes
      this.#known.set(key, bytes)
    }
    return { has, nature, bytes }
  }

  #coverOf(met: readonly boolean[]): ReturnType<CompiledTable["cover"]> {
    return this.#table.cover(Uint8Array.from(this.#placesOfRules, (place) => (met[place] === true ? 1 : 0)))
  }

  #isTooLarge({ bytes }: Sample): boolean {
    return bytes > this.#options.maxBytes
  }

  /** Changes one permission after another as long as that makes the policy larger. */
  #climb(from: Sample): Sample | undefined {
    let best = from
    for (let isBetter = true; isBetter; ) {
      isBetter = false
      for (const at of this.#grants.keys()) {
        if (this.tried >= this.#options.tries) return undefined
        const sample = this.#sample(best.has.with(at, best.has[at] !== true), best.nature)
        if (this.#isTooLarge(sample)) return sample
        if (sample.bytes <= best.bytes) continue
        best = sample
        isBetter = true
      }
    }
    return undefined
  }

  /** Takes permissions away as long as the policy stays too large. */
  #smallest(from: Sample): TooLargeCaller {
    const limit = this.tried + this.#options.tries
    let best = this.#shortestBeginning(from)
    for (const at of this.#grants.keys()) {
      if (best.has[at] !== true || this.tried >= limit) continue
      const sample = this.#sample(best.has.with(at, false), best.nature)
      if (this.#isTooLarge(sample)) best = sample
    }
    const grants = this.#grants.filter((_, at) => best.has[at])
    return { permissions: grantsText(grants, best.nature, this.#natures), count: grants.length, bytes: best.bytes }
  }

  /** The first permissions of a caller, as few as are too much. */
  #shortestBeginning(from: Sample): Sample {
    let [best, least, most] = [from, 0, this.#grants.length]
    while (most - least > 1) {
      const middle = (least + most) >> 1
      const sample = this.#sample(
        from.has.map((has, at) => has && at < middle),
        from.nature,
      )
      if (this.#isTooLarge(sample)) [best, most] = [sample, middle]
      else least = middle
    }
    return best
  }
}
