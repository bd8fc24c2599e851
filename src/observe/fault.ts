/** What a record says of an error. */
export interface FaultDescription {
  readonly name: string
  readonly message: string
  readonly stack: readonly string[]
  readonly cause?: FaultDescription
}

const maxCauses = 3

/**
 * Describes an error for a record. It may come out of anybody's code, and its text may hold what a record must not:
 * everything that looks like a token or a long secret is taken out, and nothing but name, message and frames is kept.
 */
export function describeFault(error: unknown, depth = 0): FaultDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: "", stack: [] }
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
  return {
    name: error.name.slice(0, 100),
    message: redacted(error.message).slice(0, 300),
    stack: frames.slice(0, 10).map((line) => redacted(line.trim())),
    ...(error.cause !== undefined && depth < maxCauses ? { cause: describeFault(error.cause, depth + 1) } : {}),
  }
}

/** Segments of JWTs, whatever follows `Bearer`, and every run of 24 or more base64 characters with a digit in it. */
function redacted(text: string): string {
  return text
    .replace(/eyJ[\w-]*(?:\.[\w-]*)*/g, "[token]")
    .replace(/\b(bearer|basic)\s+\S+/gi, "$1 [credential]")
    .replace(/(?=[\w+/=-]*\d)[\w+=-]{24,}/g, "[redacted]")
}
