import { compiled, isConflict, problemOf, problemsOf } from "../../local/stack/checked.ts"
import type { AuthorizerConfig, ConfigurationProblem } from "../index.ts"
import { configurationWarnings, type PolicySizes } from "../policy.ts"
import { apiDocument, apiOptions, checkedApi, fails } from "./check/api.ts"
import { answersText, conflictsText, exposedText, routesText } from "./check-text.ts"
import { readConfiguration, readConfigurationIfAny } from "./configuration.ts"
import { type Command, type CommandLine, configOption, textOption } from "./frame/command.ts"
import type { Output } from "./frame/output.ts"
import { withPlaces } from "./frame/problem-places.ts"
import { columns, fitted } from "./frame/table.ts"
import { gatewaySettingsText } from "./gateway-settings.ts"

export const check: Command = {
  description: `Checks a configuration without deploying it: every problem at once, the compiled
route table, and what API Gateway must be set to. Nothing is fetched, except with --account.

API Gateway keeps one answer per identity sources and uses it for every route. So
the table is compiled the way the gateway block says, and routes that no cached
answer can keep apart are named in pairs, with a request that shows it.

There is no rule for public routes. A public route has no authorizer in API
Gateway, so hallpass is never asked about it. --api finds such routes: it reads the
documents of an API, and says which route has which authorizer, and where the
API is set to something else than the configuration needs.`,
  options: [configOption, ...apiOptions],
  examples: [
    "check --config authorizer.json",
    "check --config handlers/authorizer.config.ts",
    "check --config authorizer.yaml --json | jq .problems",
    'check --config authorizer.json --api openapi.yaml --public "GET /health"',
    "check --config authorizer.json --api template.yaml --strict",
    "check --config authorizer.json --account --region eu-west-1 --api-id a1b2c3d4e5",
  ],
  exits:
    "0 the configuration is sound; 1 it has problems or conflicts, or a route of the API has no authorizer; 2 something " +
    "cannot be read. Warnings do not count without --strict.",
  notes: {
    "Which authorizer is hallpass": `Every Lambda authorizer, because most APIs have one. If the name or the
function of one holds "hallpass", or the function has variables HALLPASS_...,
authorizers of other functions count as other ones. --authorizer NAME says it
exactly.`,
  },
  async run(line, output) {
    const withApi = line.options.api !== undefined || line.options.account === true
    const file = textOption(line, "config")
    const configuration = await (withApi ? readConfigurationIfAny(file) : readConfiguration(file))
    if (configuration === undefined) return await checkApiAlone(line, output)
    const policy = compiled(configuration)
    const conflicts = policy?.conflicts ?? []
    const sizes = policy?.searchSizes()
    const problems = withSizes(
      problemsOf(configuration).filter((problem) => !isConflict(problem, conflicts)),
      configuration,
      sizes,
    )
    const warnings = configurationWarnings(configuration)
    const sound = problems.length === 0 && conflicts.length === 0
    const api = await checkedApi(line, policy === undefined ? undefined : configuration, output)
    const isStrict = line.options.strict === true
    const code = !sound || (isStrict && warnings.length > 0) || (api !== undefined && fails(api, isStrict)) ? 1 : 0
    if (output.json) {
      const routes = policy?.routes.map(({ key, demands }) => ({ route: key, demands })) ?? []
      const [found, warned] = [problems, warnings].map((list) => list.map(problemOf))
      const more = api === undefined ? {} : { api: apiDocument(api) }
      output.document({ sound, problems: found, conflicts, warnings: warned, routes, ...more })
      return code
    }
    const parts: string[] = []
    if (problems.length > 0)
      parts.push(`Problems (${problems.length})\n${problemsText(await withPlaces(problems, "configuration"))}`)
    if (conflicts.length > 0) parts.push(conflictsText(conflicts, configuration))
    if (warnings.length > 0)
      parts.push(`Warnings (${warnings.length}): allowed, and probably not what is meant\n${problemsText(warnings)}`)
    if (api !== undefined) parts.push((await import("./check/api-text.ts")).apiText(api, output))
    else if (policy !== undefined) {
      parts.push(routesText(policy), answersText(policy, sizes), ...exposedText(policy, configuration))
      parts.push(gatewaySettingsText(configuration, policy))
    }
    parts.push(sound ? "The configuration is sound.\n" : "The configuration is refused.\n")
    output.print(fitted(parts.join("\n"), output.columns))
    return code
  },
}

/** Without a configuration: which route has which authorizer. */
async function checkApiAlone(line: CommandLine, output: Output): Promise<number> {
  const api = await checkedApi(line, undefined, output)
  if (api === undefined) return 2
  if (output.json)
    output.document({ sound: true, problems: [], conflicts: [], warnings: [], routes: [], api: apiDocument(api) })
  else output.print((await import("./check/api-text.ts")).apiText(api, output))
  return fails(api, line.options.strict === true) ? 1 : 0
}

function problemsText(problems: readonly ConfigurationProblem[]): string {
  return columns(problems.map(({ path, message }) => [path, message]))
}

/** With the caller who cannot be answered: a start looks for one, too, but not for as long. */
function withSizes(
  problems: readonly ConfigurationProblem[],
  configuration: AuthorizerConfig,
  sizes: PolicySizes | undefined,
): readonly ConfigurationProblem[] {
  if (sizes?.tooLarge === undefined || configuration.gateway?.tooLarge === "unavailable") return problems
  const others = problems.filter(({ path, message }) => path !== "routes" || !message.startsWith("have a caller who"))
  return [...others, { path: "routes", message: sizes.tooLarge }]
}
