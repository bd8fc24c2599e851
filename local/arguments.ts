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

export type Command = { readonly awsRuntime: boolean } & (
  | { readonly task: "help" | "table" }
  | {
      readonly task: "demonstration"
      /** Whether the page is served afterwards; undefined if the terminal decides. */
      readonly serve: boolean | undefined
      readonly port: number
    }
  | {
      readonly task: "event"
      readonly eventFile: string
      readonly token: TokenChoice | undefined
      readonly configFile: string | undefined
    }
)

const usualPort = 3000

/** Reads the command line. */
export function readArguments(args: readonly string[]): Command {
  const { help, check, event, token, config, serve, port, "aws-runtime": awsRuntime } = parse(args)
  const noServe = args.includes("--no-serve")
  for (const [name, value] of Object.entries({ event, token, config, port })) {
    if (value === "") throw new UsageError(`--${name} has no value`)
  }
  if (help) return { task: "help", awsRuntime }
  if (event === undefined) {
    for (const [name, value] of Object.entries({ token, config })) {
      if (value !== undefined) throw new UsageError(`--${name} belongs to --event FILE`)
    }
  }
  if (args.includes("--serve") && noServe) throw new UsageError("--serve and --no-serve exclude each other")
  if (check || event !== undefined) {
    if (serve !== undefined || port !== undefined)
      throw new UsageError(`--${port === undefined ? (noServe ? "no-serve" : "serve") : "port"} belongs to the page`)
  }
  if (event === undefined)
    return check
      ? { task: "table", awsRuntime }
      : { task: "demonstration", awsRuntime, serve, port: port === undefined ? usualPort : readPort(port) }
  if (check) throw new UsageError("--check runs the whole table and --event one event; give one of them")
  const choice = token === undefined ? undefined : readToken(token)
  if (config !== undefined && choice?.persona !== undefined) {
    throw new UsageError(`--config replaces the embedded issuers, so --token ${token} has none; give the token itself`)
  }
  return { task: "event", eventFile: event, token: choice, configFile: config, awsRuntime }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        check: { type: "boolean", default: false },
        event: { type: "string" },
        token: { type: "string" },
        config: { type: "string" },
        serve: { type: "boolean" },
        port: { type: "string" },
        "aws-runtime": { type: "boolean", default: false },
      },
    }).values
  } catch (error) {
    // The first sentence says what is wrong; the rest explains how to pass file names that begin with a dash.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]?.replace(/\.$/, ""))
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new UsageError("--port is a number from 0 to 65535; 0 takes any free port")
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
