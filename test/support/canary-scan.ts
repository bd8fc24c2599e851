// Looks at everything that any test writes, in every project (`setupFiles` of vitest.config.ts): a test during which a
// planted secret is written fails, whatever it was about.
import { afterAll, afterEach } from "vitest"
import { canariesIn } from "./canaries.ts"

/** What was found so far. Files that share a process share it, and what writes is taken over once. */
const shared = globalThis as { canariesFound?: string[] }
const isFirst = shared.canariesFound === undefined
shared.canariesFound ??= []
const found = shared.canariesFound

/**
 * Looks at a piece of output that does not pass the streams of this process: a child's, or one that a test takes over.
 */
export function noteOutput(text: string): void {
  found.push(...canariesIn(text))
}

if (isFirst) takeOver()

function takeOver(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    stream.write = (...args: unknown[]) => {
      noteOutput(typeof args[0] === "string" ? args[0] : Buffer.from(args[0] as Uint8Array).toString("latin1"))
      return write(...args)
    }
  }

  for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    const log = console[method].bind(console)
    console[method] = (...args: unknown[]) => {
      noteOutput(args.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" "))
      log(...args)
    }
  }
}

function report(): void {
  const leaks = found.splice(0)
  if (leaks.length > 0) throw new Error(`A secret of the tests was written:\n  ${leaks.slice(0, 5).join("\n  ")}`)
}

afterEach(report)
afterAll(report) // what was written after the last test
