import { type ParseArgsOptionsConfig, parseArgs } from "node:util"
import { UsageError } from "./command.ts"

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>
>

/**
 * Reads the options of a command.
 *
 * @throws UsageError for an unknown option, and for an option without a value
 */
export function readArguments<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T): Parsed<T> {
  let parsed: Parsed<T>
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // The first sentence says what is wrong; the rest explains how to pass values that begin with a dash.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]?.replace(/\.$/, ""))
  }
  for (const [name, value] of Object.entries(parsed.values)) {
    if ([value].flat().includes("")) throw new UsageError(`--${name} has no value`)
  }
  return parsed
}
