import { type AuthorizerConfig, ConfigurationError } from "../../src/index.ts"
import { problemOf, tableOf, verdictOf } from "../stack/checked.ts"
import { compared } from "../stack/comparison.ts"
import { demoSequence } from "../stack/demo.ts"
import { withToken } from "../stack/exchange.ts"
import { shallowJson } from "../stack/nesting.ts"
import { judged } from "../stack/paste.ts"
import { sent } from "../stack/send.ts"
import { ControlRefused, type LocalStack } from "../stack/stack.ts"
import { stateOf } from "../stack/state.ts"
import { tokenFor } from "../stack/tokens.ts"
import type { Comparison, ComparisonWish, ConfigurationVerdict, Persona, Stack, TokenWish } from "./control-api.ts"
import { comparisonWish, composedRequest, configurationWish, controlsWish, pasted, tokenWish } from "./wishes.ts"

/** Where a stack can be reached. */
export interface Addresses {
  readonly page: string
  readonly gateways: ReadonlyMap<string, string>
}

/** One call of the control API. */
export type ControlCall = (stack: LocalStack, body: unknown, addresses: Addresses) => unknown

/** Every call but the stream of events, by method and path. */
export const controlCalls: { readonly [route: string]: ControlCall } = {
  "GET /api/stack": (stack, _, addresses) => stackOf(stack, addresses),
  "GET /api/state": (stack) => stateOf(stack),
  "GET /api/table": (stack) => tableOf(stack.deployment.written),
  "GET /api/requests": (stack) => stack.requests.newest,
  "POST /api/tokens": async (stack, body) => ({ token: await tokenFor(stack, tokenWish(body)) }),
  "POST /api/controls": async (stack, body) => {
    await stack.control(controlsWish(body))
    return stateOf(stack)
  },
  "POST /api/send": (stack, body) => sent(stack, composedRequest(body)),
  "POST /api/paste": (stack, body) => judged(stack, pasted(body)),
  "POST /api/comparison": (stack, body) => comparisonOf(stack, comparisonWish(body)),
  "POST /api/configuration": (stack, body) => configurationOf(stack, configurationWish(body)),
}

const readConfigurationText = async (text: string): Promise<unknown> => shallowJson(text, "configuration")

/** The first persona that may do something. */
function usualCaller(stack: LocalStack): Persona | undefined {
  const { personas } = stateOf(stack)
  return personas.find(({ claims }) => Object.keys(claims).length > 0) ?? personas[0]
}

/** `GET /api/stack`. */
export function stackOf({ deployment, issuers }: LocalStack, { page, gateways }: Addresses): Stack {
  return {
    page,
    gateways: [...deployment.apis.values()].map(({ name, title, settings, gateway }) => ({
      ...{ kind: settings.kind, url: gateways.get(name) ?? "", name, title },
      identitySources: settings.authorizer.identitySources,
      resultTtlSeconds: gateway.resultTtlSeconds,
    })),
    issuers: issuers.all.map(({ name, issuer, tokenUrl, jwksUri, discoveryUrl }) => ({
      ...{ name, issuer, tokenUrl, jwksUri, discoveryUrl },
    })),
    routes: Object.entries(deployment.written.routes ?? {}).map(([route, rule]) => ({ route, rule })),
  }
}

async function comparisonOf(stack: LocalStack, wish: ComparisonWish): Promise<Comparison> {
  const requests = wish.requests ?? demoSequence(stack.deployment.written, usualCaller(stack))
  const { effective } = stack.deployment
  const sequence = []
  // One caller keeps one token: with a new one, API Gateway would keep nothing.
  const tokens = new Map<string, string>()
  const tokenOf = async (wished: TokenWish): Promise<string> => {
    const key = JSON.stringify(wished)
    const known = tokens.get(key) ?? (await tokenFor(stack, wished))
    tokens.set(key, known)
    return known
  }
  for (const { method, path, token } of requests) {
    const [plain = "/", query = ""] = path.split(/\?(.*)/s)
    const base = { method, path: plain, query, headers: [], sourceIp: "127.0.0.1" }
    const request = token === undefined ? base : withToken(base, await tokenOf(token), effective)
    sequence.push({ request, caller: token === undefined ? "no token" : `${token.issuer}` })
  }
  return compared(effective, sequence, wish.resultTtlSeconds ?? 300, stack.clock)
}

async function configurationOf(
  stack: LocalStack,
  { text, apply }: { readonly text: string; readonly apply?: boolean },
): Promise<ConfigurationVerdict> {
  let config: AuthorizerConfig
  try {
    config = (await (stack.options.readText ?? readConfigurationText)(text)) as AuthorizerConfig
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { sound: false, problems: error.problems.map(problemOf), warnings: [], conflicts: [], applied: false }
  }
  const verdict = verdictOf(config)
  if (!verdict.sound || apply !== true) return { ...verdict, applied: false }
  await stack.deploy(config)
  return { ...verdict, applied: true }
}

/** The answer to a fault of the caller, with its status; undefined for a fault of the program. */
export function refusalOf(error: unknown): { readonly status: number; readonly body: object } | undefined {
  if (error instanceof ControlRefused) return { status: 404, body: { message: error.message } }
  if (error instanceof ConfigurationError) {
    const what = error.problems[0]?.path === "event" ? "event" : "configuration"
    return { status: 422, body: { message: `The ${what} is refused.`, problems: error.problems.map(problemOf) } }
  }
  return undefined
}
