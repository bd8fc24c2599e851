import {
  type AuthorizerConfig,
  ConfigurationError,
  type ConfigurationProblem,
  createAuthorizer,
} from "../../src/index.ts"
import { type CompiledPolicy, compilePolicy, configurationWarnings, gatewaySettings } from "../../src/policy.ts"
import type { ConfigurationVerdict, Problem, Table } from "../server/control-api.ts"

// The first sentence or clause outside quotation marks is what is wrong.
const withRest = /^((?:"(?:[^"\\]|\\.)*"|[^"])*?)(?:; |\. (?=[A-Z`]))(.+)$/s

/** What is wrong, and what to do, apart. */
export function problemOf({ path, message }: ConfigurationProblem): Problem {
  const [, wrong = message, remedy = ""] = withRest.exec(message) ?? []
  return { path, message: wrong, remedy }
}

/**
 * Checks a configuration as a start of the authorizer does. The existing authorizer of a `shadow` block is code, which
 * no file of a configuration has.
 *
 * @throws ConfigurationError with every problem
 */
export function checkSound(config: AuthorizerConfig): void {
  const { header } = Object(Object(config).shadow) as { readonly header?: unknown }
  createAuthorizer(config, header === undefined ? { existing: () => undefined } : {})
}

/** Every problem of a configuration; none if it is sound. */
export function problemsOf(config: AuthorizerConfig): readonly ConfigurationProblem[] {
  try {
    checkSound(config)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

/** A configuration judged as `hallpass check` does. */
export function verdictOf(config: AuthorizerConfig): Omit<ConfigurationVerdict, "applied"> {
  const problems = problemsOf(config)
  const policy = compiled(config)
  const conflicts = policy?.conflicts ?? []
  const others = problems.filter((problem) => !isConflict(problem, conflicts))
  const sound = problems.length === 0 && conflicts.length === 0
  return {
    ...{ sound, problems: others.map(problemOf), conflicts },
    warnings: problems.length === 0 ? configurationWarnings(config).map(problemOf) : [],
    ...(sound && { table: tableOf(config) }),
  }
}

/** The route table with what is wrong in it. */
export function tableOf(config: AuthorizerConfig): Table {
  const policy = compiled(config)
  const conflicts = policy?.conflicts ?? []
  const warnings = configurationWarnings(config)
  return {
    routes: Object.entries(config.routes ?? {}).map(([route, rule]) => ({
      ...{ route, rule },
      demands: policy?.routes.find(({ key }) => key === route)?.demands.join("; ") ?? "",
      conflicts: [
        ...new Set(conflicts.filter(({ routes }) => routes.includes(route)).flatMap(({ routes }) => routes)),
      ].filter((other) => other !== route),
      warnings: warnings
        .filter(({ path }) => path.startsWith(`routes[${JSON.stringify(route)}]`))
        .map(({ message }) => message),
    })),
    unmatched: config.unmatched ?? "deny",
    mode: policy?.mode === "route" ? "route" : "principal",
    ...{ conflicts, warnings: warnings.map(problemOf), settings: settingsText(config) },
  }
}

/** Whether a problem is one of the conflicts, which have a form of their own. */
export function isConflict({ path, message }: ConfigurationProblem, conflicts: CompiledPolicy["conflicts"]): boolean {
  return conflicts.some((one) => path === `routes["${one.routes[0]}"]` && message.startsWith(one.message))
}

/** What the answers come to, if the blocks that they are made of are sound; the others have their own problems. */
export function compiled(config: AuthorizerConfig): CompiledPolicy | undefined {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return undefined
  const blocks = ["issuers", "edge", "assertion", "routes", "unmatched", "gateway", "credential"]
  try {
    return compilePolicy(Object.fromEntries(Object.entries(config).filter(([name]) => blocks.includes(name))))
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function settingsText(config: AuthorizerConfig): string {
  const { resultTtlSeconds, rest, http, websocket } = gatewaySettings(config)
  const line = (title: string, { impossible, identitySources }: typeof websocket, form: string): string => {
    const sources = identitySources.length === 0 ? "no identity source" : identitySources.join(", ")
    return `${title}: ${impossible === undefined ? `${form}; identity sources: ${sources}` : `not possible, ${impossible}`}`
  }
  const responses = http.simpleResponses ? "simple responses" : "no simple responses"
  return [
    `result TTL: ${resultTtlSeconds === 0 ? "0, nothing is kept" : `at most ${resultTtlSeconds} s`}`,
    line("REST API", rest, rest.authorizerTypes.join(" or ")),
    line("HTTP API", http, `payload ${http.payloadFormatVersions.join(" or ")}, ${responses}`),
    line("WebSocket API", websocket, "nothing is ever kept"),
  ].join("\n")
}
