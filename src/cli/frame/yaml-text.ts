import { UsageError } from "./command.ts"
import { maxDepth, placeIn } from "./json-text.ts"
import { oneLine } from "./program.ts"

/**
 * Reads YAML without types of JavaScript, dates and merge keys. A key that an object has twice is an error, and so are
 * nesting beyond 100 and aliases that repeat more than the text holds.
 *
 * @param schema of js-yaml; by default YAML's core schema
 * @throws UsageError (rejects) in one line, with file and line
 */
export async function readYaml(text: string, name: string, schema?: object): Promise<unknown> {
  const { CORE_SCHEMA, load, YAMLException } = await import("js-yaml")
  let data: unknown
  try {
    data = load(text, { schema: schema ?? CORE_SCHEMA, maxDepth })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { reason, mark } = error
    const place = mark === undefined ? name : `${name}:${mark.line + 1}:${mark.column + 1}`
    throw new UsageError(oneLine(`${place} ${problemOf(reason)}`))
  }
  if (text.includes("&") && !isBounded(data, 1_000_000 + text.length)) {
    const alias = /(?:^|[\s,[:-])\*[^\s,\]}]/.exec(text)?.index ?? 0
    const place = `${name}:${placeIn(text, alias + 1)}`
    throw new UsageError(oneLine(`${place} repeats too much by its aliases. Write the parts out`))
  }
  return data
}

function problemOf(reason: string): string {
  if (reason === "duplicated mapping key") return "has a key that the same object has already. Keep one of the two"
  if (reason.startsWith("nesting exceeded")) return `nests more than ${maxDepth} deep`
  return `is neither JSON nor YAML: ${reason}`
}

/** Whether data is small enough once its aliases are written out; data that holds itself never is. */
function isBounded(data: unknown, most: number): boolean {
  let left = most
  const walk = (value: unknown, depth: number): boolean => {
    if (--left < 0 || depth > maxDepth) return false
    return typeof value !== "object" || value === null || Object.values(value).every((inner) => walk(inner, depth + 1))
  }
  return walk(data, 0)
}
