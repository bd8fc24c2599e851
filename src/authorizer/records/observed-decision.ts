import type { DecisionDetails, DecisionRecord, PathMode } from "../../types/decision.ts"
import type { RequestKind } from "../../types/request.ts"
import type { Walk } from "../walk.ts"
import { detailsOf, type Noticed } from "./decision-details.ts"

/** What an observer receives of a decision. What it must not see is private, in the sense of the language. */
export class ObservedDecision implements DecisionRecord {
  declare readonly outcome: DecisionRecord["outcome"]
  declare readonly reason: DecisionRecord["reason"]
  declare readonly eventKind: RequestKind | undefined
  declare readonly apiId: string | undefined
  declare readonly stage: string | undefined
  declare readonly route: string | undefined
  declare readonly requestId: string | undefined
  declare readonly extendedRequestId: string | undefined
  declare readonly issuer: string | undefined
  readonly #done: Walk
  readonly #noticed: Noticed

  constructor(done: Walk, noticed: Noticed) {
    const { request, principal, route, refused } = done
    this.outcome = refused === undefined ? "allow" : refused.outcome
    this.reason = refused === undefined ? "ok" : refused.code
    this.eventKind = request?.kind
    this.apiId = request?.arn?.apiId
    this.stage = request?.arn?.stage
    this.route = route?.key
    this.requestId = requestIdOf(request?.requestId)
    this.extendedRequestId = requestIdOf(request?.extendedRequestId)
    this.issuer = principal?.issuer ?? refused?.issuer
    this.#done = done
    this.#noticed = noticed
  }

  get durationUs(): number | undefined {
    const { total } = this.#noticed
    return total === undefined ? undefined : total * 1000
  }

  get tokenCacheHit(): boolean | undefined {
    return this.#noticed.tokenCacheHit
  }

  details(principal: "hash" | "id" | "none", path: PathMode = "template"): DecisionDetails {
    return detailsOf(this.#done, this.#noticed, principal, path)
  }
}

/** UUIDs and base64, as the gateway writes its ids; no token has this form, because it has no dots. */
const requestIdForm = /^[\w+/=-]+$/

function requestIdOf(text: string | undefined): string | undefined {
  // A length that the expression itself would count takes twice the time.
  return text !== undefined && text.length <= 128 && requestIdForm.test(text) ? text : undefined
}
