import { canariesIn } from "./canaries.ts"

/** What was found and not yet reported. Files that share a process share it, and what writes is taken over once. */
const found: string[] = []

takeOver()

/**
 * Looks at a piece of output that does not pass the streams of this process: a child's, or one that a test takes over.
 */
export function noteOutput(text: string): void {
  found.push(...canariesIn(text))
}

/** What was found since the last call. */
export function foundCanaries(): readonly string[] {
  return found.splice(0)
}

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
