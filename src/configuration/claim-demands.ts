import { readDemand } from "../shared/demand.ts"
import type { ClaimDemand, ClaimPath, ClaimValue, RouteRule } from "../types/configuration.ts"

/** The claim of a path that has one name only, in either spelling. */
export function onlyName(path: ClaimPath): string | undefined {
  return typeof path === "string" ? path : path.length === 1 ? path[0] : undefined
}

export function valuesOf(wanted: ClaimDemand["equals"]): readonly ClaimValue[] {
  return wanted === undefined ? [] : Array.isArray(wanted) ? wanted : [wanted as ClaimValue]
}

/** The demands on claims of a checked rule, as lists of which one must hold whole. */
export function claimBranches(claims: RouteRule["claims"]): readonly (readonly ClaimDemand[])[] {
  if (claims === undefined) return [[]]
  const { isAny, values } = readDemand(claims)
  return isAny ? values.map((demand) => [demand]) : [values]
}

/** Two demands that no claims set meets together, by their places in the list; undefined if there are none. */
export function contradiction(demands: readonly ClaimDemand[]): readonly [number, number] | undefined {
  const seen = new Map<string, { equals?: number; contains?: number; values?: readonly ClaimValue[] }>()
  for (const [at, { path, equals, contains }] of demands.entries()) {
    const name = keyOf([path].flat())
    const before = seen.get(name) ?? {}
    seen.set(name, before)
    if (contains !== undefined) before.contains ??= at
    if (equals !== undefined) {
      const values = valuesOf(equals)
      before.values = before.values?.filter((value) => values.includes(value)) ?? values
      before.equals ??= at
      if (before.values.length === 0) return [before.equals, at]
    }
    // A value that is compared is no list.
    if (before.equals !== undefined && before.contains !== undefined) {
      return before.equals < before.contains ? [before.equals, at] : [before.contains, at]
    }
  }
  for (const [at, { path }] of demands.entries()) {
    // Neither a value nor a list has members, to which a longer path leads.
    for (let length = 1; length < [path].flat().length; length++) {
      const above = seen.get(keyOf([path].flat().slice(0, length)))
      if (above !== undefined) return [above.equals ?? above.contains ?? at, at]
    }
  }
  return undefined
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path)
}
