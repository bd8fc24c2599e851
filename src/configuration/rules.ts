import type { CheckedCredential } from "../credential/extract.ts"
import type { Report } from "../problems/option-checks.ts"
import type { ClaimPath, ObserveOptions, RouteRule } from "../types/configuration.ts"
import { carriersOf, sourcesOf } from "./answer-scope.ts"
import type { CheckedGateway } from "./declared/gateway.ts"

// How options have to fit together, in every configuration. Each rule has one reason and reports at the option that a
// person would change. What only some configurations need is beside their blocks: rules-of-edge.ts,
// rules-of-observe.ts, rules-of-shadow.ts, and, for the table, check-routes.ts.

type Written = { readonly [option: string]: unknown }

/** The blocks that decide what is answered. */
interface Answers {
  /** As configured. */
  readonly raw: Written
  readonly routes: { readonly [routeKey: string]: RouteRule } | undefined
  readonly gateway: CheckedGateway
  readonly credential: CheckedCredential
}

/** The whole configuration. */
interface Whole {
  readonly raw: Written
  readonly issuers: readonly unknown[]
  readonly context: { readonly [key: string]: ClaimPath }
  readonly observe: ObserveOptions | undefined
}

type Rule<Blocks> = (blocks: Blocks, report: Report) => unknown

const answerRules: readonly Rule<Answers>[] = [
  /** `unmatched` is about requests that a table does not have. */
  ({ raw, routes }, report) =>
    raw.unmatched !== undefined && routes === undefined && report("unmatched", "goes_with", "routes"),

  /** `matchBy` says how a table is read. */
  ({ raw, gateway }, report) =>
    gateway.matchBy === "path" && raw.routes === undefined && report("gateway.matchBy", "goes_with", "routes"),

  /** A scheme is written into a header only. */
  ({ raw, credential }, report) =>
    Object(raw.credential).scheme !== undefined &&
    credential.header === undefined &&
    report("credential.scheme", "goes_with", "credential.header"),

  /** A TOKEN authorizer is shown one header, which is its cache key, and only REST APIs have it. */
  ({ gateway, credential }, report) => {
    if (gateway.authorizerType !== "token") return
    const [carrier = "", another] = carriersOf(credential)
    const oneHeader = another === undefined && credential.header !== undefined
    const sources = gateway.resultTtlSeconds > 0 ? [...sourcesOf(gateway)] : []
    if (oneHeader && gateway.api === "rest" && sources.every((one) => one === "token" || one === carrier)) return
    report("gateway.authorizerType", "authorizer_of_token")
  },

  /** API Gateway keeps one answer per identity sources, so the credential has to be among them (SR-143). */
  ({ raw, gateway, credential }, report) => {
    if (gateway.resultTtlSeconds === 0 || identityIsEdge(raw)) return
    const sources = sourcesOf(gateway)
    const carriers = carriersOf(credential)
    const [only] = carriers
    if (carriers.length > 1) report("gateway.resultTtlSeconds", "ttl_of_places")
    else if (only !== undefined && !sources.has("token") && !sources.has(only))
      report("gateway.identitySources", "sources_token")
  },
]

const wholeRules: readonly Rule<Whole>[] = [
  /** Only an edge and assertions have secrets. */
  ({ raw }, report) =>
    raw.secrets !== undefined &&
    (raw.edge ?? raw.assertion) === undefined &&
    report("secrets", "goes_with", "edge or assertion"),

  /** A context key has one meaning. */
  ({ context, observe }, report) =>
    observe?.answerInContext !== false &&
    Object.hasOwn(context, "answer") &&
    report("context.answer", "context_answer"),

  /** Subjects of two issuers may be equal, so a subject alone is an id only if there is one issuer. */
  ({ raw, issuers }, report) => {
    const sources = issuers.length + (Object(raw.edge).role === "identity" ? 1 : 0)
    if (raw.principalId === "subject" && sources > 1) report("principalId", "subject_of_several")
  },
]

export function checkAnswerRules(answers: Answers, report: Report): void {
  for (const rule of answerRules) rule(answers, report)
}

export function checkWholeRules(whole: Whole, report: Report): void {
  for (const rule of wholeRules) rule(whole, report)
}

/** Ages of what is fetched: refreshed, then waited for, then no longer used. */
export function checkAges(
  ages: {
    readonly refreshAfterSeconds: number
    readonly waitAfterSeconds: number
    readonly expireAfterSeconds: number
  },
  path: string,
  report: Report,
): void {
  const { refreshAfterSeconds, waitAfterSeconds, expireAfterSeconds } = ages
  if (refreshAfterSeconds > waitAfterSeconds || waitAfterSeconds > expireAfterSeconds) report(path, "refresh_order")
}

/** Whether every request is authenticated by the edge, so that no token is looked for. */
export function identityIsEdge({ issuers, edge }: Written): boolean {
  return Array.isArray(issuers) && issuers.length === 0 && edge !== undefined
}
