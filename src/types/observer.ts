import type { ObserveOptions } from "./configuration.ts"
import type { DecisionRecord } from "./decision.ts"
import type { SecretObserver } from "./secret-options.ts"

/** What happened to one key set. Counts and configured names only. */
export interface KeySetRecord {
  /** The configured issuer. */
  readonly issuer: string
  /** Keys that can verify something. */
  readonly usable: number
  /** How many keys were skipped, by reason. A private key in a public set counts as `private`. */
  readonly skipped: { readonly [reason: string]: number }
}

/** One attempt to fetch a key set. */
export interface KeyFetchRecord {
  readonly issuer: string
  readonly ok: boolean
  /**
   * Why it failed: `timeout`, `network`, `status`, `too_large`, `not_a_key_set`, `no_usable_key`, `issuer_mismatch`,
   * `url_refused`, `interrupted` (by a freeze of the environment), `internal` (a fault of the program, reported as one,
   * too).
   */
  readonly failure?: string
  /** Of a failure: the host that was asked. */
  readonly host?: string
  /** Of a failure: the HTTP status. */
  readonly status?: number
  /** Of a failure: the code of the network or TLS error, such as `ENOTFOUND` or `CERT_HAS_EXPIRED`. */
  readonly code?: string
  /** Of a failure: the proxy that was used, as host and port. */
  readonly proxy?: string
  /** Present and true if the server said that the set at hand is still right (304). */
  readonly notModified?: true
  /** Age of the set in use after the attempt; absent when there is none. Seconds. */
  readonly ageSeconds?: number
}

/** Something about the use of a key set that is worth counting. */
export interface KeyEventRecord {
  readonly issuer: string
  /**
   * `stale_served`: an aged set was used while a refresh runs or waits. `overdue_served`: the refresh failed and the
   * old set was used. `unknown_kid`: a token named a key that the set does not have. `cool_down`: … and no refresh was
   * due.
   */
  readonly event: "stale_served" | "overdue_served" | "unknown_kid" | "cool_down"
  /** Age of the set in use. Seconds. */
  readonly ageSeconds?: number
}

/** Beside another authorizer: one request of which the two think differently. The other one's answer was given. */
export interface DisagreementRecord {
  /** What the other one answered; `unknown` if that depends on more than the event says, such as a Condition. */
  readonly existing: "allow" | "deny" | "error" | "unknown"
  /** What differs: the verdict, or of two that allow the `principalId` or the keys of the context. */
  readonly differs: readonly ("verdict" | "principalId" | "context")[]
  /** Keys of the existing answer's context that hallpass' answer lacks. */
  readonly contextKeys?: readonly string[]
  /** What hallpass would have answered. */
  readonly decision: DecisionRecord
}

/**
 * An unexpected fault. It holds no text of the error, which may come from a part that was passed in and quote a token:
 * only what hallpass and Node.js name themselves.
 */
export interface FaultRecord {
  /** The nearest known class, such as `TypeError`; for other things that were thrown their type, such as `string`. */
  readonly name: string
  /** A code of Node.js, the operating system or hallpass, such as `ENOENT`. */
  readonly code?: string | undefined
  /** Positions in hallpass's own files, innermost first: `authorizer/pipeline.ts:140:20`. */
  readonly frames: readonly string[]
  readonly cause?: FaultRecord | undefined
}

/**
 * Receives what was decided. Every method is optional; nothing is built for a method that is absent.
 * An observer cannot change a decision, and what it throws is ignored.
 */
export interface Observer extends SecretObserver {
  /**
   * The `observe` block of a configuration, if it has one, before any other call; and that another authorizer
   * decides, where one does.
   */
  configure?(options: ObserveOptions & { readonly shadow?: true }): void
  decision?(record: DecisionRecord): void
  /**
   * Resolves when every record is written, or undefined if they are; what is only counted may follow. For a Lambda
   * handler, which awaits it before it returns; what an authorizer does after an answer begins after it.
   */
  recorded?(): Promise<void> | undefined
  disagreement?(record: DisagreementRecord): void
  keySet?(record: KeySetRecord): void
  keyFetch?(record: KeyFetchRecord): void
  keyEvent?(record: KeyEventRecord): void
  /**
   * An unexpected fault. Authorizers and verifiers pass a `FaultRecord`. The Powertools observer also takes the error
   * itself and describes it.
   */
  fault?(fault: unknown): void
}

/** The default of the library: observes nothing. */
export const silentObserver: Observer = Object.freeze({})
