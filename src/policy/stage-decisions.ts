import type { DecideRoute, Route, RouteVerdict } from "../route/decide.ts"
import type { CompiledRule } from "../route/demands.ts"
import { entitledDemand, ruleOf } from "../route/rule.ts"
import type { RouteOrder } from "../route/tokens.ts"
import { memoized } from "../shared/memoized.ts"
import type { RouteRule } from "../types/configuration.ts"
import type { Principal } from "../types/principal.ts"
import { refusal } from "../types/reasons.ts"
import { connectOnly } from "./connect-only.ts"
import type { Conflict } from "./overlap.ts"
import type { TextTable } from "./principal-table.ts"

/** What principal policies need to know. */
export interface PrincipalPolicyOptions {
  readonly routes: { readonly [routeKey: string]: RouteRule }
  readonly unmatched: "deny" | "authenticated"
  readonly resourcePolicyAllows: boolean
  /** The one kind of API that is meant; undefined: both. */
  readonly api: RouteOrder | undefined
  /** Whether it is of no account which route the gateway chose. */
  readonly byPath: boolean
}

/** What requests need of a route table whose answers API Gateway keeps per token and uses for every route. */
export interface DecidingPolicy {
  readonly conflicts: readonly Conflict[]
  readonly decide: DecideRoute
  /** Which routes of the table a principal may call, by their places in it. */
  permitted(principal: Principal): readonly number[]
}

/** The routes of a table, and how each kind of API reads them. */
export interface StageRoutes {
  readonly routes: readonly Route[]
  /** What the table does not name. */
  readonly unnamed: Route
  /** Whether what the table does not name is admitted. */
  readonly open: boolean
  /** Undefined: the kind of API is not meant. */
  table(order: RouteOrder): TextTable | undefined
}

const routeUnmatched = refusal("route_unmatched")
const gatewayMismatch = refusal("gateway_mismatch")

/** Decides by the table of the request's kind of API. */
export function stageDecisions(stage: StageRoutes): Omit<DecidingPolicy, "conflicts"> {
  const { routes, unnamed, open } = stage
  const connectRoute = memoized(() => routes.find(({ method }) => method === "$connect"))
  return {
    permitted: (principal) =>
      routes.flatMap(({ rule }, index) => (rule.refuse(principal) === undefined ? [index] : [])),
    decide(request, principal): RouteVerdict {
      const { kind } = request
      if (kind === "websocket") {
        const connect = connectRoute()
        const rule = connect ?? (open ? unnamed : undefined)
        const refused = rule === undefined ? routeUnmatched : rule.rule.refuse(principal)
        return { route: connect, refused, covers: refused === undefined ? connectOnly : undefined }
      }
      const table = stage.table(kind === "http-2.0" || kind === "http-1.0" ? "http" : "rest")
      return table?.decide(request, principal) ?? { route: undefined, refused: gatewayMismatch, covers: undefined }
    },
  }
}

/**
 * The route of what a table does not name.
 *
 * @param closed whether it admits no caller, because the path decides and the gateway sends such requests on as well
 */
export function unnamedRoute(closed: boolean): Route {
  const configured = closed ? { issuers: [] } : {}
  const rule = closed ? admitsNobody : ruleOf([entitledDemand])
  return { key: "unmatched", method: "ANY", template: "$default", rule, configured }
}

const admitsNobody: CompiledRule = { missing: () => ({}), refuse: () => routeUnmatched }
