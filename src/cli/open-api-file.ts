import { extname, resolve } from "node:path"
import type { AuthorizerConfig } from "../index.ts"
import {
  type AuthorizerSource,
  type OpenApiOptions,
  type OpenApiRoutes,
  type OpenApiSource,
  type RoutesSource,
  routesFromOpenApi,
} from "../openapi.ts"
import { UsageError } from "./frame/command.ts"
import { readData } from "./frame/data-file.ts"
import { problemLine } from "./frame/problem-places.ts"
import { oneLine } from "./frame/program.ts"

/** What a file is read as. */
export const openApiDocument = "OpenAPI document"
const endings = [".yaml", ".yml", ".json"]

/**
 * Reads an OpenAPI document and derives the route table from it.
 *
 * @param file YAML or JSON, by its ending; `-` for standard input
 * @throws UsageError (rejects) in one line, with the place, if the document cannot be read or parsed
 */
export async function readOpenApiRoutes(file: string, options: OpenApiOptions = {}): Promise<OpenApiRoutes> {
  if (file !== "-" && !endings.includes(extname(file).toLowerCase()))
    throw new UsageError(oneLine(`an OpenAPI document ends in ${endings.join(", ")}, unlike ${file}`))
  return routesFromOpenApi(await readData(file, openApiDocument, { comments: false }), options)
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
    const problems = await problemLine(found.problems, openApiDocument)
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
