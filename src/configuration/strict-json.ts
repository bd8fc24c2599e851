import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { duplicateMembers } from "./duplicate-members.ts"

/**
 * Reads JSON as a person means it: a name that an object has twice is an error, because `JSON.parse` would keep the last one
 * and lose a route or a list of scopes without a word. No message repeats a value of the text.
 *
 * @param marked JSON, perhaps behind a byte order mark
 * @param name what problems call the text: a file, a variable
 * @throws ConfigurationError with the line of each problem
 * @example parseStrictJson('{ "issuers": [] }', "authorizer.json") // { issuers: [] }
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
