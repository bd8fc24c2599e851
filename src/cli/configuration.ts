import { dirname, extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type AuthorizerConfig, ConfigurationError, configFromEnvironment } from "../index.ts"
import type { AuthorizerSource } from "../openapi.ts"
import { UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { readInput } from "./frame/input.ts"
import { firstTwice } from "./frame/module-members.ts"
import { oneLine } from "./frame/program.ts"
import { resolveOpenApi } from "./open-api-file.ts"

const dataEndings = [".json", ".jsonc", ".yaml", ".yml"]
const moduleEndings = [".ts", ".mts", ".js", ".mjs"]

/**
 * Reads a configuration, unchecked: the doors check it. `routes.openapi` of a file becomes the table that it leads to.
 *
 * @param file JSON with or without comments, YAML, or a module with the configuration as its default export; `-` for
 *   JSON or YAML on standard input; undefined for the environment
 * @param again whether a module that was loaded before is loaded as it is now
 * @throws UsageError (rejects) when there is none, or when it cannot be read
 */
export async function readConfiguration(file: string | undefined, again: boolean = false): Promise<AuthorizerConfig> {
  if (file === undefined) return fromEnvironment()
  const ending = extname(file).toLowerCase()
  const isModule = moduleEndings.includes(ending)
  if (!isModule && file !== "-" && !dataEndings.includes(ending)) {
    const endings = [...dataEndings, ...moduleEndings].join(", ")
    throw new UsageError(oneLine(`a configuration is - or a file that ends in ${endings}, not ${file}`))
  }
  const source = isModule
    ? await fromModule(file, again)
    : ((await readData(file, "configuration")) as AuthorizerSource)
  const folder = file === "-" ? process.cwd() : dirname(resolve(file))
  return (await resolveOpenApi(source, folder)).configuration
}

/**
 * The same, for a command that can go on without one.
 *
 * @returns undefined if neither a file nor the environment has one
 */
export async function readConfigurationIfAny(file: string | undefined): Promise<AuthorizerConfig | undefined> {
  return file === undefined && !isInEnvironment() ? undefined : await readConfiguration(file)
}

/** A wrong one is there, too: reading it says what is wrong. */
function isInEnvironment(): boolean {
  try {
    return configFromEnvironment(process.env) !== undefined
  } catch {
    return true
  }
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

async function fromModule(file: string, again: boolean): Promise<AuthorizerSource> {
  const { name, text } = await readInput(file, "configuration")
  const twice = firstTwice(text)
  if (twice !== undefined)
    throw new UsageError(
      oneLine(`${name}:${twice.line} has ${JSON.stringify(twice.member)} twice in one object. Keep one of the two`),
    )
  const { href } = pathToFileURL(resolve(file))
  const url = again ? `${href}?again=${++loads}` : href
  let loaded: { readonly default?: AuthorizerSource }
  try {
    loaded = await import(url)
  } catch (error) {
    const remedy =
      (error as NodeJS.ErrnoException).code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "; TypeScript needs Node.js 22.18 or newer, or use .js or .json"
        : ""
    throw new UsageError(oneLine(`${file} cannot be loaded: ${firstLine(error)}${remedy}`))
  }
  if (loaded.default === undefined) throw new UsageError(oneLine(`${file} has no configuration as its default export`))
  return loaded.default
}

/** Node.js keeps a module under its address. */
let loads = 0

/** What is wrong with a module; the lines after it show its code. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split("\n", 1)[0]?.replace(/\.$/, "") ?? ""
}
