import { type AuthorizerConfig, ConfigurationError, type ConfigurationProblem, createAuthorizer } from "../index.ts"
import { type CompiledPolicy, compilePolicy, configurationWarnings } from "../policy.ts"
import { readOptions } from "./arguments.ts"
import { answersText, conflictsText, exposedText, routesText } from "./check-text.ts"
import type { Command } from "./command.ts"
import { readConfiguration } from "./configuration.ts"
import { gatewaySettingsText } from "./gateway-settings.ts"
import { columns } from "./table.ts"

const help = `Checks a configuration without deploying it: every problem at once, the compiled route table, and what API Gateway must
be set to. Nothing is fetched.

  hallpass check [--config FILE]

API Gateway keeps one answer per identity sources and uses it for every route. So the table is compiled the way the
gateway block says, and routes that no cached answer can keep apart are named in pairs, with a request that shows it.

There is no rule for public routes. A public route has no authorizer in API Gateway, so hallpass is never asked about it;
every route that uses this authorizer stands in the table.

Options
  --config FILE   the configuration: a JSON file, or a .ts, .mts, .js or .mjs module that exports it as its default.
                  Without it: HALLPASS_CONFIG, or HALLPASS_PROVIDER and its companions, as in the deployed function
  --help, -h      this text

Examples
  hallpass check --config authorizer.json
  hallpass check --config handlers/authorizer.config.ts
  HALLPASS_PROVIDER=okta HALLPASS_DOMAIN=acme.okta.com HALLPASS_AUDIENCE=api://orders hallpass check

Warnings name what is allowed and probably not what is meant. They do not change the exit code.

Exit codes: 0 the configuration is sound; 1 it has problems or conflicts; 2 the command line is wrong, or there is no
configuration to read.
`

export const check: Command = {
  summary: "checks a configuration, and shows the compiled routes and what API Gateway must be set to",
  help,
  async run(args) {
    const { config } = readOptions(args, { config: { type: "string" } })
    const configuration = await readConfiguration(config)
    const policy = compiled(configuration)
    const conflicts = policy?.conflicts ?? []
    const problems = problemsOf(configuration).filter((problem) => !isConflict(problem, conflicts))
    const parts: string[] = []
    if (problems.length > 0) parts.push(`Problems (${problems.length})\n${problemsText(problems)}`)
    if (conflicts.length > 0) parts.push(conflictsText(conflicts))
    const warnings = configurationWarnings(configuration)
    if (warnings.length > 0)
      parts.push(`Warnings (${warnings.length}): allowed, and probably not what is meant\n${problemsText(warnings)}`)
    if (policy !== undefined) {
      parts.push(routesText(policy), answersText(policy), ...exposedText(policy, configuration))
      parts.push(gatewaySettingsText(configuration, policy))
    }
    const sound = problems.length === 0 && conflicts.length === 0
    parts.push(sound ? "The configuration is sound.\n" : "The configuration is refused.\n")
    process.stdout.write(parts.join("\n"))
    return sound ? 0 : 1
  },
}

function problemsText(problems: readonly ConfigurationProblem[]): string {
  return columns(problems.map(({ path, message }) => [path, message]))
}

/** What the answers come to, if the blocks that they are made of are sound; the others have their own problems. */
function compiled(configuration: AuthorizerConfig): CompiledPolicy | undefined {
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) return undefined
  const blocks = ["issuers", "edge", "routes", "unmatched", "gateway", "credential"]
  const given = Object.entries(configuration).filter(([name]) => blocks.includes(name))
  try {
    return compilePolicy(Object.fromEntries(given))
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function problemsOf(configuration: AuthorizerConfig): readonly ConfigurationProblem[] {
  try {
    // The existing authorizer of a `shadow` block is code, which no file of a configuration has.
    const { header } = Object(Object(configuration).shadow) as { readonly header?: unknown }
    createAuthorizer(configuration, header === undefined ? { existing: () => undefined } : {})
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

function isConflict({ path, message }: ConfigurationProblem, conflicts: CompiledPolicy["conflicts"]): boolean {
  return conflicts.some((one) => path === `routes["${one.routes[0]}"]` && message.startsWith(one.message))
}
