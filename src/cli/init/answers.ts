import type { RouteRule } from "../../index.ts"
import { type CommandLine, textOption, textsOption, UsageError } from "../frame/command.ts"
import { plain } from "../frame/output.ts"
import { suggested } from "../frame/suggestion.ts"
import { type Provider, providerQuestions, providers, type Question } from "./providers.ts"
import { routesIn } from "./routes.ts"

export const apiKinds = ["rest", "http", "websocket"] as const
export type ApiKind = (typeof apiKinds)[number]

/** Asks a person. */
export interface Prompt {
  /** @param otherwise what an empty answer means; without it, an answer is needed */
  text(question: string, otherwise?: string): Promise<string>
  choice<T extends string>(question: string, choices: readonly T[]): Promise<T>
  note(line: string): void
}

/** What a configuration is written from. */
export interface Answers {
  readonly provider: Provider
  /** By flag. */
  readonly issuer: { readonly [flag: string]: readonly string[] }
  readonly api: ApiKind
  readonly routes: { readonly [key: string]: RouteRule } | undefined
  readonly openapi: string | undefined
}

/**
 * Takes the answers from the flags, and asks for those that are missing.
 *
 * @param prompt undefined if there is no terminal: then missing flags are an error that lists them
 * @param problemsOf what is wrong with an issuer, for asking again
 */
export async function answersOf(
  line: CommandLine,
  prompt: Prompt | undefined,
  problemsOf: (provider: Provider, issuer: Answers["issuer"]) => readonly string[],
): Promise<Answers> {
  const provider = providerIn(line)
  const missing = provider === undefined ? ["provider"] : missingOf(line, provider)
  const isPrompted = prompt !== undefined && missing.length > 0
  if (!isPrompted && missing.length > 0) {
    const flags = missing.map((flag) => (flag === "route" ? "--route, --openapi or --api-id" : `--${flag}`))
    const more = provider === undefined ? ", and what the provider needs" : ""
    throw new UsageError(`missing: ${flags.join(", ")}${more}. There is no terminal to ask on`)
  }
  if (!isPrompted) return fromFlags(line, provider as Provider)
  const chosen = provider ?? (await prompt.choice("Who issues your tokens?", providers))
  const issuer = await askIssuer(line, chosen, prompt, problemsOf)
  const api = apiIn(line) ?? (await prompt.choice("Which kind of API is in front?", apiKinds))
  const openapi = textOption(line, "openapi")
  const lines = textsOption(line, "route")
  if (openapi !== undefined || lines.length > 0 || textOption(line, "apiId") !== undefined)
    return { provider: chosen, issuer, api, ...routesOf(line, api), openapi }
  return { provider: chosen, issuer, api, ...(await askRoutes(prompt, api)) }
}

function fromFlags(line: CommandLine, provider: Provider): Answers {
  const api = apiIn(line) as ApiKind
  const issuer = Object.fromEntries(
    providerQuestions[provider].map(({ flag }) => [flag, valuesOf(line, flag)] as const),
  )
  return { provider, issuer, api, ...routesOf(line, api), openapi: textOption(line, "openapi") }
}

function routesOf(line: CommandLine, api: ApiKind): Pick<Answers, "routes"> {
  const lines = textsOption(line, "route")
  if (textOption(line, "openapi") !== undefined) {
    if (lines.length > 0) throw new UsageError("either --route or --openapi is needed, not both")
    return { routes: undefined }
  }
  return { routes: routesIn(lines.length === 0 && api === "websocket" ? ["$connect"] : lines) }
}

function providerIn(line: CommandLine): Provider | undefined {
  const given = textOption(line, "provider")
  if (given === undefined) return undefined
  const found = providers.find((name) => name === given)
  if (found === undefined)
    throw new UsageError(`--provider must be one of ${providers.join(", ")}${suggested(given, providers)}`)
  const foreign = allFlags().find(
    (flag) => valuesOf(line, flag).length > 0 && !providerQuestions[found].some((question) => question.flag === flag),
  )
  if (foreign !== undefined) throw new UsageError(`--${foreign} is no option of the provider ${found}`)
  return found
}

const apiIn = (line: CommandLine): ApiKind | undefined => textOption(line, "api") as ApiKind | undefined

/** Every flag of some provider. */
export function allFlags(): readonly string[] {
  return [...new Set(Object.values(providerQuestions).flatMap((questions) => questions.map(({ flag }) => flag)))]
}

/** Required flags that are not there. */
function missingOf(line: CommandLine, provider: Provider): readonly string[] {
  const questions = providerQuestions[provider].filter(({ otherwise }) => otherwise === undefined)
  const own = questions.map(({ flag }) => flag).filter((flag) => valuesOf(line, flag).length === 0)
  const api = apiIn(line)
  const hasRoutes =
    textsOption(line, "route").length > 0 || ["openapi", "apiId"].some((name) => textOption(line, name) !== undefined)
  return [...own, ...(api === undefined ? ["api"] : []), ...(hasRoutes || api === "websocket" ? [] : ["route"])]
}

function valuesOf({ options }: CommandLine, flag: string): readonly string[] {
  const value = options[flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]
  return value === undefined ? [] : ([value].flat() as string[])
}

async function askIssuer(
  line: CommandLine,
  provider: Provider,
  prompt: Prompt,
  problemsOf: (provider: Provider, issuer: Answers["issuer"]) => readonly string[],
): Promise<Answers["issuer"]> {
  for (let given = line; ; given = { options: {}, args: [] }) {
    const issuer: { [flag: string]: readonly string[] } = {}
    for (const question of providerQuestions[provider]) {
      const values = valuesOf(given, question.flag)
      issuer[question.flag] = values.length > 0 ? values : await askValues(question, prompt)
    }
    const problems = problemsOf(provider, issuer)
    if (problems.length === 0) return issuer
    for (const problem of problems) prompt.note(plain(problem, 400))
  }
}

async function askValues({ ask, otherwise, list }: Question, prompt: Prompt): Promise<readonly string[]> {
  const answer = (await prompt.text(ask, otherwise)).trim()
  if (answer === "") return []
  return list === true ? answer.split(/[\s,]+/).filter((each) => each !== "") : [answer]
}

async function askRoutes(prompt: Prompt, api: ApiKind): Promise<Pick<Answers, "routes" | "openapi">> {
  const file = (await prompt.text("OpenAPI document to read the routes from", "none, and you type them")).trim()
  if (file !== "") return { routes: undefined, openapi: file }
  prompt.note(
    'A route is a method, a path and scopes, such as "GET /orders/{id} orders:read". An empty line ends the list.',
  )
  const lines: string[] = []
  while (true) {
    const line = (
      await prompt.text(`Route ${lines.length + 1}`, lines.length === 0 && api === "websocket" ? "$connect" : "")
    ).trim()
    if (line === "") {
      if (lines.length === 0 && api !== "websocket") continue
      return { routes: routesIn(lines.length === 0 ? ["$connect"] : lines), openapi: undefined }
    }
    try {
      routesIn([...lines, line])
      lines.push(line)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      prompt.note(error.message)
    }
  }
}
