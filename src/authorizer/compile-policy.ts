import { bytesOf } from "../answer/document-sizes.ts"
import { Policies } from "../answer/iam-policy.ts"
import type { PolicyDocument } from "../answer/policy-document.ts"
import { besidesPolicyBytes, isMistakable } from "../answer/written-policy.ts"
import type { AnswerScope } from "../configuration/answer-scope.ts"
import { checkAnswersOf } from "../configuration/check-configuration.ts"
import { routeChecks } from "../configuration/check-routes.ts"
import { sizeOptions, triesOfCheck } from "../configuration/check-sizes.ts"
import { decideByRoute } from "../configuration/route-caching.ts"
import { sizeSearch } from "../configuration/size-search.ts"
import { type CoarseRoute, coarseRoutes } from "../policy/coarse-routes.ts"
import type { PrincipalPolicy } from "../policy/decide.ts"
import type { Exposure } from "../policy/exposure.ts"
import type { Conflict } from "../policy/overlap.ts"
import { explain } from "../problems/explain-problems.ts"
import { decideWithoutRoutes } from "../route/decide.ts"
import { demandsInWords } from "../route/rule-words.ts"
import { RouteTable, readRoutes } from "../route/table.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { wholeStage } from "../types/coverage.ts"
import type { Decision } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import { refusal } from "../types/reasons.ts"
import type { ExecuteApiArn } from "../types/request.ts"
import { orderOf, requestsOf } from "./arn-request.ts"

/** One row of the compiled table. */
export interface CompiledRoute {
  /** As the configuration writes it. */
  readonly key: string
  /** An HTTP method, `ANY`, or `$connect`. */
  readonly method: string
  readonly template: string
  /** What the rule demands, in words: `scopes: all of orders:read`. */
  readonly demands: readonly string[]
}

/** A route table, compiled into what API Gateway is answered. */
export interface CompiledPolicy {
  /**
   * What one answer has to be right for: one `route`, all routes of a `principal`, or the `stage`, because there are no
   * routes.
   */
  readonly mode: AnswerScope
  /** Routes that no cached answer can keep apart. `createAuthorizer` refuses a configuration that has any. */
  readonly conflicts: readonly Conflict[]
  /**
   * Requests on routes that the table does not name and that an answer would cover, should the API have such routes.
   */
  readonly exposed: readonly Exposure[]
  /** The table, in its own order. */
  readonly routes: readonly CompiledRoute[]
  /**
   * Upper bound of a document's size in bytes. It counts all that can be allowed and all that may have to be denied, at
   * once, in a region with a long name. Above `maxBytes`, principals who may call very much are answered
   * `policy_too_large`; where answers are kept for one route, callers of a catch-all who may call little beside it.
   */
  readonly worstCaseBytes: number
  /** Most bytes of a document: an answer of 8 KB also holds principalId and context. */
  readonly maxBytes: number
  /**
   * Looks for a caller whose document does not fit, over the combinations of permissions that the rules tell apart:
   * first by a bound for all callers, then by trying. Undefined where answers are not for all routes of a principal,
   * and where routes conflict.
   */
  searchSizes(): PolicySizes | undefined
  /**
   * The document that a principal gets.
   *
   * @param arn `methodArn` or `routeArn` of a request; where answers are for one route, the route of its path
   * @throws TypeError if the ARN is none of a deployed API; RangeError if the document does not fit into an answer
   */
  document(principal: Principal, arn: string): PolicyDocument
  /**
   * The decision for one request, as the rules alone make it: no token is looked at, and no custom check is asked.
   *
   * @param arn `methodArn` or `routeArn` of the request; its path is matched as text, as for TOKEN events
   * @throws TypeError if the ARN is none of a deployed API
   */
  decide(principal: Principal, arn: string): Decision
}

/** What is known of callers whose document does not fit. */
export interface PolicySizes {
  /** Such a caller in words, with the remedies; undefined: none was found. */
  readonly tooLarge: string | undefined
  /** Whether it is certain that there is none, or that there is one. */
  readonly isProven: boolean
  /** Combinations of permissions that were tried. */
  readonly tried: number
}

/** The blocks that the policy compiler reads. The others of a configuration may be there and are not looked at. */
export type PolicyConfig = Partial<AuthorizerConfig>

