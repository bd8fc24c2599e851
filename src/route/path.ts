/** How a segment of a template matches, in API Gateway's order of precedence. */
interface Node {
  readonly fixed: Map<string, Node>
  parameter?: Node
  /** The template that ends in a greedy parameter here. */
  greedy?: string
  /** The template that ends here. */
  template?: string
}

/**
 * Finds the template of a requested path, for TOKEN events, which do not say which one the gateway chose. Fixed text
 * goes before a parameter, a parameter before a greedy one, segment by segment, as API Gateway documents it.
 *
 * @returns every template that the path fits, the most specific first
 */
export type MatchPath = (path: string) => readonly string[]

// One unreserved or harmless character, or the escape of a blank or of an octet beyond ASCII. Every other escape stands for
// a character that could be written plainly, or is a delimiter in disguise: whether the gateway has decoded it before it
// chose a route is not documented, so such a path could be read in two ways (SR-148).
const plainSegment = /^(?:[A-Za-z0-9._~:@!$&'()+,=-]|%20|%[89A-Fa-f][0-9A-Fa-f])+$/

/**
 * A path in the one form that is decided: no empty segment, no dot segments, no `;` `\` `*` `?`, no escaped delimiters.
 * One trailing slash is dropped, as REST APIs do when they choose a resource.
 *
 * @returns the segments, or undefined when the path could be read in two ways
 */
export function plainSegments(path: string): readonly string[] | undefined {
  if (!path.startsWith("/") || path.length > 2048) return undefined
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(1, -1) : path.slice(1)
  if (trimmed === "") return []
  const segments = trimmed.split("/")
  return segments.every((part) => part !== "." && part !== ".." && plainSegment.test(part)) ? segments : undefined
}

/** Builds the tree of the table's templates once. */
export function pathMatcher(templates: Iterable<string>): MatchPath {
  const root: Node = { fixed: new Map() }
  for (const template of templates) if (template.startsWith("/")) add(root, template)
  return (path) => {
    const segments = plainSegments(path)
    const found: string[] = []
    if (segments !== undefined) find(root, segments, 0, found)
    return found
  }
}

function add(root: Node, template: string): void {
  let node = root
  for (const part of template === "/" ? [] : template.slice(1).split("/")) {
    if (part.endsWith("+}")) {
      node.greedy = template
      return
    }
    if (part.startsWith("{")) {
      node.parameter ??= { fixed: new Map() }
      node = node.parameter
    } else {
      const next = node.fixed.get(part) ?? { fixed: new Map() }
      node.fixed.set(part, next)
      node = next
    }
  }
  node.template = template
}

function find(node: Node, segments: readonly string[], at: number, found: string[]): void {
  const part = segments[at]
  if (part === undefined) {
    if (node.template !== undefined) found.push(node.template)
    return
  }
  const fixed = node.fixed.get(part)
  if (fixed !== undefined) find(fixed, segments, at + 1, found)
  if (node.parameter !== undefined) find(node.parameter, segments, at + 1, found)
  if (node.greedy !== undefined) found.push(node.greedy)
}
