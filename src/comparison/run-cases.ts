import { compilePolicy } from "../authorizer/compile-policy.ts"
import { formatExecuteApiArn } from "../event/arn.ts"
import { readPath } from "../route/requested-path.ts"
import { type DemandVerdict, explainRule } from "../route/rule-words.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { MissingDemands } from "../types/decision.ts"
import type { Claims, Principal } from "../types/principal.ts"
import type { Outcome, ReasonCode, Refusal } from "../types/reasons.ts"
import { basesOf } from "./bases.ts"
import { isRefusal, namedByRules } from "./callers.ts"
import { type CaseCaller, type Cases, CasesError, nobody, type ReadCase, readCases } from "./cases-file.ts"
import { withClaim } from "./claim-writing.ts"
import { readSide, type Side } from "./side.ts"
import { type Skeleton, skeletonsOf } from "./skeleton.ts"

/** How one case went. */
export interface CaseResult {
  readonly name: string
  readonly ok: boolean
  readonly caller: string
  readonly request: string
  readonly expected: { readonly outcome: Outcome; readonly reason?: string }
  readonly got: { readonly outcome: Outcome; readonly reason: "ok" | ReasonCode }
  /** The route that applies, as the configuration writes it. */
  readonly route?: string
  /** What the caller lacks of the route's rule. */
  readonly missing?: MissingDemands
  /** Each demand of the rule with its verdict, if the case failed. */
  readonly checks?: readonly DemandVerdict[]
}

/** How all cases went, and which routes they touch. */
export interface CasesReport {
  readonly passed: number
  readonly failed: number
  readonly cases: readonly CaseResult[]
  readonly coverage: {
    /** Routes that some case was allowed to call. */
    readonly allowed: readonly string[]
    /** Routes that some case was refused. */
    readonly refused: readonly string[]
    /** Routes that no case touches. */
    readonly uncovered: readonly string[]
  }
}

/**
 * Runs cases against a configuration: callers and requests with the outcome that is expected. Callers are claims on the
 * skeleton of a provider's token. No token is signed, nothing is fetched, and `parts.check` is not asked.
 *
 * @param config the configuration that the cases test
 * @param cases what a cases file holds
 * @throws ConfigurationError for a wrong configuration
 * @throws CasesError with every problem of the cases at once
 * @example
 * ```ts
 * import { runCases } from "hallpass/testing"
 *
 * const { passed, failed, coverage } = runCases(
 *   {
 *     issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *     routes: { "GET /orders/{id}": { scopes: ["orders:read"] }, "POST /orders": { scopes: ["orders:write"] } },
 *   },
 *   {
 *     callers: { reader: { claims: { scp: ["orders:read"] } } },
 *     tests: [{ caller: "reader", request: "GET /orders/7", expect: "allow" }],
 *   },
 * )
 * console.log(passed, failed, coverage.uncovered) // 1 0 [ 'POST /orders' ]
 * ```
 */
export function runCases(config: AuthorizerConfig, cases: Cases): CasesReport {
  const side = readSide(config)
  const read = readCases(cases)
  const now = Math.floor(Date.now() / 1000)
  const judged = judgedCallers(side, read.callers, now)
  const run = caseRunner(side, judged)
  const results = read.cases.map(run)
  const routesOf = (chosen: readonly CaseResult[]): readonly string[] =>
    side.routes.map(({ key }) => key).filter((key) => chosen.some(({ route }) => route === key))
  const touched = routesOf(results)
  return {
    passed: results.filter(({ ok }) => ok).length,
    failed: results.filter(({ ok }) => !ok).length,
    cases: results,
    coverage: {
      allowed: routesOf(results.filter(({ got }) => got.outcome === "allow")),
      refused: routesOf(results.filter(({ got }) => got.outcome !== "allow")),
      uncovered: side.routes.map(({ key }) => key).filter((key) => !touched.includes(key)),
    },
  }
}

/**
 * The complete claims of the callers of a cases file, for `accessMatrix`. The last one has no token.
 *
 * @param config the configuration whose issuers the callers come from
 * @param cases what a cases file holds
 * @throws ConfigurationError, CasesError
 * @example
 * ```ts
 * import { callersOfCases } from "hallpass/policy"
 *
 * const config = { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] } as const
 * const callers = callersOfCases(config, { callers: { reader: { claims: { scp: ["orders:read"] } } } })
 * console.log(callers[0]?.name, callers[0]?.claims?.iss) // reader https://acme.okta.com/oauth2/default
 * ```
 */
export function callersOfCases(
  config: AuthorizerConfig,
  cases: unknown,
): readonly { readonly name: string; readonly claims?: Claims }[] {
  const side = readSide(config)
  const now = Math.floor(Date.now() / 1000)
  const callers = [...judgedCallers(side, readCases(cases, true).callers, now)]
  return [...callers.map(([name, { claims }]) => ({ name, claims })), { name: nobody }]
}

