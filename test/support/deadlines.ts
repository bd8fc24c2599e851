import { vi } from "vitest"

/**
 * Stops the timers of this process: a deadline passes only if the test says so. No machine is too slow for a fetch that
 * must succeed, and no test waits for one that must not. Sockets, intervals and `setImmediate` go on.
 */
export function stopTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new DOMException("The operation timed out.", "TimeoutError")), ms)
    return controller.signal
  }
}

/** Lets every deadline of up to a minute pass. */
export async function passDeadlines(): Promise<void> {
  await vi.advanceTimersByTimeAsync(60_000)
}

const timeout = AbortSignal.timeout

export function startTimers(): void {
  vi.useRealTimers()
  AbortSignal.timeout = timeout
}
