import { many, one, type RouteOrder, rest } from "./tokens.ts"
import { type Node, type Template, TemplateTree } from "./tree.ts"

/** A node with what the search for candidates needs. */
export interface GrownNode extends Node {
  readonly fixed: Map<string, GrownNode>
  parameter?: GrownNode
  greedy?: Template
  template?: Template
  /** Most segments that a template below can take. */
  height: number
  /** Counted through the tree. */
  readonly number: number
}

/** A tree that was made of its templates, not restored. */
export type GrownTree = TemplateTree<GrownNode>

/** Makes the tree of some templates. */
export function growTree(templates: Iterable<Template>, order: RouteOrder): GrownTree {
  const root: GrownNode = { fixed: new Map(), height: 0, number: 0 }
  let [nodes, catchAll]: [number, Template | undefined] = [1, undefined]

  function childOf(node: GrownNode, token: string): GrownNode {
    const known = token === one ? node.parameter : node.fixed.get(token)
    if (known !== undefined) return known
    const child: GrownNode = { fixed: new Map(), height: 0, number: nodes++ }
    if (token === one) node.parameter = child
    else node.fixed.set(token, child)
    return child
  }

  function add(template: Template): void {
    let node = root
    const { tokens } = template
    for (const [at, token] of tokens.entries()) {
      if (token === rest) {
        catchAll = template
        return
      }
      if (token === many) {
        node.greedy = template
        return
      }
      node.height = Math.max(node.height, tokens.at(-1) === many ? Number.POSITIVE_INFINITY : tokens.length - at)
      node = childOf(node, token)
    }
    node.template = template
  }

  for (const template of templates) add(template)
  return new TemplateTree(root, catchAll, order)
}
