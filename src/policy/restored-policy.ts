import type { Route } from "../route/decide.ts"
import type { CompiledRule } from "../route/demands.ts"
import { isAmbiguousBy } from "../route/path.ts"
import { compileRule, ruleOf } from "../route/rule.ts"
import { type Node, type Template, TemplateTree } from "../route/tree.ts"
import { CodeNeeded } from "./code-needed.ts"
import { cover } from "./patterns.ts"
import { PermissionsOf } from "./permissions.ts"
import { TextTable } from "./principal-table.ts"
import type { restoreShorter } from "./restored-shorter.ts"
import type { Shorter } from "./shorter.ts"
import { type DecidingPolicy, type PrincipalPolicyOptions, stageDecisions, unnamedRoute } from "./stage-decisions.ts"
import type { NodeForm, OrderForm, TableForm, TemplateForm } from "./table-form.ts"

/** Loads what writes a policy in fewer patterns, if a first one does not fit into an answer. */
export type LoadShorter = () => Promise<typeof restoreShorter>

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
  const routes: Route[] = []
  const keys = Object.keys(options.routes)
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    const configured = options.routes[key] as Route["configured"]
    const read = form.routes[at] as TableForm["routes"][number]
    let rule = rules[read[2]]
    if (rule === undefined) {
      const demands = form.rules[read[2]]
      rule = demands ? ruleOf(demands) : compileRule(configured)
      rules[read[2]] = rule
    }
    routes.push({ key, method: read[0], template: read[1], rule, configured })
  }
  const unnamed = unnamedRoute(form.closed)
  rules.push(unnamed.rule)
  const templates: Template[] = []
  for (let at = 0; at < form.templates.length; at++) {
    const { text, tokens, routes: places } = form.templates[at] as TemplateForm
    const byMethod = new Map<string, Route>()
    for (let each = 0; each < places.length; each++) {
      const place = places[each] as TemplateForm["routes"][number]
      byMethod.set(place[0], routes[place[1]] ?? unnamed)
    }
    templates.push({ text, tokens, shape: tokens.join("/"), routes: byMethod })
  }
  const restored: Restored = { options, form, loadShorter, rules, routes, unnamed, templates }
  const tables: TextTable[] = []
  return {
    conflicts: [],
    ...stageDecisions({
      ...{ routes, unnamed, open: options.unmatched === "authenticated" },
      table(order) {
        const at = form.ordersDiffer ? form.orders.findIndex((each) => each.order === order) : 0
        const found = form.orders[at]
        if (found === undefined) return undefined
        tables[at] ??= tableOf(restored, found)
        return tables[at]
      },
    }),
  }
}

interface Restored {
  readonly options: PrincipalPolicyOptions
  readonly form: TableForm
  readonly loadShorter: LoadShorter
  readonly rules: readonly CompiledRule[]
  readonly routes: readonly Route[]
  readonly unnamed: Route
  readonly templates: readonly Template[]
}

/** The table of one kind of API, made for its first request. */
function tableOf(
  { options, form, loadShorter, rules, routes, unnamed, templates }: Restored,
  { order, root, catchAll, covered }: OrderForm,
): TextTable {
  const { hasParameters, ambiguous, complete, steps } = form
  const { resourcePolicyAllows, byPath } = options
  let shorter: Shorter | undefined
  const coverOptions = {
    ...{ ambiguous, hasParameters, resourcePolicyAllows, steps },
    shorter(permissions: Parameters<Shorter["patterns"]>[0], step: number) {
      if (shorter !== undefined) return shorter.patterns(permissions, step)
      throw new CodeNeeded(async () => {
        shorter = (await loadShorter())(templates, order, covered, { resourcePolicyAllows, complete })
      })
    },
  }
  const table = {
    tree: new TemplateTree(nodeOf(root, templates), catchAll === undefined ? undefined : templates[catchAll], order),
    isAmbiguous: isAmbiguousBy(ambiguous),
    hasParameters,
  }
  const permissions = new PermissionsOf(rules, routes.length + 1, (met) => cover(covered, met, coverOptions))
  return new TextTable(templates, table, permissions, unnamed, byPath)
}

const noNodes: Node["fixed"] = new Map()

function nodeOf({ fixed, parameter, greedy, template }: NodeForm, templates: readonly Template[]): Node {
  const nodes = fixed && new Map<string, Node>()
  for (const each of fixed ?? []) nodes?.set(each[0], nodeOf(each[1], templates))
  return {
    fixed: nodes ?? noNodes,
    parameter: parameter && nodeOf(parameter, templates),
    greedy: greedy === undefined ? undefined : templates[greedy],
    template: template === undefined ? undefined : templates[template],
  }
}
