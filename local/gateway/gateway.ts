import { AnswerCache } from "./answer-cache.ts"
import type { ApiSettings, ClientRequest, MatchedRoute, Refused } from "./api.ts"
import { readAnswer } from "./authorizer-answer.ts"
import { type Arrival, arrivalAt, authorizerEvent, requestArn } from "./authorizer-event.ts"
import { type ClientResponse, type GatewayRefusal, responseTo } from "./client-response.ts"
import { preflightResponse } from "./cors.ts"
import { type Evaluation, evaluatePolicy } from "./evaluate.ts"
import { identityValues } from "./identity-sources.ts"
import { evaluateResourcePolicy } from "./resource-policy.ts"
import { matchRoute } from "./route-match.ts"

/** A Lambda authorizer: resolves with what the function returned, and rejects with what it threw. */
export type AskAuthorizer = (event: object) => Promise<unknown>

/** What came of one request. */
export interface GatewayOutcome {
  readonly arrival: Arrival
  readonly arn: string
  readonly route?: MatchedRoute
  /** `off`: the TTL is 0; `gateway`: API Gateway answered without asking and without a kept answer. */
  readonly cache: "hit" | "miss" | "off" | "gateway"
  /** The event, if the authorizer was asked. */
  readonly event?: object
  /** What the authorizer answered, now or earlier. */
  readonly answer?: unknown
  /** What it threw. */
  readonly error?: unknown
  readonly evaluation?: Evaluation
  /** What API Gateway answers itself; undefined if the request goes on to the backend. */
  readonly response?: ClientResponse
  /** `requestContext.authorizer` for the backend. */
  readonly authorizer?: { readonly [key: string]: unknown }
}

/**
 * Longest ARN of a method with an authorizer, bytes.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const maxArnBytes = 1600

/** One stage of one API with its authorizer and the cache of its answers. */
export class ApiGateway {
  readonly api: ApiSettings
  /** Seconds; may be changed while the gateway runs. */
  resultTtlSeconds: number
  readonly cache: AnswerCache
  readonly #ask: AskAuthorizer
  readonly #clock: () => number

  /** @param clock milliseconds since the epoch */
  constructor(api: ApiSettings, ask: AskAuthorizer, clock: () => number = Date.now) {
    this.api = api
    this.resultTtlSeconds = api.kind === "websocket" ? 0 : api.authorizer.resultTtlSeconds
    this.cache = new AnswerCache(() => this.resultTtlSeconds)
    this.#ask = ask
    this.#clock = clock
  }

  /** Handles a request up to the point at which the backend would be called. Never rejects. */
  async handle(request: ClientRequest): Promise<GatewayOutcome> {
    const { api } = this
    const arrival = arrivalAt(this.#clock())
    const arn = requestArn(api, request)
    const base = { arrival, arn, cache: "gateway" as const }
    const preflight = preflightResponse(api, request)
    if (preflight !== undefined) return { ...base, response: preflight }
    const route = matchRoute(api, request)
    const refused = { request, route, arn, arrival }
    if (route === undefined) return { ...base, response: this.#respond("no-route", refused) }
    const isOpen = api.openRoutes?.includes(route.key) === true
    if (!isOpen && Buffer.byteLength(arn) > maxArnBytes)
      return { ...base, route, response: this.#respond("too-long", refused) }
    const own = api.kind === "rest" ? evaluateResourcePolicy(api, request, arn, arrival.atMs) : undefined
    if (own?.verdict === "deny")
      return { ...base, route, response: this.#respond("resource-policy-explicitly", refused) }
    // Without an authorizer, only what the resource policy allows is open.
    if (isOpen && own !== undefined && own.verdict !== "allow")
      return { ...base, route, response: this.#respond("resource-policy", refused) }
    if (isOpen) return { ...base, route }
    const values = identityValues(api, request, route)
    const sources = values.filter((value) => value !== undefined)
    if (sources.length < values.length || !this.#isValid(sources[0]))
      return { ...base, route, response: this.#respond("no-identity", refused) }
    const kept = values.length === 0 ? undefined : this.cache.get(sources, arrival.atMs)
    if (kept !== undefined) return this.#judge({ ...base, route, cache: "hit", answer: kept }, refused, own)
    const asked = { ...base, route, cache: this.cache.isOff ? ("off" as const) : ("miss" as const) }
    const event = authorizerEvent(api, request, route, sources, arrival)
    try {
      // What Lambda hands over is JSON in both directions.
      const answer: unknown = JSON.parse(JSON.stringify((await this.#ask(event)) ?? null))
      const outcome = this.#judge({ ...asked, event, answer }, refused, own)
      if (outcome.evaluation?.verdict !== "invalid" && values.length > 0) this.cache.put(sources, answer, arrival.atMs)
      return outcome
    } catch (error) {
      const refusal = (error as { message?: unknown })?.message === "Unauthorized" ? "unauthorized" : "failed"
      return { ...asked, event, error, response: this.#respond(refusal, refused) }
    }
  }

  /** What an answer, kept or new, means for the request that is at hand. */
  #judge(outcome: GatewayOutcome, refused: Refused, resourcePolicy: Evaluation | undefined): GatewayOutcome {
    const { api } = this
    const read = readAnswer(api, outcome.answer)
    if (read === undefined) {
      const response = this.#respond("invalid-answer", refused)
      return { ...outcome, evaluation: { verdict: "invalid" }, response }
    }
    const evaluation: Evaluation =
      read.isAuthorized !== undefined
        ? { verdict: read.isAuthorized ? "allow" : "deny" }
        : evaluatePolicy(read.policyDocument, outcome.arn)
    const judged = { ...outcome, evaluation }
    const { verdict } = evaluation
    // What the authorizer leaves open, an allowing resource policy decides (same account).
    if (verdict === "allow" || (verdict === "silent" && resourcePolicy?.verdict === "allow"))
      return { ...judged, authorizer: read.authorizer }
    const refusal = verdict === "invalid" ? "invalid-answer" : verdict === "deny" ? "denied-explicitly" : "denied"
    return { ...judged, response: this.#respond(refusal, { ...refused, contextTexts: read.contextTexts }) }
  }

  #isValid(token: string | undefined): boolean {
    const { type, validationExpression } = this.api.authorizer
    if (type !== "TOKEN" || validationExpression === undefined || token === undefined) return true
    return new RegExp(`^(?:${validationExpression})$`).test(token)
  }

  #respond(refusal: GatewayRefusal, refused: Refused): ClientResponse {
    return responseTo(this.api, refusal, refused)
  }
}
