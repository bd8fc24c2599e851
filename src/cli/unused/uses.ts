import type { AuthorizerConfig } from "../../index.ts"
import type { LogRow } from "./log-rows.ts"

const dayMs = 86_400_000

/** How often something was called. */
export interface Use {
  /** `undecided`: it was called, the log says which calls were decided, and none was. */
  readonly use: "used" | "undecided" | "refused" | "unused"
  readonly calls: number
  readonly refused: number
  /** ISO 8601. */
  readonly last?: string
}

/** An API of the account: a log names it by its id, a metric of a REST API by its name. */
export interface KnownApi {
  readonly id: string
  readonly name: string
}

export interface Found {
  readonly routes: readonly (Use & { readonly route: string })[]
  /** Those of the account, else those that the logs name. */
  readonly apis: readonly (Use & { readonly api: string })[]
  /** Routes of the log that the table does not have. */
  readonly unknown: readonly string[]
  /** Days between the first row and the end; undefined if no row has a time. */
  readonly coveredDays: number | undefined
}

/** Counts one route or one API. */
class Counter {
  #calls = 0
  #refused = 0
  #lastMs: number | undefined
  #saysDecisions = false
  #decided = false

  add({ calls, refused, decided, atMs }: LogRow): void {
    this.#calls += calls
    if (refused === true) this.#refused += calls
    if (calls > 0 && atMs !== undefined) this.#lastMs = Math.max(this.#lastMs ?? 0, atMs)
    this.#saysDecisions ||= decided !== undefined
    this.#decided ||= decided === true
  }

  get use(): Use {
    const [calls, refused] = [this.#calls, this.#refused]
    const isUndecided = this.#saysDecisions && !this.#decided
    const use = calls === 0 ? "unused" : calls === refused ? "refused" : isUndecided ? "undecided" : "used"
    return { use, calls, refused, ...(this.#lastMs !== undefined && { last: new Date(this.#lastMs).toISOString() }) }
  }
}

/** @param known the APIs of the account, if it was asked */
export function usesIn(
  { routes = {} }: AuthorizerConfig,
  rows: readonly LogRow[],
  endMs: number,
  days: number,
  known: readonly KnownApi[],
): Found {
  const startMs = endMs - days * dayMs
  const keys = Object.keys(routes)
  const byShape = new Map(keys.map((key) => [shapeOf(key), key]))
  const uses = new Map(keys.map((key) => [key, new Counter()]))
  const apis = new Map(known.map(({ id, name }) => [id, { name, counter: new Counter() }]))
  const byName = idsByName(known)
  const unknown = new Set<string>()
  let firstMs = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const { route, api, atMs, coveredDays } = row
    firstMs = Math.min(firstMs, atMs ?? (coveredDays === undefined ? firstMs : endMs - coveredDays * dayMs))
    if (atMs !== undefined && (atMs < startMs || atMs > endMs)) continue
    if (api !== undefined) {
      const id = apis.has(api) ? api : (byName.get(api) ?? api)
      const found = apis.get(id) ?? { name: id, counter: new Counter() }
      if (!apis.has(id) && known.length === 0) apis.set(id, found)
      found.counter.add(row)
    }
    if (route === undefined) continue
    const shape = shapeOf(route)
    const key = byShape.get(shape) ?? byShape.get(shape.replace(/^[A-Z]+ /, "ANY "))
    if (key === undefined) unknown.add(route)
    else uses.get(key)?.add(row)
  }
  return {
    routes: [...uses].map(([route, counter]) => ({ route, ...counter.use })),
    apis: [...apis].map(([id, { name, counter }]) => ({ api: name === id ? id : `${name} (${id})`, ...counter.use })),
    unknown: [...unknown].sort(),
    coveredDays: Number.isFinite(firstMs) ? Math.max(0, Math.floor((endMs - firstMs) / dayMs)) : undefined,
  }
}

/** Two APIs with one name share a metric, so the name says nothing about either. */
function idsByName(known: readonly KnownApi[]): ReadonlyMap<string, string> {
  const count = Map.groupBy(known, ({ name }) => name)
  return new Map(known.filter(({ name }) => count.get(name)?.length === 1).map(({ id, name }) => [name, id]))
}

/** A route without the names of its parameters, which table and API may choose differently. */
function shapeOf(route: string): string {
  return route.replace(/\{[^{}+]*(\+?)\}/g, "{$1}")
}
