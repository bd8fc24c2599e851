import type { RouteOrder, Tokens } from "../route/tokens.ts"
import type { CompiledTable } from "./compile.ts"
import type { PrincipalPolicy } from "./decide.ts"
import type { Examined } from "./patterns.ts"

/** What was found out about a template, without the template. Plain data, as in JSON. */
export interface ExaminedForm extends Omit<Examined, "template" | "around"> {
  /** What to deny around the template: methods, each with its paths. */
  readonly around: readonly (readonly [method: string, paths: readonly string[]])[]
}

/** A template. Plain data, as in JSON. */
export interface TemplateForm {
  readonly text: string
  readonly tokens: Tokens
  /** By method, the place of the route. The place after the last is for what the table does not name. */
  readonly routes: readonly (readonly [method: string, route: number])[]
}

/** What was found out about a route table when its configuration was bundled. Plain data, as in JSON. */
export interface TableForm {
  /** In the order of the configuration. Routes whose rules say the same have one number. */
  readonly routes: readonly (readonly [method: string, template: string, rule: number])[]
  /** Whether what the table does not name admits no caller, because the path decides. */
  readonly closed: boolean
  readonly templates: readonly TemplateForm[]
  /** The texts that make a path ambiguous, see `formsOf`. */
  readonly escapes: readonly string[]
  readonly hasParameters: boolean
  /** Whether every path has a route. */
  readonly complete: boolean
  /** In how many ways patterns are written shorter. */
  readonly steps: number
  readonly ordersDiffer: boolean
  /** The order of each tree that the table is compiled for, and the templates in their order. */
  readonly tables: readonly { readonly order: RouteOrder; readonly examined: readonly ExaminedForm[] }[]
}

/** What was found out about a table, to be read by `restorePolicy`. The policy has no conflicts. */
export function tableFormOf({ tables, ordersDiffer, rules }: PrincipalPolicy): TableForm {
  const { ambiguous, hasParameters, options, coverOptions, examined: all } = tables[0] as CompiledTable
  const listed = rules.slice(0, -1)
  const numbers = new Map([...new Set(listed.map(({ rule }) => rule))].map((rule, number) => [rule, number]))
  const places = new Map(rules.map((route, place) => [route, place]))
  return {
    routes: listed.map(({ method, template, rule }) => [method, template, numbers.get(rule) ?? -1]),
    closed: options.closed,
    templates: all.map(({ template: { text, tokens, routes } }) => ({
      ...{ text, tokens },
      routes: [...routes].map(([method, route]) => [method, places.get(route) ?? -1] as const),
    })),
    ...{ escapes: ambiguous.escapes, hasParameters, complete: options.complete, steps: coverOptions.steps },
    ordersDiffer,
    tables: tables.map(({ tree: { order }, examined }) => ({
      order,
      examined: examined.map(({ template: _, around, deniedWith, ...rest }) => ({
        ...rest,
        deniedWith: deniedWith.map(({ at, bits }) => ({ at, bits })),
        around: [...around.deny],
      })),
    })),
  }
}
