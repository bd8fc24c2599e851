import type { AuthorizerAnswer } from "../../../src/index.ts"
import { evaluate } from "./iam.ts"
import { arnOf, documentOf } from "./world.ts"

type Event = { readonly [name: string]: unknown }

/** What a client of the API sees: the backend, 403, 401, 500. */
export type Seen = "allow" | "forbidden" | "unauthenticated" | "unavailable"

/** One authorizer of an API, as API Gateway is set up. */
export interface GatewayAuthorizer {
  readonly ttlMs: number
  /** The values of the identity sources, which are the cache key together with API and stage. */
  readonly identity: (event: Event) => readonly unknown[]
  /** Whether the API's resource policy allows what the answer is silent about. */
  readonly resourcePolicyAllows: boolean
  readonly handler: (event: unknown) => Promise<AuthorizerAnswer>
}

/**
 * API Gateway in front of an authorizer, with its result cache (Developer Guide, "Configure a Lambda authorizer"): a
 * missing identity source is 401 without a call; an answer is kept for the TTL under the identity sources' values, per
 * stage; a policy is evaluated anew for every request's own ARN, a simple response is one for all; what is thrown is
 * not kept.
 */
export function cachingGateway(authorizer: GatewayAuthorizer): {
  readonly call: (event: Event, nowMs: number) => Promise<{ readonly seen: Seen; readonly fromCache: boolean }>
} {
  const kept = new Map<string, { readonly answer: AuthorizerAnswer; readonly untilMs: number }>()
  const read = (answer: AuthorizerAnswer, arn: string): Seen => {
    if ("isAuthorized" in answer) return answer.isAuthorized ? "allow" : "forbidden"
    const verdict = evaluate(documentOf(answer), arn)
    return verdict === "allow" || (verdict === "none" && authorizer.resourcePolicyAllows) ? "allow" : "forbidden"
  }
  return {
    async call(event, nowMs) {
      const identity = authorizer.identity(event)
      if (identity.some((value) => value === undefined || value === ""))
        return { seen: "unauthenticated", fromCache: false }
      const arn = arnOf(event)
      const key = JSON.stringify([arn.split("/").slice(0, 2), identity])
      const known = kept.get(key)
      if (known !== undefined && nowMs < known.untilMs) return { seen: read(known.answer, arn), fromCache: true }
      try {
        const answer = await authorizer.handler(event)
        if (authorizer.ttlMs > 0) kept.set(key, { answer, untilMs: nowMs + authorizer.ttlMs })
        return { seen: read(answer, arn), fromCache: false }
      } catch (error) {
        const isRefusal = error instanceof Error && error.message === "Unauthorized"
        return { seen: isRefusal ? "unauthenticated" : "unavailable", fromCache: false }
      }
    },
  }
}
