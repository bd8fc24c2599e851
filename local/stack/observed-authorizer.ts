import { AsyncLocalStorage } from "node:async_hooks"
import { type AuthorizerConfig, createAuthorizer, type Decision, type DecisionRecord } from "../../src/index.ts"
import type { DecisionLatency } from "../../src/observe.ts"

/** One call of the authorizer: what it answered or threw, why, and where the time went. */
export interface ObservedCall {
  readonly answer?: unknown
  readonly error?: unknown
  readonly decision: Decision
  /** Whether the token had been verified before. */
  readonly tokenCacheHit?: boolean | undefined
  /** Microseconds by stage. */
  readonly latency: Partial<DecisionLatency>
}

/** An authorizer whose calls can be looked into. */
export interface ObservedAuthorizer {
  call(event: object): Promise<ObservedCall>
  warmUp(): Promise<void>
}

interface Slot {
  record?: DecisionRecord
}

/**
 * Creates an authorizer that explains each call.
 *
 * @param clock milliseconds since the epoch
 * @throws ConfigurationError with every problem
 */
export function observedAuthorizer(config: AuthorizerConfig, clock: () => number): ObservedAuthorizer {
  const slots = new AsyncLocalStorage<Slot>()
  const { shadow: _, ...own } = config
  const authorizer = createAuthorizer(own, {
    clock,
    observer: {
      decision(record) {
        const slot = slots.getStore()
        if (slot !== undefined) slot.record ??= record
      },
    },
  })
  return {
    async call(event) {
      const slot: Slot = {}
      let settled: { readonly answer?: unknown; readonly error?: unknown }
      try {
        settled = { answer: await slots.run(slot, () => authorizer.handler(event)) }
      } catch (error) {
        settled = { error }
      }
      const latency = slot.record?.details?.("none", "none").latencyUs ?? {}
      // Keys and tokens are warm by now, so the trace is of the same decision.
      const decision = await authorizer.decide(event, { trace: "values" })
      const { outcome = decision.outcome, reason = decision.reason } = slot.record ?? {}
      return {
        ...settled,
        tokenCacheHit: slot.record?.tokenCacheHit,
        latency,
        decision: { ...decision, outcome, reason },
      }
    },
    warmUp: () => authorizer.warmUp(),
  }
}
