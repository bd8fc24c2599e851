import { growTree } from "../route/grown-tree.ts"
import type { RouteOrder } from "../route/tokens.ts"
import type { Template } from "../route/tree.ts"
import type { Coverable, Examined } from "./patterns.ts"
import { Shorter } from "./shorter.ts"

/** What writes the policies of a restored table in fewer patterns. @param table in the order of the templates */
export function restoreShorter(
  templates: readonly Template[],
  order: RouteOrder,
  table: readonly Coverable[],
  options: { readonly resourcePolicyAllows: boolean; readonly complete: boolean },
): Shorter {
  const examined = table.map((one, at): Examined => {
    return { ...one, template: templates[at] as Template, around: { deny: one.around.deny, exposed: [] } }
  })
  return new Shorter(templates, growTree(templates, order), examined, options)
}
