import { FetchFailure } from "./document.ts"

/** Codes of Node.js and undici for sockets, TLS, HTTP and certificates. */
const codes =
  /^(?:E(?!RR_)[A-Z_]+|ERR_(?:SSL|TLS|HTTP2?|SOCKET|STREAM)_\w+|UND_ERR_\w+|HPE_\w+|\w*CERT\w*|UNABLE_TO_\w+|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH)$/
/** What Node.js was asked for when a file was the matter. */
const fileCalls: readonly unknown[] = ["open", "stat", "lstat", "scandir", "access"]
const timeouts: readonly unknown[] = ["TimeoutError", "AbortError"]

/**
 * What a fetch ended with: a `FetchFailure` if that is the network's doing. Everything else is a fault, in hallpass or
 * in a user's fetch function, and is returned as it is. An operator would look for a failure of the network there.
 */
export function failureOrFault(error: unknown): unknown {
  if (error instanceof FetchFailure) return error
  if (timeouts.includes(Object(error).name)) return new FetchFailure("timeout", { cause: error })
  // What the platform's own fetch throws has the code in its cause.
  const failed: unknown = [error, Object(error).cause].find(isNetworkError)
  return failed === undefined ? error : new FetchFailure("network", { cause: failed })
}

function isNetworkError(error: unknown): boolean {
  const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown }
  return typeof code === "string" && codes.test(code) && !fileCalls.includes(syscall)
}
