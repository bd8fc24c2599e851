import { readInput } from "./input.ts"
import { readJson } from "./json-text.ts"
import { readYaml } from "./yaml-text.ts"

/**
 * Reads a file of plain data: JSON with or without comments, or YAML without types of its own. Members that an object
 * has twice are errors.
 *
 * @param file `-` for standard input
 * @param what for messages: `cases`
 * @throws UsageError (rejects) in one line, with the place
 */
export async function readData(file: string, what: string): Promise<unknown> {
  const { name, text } = await readInput(file, what)
  return isJson(text, file) ? readJson(text, name, { comments: true }) : await readYaml(text, name)
}

/** By the ending of the name. Standard input and other names are read as JSON if they begin like it. */
export function isJson(text: string, file: string): boolean {
  if (/\.jsonc?$/i.test(file)) return true
  return !/\.ya?ml$/i.test(file) && /^\s*(?:[[{]|\/[/*])/.test(text)
}