interface JudgedCaller {
  readonly claims: Claims
  readonly judged: ReturnType<Side["principalOf"]>
}

function judgedCallers(
  side: Side,
  callers: ReadonlyMap<string, CaseCaller>,
  now: number,
): ReadonlyMap<string, JudgedCaller> {
  const problems: { path: string; message: string }[] = []
  const judged = new Map<string, JudgedCaller>()
  for (const [name, caller] of callers) {
    const skeleton = skeletonOf(side, caller, now)
    if (typeof skeleton === "string") problems.push({ path: `callers.${name}`, message: skeleton })
    else {
      let { claims } = skeleton
      for (const [claim, value] of Object.entries(caller.claims ?? {}))
        claims = withClaim(claims, claim, value ?? undefined)
      judged.set(name, { claims, judged: side.principalOf(claims, skeleton.type, now) })
    }
  }
  if (problems.length > 0) throw new CasesError(problems)
  return judged
}

/** The skeleton of a caller, or why there is none. */
function skeletonOf(side: Side, { issuer = 0, kind }: CaseCaller, now: number): Skeleton | string {
  if (side.issuers.length === 0) return "has no issuer: identities of an edge cannot be described as claims"
  const index =
    typeof issuer === "number"
      ? issuer
      : side.issuers.findIndex(
          ({ profile }) => profile.issuers.some((each) => each.issuer === issuer) || profile.name === issuer,
        )
  const configured = side.issuers[index]
  if (configured === undefined)
    return `names an issuer that the configuration does not have; it has ${side.issuers.length}`
  if (kind === undefined) return skeletonsOf(configured, now, [])[0] ?? "has an issuer without a known form of tokens"
  const bases = basesOf({ ...side, issuers: [configured] }, namedByRules([side]), now)
  const base = bases.find((each) => each.kind === kind)
  return base ?? `has an issuer whose tokens do not show that the caller is ${kind === "app" ? "an app" : "a user"}`
}

function caseRunner(side: Side, callers: ReadonlyMap<string, JudgedCaller>): (read: ReadCase) => CaseResult {
  const policy = compilePolicy(side.config)
  const order = side.orders[0] ?? "rest"
  const appliedTo = ({ method, path }: ReadCase) =>
    method === "$connect" ? side.onConnect : side.applied(order, readPath(path), method)
  const decide = (read: ReadCase, principal: Principal): Pick<CaseResult, "got" | "route"> => {
    const { method, path } = read
    const stage = order === "http" ? "$default" : "prod"
    const where = { partition: "aws", region: "eu-west-1", accountId: "123456789012", apiId: "abcdef1234", stage }
    const arn = formatExecuteApiArn({ ...where, method, ...(method !== "$connect" && { path }) })
    const { outcome, reason, route } = policy.decide(principal, arn)
    // With answers for one route the path of an ARN is read as a REST API's; an HTTP API says its route itself.
    if (order === "http" && policy.mode === "route" && !["path_ambiguous", "method_unknown"].includes(reason)) {
      const { route: applied, refuse } = appliedTo(read)
      const refused = refuse(principal)
      const got = refused
        ? { outcome: refused.outcome, reason: refused.code as ReasonCode }
        : ({ outcome: "allow", reason: "ok" } as const)
      return { got, ...(applied && { route: applied.key }) }
    }
    return { got: { outcome, reason }, ...(route !== undefined && { route }) }
  }
  /** A caller whom the engine does not know: it is refused before the route is looked at. */
  const withoutPrincipal = (
    read: ReadCase,
    judged: Principal | Refusal | undefined,
  ): Pick<CaseResult, "got" | "route"> => {
    const { route } = appliedTo(read)
    const got =
      judged !== undefined && isRefusal(judged)
        ? { outcome: judged.outcome, reason: judged.code as ReasonCode }
        : ({ outcome: "unauthenticated", reason: "credential_missing" } as const)
    return { got, ...(route && { route: route.key }) }
  }
  return (read) => {
    const { name, caller, request, expected } = read
    const judged = callers.get(caller)?.judged
    const principal = judged === undefined || isRefusal(judged) ? undefined : judged
    const { got, route } = principal === undefined ? withoutPrincipal(read, judged) : decide(read, principal)
    const ok = got.outcome === expected.outcome && (expected.reason === undefined || expected.reason === got.reason)
    const matched = side.routes.find(({ key }) => key === route)
    const missing = principal && got.outcome === "forbidden" ? matched?.rule.missing(principal) : undefined
    return {
      ...{ name, ok, caller, request, expected, got },
      ...(route !== undefined && { route }),
      ...(missing && Object.keys(missing).length > 0 && { missing }),
      ...(!ok && principal && matched && { checks: explainRule(matched.configured, principal) }),
    }
  }
}
