import { Argument, type CommanderError, InvalidArgumentError, Option, Command as Parser } from "commander"
import type { ConfigurationError } from "../../index.ts"
import { type Command, type CommandLine, flagOf, UsageError } from "./command.ts"
import { createOutput, type Output, plain, type Streams } from "./output.ts"
import { wrapped } from "./table.ts"
import { forgetTexts } from "./texts-read.ts"

const helpWidth = 80

/** The parser of one command, with its help. */
export function parserOf(name: string, command: Command): Parser {
  const parser = new Parser(`hallpass ${name}`)
    .description(command.description.replace(/(?<!\n)\n(?!\n)/g, " "))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, getOutHelpWidth: () => helpWidth, getErrHelpWidth: () => helpWidth })
    .configureHelp({ helpWidth })
    .helpOption("-h, --help", "print this text")
    .allowExcessArguments(false)
  for (const { name: argument, description } of command.args ?? [])
    parser.addArgument(new Argument(argument, description))
  for (const option of command.options) parser.addOption(parserOption(option))
  parser
    .addOption(new Option("--json", "print one JSON document on standard output"))
    .addOption(new Option("--no-color", "print without colours"))
    .addOption(new Option("--debug", "print the stack of an unexpected fault"))
  parser.addHelpText("after", () => sections(command))
  return parser
}

function parserOption({ flags, description, choices, repeatable, required }: Command["options"][number]): Option {
  const option = new Option(flags, description)
  if (choices !== undefined) option.choices([...choices])
  if (repeatable === true)
    option.argParser((value: string, all: readonly string[] | undefined) => {
      if (choices?.includes(value) === false)
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`)
      return [...(all ?? []), value]
    })
  if (required === true) option.makeOptionMandatory()
  return option
}

function sections({ examples, notes = {}, exits }: Command): string {
  const list = examples.flatMap((line) => continued(`hallpass ${line}`)).join("\n")
  const more = Object.entries(notes).map(([title, text]) => `\n${title}:\n${text.replace(/^/gm, "  ")}\n`)
  return `\nExamples:\n${list}\n${more.join("")}\n${wrapped(`Exit codes: ${exits}`, helpWidth).join("\n")}`
}

/** A command line for the shell, broken before options and requests where it is too wide for the help. */
function continued(line: string): readonly string[] {
  const parts = line.split(/ (?=-{1,2}[a-z]|[|<>]+ )|(?<!\s(?:-{1,2}[a-z-]+|[<>]+)) (?=")/)
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    const indent = lines.length === 0 ? "  " : "    "
    if (last !== undefined && last.length + 1 + part.length <= helpWidth - 2)
      lines[lines.length - 1] = `${last} ${part}`
    else lines.push(`${indent}${part}`)
  }
  return lines.map((text, at) => (at < lines.length - 1 ? `${text} \\` : text))
}

/**
 * Parses the words after a command's name and runs it.
 *
 * @returns the exit code
 */
export async function runCommand(
  name: string,
  command: Command,
  words: readonly string[],
  streams: Streams,
): Promise<number> {
  const parser = parserOf(name, command)
  parser.configureOutput({ writeOut: (text) => void streams.stdout.write(text), writeErr: () => undefined })
  let line: CommandLine
  try {
    parser.parse([...words], { from: "user" })
    line = { options: parser.opts(), args: parser.processedArgs.flat().filter((word) => word !== undefined) }
    const empty = Object.entries(line.options).find(([, value]) => [value].flat().includes(""))
    if (empty !== undefined) throw new UsageError(`${flagOf(empty[0])} has no value`)
  } catch (error) {
    if (error instanceof UsageError) return refuse(streams, name, error.message)
    const { exitCode, code, message } = error as CommanderError
    if (exitCode === 0) return 0 // help was asked for
    // The word is not repeated: it may be a token.
    if (code === "commander.excessArguments") return refuse(streams, name, "there is a word that belongs to no option")
    return refuse(
      streams,
      name,
      message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\?\)$/s, ". Did you mean $1?"),
    )
  }
  const output = createOutput(streams, { json: line.options.json === true, color: line.options.color !== false })
  return await attempt(name, command, line, output)
}

async function attempt(name: string, command: Command, line: CommandLine, output: Output): Promise<number> {
  forgetTexts()
  try {
    return await command.run(line, output)
  } catch (error) {
    const mistake = await mistakeOf(error)
    if (mistake !== undefined) {
      output.note(ended(plain(mistake, Number.POSITIVE_INFINITY), `See hallpass ${name} --help`))
      return 2
    }
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error))
    output.note(
      line.options.debug === true
        ? stack
        : `Unexpected fault: ${oneLine(message)}. Run it again with --debug for the stack`,
    )
    return 2
  }
}

/** What is wrong, if the caller can correct it: the command line, an input, or the configuration. */
async function mistakeOf(error: unknown): Promise<string | undefined> {
  if (error instanceof UsageError) return error.message
  // By its name: help and completion do not load the library.
  const what = error instanceof Error ? refusedFiles.get(error.name) : undefined
  if (what === undefined) return undefined
  const { problemLine } = await import("./problem-places.ts")
  const texts = await problemLine((error as ConfigurationError).problems, what)
  return what === "configuration" ? `the configuration is refused: ${texts}` : texts
}

/** Errors with the problems of a file, and what the file was read as. */
const refusedFiles = new Map([
  ["ConfigurationError", "configuration"],
  ["CasesError", "cases"],
])

function refuse({ stderr }: Streams, name: string, problem: string): number {
  stderr.write(`${ended(oneLine(problem), `See hallpass ${name} --help`)}\n`)
  return 2
}

const ended = (problem: string, next: string): string => `${problem}${/[.?]$/.test(problem) ? "" : "."} ${next}`

/** A message for the one line of a mistake: line breaks, which may be inside a quotation, become blanks. */
export function oneLine(message: string): string {
  return plain(message.replace(/[\s\p{Cc}]+/gu, " ").replace(/\.$/, ""), 1000)
}
