import { checkAnswersOf, checkIssuersOf } from "../configuration/check-configuration.ts"
import { routeChecks } from "../configuration/check-routes.ts"
import { topLevel } from "../configuration/declared/top-level.ts"
import { orDefault } from "../configuration/declared/with-defaults.ts"
import { edgeIssuer } from "../edge/asserted-principal.ts"
import { explain } from "../problems/explain-problems.ts"
import { allPresets } from "../provider/all-presets.ts"
import type { Route } from "../route/decide.ts"
import { growTree } from "../route/grown-tree.ts"
import type { RequestedPath } from "../route/requested-path.ts"
import { compileRule } from "../route/rule.ts"
import { readRoutes } from "../route/table.ts"
import { templatesOf } from "../route/templates.ts"
import type { RouteOrder } from "../route/tokens.ts"
import { routeOf, type Template } from "../route/tree.ts"
import { selectIssuer } from "../token/issuers.ts"
import type { AuthorizerConfig, IssuerConfig, RouteRule } from "../types/configuration.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import type { Claims, Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { readEdge } from "./edge-callers.ts"
import type { SideIssuer } from "./side-issuer.ts"

/** What applies to a request: a route's rule, or what becomes of requests that no route matches. */
export interface AppliedRule {
  /** Undefined if no route matches. */
  readonly route: Route | undefined
  /** Undefined if the request is refused for every caller. */
  readonly rule: RouteRule | undefined
  /** The rule as text: equal texts are equal rules. */
  readonly text: string
  refuse(principal: Principal): Refusal | undefined
}

/** A configuration, ready to be asked. */
export interface Side {
  readonly config: AuthorizerConfig
  readonly issuers: readonly SideIssuer[]
  /** The edge, if it is the identity: an issuer whose claims are its headers. */
  readonly edge: SideIssuer | undefined
  readonly routes: readonly Route[]
  readonly templates: readonly Template[]
  /** In which orders its routes may be tried: one for each kind of API that it is for. */
  readonly orders: readonly RouteOrder[]
  /** What applies to a path and method. */
  applied(order: RouteOrder, path: RequestedPath, method: string): AppliedRule
  /** What applies to the connection of a WebSocket client. */
  readonly onConnect: AppliedRule
  ruleOf(route: Route | undefined): AppliedRule
  /** The principal of a verified claims set. @param type the `typ` of the header, in lower case */
  principalOf(claims: Claims, type: string, nowSeconds: number): Principal | Refusal
  /**
   * Who a claims set says it is about, whether or not it would be accepted; undefined if no issuer or no subject is
   * found.
   */
  identityOf(claims: Claims): Principal | undefined
}

const routeUnmatched = refusal("route_unmatched")
const issuerUnknown = refusal("issuer_unknown")
const typeRefused = refusal("type_not_allowed")

/** @throws ConfigurationError with every problem of issuers, routes and gateway */
export function readSide(config: AuthorizerConfig): Side {
  const { checkedIssuers, answers } = checked(config)
  const { gateway, unmatched, scope } = answers
  const routes = readRoutes(answers.routes ?? {})
  const templates = templatesOf(routes.filter(({ method }) => method !== "$connect"))
  // REST APIs have no $default. Where one answer is for every route, the text of the path decides on them as well.
  const onRest = scope === "principal" ? templates : templates.filter(({ text }) => text !== "$default")
  const trees = { rest: growTree(onRest, "rest"), http: growTree(templates, "http") }
  const anyRule = compileRule({})
  const open: AppliedRule = { route: undefined, rule: {}, text: "{}", refuse: (principal) => anyRule.refuse(principal) }
  const closed: AppliedRule = { route: undefined, rule: undefined, text: "deny", refuse: () => routeUnmatched }
  const unnamed = answers.routes === undefined || unmatched === "authenticated" ? open : closed
  const known = new Map<Route, AppliedRule>(
    routes.map((route) => [
      route,
      {
        route,
        rule: route.configured,
        text: JSON.stringify(route.configured),
        refuse: (principal) => route.rule.refuse(principal),
      },
    ]),
  )
  const ruleOf = (route: Route | undefined): AppliedRule => (route && known.get(route)) ?? unnamed
  const edge = readEdge(config)
  // Keys are for signatures, and no signature is looked at here.
  const keys = undefined as never
  const select = selectIssuer(
    checkedIssuers.map(({ profile }) => ({ profile, keys })),
    orDefault(topLevel.clockToleranceSeconds, config.clockToleranceSeconds),
  )
  return {
    config,
    issuers: checkedIssuers.map(({ profile }, at) => ({
      profile: edge.extended(profile),
      config: config.issuers[at] as IssuerConfig,
    })),
    routes,
    templates,
    orders: ordersOf(gateway.api, gateway.responses, config),
    ruleOf,
    applied: (order, path, method) => ruleOf(routeOf(trees[order].choose(path, method), method)),
    onConnect: ruleOf(routes.find(({ method }) => method === "$connect")),
    edge: edge.identity,
    identityOf(given) {
      const claims = JSON.parse(JSON.stringify(given)) as Claims
      const selected = select(claims, {})
      if ("refused" in selected) return undefined
      const principal = selected.issuer.makePrincipal(claims, claims.iss as string)
      return "refused" in principal ? undefined : principal
    },
    principalOf(given, type, nowSeconds) {
      if (given.iss === edgeIssuer) return edge.identity ? edge.principalOf(given) : issuerUnknown
      const claims = JSON.parse(JSON.stringify(edge.without(given))) as Claims
      const selected = select(claims, {})
      if ("refused" in selected) return selected
      if (!selected.issuer.types.has(type)) return typeRefused
      for (const check of [...selected.issuer.checks, ...selected.checks]) {
        const refused = check(claims, nowSeconds, type)
        if (refused !== undefined) return refused
      }
      const principal = selected.issuer.makePrincipal(claims, claims.iss as string)
      return "refused" in principal ? principal : edge.withAttributes(principal, given)
    },
  }
}

function ordersOf(
  api: RouteOrder | undefined,
  responses: string,
  { gateway = {} }: AuthorizerConfig,
): readonly RouteOrder[] {
  if (api !== undefined) return [api]
  if (responses === "simple") return ["http"]
  return gateway.authorizerType === "token" ? ["rest"] : ["rest", "http"]
}

function checked(config: AuthorizerConfig): {
  checkedIssuers: ReturnType<typeof checkIssuersOf>
  answers: ReturnType<typeof checkAnswersOf>
} {
  const problems: ConfigurationProblem[] = []
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const answers = attempt(() => checkAnswersOf(config, routeChecks, explain))
  const checkedIssuers = attempt(() => checkIssuersOf(config, allPresets, explain))
  if (answers === undefined || checkedIssuers === undefined)
    throw new ConfigurationError([...new Map(problems.map((each) => [JSON.stringify(each), each])).values()])
  return { checkedIssuers, answers }
}
