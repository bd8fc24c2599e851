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
    let methods = 0
    for (const [, bits] of one.grants) methods |= bits
    add(allow, methods, one.paths, false)
    // Where a template has several routes, a caller may be permitted all methods but one: then each is written.
    const isOne = one.template.routes.size === 1 && one.wildMethod !== "no"
    add(resourcePolicyAllows ? deny : said, methods, one.paths, isOne)
    for (const overlap of one.overlaps) add(deny, overlap.bits, overlap.deny, false)
    addAround(said, one, everyMethod)
  }
  add(deny, everyMethod, ["?*/"], false)
  const needed = { allow: [...allow], deny: [...deny], denyForms: ambiguous, denyIfRoom: [] }
  return { needed, all: { ...needed, deny: [...deny, ...[...said].filter((text) => !deny.has(text))] } }
}
