import {
  type Attempt,
  type RenewalParts,
  Renewed,
  type Take,
  type Taken,
  type UseEvent,
} from "../renewal/refreshed-value.ts"
import type { FetchedSecret, SecretFetchRecord, SecretLimits, SecretObserver } from "../types/secret-options.ts"
import { SecretFailure, type SecretFailureKind } from "./failure.ts"
import type { SecretFormat } from "./format.ts"
import type { SecretPolicy } from "./settings.ts"

/** What a remote secret needs to know and to call. */
export interface RemoteSecretParts<V> extends RenewalParts {
  /** For observation. */
  readonly name: string
  readonly format: SecretFormat<V>
  readonly policy: SecretPolicy
  readonly fetch: (limits: SecretLimits) => Promise<FetchedSecret>
  readonly observer: SecretObserver
}

/** Least time between two refreshes that unknown key ids and secrets can force, as for key ids of tokens. */
const cooldownSeconds = 30
/** How long a service that throttles is left alone at least. */
const throttledMs = 5000

type Report = Pick<SecretFetchRecord, "previousFailure">

/** The values of a secret that is fetched, kept and renewed. */
export class RemoteSecret<V> extends Renewed<V, Report> {
  readonly #parts: RemoteSecretParts<V>

  constructor(parts: RemoteSecretParts<V>) {
    super({ ...parts.policy, cooldownSeconds }, parts)
    this.#parts = parts
  }

  /**
   * @param mayRetry false if a request holds what the value lacks: then nothing less than the service itself can answer
   */
  protected override async obtain(mayRetry: boolean): Promise<Take<V, Report>> {
    const fetched = await this.#parts.fetch({ timeoutMs: this.#parts.policy.timeoutMs, latest: !mayRetry })
    return () => this.#take(fetched)
  }

  protected override timedOut(): SecretFailure {
    return new SecretFailure("timeout")
  }

  #take(fetched: FetchedSecret): Taken<V, Report> {
    const { format, policy } = this.#parts
    let previousFailure: SecretFailureKind | undefined
    const value = format.parse(fetched, (kind) => {
      previousFailure = kind
    })
    const report = previousFailure === undefined ? {} : { previousFailure }
    return { value, freshForMs: policy.refreshAfterSeconds * 1000, report }
  }

  protected override failureOf(error: unknown): { kind: string; waitMs: number } {
    const kind = error instanceof SecretFailure ? error.kind : "service"
    return { kind, waitMs: kind === "throttled" ? throttledMs : 0 }
  }

  protected override report(attempt: Attempt<Report>, nowMs: number): void {
    this.#parts.observer.secretFetch?.({ secret: this.#parts.name, ...attempt, ...this.ageSeconds(nowMs) })
  }

  protected override tell(event: UseEvent, nowMs: number): void {
    const named = event === "unknown" ? "unknown_key" : event
    this.#parts.observer.secretEvent?.({ secret: this.#parts.name, event: named, ...this.ageSeconds(nowMs) })
  }
}
