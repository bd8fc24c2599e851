import { readFile, stat } from "node:fs/promises"
import { extname, resolve } from "node:path"
import { type AuthorizerConfig, ConfigurationError, type ConfigurationProblem, parseStrictJson } from "../index.ts"
import {
  type AuthorizerSource,
  type OpenApiOptions,
  type OpenApiRoutes,
  type OpenApiSource,
  type RoutesSource,
  routesFromOpenApi,
} from "../openapi.ts"
import { UsageError } from "./frame/command.ts"

const endings = [".yaml", ".yml", ".json"]
/** API Gateway imports 6 MB at most: what is much larger describes no API of it. */
const maxBytes = 8 * 1024 * 1024
/** Deepest nesting of YAML. Schemas and examples of real documents nest some 20 deep. */
const maxDepth = 100

/**
 * Reads an OpenAPI document and derives the route table from it.
 *
 * @param file YAML or JSON, by its ending
 * @returns the table; a text that cannot be read is a problem like any other
 * @throws UsageError (rejects) when there is no such file
 */
export async function readOpenApiRoutes(file: string, options: OpenApiOptions = {}): Promise<OpenApiRoutes> {
  const read = await parse(await textOf(file), file)
  if ("problems" in read) return { routes: {}, withoutSecurity: [], otherSecurity: [], notes: [], ...read }
  return routesFromOpenApi(read.document, options)
}

async function textOf(file: string): Promise<string> {
  if (!endings.includes(extname(file).toLowerCase())) {
    throw new UsageError(`an OpenAPI document ends in ${endings.join(", ")}, unlike ${file}`)
  }
  try {
    const { size } = await stat(file)
    if (size > maxBytes) throw new UsageError(`${file} is larger than ${maxBytes / 1024 / 1024} MB`)
    return await readFile(file, "utf8")
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

type Parsed = { readonly document: unknown } | { readonly problems: readonly ConfigurationProblem[] }

/** A name that an object has twice is a problem in both: one of the two operations would be lost without a word. */
async function parse(text: string, file: string): Promise<Parsed> {
  try {
    if (extname(file).toLowerCase() === ".json") return { document: parseStrictJson(text, file) }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { problems: error.problems }
  }
  const { CORE_SCHEMA, load, YAMLException } = await import("js-yaml")
  try {
    // Without a copy of what aliases repeat, and linear in the text. Dates, merge keys and types of JavaScript are not
    // read.
    return { document: load(text, { schema: CORE_SCHEMA, maxDepth }) }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const { reason, mark } = error
    const place = mark === undefined ? file : `${file}:${mark.line + 1}:${mark.column + 1}`
    const twice = reason === "duplicated mapping key"
    const message = twice
      ? "has a key that the same object has already. Keep one of the two"
      : `is not YAML: ${oneLine(reason)}`
    return { problems: [{ path: place, message }] }
  }
}

/** What a configuration's `routes.openapi` came to. */
export interface ResolvedConfiguration {
  readonly configuration: AuthorizerConfig
  /** What was read, for those who want to tell; undefined if the configuration names no document. */
  readonly openApi?: { readonly file: string; readonly found: OpenApiRoutes }
}

/**
 * Puts the route table in place of `routes.openapi`. Routes beside it win over the document's.
 *
 * @param folder the configuration's folder: the document's path is relative to it
 * @throws UsageError (rejects) when the document cannot be read, or has problems
 */
export async function resolveOpenApi(source: AuthorizerSource, folder: string): Promise<ResolvedConfiguration> {
  const { routes } = Object(source) as AuthorizerSource
  if (!isRoutesSource(routes)) return { configuration: source as AuthorizerConfig }
  const { openapi, ...besides } = routes
  const { file: named, ...options } = readSource(openapi)
  const file = resolve(folder, named)
  const found = await readOpenApiRoutes(file, { ...options, besides })
  if (found.problems.length > 0) {
    const problems = found.problems.map(({ path, message }) => `${path} ${message}`).join("; ")
    throw new UsageError(`routes.openapi: ${file}: ${problems}`)
  }
  return { configuration: { ...source, routes: found.routes }, openApi: { file, found } }
}

function isRoutesSource(routes: AuthorizerSource["routes"]): routes is RoutesSource {
  return typeof routes === "object" && routes !== null && Object.hasOwn(routes, "openapi")
}

/**
 * The two spellings of `routes.openapi`. What else a configuration says is checked by the doors; this never reaches
 * them.
 */
function readSource(openapi: OpenApiSource): Exclude<OpenApiSource, string> {
  const source = typeof openapi === "string" ? { file: openapi } : Object(openapi)
  const { file, schemes, scopes, ...others } = source as { readonly [name: string]: unknown }
  const listed = schemes === undefined || (Array.isArray(schemes) && schemes.length > 0 && schemes.every(isText))
  const known = scopes === undefined || scopes === "all" || scopes === "any"
  if (!isText(file) || !listed || !known || Object.keys(others).length > 0) {
    throw new UsageError(
      'routes.openapi must be the path of a document, or { file: "openapi.yaml" } with schemes: ["name"] and scopes: "all" or "any" in it, if needed',
    )
  }
  return source
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== ""
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").replace(/[.:]$/, "")
}
