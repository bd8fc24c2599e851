import { ConfigurationError, parseStrictJson } from "../../index.ts"
import { UsageError } from "./command.ts"
import { readInput } from "./input.ts"
import { withoutComments } from "./json-comments.ts"
import { oneLine } from "./program.ts"

/** Deepest nesting, and most values with everything that aliases repeat. */
const maxDepth = 100
const maxValues = 1_000_000

/**
 * Reads a file of plain data: JSON, which may have comments, or YAML without types of its own. Members that an object has twice
 * are errors.
 *
 * @param file `-` for standard input
 * @param what for messages: `cases`
 * @throws UsageError (rejects) in one line, with the place
 */
export async function readData(file: string, what: string): Promise<unknown> {
  const { name, text } = await readInput(file, what)
  if (isJson(file, text)) return json(text, name)
  const { CORE_SCHEMA, load, YAMLException } = await import("js-yaml")
  try {
    const data = load(text, { schema: CORE_SCHEMA, maxDepth })
    if (!isBounded(data)) throw new UsageError(`${oneLine(name)} repeats too much by its aliases. Write the parts out`)
    return data
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { reason, mark } = error
    const place = mark === undefined ? name : `${name}:${mark.line + 1}:${mark.column + 1}`
    const problem =
      reason === "duplicated mapping key"
        ? "has a key that the same object has already. Keep one of the two"
        : `is neither JSON nor YAML: ${reason}`
    throw new UsageError(oneLine(`${place} ${problem}`))
  }
}

/** By its ending; a text without one is JSON if it begins like JSON. */
function isJson(file: string, text: string): boolean {
  if (/\.jsonc?$/i.test(file)) return true
  return !/\.ya?ml$/i.test(file) && /^\s*(?:[[{]|\/[/*])/.test(text)
}

function json(text: string, name: string): unknown {
  try {
    return parseStrictJson(withoutComments(text), name)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw new UsageError(oneLine(error.problems.map(({ path, message }) => `${path} ${message}`).join("; ")))
  }
}

/** Whether data is small enough once its aliases are written out; data that holds itself never is. */
function isBounded(data: unknown): boolean {
  let left = maxValues
  const walk = (value: unknown, depth: number): boolean => {
    if (--left < 0 || depth > maxDepth) return false
    return typeof value !== "object" || value === null || Object.values(value).every((inner) => walk(inner, depth + 1))
  }
  return walk(data, 0)
}
