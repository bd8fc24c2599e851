export {
  createPowertoolsObserver,
  type PowertoolsObserver,
  type PowertoolsObserverOptions,
} from "./observe/powertools.ts"
export type { DecisionRecord } from "./shared/decision.ts"
export type { KeyEventRecord, KeyFetchRecord, KeySetRecord, Observer } from "./shared/observer.ts"
