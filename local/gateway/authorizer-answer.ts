import type { ApiSettings } from "./api.ts"

/** An answer that API Gateway takes. */
export interface TakenAnswer {
  /** Simple responses. */
  readonly isAuthorized?: boolean
  readonly policyDocument?: unknown
  /** `requestContext.authorizer` of the integration event. */
  readonly authorizer: { readonly [key: string]: unknown }
  /** Context values as `$context.authorizer.KEY`. */
  readonly contextTexts: { readonly [name: string]: string }
}

type Members = { readonly [member: string]: unknown }
const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Longest answer, bytes: WebSocket's documented limit. */
const maxWebSocketBytes = 8192

/**
 * Longest resource in a policy of an authorizer, characters.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
const maxResourceLength = 512

/** What API Gateway reads of an authorizer's answer, or undefined for one that it does not take: that is a 500. */
export function readAnswer(api: ApiSettings, answer: unknown): TakenAnswer | undefined {
  if (!isObject(answer)) return undefined
  if (api.kind === "websocket" && Buffer.byteLength(JSON.stringify(answer)) > maxWebSocketBytes) return undefined
  const { principalId, policyDocument, isAuthorized, context = {} } = answer
  const contextTexts = isObject(context) ? textsOf(context) : undefined
  if (!isObject(context) || contextTexts === undefined) return undefined
  if (isObject(policyDocument) && hasLongResource(policyDocument)) return undefined
  const scalars = Object.values(context).every((value) => value === null || typeof value !== "object")
  if (api.kind === "http" && api.authorizer.payload === "2.0") {
    // The backend sees null if there is no context at all.
    const authorizer = { lambda: answer.context === undefined ? null : context }
    if (api.authorizer.simpleResponses)
      return typeof isAuthorized === "boolean" ? { isAuthorized, authorizer, contextTexts } : undefined
    return isObject(policyDocument) ? { policyDocument, authorizer, contextTexts } : undefined
  }
  if (!scalars || !isObject(policyDocument) || typeof principalId !== "string" || principalId === "") return undefined
  if (api.kind === "http") return { policyDocument, authorizer: { ...context, principalId }, contextTexts }
  // REST and WebSocket APIs hand every value on as a string, and add a number.
  const texts = Object.fromEntries(Object.entries(context).map(([key, value]) => [key, String(value)]))
  return { policyDocument, authorizer: { ...texts, principalId, integrationLatency: 0 }, contextTexts }
}

function hasLongResource({ Statement }: Members): boolean {
  return [Statement].flat().some((statement) => {
    const { Resource, NotResource } = Object(statement) as Members
    return [Resource, NotResource].flat().some((each) => typeof each === "string" && each.length > maxResourceLength)
  })
}

function textsOf(context: Members): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      `authorizer.${key}`,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  )
}
