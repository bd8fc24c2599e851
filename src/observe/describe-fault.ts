import { ConfigurationError, Unavailable } from "../types/errors.ts"
import type { FaultRecord } from "../types/observer.ts"

/** Classes whose names are known and no foreign text: those of the language, most special first, and hallpass's own. */
const classes: readonly (abstract new (...parameters: never) => Error)[] = [
  ...[Unavailable, ConfigurationError, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError],
  ...[URIError, Error],
]
/**
 * Codes of Node.js that begin with `ERR_`, and those of name resolution. Those of the system are in a table of Node.js.
 */
const codeForm = /^(?:ERR_[A-Z_]{1,60}|EAI_[A-Z]{2,10}|ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT|MODULE_NOT_FOUND)$/
const maxFrames = 10
/** Lines of a stack that are looked at. */
const maxLines = 100
const maxCauses = 3

class DescribedFault implements FaultRecord {
  readonly name: string
  readonly code: string | undefined
  readonly frames: readonly string[]
  readonly cause: FaultRecord | undefined

  constructor(name: string, code?: string, frames: readonly string[] = [], cause?: FaultRecord) {
    this.name = name
    this.code = code
    this.frames = frames
    this.cause = cause
  }
}

/**
 * Describes what was thrown by its class, its code and the frames of hallpass's own files. An error may come from a
 * part that a user passed in, from a library or from a parser. Its message, its own name, its further members and the
 * frames of other files are not passed on. They may hold a token, a secret or a claim (SR-164). Never throws.
 */
export function describeFault(error: unknown): FaultRecord {
  try {
    if (error instanceof DescribedFault) return error
    return described(error, maxCauses)
  } catch {
    return new DescribedFault("unknown") // a proxy, or an accessor that throws
  }
}

function described(error: unknown, causes: number): FaultRecord {
  if (!(error instanceof Error)) return new DescribedFault(typeof error)
  const { code, stack, message, cause } = error as NodeJS.ErrnoException
  const name = classes.find((each) => error instanceof each)?.name ?? "Error"
  const inner = cause === undefined || causes === 0 ? undefined : described(cause, causes - 1)
  return new DescribedFault(name, codeOf(error, code), ownFrames(stack, message), inner)
}

function codeOf(error: Error, code: unknown): string | undefined {
  if (error instanceof Unavailable || error instanceof ConfigurationError) return error.code
  if (typeof code !== "string") return undefined
  const { errno } = process.getBuiltinModule("node:os").constants
  return codeForm.test(code) || Object.hasOwn(errno, code) ? code : undefined
}

/**
 * The folder of hallpass's own files: `dist/`, the bundle's folder, `src/`. Undefined in a CommonJS bundle of a user.
 */
const root = import.meta.url?.startsWith("file:") ? new URL("..", import.meta.url) : undefined

/** Positions in own files, relative to their folder. A part of a message that looks like a frame names no such file. */
function ownFrames(stack: unknown, message: unknown): readonly string[] {
  if (root === undefined || typeof stack !== "string") return []
  const header = typeof message === "string" ? stack.indexOf(message) + message.length : 0
  const frames: string[] = []
  for (const line of stack.slice(Math.max(header, 0)).split("\n", maxLines)) {
    const frame = frameIn(line, root)
    if (frame !== undefined && frames.push(frame) === maxFrames) break
  }
  return frames
}

function frameIn(line: string, root: URL): string | undefined {
  const [, place = ""] = /^ +at .*?\(?((?:file:|\/|[A-Z]:\\)[^()]*)\)?$/.exec(line.slice(0, 1000)) ?? []
  const folder = place.startsWith("file:") ? root.href : process.getBuiltinModule("node:url").fileURLToPath(root)
  if (!place.startsWith(folder)) return undefined
  const frame = place.slice(folder.length)
  const [, file = ""] = /^([\w./\\-]+):\d+:\d+$/.exec(frame) ?? []
  if (file === "" || file.includes("..") || file.includes("node_modules")) return undefined
  return process.getBuiltinModule("node:fs").existsSync(new URL(file, root)) ? frame : undefined
}
