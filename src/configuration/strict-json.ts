import { duplicateMembers } from "../shared/duplicate-members.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"

/**
 * Reads JSON as a person means it: a name that an object has twice is an error, because `JSON.parse` would keep the last one
 * and lose a route or a list of scopes without a word. No message repeats a value of the text.
 *
 * @param text JSON
 * @param name what problems call the text: a file, a variable
 * @throws ConfigurationError with the line of each problem
 * @example parseStrictJson('{ "issuers": [] }', "authorizer.json") // { issuers: [] }
 */
export function parseStrictJson(text: string, name: string): unknown {
  let [value, wrong]: [unknown, readonly string[]] = [undefined, []]
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, "")) // a byte order mark, which editors on Windows write
    wrong = duplicateMembers(text)
  } catch (error) {
    wrong = [`is not JSON: ${(error as Error).message.replace(/ token .*/s, " token")}`] // what follows quotes the text
  }
  if (wrong.length > 0)
    throw new ConfigurationError(wrong.map((message): ConfigurationProblem => ({ path: name, message })))
  return value
}
