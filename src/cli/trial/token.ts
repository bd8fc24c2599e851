import { UsageError } from "../frame/command.ts"
import { readInput } from "../frame/input.ts"

/** Longest token that an authorizer takes, characters. */
const maxLength = 16_384

/** A token of the command line, without its scheme; `-` reads standard input. */
export async function readToken(given: string): Promise<string> {
  const text = given === "-" ? (await readInput("-", "token")).text : given
  return text.trim().replace(/^Bearer +/i, "")
}

/**
 * What a token says, unverified: for finding things, never for deciding.
 *
 * @throws UsageError, which never repeats the token
 */
export function claimsIn(token: string): { readonly [claim: string]: unknown } {
  const segments = token.split(".")
  const form = segments.length === 3 && segments.every((segment) => /^[A-Za-z0-9_-]+$/.test(segment))
  if (!form || token.length > maxLength)
    throw new UsageError(`the token is no JWT: it must be three parts of base64url, at most ${maxLength} characters`)
  try {
    const claims: unknown = JSON.parse(Buffer.from(segments[1] ?? "", "base64url").toString("utf8"))
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return { ...claims }
  } catch {}
  throw new UsageError("the token is no JWT: its second part holds no JSON object")
}
