/** Puts work off until the answer to the request that made it necessary is out. */
export type Behind = (work: () => void) => void

/** Where nobody says when an answer is out: the next turn of the event loop. */
export const behindTheTurn: Behind = (work) => void setImmediate(work)

/**
 * Turns of the event loop that a runtime client has for posting an answer before other work begins. It takes three, for the
 * connection, the request and what is written of it; and turns pass in microseconds where nothing else is to be done.
 * Counted, not timed: on the smallest Lambda a process may stand still for 90 ms at any place.
 */
const turnsToPost = 10

/** For a Lambda handler that is about to return its answer: when its runtime client has posted it. */
export const behindThePost: Behind = (work) => afterTurns(turnsToPost, work)

function afterTurns(turns: number, work: () => void): void {
  if (turns === 0) work()
  else setImmediate(() => afterTurns(turns - 1, work))
}
