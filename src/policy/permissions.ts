import type { Route } from "../route/decide.ts"
import type { CompiledRule } from "../route/rule.ts"
import type { Principal } from "../types/principal.ts"
import type { Covered } from "./patterns.ts"

type Build = (permits: (route: Route) => boolean) => Covered

/** Most bytes of the combinations that are remembered, as they are estimated. Half of it is the younger half. */
const maxBytes = 4_194_304

/** Principals that may call the same. What follows from that is made again if it was forgotten. */
interface Kind {
  covered: Covered | undefined
  /** One bit for each distinct rule of the table. */
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
  readonly #rules: ReadonlyMap<CompiledRule, number>
  readonly #build: Build

  /** @param build makes what follows from the permitted routes; its result is shared by all principals of one kind */
  constructor(routes: readonly Route[], build: Build) {
    // Routes whose rules say the same share one.
    this.#rules = new Map([...new Set(routes.map(({ rule }) => rule))].map((rule, number) => [rule, number]))
    this.#build = build
    this.#bytesOfKind = 1000 + 3 * routes.length
  }

  of(principal: Principal): Covered {
    const known = this.#byPrincipal.get(principal)
    if (known?.covered !== undefined) return known.covered
    const met =
      known?.met ?? Uint8Array.from(this.#rules.keys(), (rule) => (rule.refuse(principal) === undefined ? 1 : 0))
    const name = met.join("")
    const kind = this.#young.get(name) ?? this.#remember(name, met)
    this.#byPrincipal.set(principal, kind)
    kind.covered ??= this.#build(({ rule }) => met[this.#rules.get(rule) ?? -1] === 1)
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
