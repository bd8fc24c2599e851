import { rest } from "../route/tokens.ts"
import { Denials } from "./denials.ts"
import { eachMethod, everyMethod } from "./methods.ts"
import type { Overlap } from "./overlap.ts"
import { PatternSet } from "./pattern-set.ts"
import type { PatternNode, PatternTree } from "./pattern-tree.ts"
import type { Examined } from "./patterns.ts"
import { type Rights, resourceBytes } from "./rights.ts"

/** How far patterns may reach beside the table's own paths. */
export interface Width {
  /** Fewest whole segments before `/*`. */
  readonly below: number
  /** Fewest segments before `*`, the last of which may be the beginning of a longer one. */
  readonly star: number
}

/** What patterns cost, and what has to be denied. */
export interface ShorteningOptions {
  readonly width: Width
  /** Bytes of a Resource without method and path. */
  readonly beginning: number
  /** Whether every forbidden route has to be denied, covered by an Allow or not. */
  readonly denyAll: boolean
  /** Whether every route of the table is one of every method: then all methods are looked at together. */
  readonly isUniform: boolean
}

/** How the permitted routes of a branch are allowed: one by one, or by a pattern that covers more of the branch. */
type Choice = "list" | "open" | "star" | "ownAndBelow" | "below"

/**
 * The patterns of a caller in the fewest bytes. Each branch of the tree is allowed route by route, or as a whole with a
 * Deny of what is forbidden in it. A Deny never reaches what is permitted.
 */
export class Shortening {
  readonly #tree: PatternTree
  readonly #examined: readonly Examined[]
  readonly #rights: Rights
  readonly #options: ShorteningOptions
  readonly #choices = new Map<PatternNode, Choice>()
  readonly #allowed: PatternSet
  readonly #denials: Denials

  /** @param examined in the order of the tree */
  constructor(tree: PatternTree, examined: readonly Examined[], rights: Rights, options: ShorteningOptions) {
    this.#tree = tree
    this.#examined = examined
    this.#rights = rights
    this.#options = options
    this.#allowed = new PatternSet(tree, rights)
    this.#denials = new Denials(tree, examined, rights, options.beginning)
  }

