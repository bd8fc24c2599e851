import { everyMethod, methodsIn } from "./methods.ts"
import type { PatternNode, Reach } from "./pattern-tree.ts"

/** Bytes of Resources for some methods of a path. */
export function resourceBytes(bits: number, path: string, beginning: number): number {
  let bytes = 0
  for (const method of methodsIn(bits)) bytes += beginning + method.length + 1 + path.length
  return bytes
}

/** What one caller may call and may not call, by place in a tree of patterns, seen for some methods at a time. */
export class Rights {
  /** Bits of the permitted methods, and of those that have a route which is not permitted. */
  readonly permitted: Uint8Array
  readonly forbidden: Uint8Array
  /** The methods that are looked at now. */
  bits = 0
  readonly #branches = new Map<PatternNode, number>()
  readonly #reached = new Map<Reach, number>()

  constructor(permitted: Uint8Array, forbidden: Uint8Array) {
    this.permitted = permitted
    this.forbidden = forbidden
  }

  /** The methods that are permitted in a branch, or forbidden. */
  methodsOf(node: PatternNode, which: "permitted" | "forbidden"): number {
    let known = this.#branches.get(node)
    if (known === undefined) {
      known = 0
      for (let place = node.from; place < node.to; place++)
        known |= (this.permitted[place] ?? 0) | ((this.forbidden[place] ?? 0) << 8)
      this.#branches.set(node, known)
    }
    return which === "permitted" ? known & everyMethod : known >> 8
  }

  may(place: number): boolean {
    return ((this.permitted[place] ?? 0) & this.bits) !== 0
  }

  mayNot(place: number): boolean {
    return ((this.forbidden[place] ?? 0) & this.bits) !== 0
  }

  /** Whether something of a branch is permitted, or forbidden. */
  has(node: PatternNode, which: "permitted" | "forbidden"): boolean {
    return (this.methodsOf(node, which) & this.bits) !== 0
  }

  /** Whether a pattern covers nothing that is permitted, so that it may be denied. */
  isHarmless(reach: Reach | null): boolean {
    return reach !== null && (this.#permittedIn(reach) & this.bits) === 0
  }

  /** The same for every method at once. */
  isHarmlessForAll(reach: Reach | null): boolean {
    return reach !== null && this.#permittedIn(reach) === 0
  }

  /**
   * Whether every forbidden route that a pattern covers is in the branch, or below its node: there it can be
   * denied.
   */
  isWithin(node: PatternNode, reach: Reach | null, which: "branch" | "below"): boolean {
    if (reach === null) return false
    const from = which === "branch" ? node.from : node.from + node.own.length
    for (let at = 0; at < reach.length; at += 2) {
      const place = reach[at] ?? 0
      const isForbidden = ((this.forbidden[place] ?? 0) & (reach[at + 1] ?? 0) & this.bits) !== 0
      if (isForbidden && (place < from || place >= node.to)) return false
    }
    return true
  }

  /** Whether a pattern covers nothing that is forbidden. */
  isFree(reach: Reach | null): boolean {
    if (reach === null) return false
    for (let at = 0; at < reach.length; at += 2)
      if (((this.forbidden[reach[at] ?? 0] ?? 0) & (reach[at + 1] ?? 0) & this.bits) !== 0) return false
    return true
  }

  #permittedIn(reach: Reach): number {
    let known = this.#reached.get(reach)
    if (known !== undefined) return known
    known = 0
    for (let at = 0; at < reach.length; at += 2) known |= (this.permitted[reach[at] ?? 0] ?? 0) & (reach[at + 1] ?? 0)
    this.#reached.set(reach, known)
    return known
  }
}
