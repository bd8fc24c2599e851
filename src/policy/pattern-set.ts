import { isFixed, many } from "../route/tokens.ts"
import { methodsIn } from "./methods.ts"
import type { PatternNode, PatternTree } from "./pattern-tree.ts"
import type { Rights } from "./rights.ts"

/** One path with the methods that are meant, and the node that it is of. */
interface Entry {
  bits: number
  readonly node: PatternNode | undefined
}

/** Patterns of one effect, by path. */
export class PatternSet {
  readonly #tree: PatternTree
  readonly #rights: Rights
  readonly #entries = new Map<string, Entry>()

  constructor(tree: PatternTree, rights: Rights) {
    this.#tree = tree
    this.#rights = rights
  }

  /** Adds a path for the methods that are looked at. @param node the node that the path is of, if it is of one */
  add(path: string, node: PatternNode | undefined, bits: number = this.#rights.bits): void {
    const known = this.#entries.get(path)
    if (known === undefined) this.#entries.set(path, { bits, node })
    else known.bits |= bits
  }

  /**
   * Joins patterns that differ in one segment: across it, one pattern reaches them all.
   *
   * @param from the first segment that may differ
   * @param mayCover whether a pattern of a node may be used, for the methods that are looked at
   */
  join(from: number, mayCover: (node: PatternNode) => boolean): void {
    const alike = new Map<string, Entry[]>()
    for (const [path, { bits, node }] of this.#entries) {
      if (node === undefined || node.isJoint || path !== node.starText) continue
      for (const [at, token] of node.tokens.entries()) {
        if (at < from || at === node.tokens.length - 1 || !isFixed(token)) continue
        const key = `${bits} ${node.tokens.with(at, many).join("/")}`
        const known = alike.get(key)
        if (known === undefined) alike.set(key, [{ bits, node }])
        else known.push({ bits, node })
      }
    }
    const largest = [...alike].filter(([, group]) => group.length > 1).sort(([, a], [, b]) => b.length - a.length)
    for (const [key, group] of largest) {
      const left = group.filter(({ bits, node }) => this.#entries.get(node?.starText ?? "")?.bits === bits)
      const [first] = left
      if (first === undefined || left.length < 2) continue
      const node = this.#tree.nodeOf(key.slice(key.indexOf(" ") + 1).split("/"))
      this.#rights.bits = first.bits
      if (!mayCover(node)) continue
      for (const entry of left) this.#entries.delete(entry.node?.starText ?? "")
      this.add(node.starText, node, first.bits)
    }
  }

  /** Method and path of each. @param anyMethod whether `*` may be written in place of several methods */
  texts(anyMethod: (path: string, node: PatternNode) => boolean): readonly string[] {
    return [...this.#entries].flatMap(([path, { bits, node }]) => {
      const methods = methodsIn(bits)
      const isForAll = methods.length > 1 && node !== undefined && anyMethod(path, node)
      return isForAll ? [`*/${path}`] : methods.map((method) => `${method}/${path}`)
    })
  }
}
