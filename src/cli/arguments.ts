import { type ParseArgsOptionsConfig, parseArgs } from "node:util"
import { UsageError } from "./command.ts"

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>

/** What Node.js says after what is wrong: how to pass values that begin with a dash. */
const explanation = /(?:\. (?:To specify|This command) |\.?\nDid you forget )[\s\S]*$/

/**
 * Reads the options of a command, and the words that belong to none.
 *
 * @throws UsageError for an unknown option, and for an option without a value
 */
export function readArguments<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T): Parsed<T> {
  let parsed: Parsed<T>
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(oneLine((error as Error).message.replace(explanation, "")))
  }
  for (const [name, value] of Object.entries(parsed.values)) {
    if ([value].flat().includes("")) throw new UsageError(`--${name} has no value`)
  }
  return parsed
}

/**
 * Reads the options of a command that takes nothing else.
 *
 * @throws UsageError also for a word that belongs to no option. It is not repeated: it may be a token
 */
export function readOptions<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
): Parsed<T>["values"] {
  const { values, positionals } = readArguments(args, options)
  if (positionals.length > 0)
    throw new UsageError("there is a word that belongs to no option; a configuration is named with --config FILE")
  return values
}

/** A message for the one line of a mistake: line breaks, which may stand inside a quotation, become blanks. */
export function oneLine(message: string): string {
  return message.replace(/[\s\p{Cc}]+/gu, " ").replace(/\.$/, "")
}
