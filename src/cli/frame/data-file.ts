import { readInput } from "./input.ts"
import { readJson } from "./json-text.ts"
import { keepText } from "./texts-read.ts"
import { readYaml } from "./yaml-text.ts"

/**
 * Reads a file of plain data: JSON with or without comments, or YAML without types of its own. Members that an object
 * has twice are errors.
 *
 * @param file `-` for standard input
 * @param what for messages: `cases`
 * @param comments whether JSON may have comments; default true
 * @throws UsageError (rejects) in one line, with the place
 */
export async function readData(
  file: string,
  what: string,
  { comments = true }: { readonly comments?: boolean } = {},
): Promise<unknown> {
  const { name, text } = await readInput(file, what)
  const parse = async (given: string): Promise<unknown> =>
    isJson(given, file) ? readJson(given, name, { comments }) : await readYaml(given, name)
  keepText(what, { file, name, text, parse })
  return await parse(text)
}

/** By the ending of the name. Standard input and other names are read as JSON if they begin like it. */
export function isJson(text: string, file: string): boolean {
  if (/\.jsonc?$/i.test(file)) return true
  return !/\.ya?ml$/i.test(file) && /^\s*(?:[[{]|\/[/*])/.test(text)
}
