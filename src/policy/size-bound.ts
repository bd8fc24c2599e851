import type { DocumentBytes } from "../types/coverage.ts"
import type { CompiledTable } from "./compile.ts"
import type { PatternNode } from "./pattern-tree.ts"
import type { BranchPart, Shorter } from "./shorter.ts"
import { sizesOf, type TableSizes } from "./table-sizes.ts"

/** A branch with more rules is looked at by its own branches: all combinations of so many are tried. */
const maxRules = 8

/** Most bytes of an answer, and the rules of a caller who comes near. */
export interface SizeBound {
  readonly bytes: number
  /** Texts of the rules that are met where each branch needs most. */
  readonly met: ReadonlySet<string>
}

/**
 * Most bytes of an answer of a table, for any caller. Branches that begin differently are allowed one by one at worst,
 * so the sum of what each needs at most is enough for all callers, whatever their permissions.
 *
 * @param most where to stop: more than that is too much
 */
export function boundSize(table: CompiledTable, bytes: DocumentBytes, most: number): SizeBound {
  return new Bound(table, bytes, most).ofTable()
}

class Bound {
  readonly #sizes: TableSizes
  readonly #shorter: Shorter
  readonly #frame: number
  readonly #bytes: DocumentBytes
  readonly #most: number
  /** By place in the tree: the methods of each rule, and of all. */
  readonly #rules: readonly ReadonlyMap<string, number>[]
  readonly permitted: Uint8Array
  readonly forbidden: Uint8Array
  readonly #met = new Set<string>()

  constructor(table: CompiledTable, bytes: DocumentBytes, most: number) {
    const sizes = sizesOf(table)
    this.#sizes = sizes
    this.#shorter = table.shorter
    this.#frame = sizes.ofFrame(bytes)
    this.#bytes = bytes
    this.#most = most
    this.#rules = sizes.rulesByPlace()
    // What is not looked at may be permitted or forbidden, so that it is neither covered nor denied.
    this.permitted = Uint8Array.from(this.#rules, allOf)
    this.forbidden = Uint8Array.from(this.#rules, allOf)
  }

  ofTable(): SizeBound {
    const { root } = this.#shorter.tree
    const isDefault = root.own.some((place) => this.#shorter.placed[place]?.text === "$default")
    const bytes = this.#ofBranch(root, this.#frame)
    if (!isDefault || bytes > this.#most) return { bytes, met: this.#met }
    // A caller who may call `$default` is allowed every path, and denied the rest.
    const everything = this.#frame + this.#sizes.ofPaths(0x7f, ["*"], this.#bytes)
    return { bytes: Math.max(bytes, this.#denialsBelow(root, everything)), met: this.#met }
  }

  /** @param before what was counted before; too much ends the count */
  #ofBranch(node: PatternNode, before: number): number {
    const rules = this.#rulesIn([node])
    if (rules.length <= maxRules) return before + this.#mostOf([node], rules, "allow")
    let bytes = before + this.#shorter.cost(node, "own", this)
    if (this.#shorter.denyAll) bytes += this.#denialOfOwn(node)
    for (const alike of beginningAlike(node.children)) {
      if (bytes > this.#most) return bytes
      const rulesOfAll = this.#rulesIn(alike)
      if (rulesOfAll.length <= maxRules) bytes += this.#mostOf(alike, rulesOfAll, "allow")
      else for (const child of alike) bytes = this.#ofBranch(child, bytes)
    }
    return bytes
  }

  #denialsBelow(node: PatternNode, before: number): number {
    let bytes = before
    for (const child of node.children) {
      if (bytes > this.#most) return bytes
      const rules = this.#rulesIn([child])
      bytes =
        rules.length <= maxRules
          ? bytes + this.#mostOf([child], rules, "deny")
          : this.#denialsBelow(child, bytes + this.#denialOfOwn(child))
    }
    return bytes
  }

  /** The most that branches need together, of all combinations of their rules. */
  #mostOf(nodes: readonly PatternNode[], rules: readonly string[], part: BranchPart): number {
    let [most, worst] = [0, 0]
    for (let met = 0; met < 1 << rules.length; met++) {
      this.#eachPlace(nodes, (place) => {
        let permitted = 0
        for (const [rule, methods] of this.#rules[place] ?? [])
          if ((met & (1 << rules.indexOf(rule))) !== 0) permitted |= methods
        this.permitted[place] = permitted
        this.forbidden[place] = allOf(this.#rules[place]) & ~permitted
      })
      const bytes = nodes.reduce((sum, node) => sum + this.#shorter.cost(node, part, this), 0)
      if (bytes <= most) continue
      most = bytes
      worst = met
    }
    this.#eachPlace(nodes, (place) => {
      this.permitted[place] = allOf(this.#rules[place])
      this.forbidden[place] = allOf(this.#rules[place])
    })
    if (part === "allow") for (const [at, rule] of rules.entries()) if ((worst & (1 << at)) !== 0) this.#met.add(rule)
    return most
  }

  #eachPlace(nodes: readonly PatternNode[], visit: (place: number) => void): void {
    for (const { from, to } of nodes) for (let place = from; place < to; place++) visit(place)
  }

  /** A Deny of the routes of a node in both spellings, which reaches no others if no parameter is before them. */
  #denialOfOwn(node: PatternNode): number {
    if (node.own.length === 0) return 0
    if (node.text.includes("*")) return Number.POSITIVE_INFINITY
    const methods = node.own.reduce((bits, place) => bits | allOf(this.#rules[place]), 0)
    return this.#sizes.ofPaths(methods, [node.text, `${node.text}/`], this.#bytes)
  }

  #rulesIn(nodes: readonly PatternNode[]): readonly string[] {
    const rules = new Set<string>()
    this.#eachPlace(nodes, (place) => {
      if (rules.size <= maxRules) for (const rule of this.#rules[place]?.keys() ?? []) rules.add(rule)
    })
    return [...rules]
  }
}

/** Nodes in groups: a pattern for `orders*` also covers `orders-1`. */
function beginningAlike(nodes: readonly PatternNode[]): readonly (readonly PatternNode[])[] {
  const groups: PatternNode[][] = []
  for (const node of [...nodes].sort((a, b) => (a.text < b.text ? -1 : 1))) {
    const last = groups.at(-1)
    if (last?.[0] !== undefined && node.text.startsWith(last[0].text)) last.push(node)
    else groups.push([node])
  }
  return groups
}

function allOf(rules: ReadonlyMap<string, number> | undefined): number {
  let bits = 0
  for (const methods of rules?.values() ?? []) bits |= methods
  return bits
}