  patterns(): { readonly allow: readonly string[]; readonly deny: readonly string[] } {
    const { root } = this.#tree
    for (const bits of this.#groups(root, this.#options.denyAll)) {
      this.#rights.bits = bits
      this.#choices.clear()
      this.#allowCost(root)
      this.#emit(root)
      if (this.#options.denyAll) this.#denials.deny(root)
    }
    this.#allowed.join(this.#options.width.below, (node) => this.#rights.isFree(node.starReach))
    return { allow: this.#allowed.texts(() => false), deny: this.#denials.patterns() }
  }

  /** Most bytes of the patterns of one branch: of its permitted routes, of its node, or of a Deny of the others. */
  cost(branch: PatternNode, part: "allow" | "own" | "deny"): number {
    const { denyAll } = this.#options
    let bytes = 0
    for (const bits of this.#groups(branch, denyAll || part === "deny")) {
      this.#rights.bits = bits
      if (part === "allow") bytes += this.#allowCost(branch)
      if (part === "own") bytes += this.#ownCost(branch, false)
      if (part === "deny" || (part === "allow" && denyAll)) bytes += this.#denials.cost(branch)
    }
    return bytes
  }

  /** The methods to look at together, of those that are permitted in a branch. */
  #groups(branch: PatternNode, withForbidden: boolean): readonly number[] {
    const forbidden = withForbidden ? this.#rights.methodsOf(branch, "forbidden") : 0
    const used = this.#rights.methodsOf(branch, "permitted") | forbidden
    if (used === 0 || this.#options.isUniform) return used === 0 ? [] : [everyMethod]
    return eachMethod.filter((bit) => (used & bit) !== 0)
  }

  #allowCost(node: PatternNode): number {
    const rights = this.#rights
    if (!rights.has(node, "permitted")) return 0
    let best = this.#ownCost(node, false)
    for (const child of node.children) best += this.#allowCost(child)
    let choice: Choice = "list"
    const { denyAll } = this.#options
    const isOwn = this.#isPermitted(node)
    const { star, below } = this.#widthOf(node, isOwn)
    const isBelow = below && rights.isWithin(node, node.below.ownReach, "below")
    const isOpen = node.isOpen && isOwn
    const denied = denyAll || !(isOpen || isBelow) ? 0 : this.#denials.costBelow(node)
    if (isOpen) {
      // An open end covers what is longer in any case: then nothing is gained by naming that, too.
      const cost = this.#ownCost(node, true) + denied
      if (cost <= best) [best, choice] = [cost, "open"]
    }
    if (star && rights.isWithin(node, node.starReach, "branch")) {
      const cost = this.#bytes(node.starText) + (denyAll ? 0 : this.#denials.cost(node))
      if (cost < best) [best, choice] = [cost, "star"]
    }
    if (isBelow && isOwn && rights.isFree(node.ownReach)) {
      const cost = this.#bytes(node.text) + this.#bytes(`${node.text}/*`) + denied
      if (cost < best) [best, choice] = [cost, "ownAndBelow"]
    } else if (isBelow && !isOwn) {
      const cost = this.#bytes(node.below.text) + denied
      if (cost < best) [best, choice] = [cost, "below"]
    }
    this.#choices.set(node, choice)
    return best
  }

  /** Whether the node's text may end in `*`, and whether everything below it may be covered. */
  #widthOf(node: PatternNode, isOwn: boolean): { readonly star: boolean; readonly below: boolean } {
    const { width } = this.#options
    const depth = node.tokens.length
    // `$default` is every path anyway.
    if (depth === 0)
      return {
        star: width.below === 0 || node.own.some((at) => this.#isDefault(at) && this.#rights.may(at)),
        below: false,
      }
    if (node.isJoint) return { star: depth >= width.below, below: false }
    const star = depth >= width.star && !node.isOpen
    // `orders/` and `orders/?*` are `orders/*`, and nothing else is.
    const isExact = isOwn && node.children.some((child) => child.isOpen && this.#isPermitted(child))
    return { star, below: (depth >= width.below || isExact) && !(node.isOpen && isOwn) }
  }

  #isDefault(place: number): boolean {
    return this.#examined[place]?.template.tokens[0] === rest
  }

  /** Whether the text of a node is the pattern of a permitted route. */
  #isPermitted({ own, text }: PatternNode): boolean {
    return own.some((place) => this.#rights.may(place) && this.#examined[place]?.paths[0] === text)
  }

  /** @param open whether the caller denies what is forbidden below */
  #ownCost(node: PatternNode, open: boolean): number {
    let bytes = 0
    this.#eachOwn(
      node,
      open,
      (path) => {
        bytes += this.#bytes(path)
      },
      (text, end) => {
        bytes += this.#denials.costOf(text, end)
      },
    )
    return bytes
  }

  /** The permitted routes of a node, and what has to be denied beside them: a whole branch by its node, or a path. */
  #eachOwn(
    node: PatternNode,
    open: boolean,
    allow: (path: string) => void,
    deny: (text: string, end: PatternNode) => void,
  ): void {
    for (const place of node.own) {
      const one = this.#examined[place]
      if (one === undefined || !this.#rights.may(place)) continue
      for (const path of one.paths) allow(path)
      if (this.#options.denyAll) continue
      for (const overlap of one.overlaps) {
        const other = this.#tree.placeOf(overlap.at)
        const end = this.#tree.ends[other]
        if (end === undefined || ((this.#rights.forbidden[other] ?? 0) & overlap.bits & this.#rights.bits) === 0)
          continue
        if (open && end !== node && end.from >= node.from && end.to <= node.to) continue
        if (this.#rights.isHarmless(end.starReach)) deny(end.starText, end)
        else this.#eachNarrow(overlap, deny)
      }
    }
  }

  #eachNarrow({ patterns }: Overlap, deny: (text: string, end: PatternNode) => void): void {
    for (const tokens of patterns) {
      const node = this.#tree.nodeOf(tokens)
      if (this.#rights.isHarmless(node.starReach)) deny(node.starText, node)
      else for (const text of node.ends) deny(text, node)
    }
  }

  #emit(node: PatternNode): void {
    const choice = this.#rights.has(node, "permitted") ? this.#choices.get(node) : undefined
    if (choice === undefined) return
    const { text } = node
    if (choice === "star") this.#allowed.add(node.starText, node)
    if (choice === "ownAndBelow") for (const path of [text, `${text}/*`]) this.#allowed.add(path, node)
    if (choice === "below") this.#allowed.add(node.below.text, node.below)
    if (choice === "list" || choice === "open") {
      this.#eachOwn(
        node,
        choice === "open",
        (path) => this.#allowed.add(path, node),
        (denied, end) => this.#denials.denyPath(denied, end),
      )
    }
    if (choice === "list") for (const child of node.children) this.#emit(child)
    else if (this.#options.denyAll) return
    else if (choice === "star") this.#denials.deny(node)
    else this.#denials.denyBelow(node)
  }

  #bytes(path: string): number {
    return resourceBytes(this.#rights.bits, path, this.#options.beginning)
  }
}
