import type { AuthorizerAnswer } from "../answer/answer.ts"
import type { Decision } from "../types/decision.ts"

/** Answers API Gateway's question: may this caller take this route? */
export interface Authorizer {
  /**
   * The Lambda handler, bound: `export const { handler } = createAuthorizer(config)` works.
   *
   * @param event an authorizer event of any kind: REST TOKEN or REQUEST, HTTP API 1.0 or 2.0, WebSocket `$connect`
   * @returns an IAM policy, or a simple response for payload 2.0 where so configured
   * @throws Error("Unauthorized") (rejects) for a bad credential with `gateway.unauthorized: "throw"`: the client gets
   *   401
   * @throws Unavailable (rejects) when the question cannot be decided: the client gets 500, and nothing is cached
   */
  handler(event: unknown, context?: unknown): Promise<AuthorizerAnswer>
  /**
   * The same decision as data. Never rejects.
   *
   * @param options `trace: true` adds every check with what was expected; `trace: "values"` also what the token has,
   *   for the person who has the token
   */
  decide(event: unknown, options?: { readonly trace?: boolean | "values" }): Promise<Decision>
  /** Fetches keys ahead of the first request. Never rejects; what failed is tried again at first use. */
  warmUp(): Promise<void>
}
