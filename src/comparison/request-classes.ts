import { freshText } from "../policy/common-paths.ts"
import { pathOf } from "../route/candidates.ts"
import { httpMethods, isFixed, many, one, type RouteOrder } from "../route/tokens.ts"
import type { AppliedRule, Side } from "./side.ts"

/** Requests that two tables treat alike, by one example. */
export interface RequestClass {
  /** `GET /orders/1`. */
  readonly request: string
  readonly segments: readonly string[]
  readonly before: AppliedRule
  readonly after: AppliedRule
  /** The kind of API on which the request meets these routes. */
  readonly order: RouteOrder
}

/** All classes, or as many as were found before the bound. */
export interface RequestClasses {
  readonly classes: readonly RequestClass[]
  readonly complete: boolean
}

/** Sets of templates that a start of a path fits. Tables of 1,000 routes have some thousand. */
const maxStates = 200_000

interface Node {
  readonly number: number
  readonly fixed: Map<string, Node>
  parameter?: Node
  greedy: boolean
}

interface State {
  readonly nodes: readonly Node[]
  /** Numbers of the nodes on the way that have a greedy template. */
  readonly greedy: readonly number[]
  readonly segments: readonly string[]
}

/**
 * Every pair of routes that some request meets, one in each table. The templates of both tables are walked together,
 * one segment at a time. A segment is fixed text of a template that still fits, or a text that no template holds. Two
 * starts of a path that the same templates fit are one state, so the walk ends. Which route a request meets, the real
 * matcher says.
 */
export function requestClasses(before: Side, after: Side): RequestClasses {
  const templates = [...before.templates, ...after.templates]
  const fresh = freshText(templates)
  const methods = methodsOf(before, after)
  const orders = orderPairs(before, after)
  const found = new Map<string, RequestClass>()
  const visit = (segments: readonly string[]): void => {
    const path = pathOf(segments)
    for (const [orderBefore, orderAfter] of orders)
      for (const method of methods) {
        const [one, other] = [before.applied(orderBefore, path, method), after.applied(orderAfter, path, method)]
        const key = `${one.route?.key ?? ""}\n${other.route?.key ?? ""}`
        if (found.has(key)) continue
        const request = `${method} ${path.text}`
        found.set(key, { request, segments, before: one, after: other, order: orderAfter })
      }
  }
  const complete = walk(rootOf(templates), fresh, visit)
  if (before.onConnect.route !== undefined || after.onConnect.route !== undefined) {
    const connect = { segments: [], before: before.onConnect, after: after.onConnect, order: "rest" } as const
    found.set("$connect", { request: "$connect", ...connect })
  }
  return { classes: [...found.values()], complete }
}

/** The methods that the tables name, and one that they do not. */
function methodsOf(...sides: readonly Side[]): readonly string[] {
  const named = new Set(sides.flatMap(({ routes }) => routes.map(({ method }) => method)))
  const other = httpMethods.find((method) => !named.has(method))
  const used = httpMethods.filter((method) => named.has(method))
  return other === undefined ? used : [...used, other]
}

/** The kinds of API that both tables are for, or each with its own. */
function orderPairs(before: Side, after: Side): readonly (readonly [RouteOrder, RouteOrder])[] {
  const shared = before.orders.filter((order) => after.orders.includes(order))
  if (shared.length > 0) return shared.map((order) => [order, order] as const)
  return before.orders.flatMap((order) => after.orders.map((other) => [order, other] as const))
}

function rootOf(templates: Side["templates"]): Node {
  let count = 0
  const made = (): Node => ({ number: count++, fixed: new Map(), greedy: false })
  const root = made()
  for (const { tokens, text } of templates) {
    if (text.startsWith("$")) continue
    let node = root
    for (const token of tokens) {
      if (token === many) node.greedy = true
      else if (token === one) node = node.parameter ??= made()
      else {
        const child = node.fixed.get(token) ?? made()
        node.fixed.set(token, child)
        node = child
      }
    }
  }
  return root
}

/** @returns whether every state was visited */
function walk(root: Node, fresh: string, visit: (segments: readonly string[]) => void): boolean {
  const known = new Set<string>()
  let level: State[] = [{ nodes: [root], greedy: [], segments: [] }]
  while (level.length > 0) {
    const next: State[] = []
    for (const state of level) {
      visit(state.segments)
      const symbols = new Set(state.nodes.flatMap(({ fixed }) => [...fixed.keys()]))
      for (const symbol of [fresh, ...symbols]) {
        const following = after(state, symbol)
        const key = `${following.nodes.map(({ number }) => number)}|${following.greedy}`
        if (known.has(key)) continue
        if (known.size >= maxStates) return false
        known.add(key)
        next.push(following)
      }
    }
    level = next
  }
  return true
}

function after({ nodes, greedy, segments }: State, symbol: string): State {
  const taken = nodes.filter((node) => node.greedy).map(({ number }) => number)
  const following = nodes.flatMap((node) => {
    const fixed = isFixed(symbol) ? node.fixed.get(symbol) : undefined
    return [...(fixed ? [fixed] : []), ...(node.parameter ? [node.parameter] : [])]
  })
  return {
    nodes: following.sort((a, b) => a.number - b.number),
    greedy: [...new Set([...greedy, ...taken])].sort((a, b) => a - b),
    segments: [...segments, symbol],
  }
}
