import { rest } from "../route/tokens.ts"
import { everyMethod } from "./methods.ts"
import { PatternSet } from "./pattern-set.ts"
import type { PatternNode, PatternTree } from "./pattern-tree.ts"
import type { Examined } from "./patterns.ts"
import { type Rights, resourceBytes } from "./rights.ts"

/** Denies what is forbidden of a branch in few patterns, none of which reaches what is permitted. */
export class Denials {
  readonly #examined: readonly Examined[]
  readonly #rights: Rights
  readonly #beginning: number
  readonly #set: PatternSet

  /**
   * @param examined in the order of the tree
   * @param beginning bytes of a Resource without method and path
   */
  constructor(tree: PatternTree, examined: readonly Examined[], rights: Rights, beginning: number) {
    this.#set = new PatternSet(tree, rights)
    this.#examined = examined
    this.#rights = rights
    this.#beginning = beginning
  }

  /** Bytes; infinite where something permitted would be denied, too. */
  cost(node: PatternNode): number {
    if (!this.#rights.has(node, "forbidden")) return 0
    if (this.#rights.isHarmless(node.starReach)) return this.costOf(node.starText, node)
    let bytes = 0
    for (const place of node.own) {
      if (!this.#rights.mayNot(place)) continue
      if (!this.#isWhole(node, place)) return Number.POSITIVE_INFINITY
      for (const text of node.ends) bytes += this.costOf(text, node)
    }
    return bytes + this.costBelow(node)
  }

  costBelow(node: PatternNode): number {
    const bytes = this.#costOfChildren(node)
    return bytes > 0 && this.#isBelowHarmless(node) ? Math.min(bytes, this.costOf(node.below.text, node.below)) : bytes
  }

  /** Of one path of a node, for `*` in place of all methods if that reaches nothing permitted. */
  costOf(path: string, node: PatternNode): number {
    const isForAll = this.#rights.bits === everyMethod && this.#isHarmlessForAll(path, node)
    return isForAll ? this.#beginning + 2 + path.length : this.#bytes(path)
  }

  deny(node: PatternNode): void {
    if (!this.#rights.has(node, "forbidden")) return
    if (this.#rights.isHarmless(node.starReach)) {
      this.denyPath(node.starText, node)
      return
    }
    for (const place of node.own) {
      if (!this.#rights.mayNot(place)) continue
      if (this.#isWhole(node, place)) for (const text of node.ends) this.denyPath(text, node)
      else for (const text of this.#examined[place]?.paths ?? []) this.denyPath(text, undefined)
    }
    this.denyBelow(node)
  }

  denyBelow(node: PatternNode): void {
    const bytes = this.#costOfChildren(node)
    if (bytes > 0 && this.#isBelowHarmless(node) && this.costOf(node.below.text, node.below) <= bytes)
      this.denyPath(node.below.text, node.below)
    else for (const child of node.children) this.deny(child)
  }

  /** @param node the node that the path is of, if it is of one */
  denyPath(path: string, node: PatternNode | undefined): void {
    this.#set.add(path, node)
  }

  /** Methods and paths: `*` in place of several methods where it reaches nothing that is permitted. */
  patterns(): readonly string[] {
    this.#set.join(0, (node) => this.#rights.isHarmless(node.starReach))
    return this.#set.texts((path, node) => this.#isHarmlessForAll(path, node))
  }

  #isHarmlessForAll(path: string, node: PatternNode): boolean {
    const reach = path === node.starText ? node.anyMethodReach : node.ownAnyMethodReach
    return this.#rights.isHarmlessForAll(reach)
  }

  /** Whether both spellings of a node's text are all of a template, and nothing permitted. */
  #isWhole(node: PatternNode, place: number): boolean {
    const isDefault = this.#examined[place]?.template.tokens[0] === rest
    return !node.isOpen && !isDefault && this.#rights.isHarmless(node.ownReach)
  }

  #costOfChildren({ children }: PatternNode): number {
    let bytes = 0
    for (const child of children) bytes += this.cost(child)
    return bytes
  }

  #isBelowHarmless(node: PatternNode): boolean {
    return !node.isJoint && node.tokens.length > 0 && this.#rights.isHarmless(node.below.ownReach)
  }

  #bytes(path: string): number {
    return resourceBytes(this.#rights.bits, path, this.#beginning)
  }
}