/**
 * Compiles the `routes` of a configuration as its `gateway` block demands. It finds what cannot be made right under API
 * Gateway's cache, which keeps one answer per identity sources and uses it for every route.
 *
 * @param config a whole configuration, or its blocks `routes`, `unmatched`, `gateway` and `credential`
 * @throws ConfigurationError with every problem of those blocks at once; conflicts are not thrown, they are in the
 *   result
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 * @example
 * ```ts
 * import { compilePolicy } from "hallpass/policy"
 * import { createTestIssuer } from "hallpass/testing"
 * import { createVerifier } from "hallpass/verify"
 *
 * const issuer = createTestIssuer({ provider: "okta" })
 * const policy = compilePolicy({
 *   issuers: [issuer.config],
 *   routes: { "GET /orders": { scopes: ["orders:read"] }, "POST /orders": { scopes: ["orders:write"] } },
 * })
 * const principal = await createVerifier({ issuers: [issuer.config] }).verify(issuer.token({ scp: ["orders:read"] }))
 * const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/POST/orders"
 * console.log(policy.conflicts.length, policy.decide(principal, arn).reason) // 0 scope_missing
 * console.log(policy.document(principal, arn).Statement.map(({ Effect }) => Effect)) // [ 'Allow', 'Deny' ]
 * ```
 */
export function compilePolicy(config: PolicyConfig): CompiledPolicy {
  const { routes, unmatched, gateway, scope, principalPolicy } = checkAnswersOf(config, routeChecks, explain)
  const decide =
    principalPolicy?.decide ??
    (routes === undefined ? decideWithoutRoutes : decideByRoute({ routes, unmatched }, gateway))
  const policies = new Policies(gateway.maxAnswerBytes)
  const maxBytes = gateway.maxAnswerBytes - besidesPolicyBytes
  const coarse =
    routes === undefined || scope !== "route" || gateway.resultTtlSeconds === 0
      ? []
      : coarseRoutes(new RouteTable(routes, true), gateway.api)
  let worstCaseBytes = worstCase(principalPolicy, maxBytes)
  for (const each of coarse) worstCaseBytes = Math.max(worstCaseBytes, bytesOfLargest(each))
  const merged = worstCaseBytes > maxBytes ? (principalPolicy?.exposedIfMerged() ?? []) : []
  const requestOf = requestsOf(gateway.api)
  return {
    mode: scope,
    conflicts: principalPolicy?.conflicts ?? [],
    exposed: [...(principalPolicy?.exposed ?? []), ...merged],
    routes: readRoutes(routes ?? {}).map(({ key, method, template, configured }) => ({
      ...{ key, method, template },
      demands: demandsInWords(configured),
    })),
    worstCaseBytes,
    maxBytes,
    searchSizes() {
      if (principalPolicy === undefined || principalPolicy.conflicts.length > 0) return undefined
      const found = sizeSearch.search(principalPolicy, sizeOptions(principalPolicy, gateway, triesOfCheck))
      return { ...found, tooLarge: sizeSearch.tooLargeText(found, maxBytes) }
    },
    document(principal, arn) {
      const request = requestOf(arn)
      const parsed = request.arn
      const everywhere = parsed.method === "$connect" ? undefined : principalPolicy
      const covers = everywhere
        ? everywhere.covers(principal, gateway.api ?? orderOf(parsed))
        : decide(request, principal).covers
      if (covers === undefined) return policies.denyStage(parsed)
      const policy = policies.document(parsed, covers)
      if (policy === undefined)
        throw new RangeError(`the policy does not fit into an answer: more than ${maxBytes} bytes`)
      return policy.document
    },
    decide(principal, arn) {
      const request = requestOf(arn)
      const { route, refused, covers } = decide(request, principal)
      const policy = covers && policies.document(request.arn, covers)
      const { outcome, code } =
        covers !== undefined && policy === undefined
          ? policyTooLarge
          : (refused ??
            (policy?.ambiguous !== undefined && isMistakable(policy.ambiguous, request.arn) ? pathAmbiguous : allowed))
      return { outcome, reason: code, principal, ...(route && { route: route.key }) }
    },
  }
}

const allowed = { outcome: "allow", code: "ok" } as const
const policyTooLarge = refusal("policy_too_large")
const pathAmbiguous = refusal("path_ambiguous")

/** What is denied only if there is room never makes a document larger than fits. */
function worstCase(policy: PrincipalPolicy | undefined, maxBytes: number): number {
  const needed = bytesOf(longArn, policy?.most().needed ?? wholeStage)
  if (policy === undefined || needed > maxBytes) return needed
  return Math.min(bytesOf(longArn, policy.most().all), maxBytes)
}

/** What an answer to a caller takes who may call a coarse route and none of the stricter ones. */
function bytesOfLargest({ largest }: CoarseRoute): number {
  const { covers } = largest()
  return covers === undefined ? Number.POSITIVE_INFINITY : bytesOf(longArn, covers)
}

/** The longest start of an ARN that is to be expected: partition, region, API id and a stage of 16 characters. */
const longArn: ExecuteApiArn = {
  partition: "aws-us-gov",
  region: "ap-southeast-1",
  accountId: "123456789012",
  apiId: "abcdefghij",
  stage: "sixteen-letters-",
  method: "GET",
}
