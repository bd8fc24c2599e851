import type { AccessRequest } from "../types/request.ts"
import type { AuthorizerAnswer } from "./answer.ts"
import { traceIdsOf } from "./trace-ids.ts"

/** Most bytes that the trace ids take of an answer: both members with their names and punctuation. */
export const traceContextBytes = 160

/**
 * Adds the request's trace ids to the context of an answer, for the backend. Only for answers that the gateway does not
 * keep: a cached one would carry the ids of another request.
 */
export function traced(
  answer: AuthorizerAnswer,
  request: AccessRequest | undefined,
  invocation: unknown,
): AuthorizerAnswer {
  const { context } = answer
  // An answer without a context must reveal nothing about the request.
  return context === undefined ? answer : { ...answer, context: { ...context, ...traceIdsOf(request, invocation) } }
}
