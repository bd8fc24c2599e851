import {
  type DetailCount,
  type DetailMetric,
  type MetricsToWrite,
  outcomeMetrics,
  type ServiceMetric,
} from "./metrics.ts"
import { Sample } from "./sample.ts"

/** When waiting metrics are written. */
export interface FlushPolicy {
  readonly flushAfterSeconds?: number
  readonly flushAfterCount?: number
}

/** What an operator should see is written no later than this, whatever the settings. Milliseconds. */
const urgentAfterMs = 1000

/**
 * Metrics in memory. Names and dimensions come from fixed tables and the configuration, so their number is bounded.
 */
export class Counters {
  readonly #service = new Map<ServiceMetric, { count: number }>()
  readonly #details = new Map<string, DetailCount>()
  readonly #durations = new Sample()
  #decisions = 0
  #urgent = false
  #writtenAtMs: number | undefined
  #decisionsWritten = false

  add(name: ServiceMetric, count = 1): void {
    const known = this.#service.get(name)
    if (known === undefined) this.#service.set(name, { count })
    else known.count += count
  }

  addDetail(name: DetailMetric, first: string, second: string, count = 1): void {
    const key = `${name}|${first}|${second}`
    const known = this.#details.get(key)
    if (known === undefined) this.#details.set(key, { name, values: [first, second], count })
    else known.count += count
  }

  addDecision(durationUs: number | undefined): void {
    this.#decisions++
    if (durationUs !== undefined) this.#durations.add(durationUs)
  }

  /** What was counted last should not wait. */
  hurry(): void {
    this.#urgent = true
  }

  /**
   * Whether the metrics are to be written now: they have not been for so long, or enough decisions are waiting. The
   * first decision is written at once, because an environment may never see a second one; and where requests are rare,
   * each of them finds that the last time is long ago, so nothing waits. A clock that jumped back counts as late.
   */
  due(nowMs: number, { flushAfterSeconds = 10, flushAfterCount = 1000 }: FlushPolicy): boolean {
    if (this.#writtenAtMs === undefined || this.#decisions >= flushAfterCount) return true
    if (this.#decisions > 0 && !this.#decisionsWritten) return true
    const sinceMs = nowMs - this.#writtenAtMs
    const afterMs = flushAfterSeconds * 1000
    return sinceMs < 0 || sinceMs >= (this.#urgent ? Math.min(afterMs, urgentAfterMs) : afterMs)
  }

  /**
   * Everything, which starts again from nothing; undefined if there is nothing.
   *
   * @param keySetAges in seconds, of the sets that were used
   */
  take(nowMs: number, keySetAges: readonly number[]): MetricsToWrite | undefined {
    this.#writtenAtMs = nowMs
    this.#urgent = false
    if (this.#service.size === 0 && this.#details.size === 0) return undefined
    const service = new Map<ServiceMetric, number | readonly number[]>()
    for (const [name, { count }] of this.#service) service.set(name, count)
    if (this.#decisions > 0) {
      this.#decisionsWritten = true
      // Of these four a zero says something, too: rates are made of them.
      for (const name of Object.values(outcomeMetrics)) service.set(name, service.get(name) ?? 0)
    }
    if (keySetAges.length > 0) service.set("KeySetAge", keySetAges)
    const durations = this.#durations.take()
    if (durations.length > 0) service.set("DecisionLatency", durations)
    const details = [...this.#details.values()]
    this.#service.clear()
    this.#details.clear()
    this.#decisions = 0
    return { service, details }
  }
}
