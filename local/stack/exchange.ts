import type { AuthorizerConfig } from "../../src/index.ts"
import type { ApiSettings, ClientRequest } from "../gateway/api.ts"
import type { GatewayOutcome } from "../gateway/gateway.ts"
import { identityValues } from "../gateway/identity-sources.ts"
import type { GatewayStep } from "../server/control-api.ts"

/** What API Gateway did with a request, for the page. */
export function gatewayStep(
  outcome: GatewayOutcome,
  api: ApiSettings,
  request: ClientRequest,
  resultTtlSeconds: number,
): GatewayStep {
  const { cache, arn, route, answer, error, evaluation, event } = outcome
  const values = route === undefined ? [] : identityValues(api, request, route)
  const key = api.authorizer.identitySources.map((source, at) => ({ source, value: cut(source, values[at]) }))
  const statements = Object(Object(answer).policyDocument).Statement as unknown
  const index = Array.isArray(statements) ? statements.indexOf(evaluation?.statement) : -1
  return {
    ...{ cache, why: whyOf(outcome, key), key, kept: keptOf(outcome, key.length, resultTtlSeconds), arn },
    ...(route !== undefined && { route: route.key }),
    ...(answer !== undefined && { answer }),
    ...(error !== undefined && { error: messageOf(error) }),
    ...(evaluation !== undefined && { verdict: evaluation.verdict }),
    ...(index >= 0 && { statement: index }),
    ...(event !== undefined && { event }),
  }
}

const shownCharacters = 24

/** Values of headers and query parameters are often secrets: a few characters show which one it is. */
function cut(source: string, value: string | undefined): string | null {
  if (value === undefined) return null
  return source.includes("request.") && value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value
}

function whyOf({ cache, response, route }: GatewayOutcome, key: GatewayStep["key"]): string {
  const sources = key.map(({ source }) => source).join(", ")
  switch (cache) {
    case "hit":
      return `An answer is kept for the same values of ${sources}, so the function is not asked.`
    case "miss":
      return `No answer is kept for these values of ${sources}, so the function is asked.`
    case "off":
      return "The result TTL is 0: the function is asked for each request."
  }
  if (route === undefined) return "The API has no such route. API Gateway answers by itself."
  if (response === undefined) return "The route has no authorizer. The request goes to the backend."
  const missing = key.filter(({ value }) => value === null).map(({ source }) => source)
  if (missing.length > 0) return `The request has no ${missing.join(", ")}. API Gateway answers by itself.`
  return "API Gateway answers by itself: the resource policy, the length of the ARN or the validation expression decides."
}

function keptOf({ cache, evaluation, error }: GatewayOutcome, sources: number, ttl: number): string {
  if (cache === "gateway") return "Nothing is kept: no authorizer was asked."
  if (cache === "hit") return "The kept answer stays until its TTL is over."
  if (cache === "off") return "Nothing is kept."
  if (error !== undefined) return "Nothing is kept: API Gateway keeps no error."
  if (evaluation?.verdict === "invalid" || sources === 0) return "Nothing is kept."
  const what = evaluation?.verdict === "allow" ? "The answer is" : "The answer, a refusal, is"
  return `${what} kept for ${ttl} s, for every request with the same identity sources, on every route.`
}

function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown }
  return typeof message === "string" ? message : "an error without a text"
}

/** Claims of a token, decoded and not judged; undefined if it is none. */
export function decodedClaims(token: string): { readonly [claim: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Puts a token where the configuration reads it: header, cookie, query parameter or subprotocol. */
export function withToken(request: ClientRequest, token: string, { credential = {} }: AuthorizerConfig): ClientRequest {
  const { header, scheme = "Bearer", cookie, query, subprotocol } = credential
  const added = (name: string, value: string): ClientRequest => ({
    ...request,
    headers: [...request.headers, [name, value]],
  })
  const elsewhere = header === undefined
  if (elsewhere && cookie !== undefined) return added("Cookie", `${cookie}=${token}`)
  if (elsewhere && query !== undefined) {
    const pair = `${encodeURIComponent(query)}=${encodeURIComponent(token)}`
    return { ...request, query: request.query === "" ? pair : `${request.query}&${pair}` }
  }
  if (elsewhere && subprotocol !== undefined) return added("Sec-WebSocket-Protocol", `${subprotocol}, ${token}`)
  return added(header ?? "Authorization", scheme === null ? token : `${scheme} ${token}`)
}
