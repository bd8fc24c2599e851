import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { duplicateMembers } from "./duplicate-members.ts"

/**
 * Reads JSON and refuses a name that an object has twice. `JSON.parse` would keep the last one and lose a route or a
 * list of scopes silently. No message repeats a value of the text.
 *
 * @param marked JSON, with or without a byte order mark
 * @param name what problems call the text: a file, a variable
 * @throws ConfigurationError with the line of each problem
 * @example
 * ```ts
 * import { parseStrictJson } from "hallpass"
 *
 * console.log(parseStrictJson('{ "unmatched": "deny" }', "authorizer.json")) // { unmatched: 'deny' }
 * try {
 *   parseStrictJson('{ "unmatched": "deny", "unmatched": "authenticated" }', "authorizer.json")
 * } catch (error) {
 *   console.log((error as { code: string }).code) // configuration_invalid
 * }
 * ```
 */
export function parseStrictJson(marked: string, name: string): unknown {
  const text = withoutByteOrderMark(marked)
  let [value, wrong]: [unknown, readonly string[]] = [undefined, []]
  try {
    value = JSON.parse(text)
    wrong = duplicateMembers(text)
  } catch (error) {
    wrong = [`is not JSON: ${(error as Error).message.replace(/ token .*/s, " token")}`] // what follows quotes the text
  }
  if (wrong.length > 0)
    throw new ConfigurationError(wrong.map((message): ConfigurationProblem => ({ path: name, message })))
  return value
}
