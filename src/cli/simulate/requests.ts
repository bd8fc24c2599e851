import { UsageError } from "../frame/command.ts"
import { readInput } from "../frame/input.ts"
import { plain } from "../frame/output.ts"
import { parseRequest } from "../trial/request.ts"

const maxRequests = 10_000

/** One request of a simulation, as it was written and as it was read. */
export type SimulatedRequest = { readonly text: string } & ReturnType<typeof parseRequest>

/**
 * Reads requests: each is one word of the shell (`"GET /orders/7"`) or two (`GET /orders/7`); `-` reads lines of
 * standard input.
 *
 * @param others what else may be standard input
 * @throws UsageError (rejects)
 */
export async function readRequests(
  words: readonly string[],
  others: readonly (string | undefined)[],
): Promise<readonly SimulatedRequest[]> {
  const texts: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ""
    const next = words[at + 1] ?? ""
    if (word === "-") {
      if (others.includes("-")) throw new UsageError("standard input can be read for one thing only")
      const { text } = await readInput("-", "requests")
      texts.push(...text.split(/\r?\n/).filter((each) => each.trim() !== "" && !each.trimStart().startsWith("#")))
    } else if (/^[A-Za-z][A-Za-z-]*$/.test(word) && next.startsWith("/")) {
      texts.push(`${word} ${next}`)
      at++
    } else texts.push(word)
    if (texts.length > maxRequests) throw new UsageError(`there are more than ${maxRequests} requests`)
  }
  return texts.map((text) => {
    try {
      return { text: text.trim(), ...parseRequest(text) }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      throw new UsageError(`${plain(text.trim(), 60)} is no request: ${error.message}`)
    }
  })
}
