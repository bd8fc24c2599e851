export type { PowertoolsObserverOptions } from "./observe/options.ts"
export { createPowertoolsObserver, type PowertoolsObserver } from "./observe/powertools.ts"
export type { ObserveOptions } from "./shared/configuration.ts"
export type { DecisionDetails, DecisionLatency, DecisionRecord } from "./shared/decision.ts"
export type {
  DisagreementRecord,
  KeyEventRecord,
  KeyFetchRecord,
  KeySetRecord,
  Observer,
} from "./shared/observer.ts"
