import type { Output } from "./output.ts"

/** One option of a command, as commander writes it: `--config <file>`, `-o, --out <file>`, `--strict`. */
export interface CommandOption {
  readonly flags: string
  readonly description: string
  /** The words that it takes. */
  readonly choices?: readonly string[]
  /** May be given several times; its value is a list. */
  readonly repeatable?: boolean
  readonly required?: boolean
}

/** One positional argument: `<file>`, `[file]` or `<files...>`. */
export interface CommandArgument {
  readonly name: string
  readonly description: string
}

/** What was given on the command line: options by their name in camel case, and positional arguments in their order. */
export interface CommandLine {
  readonly options: { readonly [name: string]: unknown }
  readonly args: readonly string[]
}

/** One command of `hallpass`. Its help comes from here, and so do the parser and the shell completion. */
export interface Command {
  /** What it does and when to use it: paragraphs of text. */
  readonly description: string
  readonly args?: readonly CommandArgument[]
  readonly options: readonly CommandOption[]
  /** Command lines to copy, without the leading `hallpass`. */
  readonly examples: readonly string[]
  /** What the exit codes mean for this command. */
  readonly exits: string
  /** More sections of the help, by title. */
  readonly notes?: { readonly [title: string]: string }
  /**
   * @returns the exit code: 0 good, 1 a finding or a refusal, 2 could not do it
   * @throws UsageError (rejects) for a mistake of the caller, and ConfigurationError for a configuration that is refused
   */
  run(line: CommandLine, output: Output): Promise<number>
}

/** A mistake of the caller, or an input that cannot be used: one line without a full stop, exit code 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError"
}

/** The option that most commands share. */
export const configOption: CommandOption = {
  flags: "-c, --config <file>",
  description:
    "the configuration: JSON, JSON with comments, YAML, or a TypeScript or JavaScript module that exports it as its default; " +
    "- for standard input. Without it: HALLPASS_CONFIG, or HALLPASS_PROVIDER and its companions, as in the deployed function",
}

/** The text of an option, if it was given. */
export function textOption({ options }: CommandLine, name: string): string | undefined {
  const value = options[name]
  return typeof value === "string" ? value : undefined
}

/** An option as it is written: `apiId` is `--api-id`. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** The texts of a repeatable option. */
export function textsOption({ options }: CommandLine, name: string): readonly string[] {
  const value = options[name]
  return Array.isArray(value) ? value.map(String) : []
}
