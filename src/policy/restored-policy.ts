import type { Route } from "../route/decide.ts"
import { formsOf } from "../route/path.ts"
import { type CompiledRule, compileRule } from "../route/rule.ts"
import { type Template, TemplateTree } from "../route/tree.ts"
import { memoized } from "../shared/memoized.ts"
import { CodeNeeded } from "./code-needed.ts"
import { type CoverOptions, cover, type Examined, permissionsOf } from "./patterns.ts"
import { TextTable } from "./principal-table.ts"
import type { Shorter } from "./shorter.ts"
import { type DecidingPolicy, type PrincipalPolicyOptions, stageDecisions, unnamedRoute } from "./stage-decisions.ts"
import type { TableForm } from "./table-form.ts"

/** Loads what writes a policy in fewer patterns, if a first one does not fit into an answer. */
export type LoadShorter = () => Promise<typeof Shorter>

/**
 * The policy of a table that was compiled when its configuration was bundled.
 *
 * @param form of the same table and version
 */
export function restorePolicy(
  options: PrincipalPolicyOptions,
  form: TableForm,
  loadShorter: LoadShorter,
): DecidingPolicy {
  const rules: CompiledRule[] = []
  const routes = Object.entries(options.routes).map(([key, configured], at): Route => {
    const [method, template, number] = form.routes[at] as TableForm["routes"][number]
    rules[number] ??= compileRule(configured)
    return { key, method, template, rule: rules[number], configured }
  })
  const unnamed = unnamedRoute(form.closed)
  const all = [...routes, unnamed]
  const templates = form.templates.map(({ text, tokens, routes: places }): Template => {
    const byMethod = places.map(([method, place]) => [method, all[place] as Route] as const)
    return { text, tokens, shape: tokens.join("/"), routes: new Map(byMethod) }
  })
  const ambiguous = formsOf(form.escapes)
  const tables = form.tables.map(({ order, examined: found }) =>
    memoized((): TextTable => {
      const tree = new TemplateTree(templates, order)
      const examined = found.map(({ around, ...rest }, at): Examined => {
        return { ...rest, template: templates[at] as Template, around: { deny: new Map(around), exposed: [] } }
      })
      const { resourcePolicyAllows } = options
      const { hasParameters, complete, steps } = form
      let shorter: Shorter | undefined
      async function load(): Promise<void> {
        const Loaded = await loadShorter()
        shorter = new Loaded(templates, tree, examined, { resourcePolicyAllows, complete })
      }
      const coverOptions: CoverOptions = {
        ...{ ambiguous, hasParameters, resourcePolicyAllows, steps },
        shorter(permissions, step) {
          if (shorter === undefined) throw new CodeNeeded(load)
          return shorter.patterns(permissions, step)
        },
      }
      const compiled = {
        ...{ tree, ambiguous, hasParameters },
        cover: (permits: (route: Route) => boolean) => cover(examined, permissionsOf(examined, permits), coverOptions),
      }
      return new TextTable(templates, compiled, all, unnamed, options.byPath)
    }),
  )
  return {
    conflicts: [],
    ...stageDecisions({
      ...{ routes, unnamed, open: options.unmatched === "authenticated" },
      table: (order) => tables[form.ordersDiffer ? form.tables.findIndex((each) => each.order === order) : 0]?.(),
    }),
  }
}
