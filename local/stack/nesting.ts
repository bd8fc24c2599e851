import { ConfigurationError, parseStrictJson } from "../../src/index.ts"

/** Deepest nesting that is read. Events and configurations nest some ten deep. */
export const maxDepth: number = 100

/** Whether a value nests too deep to be walked and written as JSON again: both would exhaust the stack. */
export function nestsTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= maxDepth; depth++) {
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []))
    if (level.length === 0) return false
  }
  return true
}

/**
 * Reads a text that a person pasted or edited.
 *
 * @param name what it is, for the messages
 * @throws ConfigurationError with the place of the mistake
 */
export function shallowJson(text: string, name: "configuration" | "event"): unknown {
  const tooDeep = (): ConfigurationError =>
    new ConfigurationError([{ path: name, message: `nests more than ${maxDepth} deep` }])
  let value: unknown
  try {
    value = parseStrictJson(text, name)
  } catch (error) {
    throw error instanceof RangeError ? tooDeep() : error
  }
  if (nestsTooDeep(value)) throw tooDeep()
  return value
}
