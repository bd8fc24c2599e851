import { dirname, extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type AuthorizerConfig, ConfigurationError, configFromEnvironment, parseStrictJson } from "../index.ts"
import type { AuthorizerSource } from "../openapi.ts"
import { UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { oneLine } from "./frame/program.ts"
import { resolveOpenApi } from "./open-api-file.ts"

const moduleEndings = [".ts", ".mts", ".js", ".mjs"]
const dataEndings = [".json", ".jsonc", ".yaml", ".yml"]

/**
 * Reads a configuration, unchecked: the doors check it. `routes.openapi` of a file becomes the table that it leads to.
 *
 * @param file JSON, with or without comments, YAML, or a module with the configuration as its default export; `-` for standard
 *   input; undefined for the environment
 * @throws UsageError (rejects) when there is none, or when it cannot be read
 */
export async function readConfiguration(file: string | undefined): Promise<AuthorizerConfig> {
  if (file === undefined) return fromEnvironment()
  const ending = extname(file).toLowerCase()
  if (file !== "-" && ![...dataEndings, ...moduleEndings].includes(ending))
    throw new UsageError(
      `a configuration is - or a file that ends in ${[...dataEndings, ...moduleEndings].join(", ")}, not ${file}`,
    )
  const read = moduleEndings.includes(ending) ? fromModule(file) : readData(file, "configuration")
  const folder = file === "-" ? process.cwd() : dirname(resolve(file))
  return (await resolveOpenApi((await read) as AuthorizerSource, folder)).configuration
}

/** The mistake of giving a wrong configuration to a command that needs a sound one. */
export function refusedConfiguration({ problems }: ConfigurationError): UsageError {
  return new UsageError(
    `the configuration is refused: ${problems.map(({ path, message }) => `${path} ${message}`).join("; ")}`,
  )
}

function fromEnvironment(): AuthorizerConfig {
  try {
    const configuration = configFromEnvironment(process.env)
    if (configuration !== undefined) return configuration
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw new UsageError(error.problems.map(({ path, message }) => `${path} ${message}`).join("; "))
  }
  throw new UsageError(
    "there is no configuration: give --config FILE, or set HALLPASS_CONFIG or HALLPASS_PROVIDER and its companions",
  )
}

/** @throws UsageError with every problem of the text */
export function parseJson(text: string, name: string): unknown {
  try {
    return parseStrictJson(text, name)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw new UsageError(oneLine(error.problems.map(({ path, message }) => `${path} ${message}`).join("; ")))
  }
}

async function fromModule(file: string): Promise<AuthorizerSource> {
  const url = pathToFileURL(resolve(file)).href
  let loaded: { readonly default?: AuthorizerSource }
  try {
    loaded = await import(url)
  } catch (error) {
    const remedy =
      (error as NodeJS.ErrnoException).code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "; TypeScript needs Node.js 22.18 or newer, or use .js or .json"
        : ""
    throw new UsageError(`${file} cannot be loaded: ${firstLine(error)}${remedy}`)
  }
  if (loaded.default === undefined) throw new UsageError(`${file} has no configuration as its default export`)
  return loaded.default
}

/** What is wrong with a module; the lines after it show its code. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split("\n", 1)[0]?.replace(/\.$/, "") ?? ""
}
