import { type AuthorizerConfig, ConfigurationError, type ConfigurationProblem, createAuthorizer } from "../index.ts"
import { type CompiledPolicy, compilePolicy } from "../policy.ts"
import { readArguments } from "./arguments.ts"
import { type Command, UsageError } from "./command.ts"
import { readConfiguration } from "./configuration.ts"
import { gatewaySettings } from "./gateway-settings.ts"
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

Exit codes: 0 the configuration is sound; 1 it has problems or conflicts; 2 the command line is wrong, or there is no
configuration to read.
`

export const check: Command = {
  summary: "checks a configuration, and shows the compiled routes and what API Gateway must be set to",
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, { config: { type: "string" } })
    if (positionals.length > 0) throw new UsageError(`${positionals[0]} is no option; name the file with --config`)
    const configuration = await readConfiguration(values.config)
    const compiled = tryTo(() => compilePolicy(answerBlocks(configuration)))
    const policy = "problems" in compiled ? undefined : compiled
    const created = tryTo(() => createAuthorizer(configuration))
    const conflicts = policy?.conflicts ?? []
    const problems = "problems" in created ? created.problems.filter((problem) => !isConflict(problem, policy)) : []
    if (problems.length > 0) {
      process.stdout.write(`Problems (${problems.length})\n`)
      process.stdout.write(columns(problems.map(({ path, message }) => [path, message])))
    }
    if (conflicts.length > 0) process.stdout.write(conflictsText(conflicts))
    if (policy !== undefined)
      process.stdout.write(`${policyText(policy)}\n${gatewaySettings(configuration, policy.mode)}`)
    const sound = problems.length === 0 && conflicts.length === 0
    process.stdout.write(sound ? "\nThe configuration is sound.\n" : "\nThe configuration is refused.\n")
    return sound ? 0 : 1
  },
}

/** The blocks that answers are made of; the others have their own problems, and are reported once. */
function answerBlocks({ routes, unmatched, gateway, credential }: AuthorizerConfig): Partial<AuthorizerConfig> {
  return {
    ...(routes !== undefined && { routes }),
    ...(unmatched !== undefined && { unmatched }),
    ...(gateway !== undefined && { gateway }),
    ...(credential !== undefined && { credential }),
  }
}

function tryTo<T extends object>(make: () => T): T | { readonly problems: readonly ConfigurationProblem[] } {
  try {
    return make()
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems }
    throw error
  }
}

function isConflict({ path, message }: ConfigurationProblem, policy: CompiledPolicy | undefined): boolean {
  return (
    policy?.conflicts.some((one) => path === `routes["${one.routes[0]}"]` && message.startsWith(one.message)) === true
  )
}

function conflictsText(conflicts: CompiledPolicy["conflicts"]): string {
  const rows = conflicts.map(({ routes, example }) => [routes[0], routes[1], example])
  return (
    `Conflicts (${conflicts.length}): no cached answer can keep these routes apart\n` +
    columns([["this route", "and this one", "would get the same answer for"], ...rows]) +
    `\n  Remedy: ${conflicts[0]?.remedy}.\n\n`
  )
}

const scopes = {
  route: "one per route: the cache key holds the route, or nothing is cached",
  principal: "one per principal, for every route at once: the cache key is the token",
  stage: "one per token, for the whole stage: there are no routes",
}

function policyText({ mode, routes, exposed, worstCaseBytes, maxBytes }: CompiledPolicy): string {
  const parts: string[] = []
  if (routes.length === 0) parts.push("No routes: every authenticated principal may call every route of the API.\n")
  else {
    const rows = routes.map(({ key, demands }) => [key, demands.join("; ")])
    parts.push(`Routes (${routes.length})\n`, columns([["route", "demands"], ...rows]))
  }
  parts.push(`\nAnswers\n  ${scopes[mode]}\n`)
  if (mode === "principal") {
    parts.push(
      `  largest policy: at most ${worstCaseBytes.toLocaleString("en")} bytes; ${maxBytes.toLocaleString("en")} fit\n`,
    )
    if (worstCaseBytes > maxBytes) parts.push(tooLong)
  }
  if (exposed.length > 0) {
    parts.push("\nTo know: a cached answer also covers these requests, should the API have such routes\n")
    const shown = exposed.slice(0, 20)
    parts.push(columns(shown.map(({ route, example }) => [example, `by ${route}`])))
    if (exposed.length > shown.length) parts.push(`  and ${exposed.length - shown.length} more\n`)
    parts.push(
      "  Put every route that uses this authorizer into the table: what it does not name is not kept apart there.\n",
    )
  }
  return parts.join("")
}

const tooLong = `  A principal whose policy does not fit gets patterns merged by prefix, which are right for every route of the table.
  Where that does not fit either, the answer is 500 with the reason policy_too_large: put the route into the identity
  sources, or set the TTL to 0, if somebody may call that much.
`
