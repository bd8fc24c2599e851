import { isFixed, many, one, rest, type Tokens } from "./tokens.ts"
import type { RouteOrder } from "./tree.ts"

/** Whether some path fits two templates. */
export function overlap(a: Tokens, b: Tokens): boolean {
  for (let at = 0; ; at++) {
    const [x, y] = [a[at], b[at]]
    if (x === rest || y === rest) return true
    if (x === undefined || y === undefined) return x === y
    if (x === many || y === many) return true // which stand at the end only
    if (x !== y && isFixed(x) && isFixed(y)) return false
  }
}

/** Whether the gateway chooses the first template where a path fits both; as `TemplateTree` has it. */
export function precedes(a: Tokens, b: Tokens, order: RouteOrder): boolean {
  if (order === "http" && rank(b.at(-1)) > 1 !== rank(a.at(-1)) > 1) return rank(b.at(-1)) > 1
  for (let at = 0; at < a.length || at < b.length; at++) {
    const difference = rank(a[at]) - rank(b[at])
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Fixed text goes before a parameter, a parameter before a greedy one, and `$default` is the last. */
function rank(token: string | undefined): number {
  if (token === rest) return 3
  return token === many ? 2 : token === one ? 1 : 0
}
