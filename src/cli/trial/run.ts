import type { ApiSettings, ClientRequest } from "../../../local/gateway/api.ts"
import { ApiGateway, type GatewayOutcome } from "../../../local/gateway/gateway.ts"
import {
  type Authorizer,
  type AuthorizerConfig,
  type AuthorizerParts,
  createAuthorizer,
  type Decision,
} from "../../index.ts"

/** A request tried on a configuration: the decision with its trace, and what API Gateway makes of the answer. */
export interface Trial {
  readonly decision: Decision
  readonly outcome: GatewayOutcome
}

/** Tries requests on a configuration, each as if no answer were kept. */
export function trialOf(
  config: AuthorizerConfig,
  parts: AuthorizerParts,
  api: ApiSettings,
): (request: ClientRequest) => Promise<Trial> {
  return trialWith(createAuthorizer(decidingPart(config), parts), api, parts.clock)
}

/**
 * The configuration as it decides: without another authorizer beside it, and without assertions, whose keys a person at
 * a desk need not have.
 */
export function decidingPart({ shadow, assertion, ...config }: AuthorizerConfig): AuthorizerConfig {
  if (assertion === undefined || config.edge !== undefined) return config
  const { secrets: _, ...others } = config
  return others
}

/** The same for an authorizer that is made already. */
export function trialWith(
  authorizer: Authorizer,
  api: ApiSettings,
  clock: AuthorizerParts["clock"],
): (request: ClientRequest) => Promise<Trial> {
  return async (request) => {
    let decision: Decision | undefined
    const gateway = new ApiGateway(
      api,
      async (event) => {
        decision = await authorizer.decide(event, { trace: "values" })
        return authorizer.handler(event)
      },
      clock,
    )
    const outcome = await gateway.handle(request)
    return { decision: decision ?? { outcome: "unauthenticated", reason: "credential_missing" }, outcome }
  }
}

/** The request of a caller with a bearer token, in the place that the configuration reads. */
export function requestWith(
  request: Pick<ClientRequest, "method" | "path" | "query">,
  token: string | undefined,
  { credential = {} }: AuthorizerConfig,
): ClientRequest {
  const { header, scheme = "Bearer", cookie, query, subprotocol } = credential
  const base = { ...request, sourceIp: "192.0.2.1" }
  const host = ["Host", "api.example.com"] as const
  if (token === undefined) return { ...base, headers: [host] }
  const elsewhere = header === undefined
  if (elsewhere && cookie !== undefined) return { ...base, headers: [host, ["Cookie", `${cookie}=${token}`]] }
  if (elsewhere && query !== undefined) {
    const pair = `${encodeURIComponent(query)}=${encodeURIComponent(token)}`
    return { ...base, query: base.query === "" ? pair : `${base.query}&${pair}`, headers: [host] }
  }
  if (elsewhere && subprotocol !== undefined)
    return { ...base, headers: [host, ["Sec-WebSocket-Protocol", `${subprotocol}, ${token}`]] }
  return { ...base, headers: [host, [header ?? "Authorization", scheme === null ? token : `${scheme} ${token}`]] }
}
