import type { Route } from "./decide.ts"
import type { RequestedPath } from "./requested-path.ts"
import { many, type RouteOrder, type Tokens } from "./tokens.ts"

/** One template of the table with its routes. */
export interface Template {
  /** As the table writes it first. */
  readonly text: string
  readonly tokens: Tokens
  /** The tokens as one text, for comparing templates. */
  readonly shape: string
  /** Method, or `ANY`, to route. */
  readonly routes: ReadonlyMap<string, Route>
}

/** The templates that share a beginning. */
export interface Node {
  readonly fixed: ReadonlyMap<string, Node>
  readonly parameter?: Node | undefined
  /** The template that ends in a greedy parameter here. */
  readonly greedy?: Template | undefined
  /** The template that ends here. */
  readonly template?: Template | undefined
}

/** The route of a template for a method: the method's own before ANY. */
export function routeOf(template: Template | undefined, method: string): Route | undefined {
  return template?.routes.get(method) ?? template?.routes.get("ANY")
}

/**
 * The templates as a tree, for finding the one that a path belongs to. Its cost depends on the path, not on the table.
 */
export class TemplateTree<N extends Node = Node> {
  readonly root: N
  /** Takes what nothing else takes: `$default`. */
  readonly catchAll: Template | undefined
  readonly order: RouteOrder

  constructor(root: N, catchAll: Template | undefined, order: RouteOrder) {
    this.root = root
    this.catchAll = catchAll
    this.order = order
  }

  /** The templates that a path fits, the first in order first; `$default` last. */
  find(path: RequestedPath): readonly Template[] {
    const found: Template[] = []
    const note: Accept = (template) => {
      found.push(template)
      return false
    }
    collect(this.root, path, 1, note, "")
    if (this.order === "http") found.sort((a, b) => Number(isGreedy(a)) - Number(isGreedy(b)))
    if (this.catchAll !== undefined) found.push(this.catchAll)
    return found
  }

  /** The template that the gateway chooses for a path and method: the first one with a route for the method. */
  choose(path: RequestedPath, method: string): Template | undefined {
    return (
      (this.order === "http" ? collect(this.root, path, 1, hasFull, method) : undefined) ??
      collect(this.root, path, 1, has, method) ??
      (this.catchAll !== undefined && has(this.catchAll, method) ? this.catchAll : undefined)
    )
  }
}

/** Whether a template ends in a greedy parameter. */
export function isGreedy({ tokens }: Template): boolean {
  return tokens.at(-1) === many
}

/** Whether a template that a path fits is the one that is looked for. */
type Accept = (template: Template, method: string) => boolean

const has: Accept = (template, method) => routeOf(template, method) !== undefined
const hasFull: Accept = (template, method) => !isGreedy(template) && has(template, method)

/** Visits the templates that a path fits, segment by segment, until one is accepted. */
function collect(node: Node, path: RequestedPath, start: number, accept: Accept, method: string): Template | undefined {
  const { text, end } = path
  if (start > end) return node.template !== undefined && accept(node.template, method) ? node.template : undefined
  const slash = text.indexOf("/", start)
  const stop = slash < 0 || slash > end ? end : slash
  // An empty segment is no parameter.
  if (stop > start) {
    const fixed = node.fixed.size === 0 ? undefined : node.fixed.get(text.slice(start, stop))
    const found =
      (fixed && collect(fixed, path, stop + 1, accept, method)) ??
      (node.parameter && collect(node.parameter, path, stop + 1, accept, method))
    if (found !== undefined) return found
  }
  return node.greedy !== undefined && accept(node.greedy, method) ? node.greedy : undefined
}
