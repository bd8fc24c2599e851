import type { RouteRule } from "../index.ts"
import type { OpenApiOptions, OpenApiRoutes } from "../openapi.ts"
import { type Command, textOption, textsOption, UsageError } from "./frame/command.ts"
import { withPlaces } from "./frame/problem-places.ts"
import { oneLine } from "./frame/program.ts"
import { columns } from "./frame/table.ts"
import { writeJson } from "./frame/write.ts"
import { openApiDocument, readOpenApiRoutes } from "./open-api-file.ts"

export const routes: Command = {
  description: `Derives the route table from an OpenAPI document: which route demands which
scopes.

The document is OpenAPI 3.0, OpenAPI 3.1 or Swagger 2.0, as YAML or JSON: your own
description of the API, an export of API Gateway, or an export of WSO2 API
Manager. The table comes from the security of each operation: entries of the list
are alternatives (anyOf), the schemes inside one entry must all hold, and the
scopes of oauth2 and openIdConnect schemes become scopes. The table is printed as
JSON, for routes in the configuration.

Look at the routes without security. API Gateway calls no authorizer there, so the
table does not have them, and anyone may call them.`,
  args: [{ name: "<file>", description: "the OpenAPI document; - for standard input" }],
  options: [
    {
      flags: "--scheme <name>",
      description:
        "the security scheme that means this authorizer; may be given several times. Without it: every scheme that carries a token " +
        "(oauth2, openIdConnect, HTTP bearer, a key in the header Authorization, or a Lambda authorizer of type token or request)",
      repeatable: true,
    },
    {
      flags: "--scopes <all|any>",
      description:
        "whether a list of scopes means all of them, as OpenAPI says, or at least one, as WSO2 reads it. Default: any for documents of WSO2, else all",
      choices: ["all", "any"],
    },
    { flags: "-o, --out <file>", description: "where the table goes; - for standard output, which is the default" },
  ],
  examples: [
    "routes openapi.yaml",
    "routes openapi.yaml --out routes.json",
    "routes export.json --scheme hallpass",
    "routes wso2.yaml | jq keys",
  ],
  notes: {
    "What to do with it": `with each build   routes: { openapi: "openapi.yaml" } in
                  handlers/authorizer.config.ts reads the document
as it is          "routes": <the JSON> in HALLPASS_CONFIG, or
                  import routes from "./routes.json" with { type: "json" }`,
  },
  exits:
    "0 done, also if routes without security were found; 1 the document has problems or the table cannot be written, and nothing was written; 2 the command line is wrong, or the document cannot be read or parsed.",
  async run(line, output) {
    const [file = ""] = line.args
    if (file === "") throw new UsageError("no OpenAPI document is named")
    const out = textOption(line, "out") ?? "-"
    const scopes = textOption(line, "scopes") as OpenApiOptions["scopes"]
    const schemes = textsOption(line, "scheme")
    const found = await readOpenApiRoutes(file, { ...(schemes.length > 0 && { schemes }), ...(scopes && { scopes }) })
    if (found.problems.length > 0) {
      if (output.json) output.document(found)
      const placed = await withPlaces(found.problems, openApiDocument)
      output.note(`${oneLine(file)} gives no route table.\n${remarks(placed).trimEnd()}`)
      return 1
    }
    if (!(await writeJson(out, found.routes, output))) return 1
    const written = out === "-" ? "" : `\nWritten to ${out}\n`
    if (output.json) output.document(found)
    else if (out === "-") output.note(summary(found).trimEnd())
    else output.print(`${summary(found)}${written}`)
    return 0
  },
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
