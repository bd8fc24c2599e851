import type { ApiSettings } from "../../../local/gateway/api.ts"
import { ApiGateway, type AskAuthorizer, type GatewayOutcome } from "../../../local/gateway/gateway.ts"
import { type AuthorizerConfig, type Claims, createAuthorizer, type Decision } from "../../index.ts"
import { apiFor } from "../trial/api.ts"
import { decidingPart, requestWith, type Trial, trialWith } from "../trial/run.ts"
import { withTestKeys } from "../trial/test-keys.ts"
import type { SimulatedRequest } from "./requests.ts"

/** Who sends the requests; without claims, a caller without a token. */
export interface Caller {
  readonly name: string
  readonly claims?: Claims
}

/** When the requests arrive. */
export interface Pace {
  /** Milliseconds since the epoch. */
  readonly startMs: number
  readonly everySeconds: number
}

/** Who answered a request, and what the client sees. */
export interface SimulatedAnswer {
  readonly answeredFrom: "function" | "cache" | "gateway"
  readonly status: number
  /** What API Gateway answers by itself; absent if the request reaches the backend. */
  readonly body?: string
}

/** One request of a simulation. */
export interface SimulatedRow extends SimulatedAnswer {
  readonly request: string
  /** The route of the API that takes the request. */
  readonly route?: string
  /** What the function decides about this very request, whether or not it was asked. */
  readonly outcome: Decision["outcome"]
  readonly reason: Decision["reason"]
  /** What the client would see if nothing were kept. */
  readonly freshStatus: number
  /** What other authorizers make of it. */
  readonly compare?: { readonly [authorizer: string]: SimulatedAnswer & { readonly wrong?: "opened" | "blocked" } }
}

/** Requests of one caller, in their order. */
export interface Simulation {
  readonly caller: string
  readonly api: {
    readonly kind: ApiSettings["kind"]
    readonly resultTtlSeconds: number
    readonly identitySources: readonly string[]
  }
  readonly requests: readonly SimulatedRow[]
  /** How often each function was asked. */
  readonly functionCalls: { readonly [authorizer: string]: number }
}

/** Sends the requests through API Gateway's cache, in front of hallpass. */
export async function simulated(
  configuration: AuthorizerConfig,
  caller: Caller,
  requests: readonly SimulatedRequest[],
  pace: Pace,
): Promise<Simulation> {
  const rig = await rigFor(configuration, caller, pace)
  const { answers, calls } = await rig.sent(requests, rig.ask)
  const rows: SimulatedRow[] = []
  for (const [at, request] of requests.entries()) {
    const { decision, outcome } = await rig.fresh(request, at)
    const { answer, route } = answers[at] as Sent
    rows.push({
      request: request.text,
      ...(route !== undefined && { route }),
      ...answer,
      ...{ outcome: decision.outcome, reason: decision.reason },
      freshStatus: outcome.response?.status ?? 200,
    })
  }
  const { kind, authorizer } = apiFor(
    configuration,
    requests.every(({ isConnect }) => isConnect),
  )
  return {
    caller: caller.name,
    api: {
      kind,
      resultTtlSeconds: kind === "websocket" ? 0 : authorizer.resultTtlSeconds,
      identitySources: authorizer.identitySources,
    },
    requests: rows,
    functionCalls: { hallpass: calls },
  }
}

interface Sent {
  readonly answer: SimulatedAnswer
  readonly route: string | undefined
}

/** A caller with a signed token in front of a local API Gateway. */
export interface Rig {
  /** hallpass, as the function. */
  readonly ask: AskAuthorizer
  readonly decide: (event: object) => Promise<Decision>
  /** Sends every request in its order to one gateway, whose cache starts empty. */
  readonly sent: (
    requests: readonly SimulatedRequest[],
    ask: AskAuthorizer,
  ) => Promise<{ readonly answers: readonly Sent[]; readonly calls: number }>
  /** One request as if nothing were kept. */
  readonly fresh: (request: SimulatedRequest, at: number) => Promise<Trial>
}

export async function rigFor(configuration: AuthorizerConfig, { claims }: Caller, pace: Pace): Promise<Rig> {
  const keys = withTestKeys(decidingPart(configuration))
  const token = claims === undefined ? undefined : await keys.sign(claims, keys.typeFor(claims))
  let nowMs = pace.startMs
  const clock = (): number => nowMs
  const authorizer = createAuthorizer(keys.config, { clock })
  const timeOf = (at: number): number => pace.startMs + at * pace.everySeconds * 1000
  const gatewayFor = (isConnect: boolean, ask: AskAuthorizer): ApiGateway =>
    new ApiGateway(apiFor(configuration, isConnect), ask, clock)
  const tried = trialWith(authorizer, apiFor(configuration, false), clock)
  const connected = trialWith(authorizer, apiFor(configuration, true), clock)
  return {
    ask: (event) => authorizer.handler(event),
    decide: (event) => authorizer.decide(event),
    async sent(requests, ask) {
      let calls = 0
      const counted: AskAuthorizer = (event) => {
        calls++
        return ask(event)
      }
      const [api, connections] = [gatewayFor(false, counted), gatewayFor(true, counted)]
      const answers: Sent[] = []
      for (const [at, { text: _text, isConnect, ...request }] of requests.entries()) {
        nowMs = timeOf(at)
        const outcome = await (isConnect ? connections : api).handle(requestWith(request, token, configuration))
        answers.push({ answer: answerOf(outcome), route: outcome.route?.key })
      }
      return { answers, calls }
    },
    async fresh({ text: _text, isConnect, ...request }, at) {
      nowMs = timeOf(at)
      return await (isConnect ? connected : tried)(requestWith(request, token, configuration))
    },
  }
}

function answerOf({ cache, response }: GatewayOutcome): SimulatedAnswer {
  return {
    answeredFrom: cache === "hit" ? "cache" : cache === "gateway" ? "gateway" : "function",
    status: response?.status ?? 200,
    ...(response !== undefined && { body: response.body }),
  }
}
