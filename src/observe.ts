/**
 * Records and metrics of decisions. Start with `createPowertoolsObserver`, or write an `Observer` of your own.
 *
 * @module hallpass/observe
 */
export { describeReason, type ReasonDescription } from "./observe/describe-reason.ts"
export type { PowertoolsObserverOptions } from "./observe/options.ts"
export { createPowertoolsObserver, type PowertoolsObserver } from "./observe/powertools.ts"
export { principalId } from "./shared/principal-id.ts"
export { recordHash } from "./shared/record-hash.ts"
export type { ObserveOptions } from "./types/configuration.ts"
export type { DecisionDetails, DecisionLatency, DecisionRecord } from "./types/decision.ts"
export type {
  DisagreementRecord,
  FaultRecord,
  KeyEventRecord,
  KeyFetchRecord,
  KeySetRecord,
  Observer,
} from "./types/observer.ts"
