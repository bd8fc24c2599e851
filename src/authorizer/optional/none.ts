import type { Report } from "../../problems/option-checks.ts"
import type { AssertionSupport } from "./assertion.ts"
import type { EdgeSupport } from "./edge.ts"
import type { ObserveSupport } from "./observe.ts"
import type { RouteSupport } from "./routes.ts"

// What takes the place of a block that a configuration does not have. If the block is there after all, that is a
// problem of the configuration: a block that is not loaded must never look like one that demands nothing.

const absent =
  (path: string) =>
  (value: unknown, ...others: readonly unknown[]): undefined => {
    const report = others.at(-1) as Report
    if (value !== undefined) report(path, "not_loaded")
  }

function unreachable(): never {
  throw new TypeError("not configured")
}

const none = (path: string): { readonly check: ReturnType<typeof absent>; readonly connect: () => never } => ({
  check: absent(path),
  connect: unreachable,
})

export const noRoutes: RouteSupport = {
  checkRoutes: absent("routes"),
  openToTenants: () => "There are no routes",
  checkCallers: () => undefined,
  checkPrincipalPolicy: () => undefined,
  checkSizes: () => undefined,
  decide: unreachable,
}

export const noEdge: EdgeSupport = none("edge")

export const noAssertion: AssertionSupport = none("assertion")

export const noObserve: ObserveSupport = {
  check: absent("observe"),
  traced: (answer) => answer,
  traceContextBytes: 0,
}
