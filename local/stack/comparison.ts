import type { AuthorizerConfig } from "../../src/index.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { apiSettings, type ClientRequest } from "../gateway/api.ts"
import { evaluatePolicy } from "../gateway/evaluate.ts"
import { ApiGateway, type GatewayOutcome } from "../gateway/gateway.ts"
import type { Approach, Comparison } from "../server/control-api.ts"
import { type ObservedAuthorizer, observedAuthorizer } from "./observed-authorizer.ts"

/** One request of the sequence, with the token that it brings. */
export interface ComparedRequest {
  readonly caller: string
  readonly request: ClientRequest
}

const names: readonly Approach[] = ["exact", "star", "hallpass"]
const explained: Comparison["approaches"] = {
  exact: "verifies the token well, and answers with Resource: methodArn, the ARN of the one request",
  star: 'verifies the token well, and answers with Resource: "*"',
  hallpass: "answers with one policy for everything that the caller may call",
}

/** Sends the same requests through three authorizers, each with a cache of its own. */
export async function compared(
  config: AuthorizerConfig,
  sequence: readonly ComparedRequest[],
  resultTtlSeconds: number,
  clock: () => number,
): Promise<Comparison> {
  const own = {
    ...config,
    gateway: { ...config.gateway, resultTtlSeconds, responses: "policy", unauthorized: "throw" },
  } as AuthorizerConfig
  const authorizer = observedAuthorizer(own, clock)
  const { settings, fresh } = gatewaysOf(own, authorizer, resultTtlSeconds, clock)
  const calls = { exact: 0, star: 0, hallpass: 0 }
  const gateways = names.map((name) => {
    const ask = async (event: object): Promise<unknown> => {
      calls[name]++
      return answerOf(name, authorizer, event)
    }
    const sources =
      name === "hallpass" ? gatewaySettings(own).rest.identitySources : settings.authorizer.identitySources
    const api = { ...settings, authorizer: { ...settings.authorizer, identitySources: sources } }
    return [name, new ApiGateway(api, ask, clock)] as const
  })
  const rows: Comparison["rows"][number][] = []
  for (const { caller, request } of sequence) {
    const right = await fresh(request)
    const results = {} as { [approach in Approach]: Comparison["rows"][number]["results"][Approach] }
    for (const [name, gateway] of gateways) {
      const outcome = await gateway.handle(request)
      const status = statusOf(outcome)
      results[name] = {
        ...{ status, cache: outcome.cache, right: isAllowed(status) === isAllowed(right.status) },
        why: whyOf(name, outcome, status, right.status),
      }
    }
    rows.push({ request: `${request.method} ${request.path}`, caller, right, results })
  }
  return { resultTtlSeconds, approaches: explained, rows, calls }
}

function gatewaysOf(
  config: AuthorizerConfig,
  authorizer: ObservedAuthorizer,
  resultTtlSeconds: number,
  clock: () => number,
) {
  const settings = apiSettings({
    kind: "rest",
    routes: Object.keys(config.routes ?? {}).filter((key) => !key.startsWith("$")),
    authorizer: { resultTtlSeconds, identitySources: tokenSources(config) },
  })
  let reason = "ok"
  const ask = async (event: object): Promise<unknown> => {
    const call = await authorizer.call(event)
    reason = call.decision.reason
    if ("error" in call) throw call.error
    return call.answer
  }
  // A new gateway for each request keeps nothing: a fresh decision.
  const fresh = async (request: ClientRequest): Promise<{ status: number; reason: string }> => {
    reason = "no_route"
    const outcome = await new ApiGateway(settings, ask, clock).handle(request)
    return { status: statusOf(outcome), reason }
  }
  return { settings, fresh }
}

/** The usual authorizers have the token alone as the key of the cache. */
function tokenSources(config: AuthorizerConfig): readonly string[] {
  return gatewaySettings({ ...config, gateway: { ...config.gateway, identitySources: ["token"] } }).rest.identitySources
}

async function answerOf(approach: Approach, authorizer: ObservedAuthorizer, event: object): Promise<unknown> {
  const call = await authorizer.call(event)
  if ("error" in call) throw call.error
  if (approach === "hallpass") return call.answer
  // The usual authorizer decides each request well: what is wrong is only what its answer covers.
  const { methodArn } = event as { readonly methodArn: string }
  const { policyDocument, principalId } = Object(call.answer) as { policyDocument?: unknown; principalId?: unknown }
  const allows = evaluatePolicy(policyDocument, methodArn).verdict === "allow"
  const Resource = approach === "exact" ? methodArn : "*"
  const Statement = [{ Effect: allows ? "Allow" : "Deny", Action: "execute-api:Invoke", Resource }]
  return { principalId, policyDocument: { Version: "2012-10-17", Statement } }
}

const statusOf = ({ response }: GatewayOutcome): number => response?.status ?? 200
const isAllowed = (status: number): boolean => status < 400

function whyOf(approach: Approach, { cache }: GatewayOutcome, status: number, right: number): string {
  if (cache === "gateway") return "API Gateway answers by itself."
  const from = cache === "hit" ? "The kept answer" : "The function's answer"
  if (isAllowed(status) === isAllowed(right)) return `${from} is right for this request.`
  if (isAllowed(status)) return `${from} allows everything, this request included.`
  return approach === "exact" ? `${from} names another route.` : `${from} denies everything, this request included.`
}
