import type { Demand } from "../route/demands.ts"
import { demandsIn } from "../route/rule.ts"
import type { RouteOrder, Tokens } from "../route/tokens.ts"
import type { Node, Template } from "../route/tree.ts"
import type { RouteRule } from "../types/configuration.ts"
import type { CompiledTable } from "./compile.ts"
import type { PrincipalPolicy } from "./decide.ts"
import type { Coverable, Examined } from "./patterns.ts"

/** A node of a tree of templates. @typeParam T what a template is named by: its place */
export interface NodeForm<T = number> {
  /** Undefined: none. */
  readonly fixed?: readonly (readonly [segment: string, node: NodeForm<T>])[]
  readonly parameter?: NodeForm<T>
  readonly greedy?: T
  readonly template?: T
}

/** A template. */
export interface TemplateForm {
  readonly text: string
  readonly tokens: Tokens
  /** By method, the place of the route. The place after the last is for what the table does not name. */
  readonly routes: readonly (readonly [method: string, route: number])[]
}

/** The table as one kind of API reads it. */
export interface OrderForm {
  readonly order: RouteOrder
  readonly root: NodeForm
  /** The place of `$default`. */
  readonly catchAll?: number
  /** In the order of the templates. */
  readonly covered: readonly Coverable[]
}

/** What was found out about a route table when its configuration was bundled. Plain data, as in JSON. */
export interface TableForm {
  /**
   * By their numbers, without the one of what the table does not name. Null: more than texts are demanded, so that the
   * rule is read anew.
   */
  readonly rules: readonly (readonly Demand[] | null)[]
  /** In the order of the configuration. Routes whose rules say the same have one number. */
  readonly routes: readonly (readonly [method: string, template: string, rule: number])[]
  /** Whether what the table does not name admits no caller, because the path decides. */
  readonly closed: boolean
  readonly templates: readonly TemplateForm[]
  /** The patterns of ambiguous paths, see `AmbiguousForms`. */
  readonly ambiguous: readonly string[]
  readonly hasParameters: boolean
  /** Whether every path has a route. */
  readonly complete: boolean
  /** In how many ways patterns are written shorter. */
  readonly steps: number
  /** One if every kind of API that is meant reads the table alike. */
  readonly orders: readonly OrderForm[]
  readonly ordersDiffer: boolean
}

/** What was found out about a table, to be read by `restorePolicy`. The policy has no conflicts. */
export function tableFormOf({ tables, ordersDiffer, rules: routes }: PrincipalPolicy): TableForm {
  const { ambiguous, hasParameters, options, coverOptions, examined: all } = tables[0] as CompiledTable
  const places = new Map(routes.map((route, place) => [route, place]))
  const written = new Map(routes.slice(0, -1).map(({ rule, configured }) => [rule, configured]))
  return {
    rules: [...written.values()].map(plainDemandsIn),
    routes: routes.slice(0, -1).map(({ method, template, rule }) => [method, template, options.rules.get(rule) ?? -1]),
    closed: options.closed,
    templates: all.map(({ template: { text, tokens, routes: byMethod } }) => ({
      ...{ text, tokens },
      routes: [...byMethod].map(([method, route]) => [method, places.get(route) ?? -1] as const),
    })),
    ambiguous: ambiguous.patterns,
    ...{ hasParameters, complete: options.complete, steps: coverOptions.steps, ordersDiffer },
    orders: tables.map(orderFormOf),
  }
}

function plainDemandsIn(rule: RouteRule): readonly Demand[] | null {
  const demands = demandsIn(rule)
  return demands.every(({ values }) => values.every((value) => typeof value === "string")) ? demands : null
}

function orderFormOf({ tree: { order, root, catchAll }, examined }: CompiledTable): OrderForm {
  const places = new Map(examined.map(({ template }, place) => [template, place]))
  const placeOf = (template: Template | undefined): number | undefined => template && places.get(template)
  return {
    order,
    root: nodeFormOf(root, placeOf),
    ...named("catchAll", placeOf(catchAll)),
    covered: examined.map(coverableOf),
  }
}

function nodeFormOf(node: Node, placeOf: (template: Template | undefined) => number | undefined): NodeForm {
  return {
    ...(node.fixed.size > 0 && {
      fixed: [...node.fixed].map(([segment, child]) => [segment, nodeFormOf(child, placeOf)] as const),
    }),
    ...(node.parameter && { parameter: nodeFormOf(node.parameter, placeOf) }),
    ...named("greedy", placeOf(node.greedy)),
    ...named("template", placeOf(node.template)),
  }
}

function named<N extends string>(name: N, place: number | undefined): { readonly [name in N]?: number } {
  return place === undefined ? {} : ({ [name]: place } as { readonly [name in N]: number })
}

function coverableOf({ template: _, around, deniedWith, ...rest }: Examined): Coverable {
  return { ...rest, deniedWith: deniedWith.map(({ at, bits }) => ({ at, bits })), around: { deny: around.deny } }
}
