import { writeFile } from "node:fs/promises"
import type { RouteRule } from "../index.ts"
import type { OpenApiOptions, OpenApiRoutes } from "../openapi.ts"
import { readArguments } from "./arguments.ts"
import { type Command, UsageError } from "./command.ts"
import { readOpenApiRoutes } from "./open-api-file.ts"
import { columns } from "./table.ts"

const help = `Derives the route table from an OpenAPI document: which route demands which scopes.

  hallpass routes FILE [--scheme NAME …] [--scopes all|any] [--out FILE]

FILE is OpenAPI 3.0, OpenAPI 3.1 or Swagger 2.0, as YAML or JSON: your own description of the API, an export of API
Gateway, or an export of WSO2 API Manager. The table comes from the security of each operation: entries of the list are
alternatives (anyOf), the schemes inside one entry must all hold, and the scopes of oauth2 and openIdConnect schemes
become scopes. The table is printed as JSON, for routes in the configuration; the rest is for you to read.

Look at the routes without security. API Gateway calls no authorizer there, so the table does not have them, and whoever
finds them may call them.

Options
  --scheme NAME   the security scheme that stands for this authorizer; may be given several times. Without it: every
                  scheme that carries a token (oauth2, openIdConnect, HTTP bearer, a key in the header Authorization, or
                  a Lambda authorizer of type token or request)
  --scopes all    a list of scopes means all of them, as OpenAPI says. The default
  --scopes any    a list of scopes means at least one of them, as WSO2 reads it. The default for documents of WSO2
  --out FILE      where the table goes; - for standard output, which is the default
  --help, -h      this text

Examples
  hallpass routes openapi.yaml
  hallpass routes openapi.yaml --out routes.json
  hallpass routes export.json --scheme hallpass
  hallpass routes wso2.yaml | jq keys

What to do with it
  at build time   routes: { openapi: "openapi.yaml" } in handlers/authorizer.config.ts reads the document with each build
  as it is        "routes": <the JSON> in HALLPASS_CONFIG, or import routes from "./routes.json" with { type: "json" }

Exit codes: 0 done, whether or not routes without security were found; 1 the document has problems or the table cannot be
written, and nothing was written; 2 the command line is wrong, or there is no such file.
`

export const routes: Command = {
  summary: "derives the route table from an OpenAPI document",
  help,
  async run(args) {
    const { file, out, options } = readCommandLine(args)
    const found = await readOpenApiRoutes(file, options)
    if (found.problems.length > 0) {
      process.stderr.write(`${file} gives no route table.\n${remarks(found.problems)}`)
      return 1
    }
    try {
      await write(out, `${JSON.stringify(found.routes, null, 2)}\n`)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      process.stderr.write(`${out} cannot be written (${code}). Name another place with --out\n`)
      return 1
    }
    const written = out === "-" ? "" : `\nWritten to ${out}\n`
    ;(out === "-" ? process.stderr : process.stdout).write(`${summary(found)}${written}`)
    return 0
  },
}

interface CommandLine {
  readonly file: string
  readonly out: string
  readonly options: OpenApiOptions
}

function readCommandLine(args: readonly string[]): CommandLine {
  const string = { type: "string" } as const
  const { values, positionals } = readArguments(args, {
    out: string,
    scheme: { ...string, multiple: true },
    scopes: string,
  })
  const [file, another] = positionals
  if (file === undefined || file === "") throw new UsageError("no OpenAPI document is named")
  if (another !== undefined) throw new UsageError(`one OpenAPI document at a time, not also ${another}`)
  const { out = "-", scheme, scopes } = values
  if (scopes !== undefined && scopes !== "all" && scopes !== "any") throw new UsageError("--scopes is all or any")
  return { file, out, options: { ...(scheme && { schemes: scheme }), ...(scopes && { scopes }) } }
}

async function write(out: string, text: string): Promise<void> {
  if (out === "-") process.stdout.write(text)
  else await writeFile(out, text)
}

function summary({ routes, withoutSecurity, otherSecurity, notes }: OpenApiRoutes): string {
  const rows: [string, string][] = Object.entries(routes).map(([key, rule]) => [key, demands(rule)])
  const parts = [columns([["route", "demands"], ...rows], "")]
  if (withoutSecurity.length > 0) {
    parts.push(`\nWithout security: anyone may call these, no authorizer is asked, and the table does not have them\n`)
    parts.push(...withoutSecurity.map((route) => `  ${route}\n`))
  }
  if (otherSecurity.length > 0) {
    parts.push("\nWith other security than a token: this authorizer is not asked, and the table does not have them\n")
    parts.push(columns(otherSecurity.map(({ route, schemes }) => [route, schemes.map(printable).join(", ")])))
  }
  if (notes.length > 0) parts.push("\nTo know\n", remarks(notes))
  return parts.join("")
}

/** A rule in words. */
function demands(rule: RouteRule): string {
  const { kind, scopes, roles, anyOf } = rule
  const parts = [
    kind && (kind === "user" ? "people only" : "programs only"),
    scopes && `scopes ${list(scopes)}`,
    roles && `roles ${list(roles)}`,
    anyOf?.map((each) => `(${demands(each)})`).join(" or "),
  ].filter((part) => part !== undefined)
  return parts.join("; ") || "any authenticated principal"
}

function list(demand: NonNullable<RouteRule["scopes"]>): string {
  return "any" in demand ? demand.any.join(" or ") : ("all" in demand ? demand.all : demand).join(" and ")
}

/** A name out of the document: quoted where something in it could steer a terminal. */
function printable(name: string): string {
  return /^[\w.:/-]+$/.test(name) ? name : JSON.stringify(name)
}

function remarks(list: OpenApiRoutes["problems"]): string {
  return list.map(({ path, message }) => `  ${path} ${message}\n`).join("")
}
