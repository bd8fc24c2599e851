/**
 * Runs what makes errors that nothing reads, without the stacks of them. Collecting those takes most of the time: a third
 * of a cheap refusal, and half of the import of a key, for which node:crypto (24) throws and catches four errors.
 */
export function withoutStack<T>(work: () => T): T {
  const { stackTraceLimit } = Error
  Reflect.set(Error, "stackTraceLimit", 0) // returns false and does not throw if Error is frozen
  try {
    return work()
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit)
  }
}
