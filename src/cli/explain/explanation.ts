import type { ClientRequest } from "../../../local/gateway/api.ts"
import { ApiGateway, type GatewayOutcome } from "../../../local/gateway/gateway.ts"
import { fixOf } from "../../../local/stack/fix.ts"
import { type AuthorizerConfig, createAuthorizer, type Decision, type TraceEntry } from "../../index.ts"
import { UsageError } from "../frame/command.ts"
import type { Input } from "../frame/input.ts"
import { readJson } from "../frame/json-text.ts"
import { apiFor } from "../trial/api.ts"
import { parseRequest } from "../trial/request.ts"
import { decidingPart, requestWith, trialOf } from "../trial/run.ts"
import { withTestKeys } from "../trial/test-keys.ts"
import { kindOf, requestOfEvent, withAnySource } from "./event-request.ts"

/** What an explanation says: for people as a tree, with `--json` as it is. */
export interface Explanation {
  readonly outcome: Decision["outcome"]
  /** A code of the table or `ok`; `unknown` if a line of the access log does not say it. */
  readonly reason: Decision["reason"] | "unknown"
  /** The stage of the first check that failed, or the last one. */
  readonly stage: string
  readonly request: {
    readonly kind: string
    readonly method?: string
    readonly path?: string
    readonly route?: string
  }
  readonly checks: readonly TraceEntry[]
  /** No check says what it found, whether or not it found anything. */
  readonly withoutValues?: true
  readonly missing?: Decision["missing"]
  /** What to do, in words. */
  readonly fix: string
  readonly gateway: {
    /** The status that the client sees. */
    readonly status: number
    readonly body: string
    readonly answeredFrom: "function" | "cache" | "gateway" | "unknown"
    /** What stays in API Gateway's cache of answers. */
    readonly kept?: string
  }
  /** What could not be judged. */
  readonly notes?: readonly string[]
}

/** How to explain. */
export interface ExplainOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Whether claim values are shown. */
  readonly values: boolean
  readonly progress: (text: string) => void
}

/** Explains an event as API Gateway sends it to an authorizer. */
export async function explainEvent(
  config: AuthorizerConfig,
  input: Input,
  options: ExplainOptions,
): Promise<Explanation> {
  const event = readJson(input.text, input.name)
  if (typeof event !== "object" || event === null || Array.isArray(event))
    throw new UsageError(`${input.name} is no event: it must be one JSON object`)
  options.progress("Fetching the keys that the token needs …")
  const authorizer = createAuthorizer(decidingPart(config), { clock: options.clock })
  const decision = await authorizer.decide(event, { trace: "values" })
  const members = event as { readonly [member: string]: unknown }
  const { request, api } = requestOfEvent(members, config)
  const gateway = new ApiGateway(api, () => authorizer.handler(event), options.clock)
  const outcome = await gateway.handle(withAnySource(request, api))
  return explanationOf(decision, outcome, kindOf(members), request, options)
}

/** Explains a token on a request, as if the client had sent it now or at the given time. */
export async function explainToken(
  config: AuthorizerConfig,
  token: string,
  requestText: string,
  options: ExplainOptions,
): Promise<Explanation> {
  options.progress("Fetching the keys that the token needs …")
  return tried(config, config, token, requestText, options)
}

/** Explains decoded claims on a request: everything but the header and the signature is judged. */
export async function explainClaims(
  config: AuthorizerConfig,
  input: Input,
  requestText: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const claims = readJson(input.text, input.name)
  if (typeof claims !== "object" || claims === null || Array.isArray(claims))
    throw new UsageError(`${input.name} has no claims: it must be one JSON object`)
  const keys = withTestKeys(config)
  const token = await keys.sign(claims, keys.typeFor(claims))
  const explanation = await tried(keys.config, config, token, requestText, options)
  // Without a token there is no header and no signature.
  const unsigned = ["form", "header", "algorithm", "type", "key", "signature"]
  const checks = explanation.checks.filter(({ stage, check }) => stage !== "token" || !unsigned.includes(check))
  return { ...explanation, checks, notes: ["Claims have no signature: header, key and signature were not judged."] }
}

async function tried(
  signedConfig: AuthorizerConfig,
  config: AuthorizerConfig,
  token: string,
  requestText: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const { isConnect, ...target } = parseRequest(requestText)
  const api = apiFor(config, isConnect)
  const request = requestWith(target, token, config)
  const { decision, outcome } = await trialOf(signedConfig, { clock: options.clock }, api)(request)
  return explanationOf(decision, outcome, api.kind, request, options)
}

/** Puts decision and answer together. */
export function explanationOf(
  decision: Decision,
  outcome: GatewayOutcome,
  kind: string,
  { method, path }: Pick<ClientRequest, "method" | "path">,
  { values }: Pick<ExplainOptions, "values">,
): Explanation {
  const { trace = [], missing, route } = decision
  const checks = values ? trace : trace.map(({ found: _, ...entry }) => entry)
  const failed = checks.find(({ ok }) => !ok)
  const { response, cache } = outcome
  return {
    outcome: decision.outcome,
    reason: decision.reason,
    stage: failed?.stage ?? checks.at(-1)?.stage ?? "credential",
    request: { kind, ...(kind !== "websocket" && { method, path }), ...(route !== undefined && { route }) },
    checks,
    ...(!values && { withoutValues: true }),
    ...(missing !== undefined && { missing }),
    fix: fixOf(decision),
    gateway: {
      status: response?.status ?? 200,
      body: response?.body ?? "",
      answeredFrom: cache === "gateway" ? "gateway" : "function",
      kept: keptOf(outcome),
    },
  }
}

function keptOf({ cache, evaluation, error }: GatewayOutcome): string {
  if (cache === "gateway") return "nothing: API Gateway answers by itself, and asks no authorizer"
  if (cache === "off") return "nothing: the result TTL is 0"
  if (error !== undefined) return "nothing: what an authorizer throws is not kept"
  const verdict = evaluation?.verdict === "allow" ? "" : ", with this refusal"
  return `the answer${verdict}, for every request with the same identity sources until the result TTL is over`
}
