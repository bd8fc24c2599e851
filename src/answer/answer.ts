import { claimAt } from "../shared/claim.ts"
import { withoutStack } from "../shared/without-stack.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Coverage } from "../types/coverage.ts"
import { Unavailable } from "../types/errors.ts"
import type { Principal } from "../types/principal.ts"
import type { Refusal } from "../types/reasons.ts"
import type { AccessRequest } from "../types/request.ts"
import type { AuthorizerContext } from "./context.ts"
import { Policies } from "./iam-policy.ts"
import { type PolicyDocument, policyDocument } from "./policy-document.ts"
import type { PrincipalIdOf } from "./principal-id.ts"
import type { SizedPolicy } from "./written-policy.ts"

/** An IAM policy answer: REST, WebSocket, HTTP API payload 1.0, and 2.0 without simple responses. */
export interface PolicyAnswer {
  readonly principalId: string
  readonly policyDocument: PolicyDocument
  readonly context?: AuthorizerContext
  readonly usageIdentifierKey?: string
}

/** A simple response: HTTP API payload 2.0 with `EnableSimpleResponses`. */
export interface SimpleAnswer {
  readonly isAuthorized: boolean
  readonly context?: AuthorizerContext
}

/** What the handler returns to API Gateway. */
export type AuthorizerAnswer = PolicyAnswer | SimpleAnswer

/** How answers are written. */
export interface AnswerOptions {
  /** How long API Gateway keeps an answer. 0: not at all. */
  readonly resultTtlSeconds: number
  readonly responses: "policy" | "simple"
  readonly unauthorized: "throw" | "deny"
  readonly usageIdentifierKey?: ClaimPath
  /** Most bytes of an answer. */
  readonly maxAnswerBytes: number
  /** What `principalId` says. Asked only for principals that have one, see the pipeline. */
  readonly idOf: PrincipalIdOf
  /** The name of an answer, for its context; undefined if answers have none. */
  readonly nameOf:
    | ((request: AccessRequest, principal: Principal | undefined, routeKey: string | undefined) => string)
    | undefined
  /** The context of a principal, in so many bytes at most. */
  readonly contextOf: (principal: Principal, kind: AccessRequest["kind"], maxBytes: number) => AuthorizerContext
}

/**
 * Puts a decision into the form that the event's API expects. Nothing here depends on the requested path.
 *
 * @typeParam A the form
 */
export interface Answers<A = AuthorizerAnswer> {
  /** Whether one answer is one verdict for every request that shares it. */
  isSimple(request: AccessRequest | undefined): boolean
  /** Whether a refusal is an answer that API Gateway keeps, for the next request under the same cache key. */
  keeps(request: AccessRequest | undefined, refused: Refusal): boolean
  /** The policy for what an answer covers, or undefined if it does not fit. */
  policy(request: AccessRequest, covers: Coverage): SizedPolicy | undefined
  /** The answer that allows what the policy allows. */
  allow(request: AccessRequest, principal: Principal, policy: SizedPolicy, routeKey: string | undefined): A
  /** @throws Error("Unauthorized") for a bad credential where so configured; Unavailable for what cannot be decided */
  refuse(request: AccessRequest | undefined, refused: Refusal, principal: Principal | undefined): A
}

// A policy answer needs a principalId, also if no caller was authenticated.
const noCaller = "unauthenticated"

/** The member of the context that names the answer, with its punctuation. */
const nameBytes = '"answer":"",'.length
/** Member names, punctuation and a usage key of an answer. */
const envelopeBytes = 256

