import { httpMethods } from "../route/tokens.ts"
import { routeOf } from "../route/tree.ts"
import type { CoverageForm } from "../types/coverage.ts"
import { everyMethod } from "./methods.ts"
import { add, addAround, type CoverOptions, type Examined } from "./patterns.ts"

/** What an answer of a table must hold at most, route by route, and all that it can hold where there is room. */
export function most(
  examined: readonly Examined[],
  { ambiguous, resourcePolicyAllows }: Pick<CoverOptions, "ambiguous" | "resourcePolicyAllows">,
): { readonly needed: CoverageForm; readonly all: CoverageForm } {
  const [allow, deny, said] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const one of examined) {
    const methods = httpMethods.filter((method) => routeOf(one.template, method) !== undefined)
    add(allow, methods, one.paths)
    // Where a template has several routes, a caller may be permitted all methods but one: then each is written.
    const isOne = one.template.routes.size === 1 && one.wildMethod !== "no" && methods.length === httpMethods.length
    add(resourcePolicyAllows ? deny : said, isOne ? ["*"] : methods, one.paths)
    for (const overlap of one.overlaps) add(deny, overlap.methods, overlap.deny)
    addAround(said, one, everyMethod)
  }
  add(deny, httpMethods, ["?*/"])
  const needed = { allow: [...allow], deny: [...deny], denyForms: ambiguous, denyIfRoom: [] }
  return { needed, all: { ...needed, deny: [...deny, ...[...said].filter((text) => !deny.has(text))] } }
}
