import { type Coverage, wholeStage } from "../types/coverage.ts"
import type { ExecuteApiArn } from "../types/request.ts"
import { type PolicyDocument, policyDocument, prefixed, stageOf, statement } from "./policy-document.ts"
import { besidesPolicyBytes, type SizedPolicy, write } from "./written-policy.ts"

/** Most bytes of the documents that are remembered, as they are estimated. */
const maxRememberedBytes = 8_388_608

/**
 * Policies of one authorizer, made once per coverage, API and stage. Resources come from the parsed ARN's partition,
 * region, account, API and stage and from configured patterns, never from the requested path. A `*` in a path would
 * otherwise become a wildcard (SR-141).
 */
export class Policies {
  readonly #maxBytes: number
  #made = new WeakMap<Coverage, ByStage<SizedPolicy | "too_large">>()
  #bytes = 0
  readonly #denials = new ByStage<PolicyDocument>()

  /** @param maxAnswerBytes most bytes of an answer, of which a policy is a part */
  constructor(maxAnswerBytes: number) {
    this.#maxBytes = maxAnswerBytes - besidesPolicyBytes
  }

  /** The document for a coverage, or undefined if it does not fit into an answer. */
  document(arn: ExecuteApiArn, coverage: Coverage): SizedPolicy | undefined {
    const byStage = this.#made.get(coverage)
    const made = byStage?.get(arn) ?? this.#make(arn, coverage)
    return made === "too_large" ? undefined : made
  }

  #make(arn: ExecuteApiArn, coverage: Coverage): SizedPolicy | "too_large" {
    const made = write(arn, coverage, this.#maxBytes) ?? "too_large"
    // A text takes about twice its bytes, with what the list and the object around it take.
    this.#bytes += 500 + (made === "too_large" ? 0 : 2 * made.bytes)
    if (this.#bytes > maxRememberedBytes) {
      this.#made = new WeakMap()
      this.#bytes = 0
    }
    const byStage = this.#made.get(coverage) ?? new ByStage()
    this.#made.set(coverage, byStage)
    return byStage.put(arn, made)
  }

  /** Denies every route of the stage; a request without a readable ARN is denied on everything. */
  denyStage(arn: ExecuteApiArn | undefined): PolicyDocument {
    if (arn === undefined) return denyEverything
    const denial = (): PolicyDocument => policyDocument(statement("Deny", prefixed(stageOf(arn), wholeStage.allow)))
    return this.#denials.get(arn) ?? this.#denials.put(arn, denial())
  }
}

/**
 * One value per API and stage. An authorizer serves few, most often one: the last is compared first, part by part.
 * Joining and hashing the stage's text costs 0.8 us a request, and comparing five short texts 0.05.
 */
class ByStage<V> {
  readonly #values = new Map<string, V>()
  #last: ExecuteApiArn | undefined
  #lastValue: V | undefined

  get(arn: ExecuteApiArn): V | undefined {
    const last = this.#last
    if (
      last !== undefined &&
      last.apiId === arn.apiId &&
      last.stage === arn.stage &&
      last.accountId === arn.accountId &&
      last.region === arn.region &&
      last.partition === arn.partition
    )
      return this.#lastValue
    const value = this.#values.get(stageOf(arn))
    if (value !== undefined) this.#keep(arn, value)
    return value
  }

  put(arn: ExecuteApiArn, value: V): V {
    // One entry per API and stage in practice; the bound holds even if a gateway sent an endless number of stages.
    if (this.#values.size < 1000) this.#values.set(stageOf(arn), value)
    this.#keep(arn, value)
    return value
  }

  #keep(arn: ExecuteApiArn, value: V): void {
    this.#last = arn
    this.#lastValue = value
  }
}

const denyEverything = policyDocument(statement("Deny", ["*"]))