export function createAnswers(options: AnswerOptions): Answers {
  const { maxAnswerBytes } = options
  const policies = new Policies(maxAnswerBytes)
  /** Answers go when their policy is forgotten: principals live longer. */
  const answers = new WeakMap<SizedPolicy, WeakMap<Principal, MadeAnswer>>()
  const isSimple = (request: AccessRequest | undefined): boolean =>
    options.responses === "simple" && request?.kind === "http-2.0"
  const isThrown = (request: AccessRequest | undefined, { outcome }: Refusal): boolean =>
    outcome === "unavailable" ||
    (outcome === "unauthenticated" && options.unauthorized === "throw" && !isSimple(request))

  function contextOf(
    request: AccessRequest,
    principal: Principal,
    routeKey: string | undefined,
    room: number,
  ): AuthorizerContext {
    const answer = options.nameOf?.(request, principal, routeKey)
    if (answer === undefined) return options.contextOf(principal, request.kind, room)
    return { ...options.contextOf(principal, request.kind, room - answer.length - nameBytes), answer }
  }

  function write(
    request: AccessRequest,
    principal: Principal,
    { document, bytes }: SizedPolicy,
    routeKey: string | undefined,
  ): AuthorizerAnswer {
    const principalId = options.idOf(principal) ?? principal.id
    const room = maxAnswerBytes - envelopeBytes - Buffer.byteLength(JSON.stringify(principalId))
    if (isSimple(request)) return { isAuthorized: true, context: contextOf(request, principal, routeKey, room) }
    const context = contextOf(request, principal, routeKey, room - bytes)
    const key = usageKey(request, principal, options.usageIdentifierKey)
    const answer = { principalId, policyDocument: document, context }
    return key === undefined ? answer : { ...answer, usageIdentifierKey: key }
  }

  /** The name of an answer that permits nothing. */
  function nothing(request: AccessRequest | undefined): { readonly answer?: string } {
    const answer = request === undefined ? undefined : options.nameOf?.(request, undefined, undefined)
    return answer === undefined ? {} : { answer }
  }

  return {
    isSimple,
    // WebSocket APIs keep nothing.
    keeps: (request, refused) =>
      options.resultTtlSeconds > 0 && request?.kind !== "websocket" && !isThrown(request, refused),
    policy(request, covers) {
      if (isSimple(request)) return noPolicy
      const { arn } = request
      if (arn === undefined) throw new Unavailable("internal") // refused long before, see the pipeline
      return policies.document(arn, covers)
    },
    allow(request, principal, policy, routeKey) {
      // What an edge asserts ends with each second, so its principals rarely come again: remembering takes 0.4 us for
      // nothing.
      if (principal.provider === "edge") return Object.freeze(write(request, principal, policy, routeKey))
      // The same token on the same kind of API gets the same answer, down to the context. Made once, it costs 0.1 us
      // and no memory, instead of 2 us and 3 KB for each request.
      const byPrincipal = answers.get(policy) ?? new WeakMap<Principal, MadeAnswer>()
      const made = byPrincipal.get(principal)
      if (made !== undefined && made.kind === request.kind) return made.answer
      const answer = Object.freeze(write(request, principal, policy, routeKey))
      answers.set(policy, byPrincipal.set(principal, { kind: request.kind, answer }))
      return answer
    },
    refuse(request, refused, principal) {
      if (refused.outcome === "unavailable") throw new Unavailable(refused.code)
      // One text for every bad credential: the caller must not learn which check failed (SR-163).
      const unauthenticated = refused.outcome === "unauthenticated"
      if (isSimple(request))
        return unauthenticated
          ? denied
          : { isAuthorized: false, context: { reason: refused.code, ...nothing(request) } }
      if (unauthenticated && options.unauthorized === "throw") throw unauthorized()
      return {
        principalId: (principal && options.idOf(principal)) ?? noCaller,
        policyDocument: policies.denyStage(request?.arn),
        context: { reason: unauthenticated ? "unauthenticated" : refused.code, ...nothing(request) },
      }
    },
  }
}

/**
 * What API Gateway turns into a 401. Without a stack, because it is no fault of the program, and the runtime client would
 * write it into the log group for every refused request.
 */
const unauthorized = (): Error => withoutStack(() => new Error("Unauthorized"))

/** The last answer to a principal with a policy, and what it was for. */
interface MadeAnswer {
  readonly kind: AccessRequest["kind"]
  readonly answer: AuthorizerAnswer
}

/** Beside a simple response there is none. */
export const noPolicy: SizedPolicy = { document: policyDocument(), bytes: 0, ambiguous: undefined }

const denied: SimpleAnswer = Object.freeze({ isAuthorized: false })

/** The API key value for usage plans (`apiKeySource: AUTHORIZER`): REST APIs only, others have no usage plans. */
function usageKey({ kind }: AccessRequest, { claims }: Principal, path: ClaimPath | undefined): string | undefined {
  if (path === undefined || (kind !== "rest-token" && kind !== "rest-request")) return undefined
  const value = claimAt(claims, path)
  return typeof value === "string" && /^[A-Za-z0-9_-]{20,128}$/.test(value) ? value : undefined
}
