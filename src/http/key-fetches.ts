import type { AuthorizerParts } from "../authorizer/parts.ts"
import { faultDescribers } from "../observe/fault-describers.ts"
import type { KeyFetchRecord, Observer } from "../types/observer.ts"

const others = [
  ...(["configure", "decision", "recorded", "disagreement", "keySet", "keyEvent"] as const),
  ...(["secretFetch", "secretEvent", "fault"] as const),
] satisfies readonly (keyof Observer)[]

/** Counts of key fetches by issuer. */
export class KeyFetches {
  readonly counts: Map<string, { ok: number; failed: number }> = new Map()

  /** The parts with an observer that also counts. */
  counting<P extends AuthorizerParts>(parts: P): P {
    const { observer = {} } = parts
    const counted: { [method in keyof Observer]?: unknown } = {
      keyFetch: (record: KeyFetchRecord) => {
        this.#count(record)
        return observer.keyFetch?.(record)
      },
    }
    // Only what is there: nothing is built for a method that is absent.
    for (const name of others) if (observer[name] !== undefined) counted[name] = observer[name].bind(observer)
    if (faultDescribers.has(observer)) faultDescribers.add(counted)
    return { ...parts, observer: counted as Observer }
  }

  #count({ issuer, ok }: KeyFetchRecord): void {
    const count = this.counts.get(issuer) ?? { ok: 0, failed: 0 }
    count[ok ? "ok" : "failed"]++
    this.counts.set(issuer, count)
  }
}
