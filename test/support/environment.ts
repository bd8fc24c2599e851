// Files share a process: leaves the environment, the listeners of signals, and what a mock replaces to the next one as
// this one found them, and makes anew what each file has for itself (`setupFiles` of vitest.config.ts, which run before
// each file).
import { afterAll, vi } from "vitest"

/** What each test file has for itself, such as a folder. */
interface OwnPart {
  make(): void
  remove(): void
}

const shared = globalThis as { ownParts?: OwnPart[]; undoAfterFile?: (() => void)[] }
shared.ownParts ??= []
shared.undoAfterFile ??= []
const { ownParts: parts, undoAfterFile: toUndo } = shared
const before = { ...process.env }
const listeners = process.listeners("SIGTERM")

for (const part of parts) part.make()

afterAll(() => {
  undoAll()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  vi.useRealTimers()
  for (const part of parts) part.remove()
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
  // A bundle that a file runs writes its last metrics when the process is ended, in the middle of what comes next.
  for (const each of process.listeners("SIGTERM")) if (!listeners.includes(each)) process.off("SIGTERM", each)
})

/** Makes a part for this file now, and for each later file of this process before it begins. */
export function forEachFile(part: OwnPart): void {
  part.make()
  parts.push(part)
}

/** Does now what `undoAfterFile` was given. */
export function undoAll(): void {
  for (const undo of toUndo.splice(0)) undo()
}

/** Has something done when this file is done, after its own `afterAll`. */
export function undoAfterFile(undo: () => void): void {
  toUndo.push(undo)
}
