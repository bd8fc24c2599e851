import type { Answers } from "../../answer/answer.ts"
import type { DecisionRecord } from "../../types/decision.ts"
import type { Principal } from "../../types/principal.ts"
import type { Refusal } from "../../types/reasons.ts"
import type { AccessRequest } from "../../types/request.ts"
import type { EdgeStage } from "../connect-edge.ts"
import type { CustomCheck } from "../parts.ts"
import type { Stages, Walk } from "../pipeline.ts"
import type { Noticed, StageTimes } from "./decision-details.ts"
import { ObservedDecision } from "./observed-decision.ts"

/** Makes the stages that note what happens to one request, for every request of an authorizer. */
export function observed(stages: Stages): (invocation: unknown) => ObservedWalk {
  // The cache of verified tokens hands out the same object for the same token.
  const known = new WeakSet<Principal>()
  return (invocation) => new ObservedWalk(stages, known, invocation)
}

/**
 * The stages for one request, which note how long each of them took and whether the token was known. Made only where
 * somebody observes: without an observer the walk takes the stages themselves, and nothing is timed.
 */
export class ObservedWalk implements Stages, Noticed {
  readonly times: StageTimes = {}
  presented: string | undefined
  tokenCacheHit: boolean | undefined
  readonly #stages: Stages
  readonly #known: WeakSet<Principal>
  readonly invocation: unknown
  readonly #startedAt = monotonicMs()
  #answeringAt = 0

  /** @param known the principals seen so far */
  constructor(stages: Stages, known: WeakSet<Principal>, invocation: unknown) {
    this.#stages = stages
    this.#known = known
    this.invocation = invocation
  }

  get clock(): Stages["clock"] {
    return this.#stages.clock
  }
  get tokenEventsUnsafe(): boolean {
    return this.#stages.tokenEventsUnsafe
  }
  get fault(): Stages["fault"] {
    return this.#stages.fault
  }
  get answers(): Answers {
    return this.#stages.answers
  }

  get edge(): EdgeStage | undefined {
    const { edge } = this.#stages
    return edge && { ...edge, verify: (request, nowMs) => this.#time("edge", () => edge.verify(request, nowMs)) }
  }

  extract(request: AccessRequest): string | Refusal {
    return this.#time("credential", () => this.#stages.extract(request)) as string | Refusal
  }

  authenticate(token: unknown, nowMs: number): Principal | Refusal | Promise<Principal | Refusal> {
    if (typeof token === "string") this.presented = token
    const result = this.#time("token", () => this.#stages.authenticate(token, nowMs))
    if (result instanceof Promise) return result.then((settled) => this.#noticed(settled))
    return this.#noticed(result)
  }

  #noticed(result: Principal | Refusal): Principal | Refusal {
    this.tokenCacheHit = !("refused" in result) && this.#known.has(result)
    if (!("refused" in result)) this.#known.add(result)
    return result
  }

  decide(request: AccessRequest, principal: Principal): ReturnType<Stages["decide"]> {
    return this.#time("route", () => this.#stages.decide(request, principal)) as ReturnType<Stages["decide"]>
  }

  get check(): CustomCheck | undefined {
    const { check } = this.#stages
    return check && ((principal, request) => this.#time("check", () => check(principal, request)))
  }

  #time<R>(stage: keyof StageTimes, work: () => R): R {
    const startedAt = monotonicMs()
    const note = <S>(settled: S): S => {
      this.times[stage] = monotonicMs() - startedAt
      return settled
    }
    const result = work()
    return result instanceof Promise ? (result.then(note) as R) : note(result)
  }

  /** The walk is at its end, and its answer is about to be written. */
  answering(): void {
    this.#answeringAt = monotonicMs()
  }

  /** The answer is written; what was answered. */
  answered(done: Walk): DecisionRecord {
    const answeredAt = monotonicMs()
    this.times.answer = answeredAt - this.#answeringAt
    this.times.total = answeredAt - this.#startedAt
    return new ObservedDecision(done, this)
  }
}

/** A clock that only goes forward. Not `performance`: Node loads node:perf_hooks for it, 13 million instructions of a first answer. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
