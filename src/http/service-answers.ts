import { type AnswerOptions, type Answers, noPolicy } from "../answer/answer.ts"
import type { AuthorizerContext } from "../answer/context.ts"
import type { Decision } from "../types/decision.ts"
import type { Principal } from "../types/principal.ts"
import type { ReasonCode } from "../types/reasons.ts"
import type { ChallengeOf } from "./challenge.ts"
import type { IdentityHeaders } from "./identity-headers.ts"

/** The answer of the service, before it is written as HTTP or gRPC. */
export interface ServiceAnswer {
  readonly outcome: Decision["outcome"]
  readonly reason: Decision["reason"]
  readonly status: 200 | 401 | 403 | 503
  /** Name, value, name, value, …: of an allow for the upstream, of a refusal for the client. */
  readonly headers: readonly string[]
  readonly principal?: Principal
  /** The configured route that applied. */
  readonly route?: string | undefined
  /** What is added to the headers of an allow, if anything is. */
  readonly context?: AuthorizerContext
}

/** The answer to what never became a question: a fault. */
export const faultAnswer: ServiceAnswer = Object.freeze({
  outcome: "unavailable",
  reason: "internal",
  status: 503,
  headers: Object.freeze([]),
})

const statuses = { unauthenticated: 401, forbidden: 403, unavailable: 503 } as const

/** Most bytes of the identity headers. Envoy takes 60 KiB, nginx what `proxy_buffer_size` is set to. */
const maxHeaderBytes = 8192

/** Every answer is for one request: no gateway keeps it, and there are no policies. */
export const forOneRequest: Pick<Answers, "isSimple" | "keeps" | "policy"> = {
  isSimple: () => true,
  keeps: () => false,
  policy: () => noPolicy,
}

/**
 * Makes the answers of a service. A refusal shows its status and its challenge, and never why.
 *
 * @param context what an allow begins with where something will be added
 */
export function serviceAnswers(
  identity: IdentityHeaders,
  challengeOf: ChallengeOf,
  context?: AuthorizerContext,
): (options: Pick<AnswerOptions, "idOf" | "contextOf">) => Answers<ServiceAnswer> {
  return ({ idOf, contextOf }) => {
    const refusals = new Map<string, ServiceAnswer>()
    /** The same principal again has the same headers: its token was verified before. */
    const made = new WeakMap<Principal, readonly string[]>()
    const headersOf = (principal: Principal): readonly string[] => {
      const before = made.get(principal)
      if (before !== undefined) return before
      const context = contextOf(principal, "service", maxHeaderBytes)
      const values = identity.valuesOf(idOf(principal) ?? principal.id, context)
      const headers = Object.freeze(identity.names.flatMap((name, at) => [name, values[at] ?? ""]))
      made.set(principal, headers)
      return headers
    }
    return {
      ...forOneRequest,
      allow: (_request, principal, _policy, route) => ({
        outcome: "allow",
        reason: "ok",
        status: 200,
        headers: headersOf(principal),
        principal,
        route,
        ...(context && { context }),
      }),
      refuse(_request, { outcome, code }) {
        const before = refusals.get(code)
        if (before !== undefined && before.outcome === outcome) return before
        const answer = refused(outcome, code, challengeOf)
        refusals.set(code, answer)
        return answer
      },
    }
  }
}

function refused(
  outcome: "unauthenticated" | "forbidden" | "unavailable",
  reason: ReasonCode,
  challengeOf: ChallengeOf,
): ServiceAnswer {
  const headers = outcome === "unauthenticated" ? ["www-authenticate", challengeOf(reason)] : []
  return Object.freeze({ outcome, reason, status: statuses[outcome], headers: Object.freeze(headers) })
}
