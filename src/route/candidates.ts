import type { GrownNode, GrownTree } from "./grown-tree.ts"
import type { RequestedPath } from "./requested-path.ts"
import { many, rest, type Tokens } from "./tokens.ts"
import { routeOf, type Template, type TemplateTree } from "./tree.ts"

/**
 * Every template of a tree that can have a text in common with a pattern, and perhaps some more; a template may come
 * twice.
 *
 * @param visit returns true to look no further
 */
export function visitCandidates(
  { root, catchAll }: Pick<GrownTree, "root" | "catchAll">,
  pattern: Tokens,
  visit: (template: Template) => boolean,
): void {
  if (catchAll !== undefined && visit(catchAll)) return
  const seen = new Set<number>()
  const width = pattern.length + 1
  const walk = (node: GrownNode, at: number): boolean => {
    const state = node.number * width + at
    if (seen.has(state)) return false
    seen.add(state)
    const token = pattern[at]
    if (node.greedy !== undefined && token !== undefined && visit(node.greedy)) return true
    if (node.template !== undefined && (token === undefined || token === rest) && visit(node.template)) return true
    if (token === undefined || (token !== rest && pattern.length - at > node.height)) return false
    const stays = token === many || token === rest
    const step = (child: GrownNode): boolean => (token !== rest && walk(child, at + 1)) || (stays && walk(child, at))
    if (!stays) {
      const child = node.fixed.get(token)
      if (child !== undefined && step(child)) return true
    } else {
      for (const child of node.fixed.values()) if (step(child)) return true
    }
    return node.parameter !== undefined && step(node.parameter)
  }
  walk(root, 0)
}

/** Whether a tree gives a path to a template, for each method, as `choose` does. It is walked once for all of them. */
export function choosesTemplate(
  tree: TemplateTree,
  template: Template,
  segments: readonly string[],
): (method: string) => boolean {
  const fitting = tree.find(pathOf(segments))
  return (method) => fitting.find((each) => routeOf(each, method) !== undefined) === template
}

/** A path of these segments. */
export function pathOf(segments: readonly string[]): RequestedPath {
  const text = `/${segments.join("/")}`
  return { text, end: segments.length === 0 ? 0 : text.length, slash: false }
}
