import { parseArgs } from "node:util"
import { type PersonaName, personaNames } from "./issuers/persona.ts"
import { type TokenName, tokenNames } from "./issuers/tokens.ts"

/** A mistake of the caller: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError"
}

/** A token as the command line names it. */
export type TokenChoice =
  | { readonly literal: string; readonly persona?: undefined }
  | { readonly persona: PersonaName; readonly token: TokenName; readonly literal?: undefined }

export type Command = { readonly plainRuntime: boolean } & (
  | { readonly task: "help" | "table" }
  | {
      readonly task: "event"
      readonly eventFile: string
      readonly token: TokenChoice | undefined
      readonly configFile: string | undefined
    }
)

/** Reads the command line. */
export function readArguments(args: readonly string[]): Command {
  const { help, check, event, token, config, "plain-runtime": plainRuntime } = parse(args)
  for (const [name, value] of Object.entries({ event, token, config })) {
    if (value === "") throw new UsageError(`--${name} has no value`)
  }
  if (help) return { task: "help", plainRuntime }
  if (event === undefined) {
    for (const [name, value] of Object.entries({ token, config })) {
      if (value !== undefined) throw new UsageError(`--${name} belongs to --event FILE`)
    }
    return { task: "table", plainRuntime }
  }
  if (check) throw new UsageError("--check runs the whole table and --event one event; give one of them")
  const choice = token === undefined ? undefined : readToken(token)
  if (config !== undefined && choice?.persona !== undefined) {
    throw new UsageError(`--config replaces the embedded issuers, so --token ${token} has none; give the token itself`)
  }
  return { task: "event", eventFile: event, token: choice, configFile: config, plainRuntime }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        check: { type: "boolean", default: false },
        event: { type: "string" },
        token: { type: "string" },
        config: { type: "string" },
        "plain-runtime": { type: "boolean", default: false },
      },
    }).values
  } catch (error) {
    // The first sentence says what is wrong; the rest explains how to pass file names that begin with a dash.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]?.replace(/\.$/, ""))
  }
}

/** `okta:good` and the like; anything without a colon is a token itself, since a JWT has none. */
function readToken(text: string): TokenChoice {
  if (!text.includes(":")) return { literal: text }
  const [left, right] = text.split(":", 2)
  const persona = personaNames.find((name) => name === left)
  const token = tokenNames.find((name) => name === right)
  if (persona === undefined || token === undefined) {
    throw new UsageError(`--token is a token, or ISSUER:TOKEN with ${personaNames.join("|")}:${tokenNames.join("|")}`)
  }
  return { persona, token }
}
