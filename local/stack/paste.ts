import { randomUUID } from "node:crypto"
import { ConfigurationError } from "../../src/index.ts"
import type { ApiSettings, ClientRequest } from "../gateway/api.ts"
import { ApiGateway } from "../gateway/gateway.ts"
import type { Exchange, Pasted } from "../server/control-api.ts"
import { receivedBy } from "./backend.ts"
import { decodedClaims, gatewayStep, withToken } from "./exchange.ts"
import { shallowJson } from "./nesting.ts"
import type { ObservedCall } from "./observed-authorizer.ts"
import { requestOfEvent } from "./pasted-event.ts"
import { noGateway } from "./send.ts"
import { ControlRefused, type LocalStack } from "./stack.ts"
import { walkOf } from "./walk.ts"

/**
 * Judges a pasted token or event. Nothing of it is kept: the authorizer for it remembers no token, the gateway is a new
 * one, the request is in no list, and no backend gets it.
 */
export function judged(stack: LocalStack, { token, event, gateway, method, path }: Pasted): Promise<Exchange> {
  return event === undefined
    ? judgedToken(stack, token ?? "", gateway, `${method ?? "GET"} ${path ?? exampleOf(stack)}`)
    : judgedEvent(stack, event)
}

function exampleOf({ deployment }: LocalStack): string {
  const key = Object.keys(deployment.written.routes ?? {}).find((route) => route.startsWith("GET ")) ?? "GET /"
  return (key.split(" ")[1] ?? "/").replaceAll(/\{[^{}]+\}/g, "7")
}

async function judgedToken(
  stack: LocalStack,
  token: string,
  gateway: string | undefined,
  line: string,
): Promise<Exchange> {
  const api = gateway === undefined ? [...stack.deployment.apis.values()][0] : stack.api(gateway)
  if (api === undefined) throw new ControlRefused(noGateway(stack))
  const [method = "GET", target = "/"] = line.split(" ")
  const [plain = "/", query = ""] = target.split(/\?(.*)/s)
  const base = {
    method,
    path: plain,
    query,
    headers: [["Host", api.settings.domainName]],
    sourceIp: "127.0.0.1",
  } as const
  // People paste the header's value, too.
  const bare = token.replace(/^Bearer\s+/i, "")
  const request = withToken(base, bare, api.config)
  const exchange = await tried(stack, api.name, api.settings, request)
  const claims = decodedClaims(bare)
  return { ...exchange, ...(claims !== undefined && { claims }) }
}

async function judgedEvent(stack: LocalStack, text: string): Promise<Exchange> {
  const event = parsed(text)
  const { request, settings } = requestOfEvent(event, Object.keys(stack.deployment.written.routes ?? {}))
  const simple = stack.deployment.effective.gateway?.responses === "simple" && "routeArn" in event
  const authorizer = { ...settings.authorizer, simpleResponses: simple }
  return tried(stack, `a pasted ${settings.kind} event`, { ...settings, authorizer }, request, event)
}

/** @throws ConfigurationError with the place of the mistake */
function parsed(text: string): object {
  const event = shallowJson(text, "event")
  if (typeof event === "object" && event !== null && !Array.isArray(event)) return event
  throw new ConfigurationError([
    { path: "event", message: "is no JSON object; paste what API Gateway sends to an authorizer" },
  ])
}

async function tried(
  stack: LocalStack,
  gateway: string,
  settings: ApiSettings,
  request: ClientRequest,
  event?: object,
): Promise<Exchange> {
  const { forgetful, effective } = stack.deployment
  let call: ObservedCall | undefined
  const fresh = new ApiGateway(
    settings,
    async (built) => {
      call = await forgetful.call(event ?? built)
      if ("error" in call) throw call.error
      return call.answer
    },
    stack.clock,
  )
  const startedAt = performance.now()
  const outcome = await fresh.handle(request)
  const latencyMs = Math.round((performance.now() - startedAt) * 100) / 100
  const { response, authorizer } = outcome
  return {
    ...{ id: randomUUID(), gateway, method: request.method, path: request.path, latencyMs },
    ...(call !== undefined && { walk: walkOf(call, effective) }),
    api: { ...gatewayStep(outcome, settings, request, 0), ...(event !== undefined && { event }) },
    client: {
      status: response?.status ?? 200,
      headers: response?.headers ?? {},
      body: response?.body ?? "",
    },
    ...(response === undefined && { backend: receivedBy({ request, authorizer }) }),
    notes: ["What is pasted is judged alone: no answer is kept, and nothing of it is stored or sent to a backend."],
  }
}
