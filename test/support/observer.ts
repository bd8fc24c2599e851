import { setImmediate } from "node:timers/promises"
import type { PowertoolsObserver } from "../../src/observe.ts"

/** Waits until an observer has written what is due, also what waits until an answer is posted. */
export async function allWritten(observer: PowertoolsObserver): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await setImmediate()
  await observer.recorded()
}
