/** Puts work off until the answer to the request that needs it is out. */
export type AfterAnswer = (work: () => void) => void

/** The next turn of the event loop: for callers that do not know when an answer is out. */
export const afterTurn: AfterAnswer = (work) => void setImmediate(work)

/**
 * Turns of the event loop that a runtime client has for posting an answer before other work begins. It takes three, for
 * the connection, the request and its body; and turns pass in microseconds if nothing else is to be done. Counted, not
 * timed: on the smallest Lambda a process may stop for 90 ms at any place.
 */
const turnsToPost = 10

/** For a Lambda handler that is about to return its answer: when its runtime client has posted it. */
export const afterPost: AfterAnswer = (work) => afterTurns(turnsToPost, work)

function afterTurns(turns: number, work: () => void): void {
  if (turns === 0) work()
  else setImmediate(() => afterTurns(turns - 1, work))
}
