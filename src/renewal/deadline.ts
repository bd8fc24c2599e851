/**
 * The value of a promise, or a rejection once the time is over. Settles in any case, and a late rejection of the
 * promise has no effect.
 */
export function within<T>(timeoutMs: number, promise: Promise<T>, timedOut: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const deadline = setTimeout(() => reject(timedOut()), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(deadline))
  })
}
