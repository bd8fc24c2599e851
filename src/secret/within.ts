import { SecretFailure } from "./failure.ts"

/** The value of a promise, or a time-out. Settles in any case, and a late rejection of the promise disturbs nobody. */
export function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const deadline = setTimeout(() => reject(new SecretFailure("timeout")), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(deadline))
  })
}
