import { http2 } from "../../test/support/events.ts"
import type { Prepared } from "../tokens.ts"

/** What an HTTP API (payload 2.0) sends its authorizer for a request with this token. */
export function eventWith({ token }: Pick<Prepared, "token">): { readonly [name: string]: unknown } {
  return http2(`Bearer ${token}`, { path: "/orders/7", template: "/orders/{id}" })
}

/** Whether an answer allows the request for the right caller, in the words of any subject. */
export function allows(answer: unknown, { subject }: Pick<Prepared, "subject">): boolean {
  const { isAuthorized, context } = answer as { isAuthorized?: unknown; context?: { sub?: unknown } }
  return isAuthorized === true && context?.sub === subject
}
