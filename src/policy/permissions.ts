import type { CompiledRule } from "../route/demands.ts"
import type { Principal } from "../types/principal.ts"
import type { Covered } from "./patterns.ts"

/** @param met 1 for each rule that is met, by its number */
type Build = (met: Uint8Array) => Covered

/** Most bytes of the combinations that are remembered, as they are estimated. Half of it is the younger half. */
const maxBytes = 4_194_304

/** Principals that may call the same. What follows from that is made again if it was forgotten. */
interface Kind {
  covered: Covered | undefined
  /** 1 for each rule of the table that is met. */
  readonly met: Uint8Array
}

/**
 * Evaluates every distinct rule of the table once per principal. A principal belongs to one token while that is cached,
 * so a warm request costs one look-up, however long the table is.
 */
export class PermissionsOf {
  readonly #byPrincipal = new WeakMap<Principal, Kind>()
  /** The combinations of late, and those before them. */
  #young = new Map<string, Kind>()
  #old = new Map<string, Kind>()
  readonly #bytesOfKind: number
  readonly #rules: readonly CompiledRule[]
  readonly #build: Build

  /**
   * @param rules those of the table, each once
   * @param routes how many routes have them
   * @param build makes what follows from the rules that are met, 1 for each of them; its result is shared by all
   *   principals of one kind
   */
  constructor(rules: readonly CompiledRule[], routes: number, build: Build) {
    this.#rules = rules
    this.#build = build
    this.#bytesOfKind = 1000 + 3 * routes
  }

  of(principal: Principal): Covered {
    const known = this.#byPrincipal.get(principal)
    if (known?.covered !== undefined) return known.covered
    let met = known?.met
    if (met === undefined) {
      const rules = this.#rules
      met = new Uint8Array(rules.length)
      for (let at = 0; at < met.length; at++) if (rules[at]?.refuse(principal) === undefined) met[at] = 1
    }
    const name = met.join("")
    const kind = this.#young.get(name) ?? this.#remember(name, met)
    this.#byPrincipal.set(principal, kind)
    kind.covered ??= this.#build(met)
    return kind.covered
  }

  #remember(name: string, met: Uint8Array): Kind {
    if (this.#young.size * this.#bytesOfKind > maxBytes / 2) {
      // Their principals may live on, so what was made of them is dropped, not only the way to it.
      for (const kind of this.#old.values()) kind.covered = undefined
      this.#old = this.#young
      this.#young = new Map()
    }
    const kind = this.#old.get(name) ?? { covered: undefined, met }
    this.#old.delete(name)
    this.#young.set(name, kind)
    return kind
  }
}
