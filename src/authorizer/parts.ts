import type { FetchKeySet } from "../keys/document.ts"
import { faultDescribers } from "../observe/fault-describers.ts"
import { type AfterAnswer, afterTurn } from "../shared/after-answer.ts"
import { type Clock, systemClock } from "../types/clock.ts"
import { ConfigurationError, Unavailable } from "../types/errors.ts"
import type { KeySnapshot } from "../types/key-snapshot.ts"
import { type FaultRecord, type Observer, silentObserver } from "../types/observer.ts"
import type { Principal } from "../types/principal.ts"
import type { AccessRequest } from "../types/request.ts"
import type { FetchSecret } from "../types/secret-options.ts"

/**
 * A rule of your own, asked after all configured ones allowed. It can only narrow. What it refuses is forbidden
 * (`check_refused`). If it throws, the answer is `unavailable`. hallpass records the class and the code of what is
 * thrown, never its text. Log the text yourself if it holds nothing of the request. Under API Gateway's cache the
 * answer is used for every request with the same identity sources, so let it depend on nothing else.
 *
 * @returns true to keep the decision
 */
export type CustomCheck = (principal: Principal, request: AccessRequest) => boolean | Promise<boolean>

/** What tests and advanced users replace. */
export interface VerifierParts {
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: Clock
  /** The network. @default node:https, loaded on the first fetch */
  readonly fetchKeySet?: FetchKeySet
  /** Receives records of decisions, keys and faults. @default none */
  readonly observer?: Observer
  /** Key sets to begin with, as `takeKeySnapshot` made them. @default none: the first token waits for the network */
  readonly keySnapshot?: KeySnapshot
}

/**
 * The existing authorizer beside which hallpass runs with a `shadow` block: its handler, in the form that returns a
 * promise. What it returns goes to API Gateway as it is, and so does what it throws.
 *
 * @param context the Lambda context
 */
export type ExistingAuthorizer = (event: unknown, context?: unknown) => unknown

/** The parts of an authorizer: those of a verifier, and a rule of your own. */
export interface AuthorizerParts extends VerifierParts {
  readonly check?: CustomCheck
  /**
   * Fetches secrets of Secrets Manager and Parameter Store.
   *
   * @default the extension's local endpoint, else the AWS SDK, loaded then
   */
  readonly secrets?: FetchSecret
  /** With a `shadow` block: the authorizer whose answers are given. Otherwise it is not asked. */
  readonly existing?: ExistingAuthorizer
}

/** The parts in use, with their defaults. */
export interface Parts {
  readonly clock: Clock
  /** When refreshes begin that no request waits for. */
  readonly afterAnswer: AfterAnswer
  readonly fetch: FetchKeySet
  readonly observer: GuardedObserver
  readonly secrets: FetchSecret | undefined
}

/** An observer whose methods neither throw nor reject. */
export interface GuardedObserver extends Observer {
  /** Resolves when the observer has the fault. */
  fault?(error: unknown): Promise<void>
}

export function partsInUse(parts: AuthorizerParts, afterAnswer: AfterAnswer = afterTurn): Parts {
  const { clock = systemClock, fetchKeySet = fetchLazily, observer = silentObserver, secrets } = parts
  return {
    clock,
    afterAnswer,
    fetch: fetchKeySet,
    secrets,
    observer: observer === silentObserver ? {} : guarded(observer),
  }
}

const fetchLazily: FetchKeySet = async (url, limits) => (await import("../keys/network.ts")).fetchDocument(url, limits)

const methods = [
  ...(["configure", "decision", "disagreement", "keySet", "keyFetch", "keyEvent"] as const),
  ...(["secretFetch", "secretEvent"] as const),
] satisfies readonly (keyof Observer)[]

/** An observer must not be able to change an answer, so what it throws ends here. */
function guarded(observer: Observer): GuardedObserver {
  const safe: { [method in keyof Observer]?: (told: never) => void } = {}
  for (const method of methods) {
    const tell: ((told: never) => void) | undefined = observer[method]?.bind(observer)
    if (tell === undefined) continue
    safe[method] = (told) => {
      try {
        const result: unknown = tell(told) // an async method fits the type, and its rejection would end the process
        if (result instanceof Promise) result.catch(() => undefined)
      } catch {
        // No place to report it: observing is what failed.
      }
    }
  }
  async function recorded(): Promise<void> {
    try {
      await observer.recorded?.()
    } catch {
      // As above.
    }
  }
  async function fault(error: unknown): Promise<void> {
    try {
      await observer.fault?.(faultDescribers.has(observer) ? errorOf(error) : await described(error))
    } catch {
      // As above.
    }
  }
  return { ...(safe as Omit<Observer, "fault">), recorded, ...(observer.fault && { fault }) }
}

/**
 * A configuration that is refused is recorded at start, whole. From a part that was passed in, it may hold anything.
 */
function errorOf(error: unknown): unknown {
  try {
    return error instanceof ConfigurationError ? new Unavailable("internal") : error
  } catch {
    return undefined // a proxy whose traps throw
  }
}

async function described(error: unknown): Promise<FaultRecord> {
  return (await import("./optional/fault.ts")).faultSupport.describe(error)
}
