import { afterAll, vi } from "vitest"
import { makeParts, removeParts, undoAll } from "./file-parts.ts"

/**
 * Files share a process: leaves the environment, the listeners of signals, and what a mock replaces to the next one as
 * this one found them, and makes anew what each file has for itself.
 */
export function shareProcess(): void {
  const before = { ...process.env }
  const listeners = process.listeners("SIGTERM")
  makeParts()

  afterAll(() => {
    undoAll()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    vi.unstubAllEnvs()
    vi.useRealTimers()
    removeParts()
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
    // A bundle that a file runs writes its last metrics when the process is ended, in the middle of what comes next.
    for (const each of process.listeners("SIGTERM")) if (!listeners.includes(each)) process.off("SIGTERM", each)
  })
}
