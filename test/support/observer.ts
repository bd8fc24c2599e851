import { setImmediate } from "node:timers/promises"
import type { PowertoolsObserver } from "../../src/observe.ts"

/** Waits until an observer has written what is due, also what waits until an answer is posted. */
export async function allWritten(observer: PowertoolsObserver): Promise<void> {
  await turnsAfterAnswer()
  await observer.recorded()
}

/** Waits until what waits for an answer to be posted has begun. */
export async function turnsAfterAnswer(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await setImmediate()
}
