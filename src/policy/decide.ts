import type { Route } from "../route/decide.ts"
import { type GrownTree, growTree } from "../route/grown-tree.ts"
import { readRoutes } from "../route/table.ts"
import { templatesOf } from "../route/templates.ts"
import type { RouteOrder } from "../route/tokens.ts"
import type { Coverage } from "../types/coverage.ts"
import type { Principal } from "../types/principal.ts"
import { type CompiledTable, compileTable, type Examiner } from "./compile.ts"
import type { Exposure } from "./exposure.ts"
import type { Conflict } from "./overlap.ts"
import { PermissionsOf } from "./permissions.ts"
import { TextTable } from "./principal-table.ts"
import { type DecidingPolicy, type PrincipalPolicyOptions, stageDecisions, unnamedRoute } from "./stage-decisions.ts"

/** The same with all that checks and commands ask about the table. */
export interface PrincipalPolicy extends DecidingPolicy {
  readonly exposed: readonly Exposure[]
  /** What answers can cover in addition if they are so large that their patterns are merged. */
  exposedIfMerged(): readonly Exposure[]
  /** The most that answers need and can hold, see `CompiledTable`. */
  readonly most: CompiledTable["most"]
  /** The table as REST and as HTTP APIs read it; one if both read it alike, or if one kind is meant. */
  readonly tables: readonly CompiledTable[]
  readonly ordersDiffer: boolean
  /** The routes whose rules decide what a principal may call: those of the table, and what it does not name. */
  readonly rules: readonly Route[]
  /** What a principal may call of an API's HTTP routes; undefined: nothing. */
  covers(principal: Principal, order: RouteOrder): Coverage | undefined
}

/**
 * Compiles a table into principal policies: one answer that holds everything a principal may call. The answer is judged
 * by the text of each request's own path, so the decision is made by that text too. A gateway that chose another route
 * than the text leads to is a contradiction, not a second opinion.
 *
 * @param examiner finds out about the table what takes time
 */
export function compilePrincipalPolicy(options: PrincipalPolicyOptions, examiner: Examiner): PrincipalPolicy {
  const routes = readRoutes(options.routes)
  const listed = routes.filter(({ method }) => method !== "$connect")
  const hasDefault = listed.some(({ template }) => template === "$default")
  const open = options.unmatched === "authenticated"
  // What the table does not name is a route like any other if it is admitted: the last one, without a demand. If the
  // path decides, the gateway sends such requests on as well, and no answer may cover them: the last route admits
  // no caller.
  const closed = options.byPath && !open && !hasDefault
  const unnamed = unnamedRoute(closed)
  const templates = templatesOf((open && !hasDefault) || closed ? [...listed, unnamed] : listed)
  const { resourcePolicyAllows } = options
  const all = [...routes, unnamed]
  const rules = new Map([...new Set(all.map(({ rule }) => rule))].map((rule, number) => [rule, number]))
  const compile = (tree: GrownTree): TextTable<CompiledTable> => {
    const tableOptions = { resourcePolicyAllows, complete: open || hasDefault || closed, closed, rules }
    const examination = examiner.examine(templates, tree, tableOptions)
    const compiled = compileTable(templates, tree, tableOptions, examination)
    const permissions = new PermissionsOf([...rules.keys()], all.length, compiled.cover)
    return new TextTable(templates, compiled, permissions, unnamed, options.byPath)
  }
  const trees = { rest: growTree(templates, "rest"), http: growTree(templates, "http") }
  // Most tables mean the same on both kinds of API, and are examined once.
  const differ = examiner.ordersDiffer(templates, trees.rest, trees.http)
  const rest = differ && options.api === "http" ? undefined : compile(trees.rest)
  const http = differ ? (options.api === "rest" ? undefined : compile(trees.http)) : rest
  const tables = [...new Set([rest, http])].filter((table) => table !== undefined)
  const onRest = new Set(rest?.compiled.conflicts.map(({ routes }) => routes.join("\n")))

  return {
    conflicts: unique(
      tables.flatMap((table) =>
        table === rest || rest === undefined
          ? table.compiled.conflicts
          : table.compiled.conflicts.filter(({ routes }) => !onRest.has(routes.join("\n"))).map(onlyOnHttp),
      ),
    ).map((found) => (options.byPath ? foundByPath(found) : found)),
    exposed: unique(tables.flatMap(({ compiled }) => compiled.exposed)),
    exposedIfMerged: () => unique(tables.flatMap(({ compiled }) => compiled.exposedIfMerged())),
    most: () => (rest ?? http ?? compile(trees.rest)).compiled.most(),
    tables: tables.map(({ compiled }) => compiled),
    ordersDiffer: differ,
    rules: all,
    covers: (principal, order) => (order === "http" ? (http ?? rest) : (rest ?? http))?.covers(principal),
    ...stageDecisions({ routes, unnamed, open, table: (order) => (order === "http" ? http : rest) }),
  }
}

/** A conflict of a table whose gateway sends on every path. */
function foundByPath(conflict: Conflict): Conflict {
  const message = conflict.message.replace('"unmatched"', "what the table does not name")
  return { ...conflict, message, remedy: remedyByPath }
}

const remedyByPath =
  "let the table name what is below the route (ANY /orders/{id}/{rest+}), give both routes the same rule, put context.path and " +
  "context.httpMethod into the identity sources here and in API Gateway, or set the TTL and gateway.resultTtlSeconds to 0"

/** A conflict that a REST API does not have. */
function onlyOnHttp(conflict: Conflict): Conflict {
  return {
    ...conflict,
    message: `${conflict.message}; that is so on HTTP APIs only, which take a full match before a greedy one`,
    remedy: `set gateway.api to "rest" if this is a REST API; else ${conflict.remedy}`,
  }
}

/** Findings of two tables, each once. */
function unique<T extends Conflict | Exposure>(findings: readonly T[]): readonly T[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
}
