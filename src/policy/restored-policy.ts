import type { Route } from "../route/decide.ts"
import { isAmbiguousBy } from "../route/path.ts"
import { type CompiledRule, compileRule } from "../route/rule.ts"
import { type Node, type Template, TemplateTree } from "../route/tree.ts"
import { CodeNeeded } from "./code-needed.ts"
import { cover } from "./patterns.ts"
import { PermissionsOf } from "./permissions.ts"
import { TextTable } from "./principal-table.ts"
import type { restoreShorter } from "./restored-shorter.ts"
import type { Shorter } from "./shorter.ts"
import { type DecidingPolicy, type PrincipalPolicyOptions, stageDecisions, unnamedRoute } from "./stage-decisions.ts"
import type { NodeForm, OrderForm, TableForm } from "./table-form.ts"

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
  const routes = Object.keys(options.routes).map((key, at): Route => {
    const { 0: method, 1: template, 2: number } = form.routes[at] as TableForm["routes"][number]
    const configured = options.routes[key] as Route["configured"]
    rules[number] ??= compileRule(configured)
    return { key, method, template, rule: rules[number], configured }
  })
  const unnamed = unnamedRoute(form.closed)
  rules.push(unnamed.rule)
  const templates = form.templates.map(({ text, tokens, routes: places }): Template => {
    const byMethod = new Map<string, Route>()
    for (let at = 0; at < places.length; at++) {
      const { 0: method, 1: place } = places[at] as readonly [string, number]
      byMethod.set(method, routes[place] ?? unnamed)
    }
    return { text, tokens, shape: tokens.join("/"), routes: byMethod }
  })
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

function nodeOf({ fixed, parameter, greedy, template }: NodeForm, templates: readonly Template[]): Node {
  const children = new Map<string, Node>()
  for (let at = 0; at < fixed.length; at++) {
    const { 0: segment, 1: child } = fixed[at] as readonly [string, NodeForm]
    children.set(segment, nodeOf(child, templates))
  }
  return {
    fixed: children,
    parameter: parameter && nodeOf(parameter, templates),
    greedy: greedy === undefined ? undefined : templates[greedy],
    template: template === undefined ? undefined : templates[template],
  }
}
