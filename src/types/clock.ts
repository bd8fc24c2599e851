/** Milliseconds since the epoch. Read once per request, so that one request sees one time. */
export type Clock = () => number

/** The system's clock. */
export const systemClock: Clock = Date.now
