import type { Route } from "../route/route.ts"
import type { Principal } from "../types/principal.ts"
import type { Covered } from "./patterns.ts"

type Build = (permits: (route: Route) => boolean) => Covered

/** Principals that come out differently are few in practice; the bound holds even where they are not. */
const maxKinds = 1000

/**
 * Evaluates every distinct rule of the table once per principal. A principal stands for one token while that is cached, so
 * a warm request costs one look-up, however long the table is.
 */
export class PermissionsOf {
  readonly #byPrincipal = new WeakMap<Principal, Covered>()
  readonly #byKind = new Map<string, Covered>()
  readonly #rules: readonly Route[]
  readonly #ruleOf: ReadonlyMap<Route, number>
  readonly #build: Build

  /** @param build makes what follows from the permitted routes; its result is shared by all principals of one kind */
  constructor(routes: readonly Route[], build: Build) {
    const numbers = new Map<string, number>()
    const rules: Route[] = []
    const ruleOf = new Map<Route, number>()
    for (const route of routes) {
      const text = JSON.stringify(route.configured)
      const number = numbers.get(text) ?? rules.push(route) - 1
      numbers.set(text, number)
      ruleOf.set(route, number)
    }
    this.#rules = rules
    this.#ruleOf = ruleOf
    this.#build = build
  }

  of(principal: Principal): Covered {
    const known = this.#byPrincipal.get(principal)
    if (known !== undefined) return known
    const met = this.#rules.map(({ rule }) => rule.refuse(principal) === undefined)
    const kind = met.map((one) => (one ? "1" : "0")).join("")
    const covered = this.#byKind.get(kind) ?? this.#remember(kind, met)
    this.#byPrincipal.set(principal, covered)
    return covered
  }

  #remember(kind: string, met: readonly boolean[]): Covered {
    const made = this.#build((route) => met[this.#ruleOf.get(route) ?? -1] === true)
    if (this.#byKind.size >= maxKinds) this.#byKind.clear()
    this.#byKind.set(kind, made)
    return made
  }
}
