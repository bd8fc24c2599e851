import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, relative, resolve } from "node:path"
import type { RouteRule } from "../index.ts"
import { type Command, type CommandLine, type CommandOption, textOption, UsageError } from "./frame/command.ts"
import { type Output, plain } from "./frame/output.ts"
import { shellWord } from "./frame/shell-word.ts"
import { apiAnswers } from "./init/account-routes.ts"
import { type Answers, allFlags, answersOf, apiKinds } from "./init/answers.ts"
import { casesText } from "./init/cases.ts"
import { configurationFor, issuerProblems } from "./init/configuration.ts"
import { promptOn } from "./init/prompt.ts"
import { providerQuestions, providers, type Question } from "./init/providers.ts"
import { readOpenApiRoutes } from "./open-api-file.ts"

export const init: Command = {
  description: `Writes a first configuration and a first cases file, and says which command to run
next.

It asks who issues your tokens, for which audience, which kind of API is in front,
and which routes there are. Each answer can be a flag. If all of them are flags,
nothing is asked; without a terminal, missing flags are an error.

--api-id reads kind and routes of an API that exists, with the AWS SDK. A rule has
the scopes that the route demands now, and else takes every good token.

Existing files are never overwritten without --force.`,
  options: [
    { flags: "--provider <provider>", description: `who issues the tokens: ${providers.join(", ")}` },
    ...allFlags().map(flagOption),
    { flags: "--api <kind>", description: "the kind of API in front", choices: apiKinds },
    {
      flags: "--route <route>",
      description:
        'a route and what it demands: scopes, or role=, group=, permission= with a name, such as "GET /orders/{id} orders:read"; ' +
        "may be given several times",
      repeatable: true,
    },
    { flags: "--openapi <file>", description: "an OpenAPI document to read the routes from, in place of --route" },
    { flags: "--api-id <id>", description: "an API of your account to read both from, in place of --api and --route" },
    { flags: "--region <region>", description: "that API's region. Default: that of your environment" },
    { flags: "-o, --out <file>", description: "the configuration to write, as JSON. Default: authorizer.json" },
    { flags: "--cases <file>", description: "the cases file to write, as YAML. Default: cases.yaml beside it" },
    { flags: "--force", description: "overwrite existing files" },
  ],
  examples: [
    "init",
    'init --provider okta --domain acme.okta.com --audience api://orders --api rest --route "GET /orders/{id} orders:read"',
    "init --provider okta --domain acme.okta.com --audience api://orders --api-id a1b2c3d4e5",
    "init --provider cognito --user-pool-id eu-west-1_AbCdEf --client-id 5n8abc --api http --openapi openapi.yaml",
  ],
  exits: "0 both files are written; 1 a file exists already or cannot be written; 2 an answer is missing or wrong.",
  async run(line, output) {
    const out = textOption(line, "out") ?? "authorizer.json"
    const casesFile = textOption(line, "cases") ?? resolveBeside(out)
    if (!/\.jsonc?$/i.test(out)) throw new UsageError(`--out must end in .json, unlike ${plain(out)}`)
    if (resolve(out) === resolve(casesFile)) throw new UsageError("--out and --cases name the same file")
    const found = await apiAnswers(line)
    const answers = await asked(found === undefined ? line : { ...line, options: { ...line.options, api: found.kind } })
    const routes = found?.routes ?? answers.routes ?? (await routesOf(answers))
    const { configuration, remark: why } = configurationFor(answers, routes, found?.resourcePolicyAllows)
    const remark = [why, found && openRules].filter((text) => text !== undefined).join(".\n")
    const files = [
      { path: out, text: `${JSON.stringify(configuration, null, 2)}\n` },
      { path: casesFile, text: casesText(configuration) },
    ]
    if (!(await writeAll(files, line.options.force === true, output))) return 1
    const next = [
      `hallpass check --config ${shellWord(out)}`,
      `hallpass test ${shellWord(casesFile)} --config ${shellWord(out)}`,
      `hallpass doctor --config ${shellWord(out)}`,
    ]
    if (output.json)
      output.document({ files: files.map(({ path }) => path), configuration, next, ...(remark !== "" && { remark }) })
    else
      output.print(
        `${files.map(({ path }) => `Written: ${plain(path)}\n`).join("")}${remark ? `\n${remark}.\n` : ""}\nNext:\n${next.map((text) => `  ${text}\n`).join("")}`,
      )
    return 0
  },
}

const openRules =
  "A rule without demands takes every good token. Add scopes, and remove the rules of routes that stay open"

/** A flag that one or several providers have: with its question if that is the same for all of them. */
function flagOption(flag: string): CommandOption {
  const all = Object.entries(providerQuestions).flatMap(([provider, questions]) =>
    questions.filter((question) => question.flag === flag).map((question) => ({ provider, question })),
  )
  const { ask = "", list } = (all[0]?.question ?? {}) as Partial<Question>
  const text = `${ask.charAt(0).toLowerCase()}${ask.slice(1)}`
  const short = all.length > 1 ? text.replace(/[,:] (?:such as|the) .*$/, "") : text
  const severalTimes = "; may be given several times"
  return {
    flags: `--${flag} <${flag.split("-").at(-1)}>`,
    description: `${all.map(({ provider }) => provider).join(", ")}: ${short}${list === true ? severalTimes : ""}`,
    ...(list === true && { repeatable: true }),
  }
}

async function asked(line: CommandLine): Promise<Answers> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return answersOf(line, undefined, issuerProblems)
  const prompt = promptOn({ input: process.stdin, output: process.stderr })
  try {
    return await answersOf(line, prompt, issuerProblems)
  } finally {
    prompt.close()
  }
}

async function routesOf({ openapi = "" }: Answers): Promise<{ readonly [key: string]: RouteRule }> {
  const { routes, problems } = await readOpenApiRoutes(openapi)
  if (problems.length === 0) return routes
  const texts = problems.slice(0, 5).map(({ path, message }) => `${path} ${message}`)
  throw new UsageError(plain(`${openapi} gives no routes: ${texts.join("; ")}`, 1000))
}

/** Writes all files or, if one exists already, none. */
async function writeAll(
  files: readonly { readonly path: string; readonly text: string }[],
  isForced: boolean,
  output: Output,
): Promise<boolean> {
  const existing = isForced ? undefined : files.find(({ path }) => existsSync(path))
  if (existing !== undefined) return refuseToOverwrite(existing.path, output)
  for (const { path, text } of files) {
    try {
      await writeFile(path, text, { flag: isForced ? "w" : "wx" })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === "EEXIST") return refuseToOverwrite(path, output)
      output.note(`${plain(path)} cannot be written (${code}). Name another file with --out and --cases`)
      return false
    }
  }
  return true
}

function refuseToOverwrite(path: string, output: Output): false {
  output.note(
    `${plain(path)} exists already, and nothing was written. Name other files with --out and --cases, or overwrite with --force`,
  )
  return false
}

function resolveBeside(out: string): string {
  return relative(".", resolve(dirname(out), "cases.yaml")) || "cases.yaml"
}
