import { checkMembers, type Declaration } from "../problems/declaration.ts"
import { explain } from "../problems/explain-problems.ts"
import { collect, object, type RawProblem, type Report } from "../problems/option-checks.ts"
import { isObject } from "../shared/is-object.ts"
import type { AuthorizerConfig, CredentialOptions } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { createDecider } from "./decider.ts"

/** What the authorizer of a service is made of. */
export interface CheckedParts<C> {
  readonly config: AuthorizerConfig
  readonly options: C
}

/**
 * Checks the options of a service, and makes its authorizer. Every problem is reported at once, those of the
 * configuration first.
 *
 * @param service as messages name it
 * @param credential the place of the credential, which takes that of the configuration
 * @throws ConfigurationError
 */
export function checkedTogether<T, C, A>(
  { service, declared, rules, credential }: ServiceOptions<T, C>,
  config: AuthorizerConfig,
  options: unknown,
  create: (checked: CheckedParts<C>) => A,
): A {
  const problems: RawProblem[] = []
  const report = collect(problems)
  const raw = object(plainCopy(options, report), "options", report) ?? {}
  const checked = checkMembers<T, C>(declared, raw, "options", report)
  if (problems.length === 0) rules?.(checked, report, config)
  const own = withoutBlocks(config, service, report)
  try {
    if (problems.length === 0) return create({ config: withPlace(own, credential(checked)), options: checked })
    // Nothing is made of unsound options. Only what else is wrong is found here.
    createDecider(withPlace(own, { header: "authorization" }), {})
  } catch (error) {
    if (error instanceof ConfigurationError && problems.length > 0)
      throw new ConfigurationError([...error.problems, ...explain(problems)])
    throw error
  }
  throw new ConfigurationError(explain(problems))
}

/** The options of a service. */
export interface ServiceOptions<T, C> {
  readonly service: string
  readonly declared: Declaration<T, C>
  /** How options have to fit together, and to the configuration, unchecked. Asked if each of the options is sound. */
  readonly rules?: (options: C, report: Report, config: unknown) => void
  readonly credential: (options: C) => CredentialOptions
}

function plainCopy(options: unknown, report: Report): unknown {
  try {
    const copy: unknown = structuredClone(options)
    JSON.stringify(copy)
    return copy
  } catch {
    report("options", "plain_data")
    return {}
  }
}

/** Blocks of a configuration that a service cannot honour are refused, since leaving them out opens or hides something. */
function withoutBlocks(config: AuthorizerConfig, service: string, report: Report): AuthorizerConfig {
  if (!isObject(config)) return config
  const { edge, assertion, observe, ...others } = config as AuthorizerConfig
  if (edge !== undefined)
    report(
      "edge",
      `is not for ${service}: its events prove no header and no connection. Leave the block out of this configuration`,
    )
  if (assertion !== undefined)
    report("assertion", `is not for ${service}, whose answer has no place for it. Leave the block out`)
  if (isObject(observe) && observe.traceContext === true)
    report("observe.traceContext", `is not for ${service}, whose answer shows no trace ids. Leave it out`)
  return { ...others, ...(observe !== undefined && { observe }) } as AuthorizerConfig
}

/** The configuration with the place of the credential that the service has. Its length limit stays. */
function withPlace(config: AuthorizerConfig, place: CredentialOptions): AuthorizerConfig {
  if (!isObject(config)) return config
  const { credential } = config as AuthorizerConfig
  const maxLength = isObject(credential) ? (credential as CredentialOptions).maxLength : undefined
  return { ...config, credential: { ...place, ...(maxLength !== undefined && { maxLength }) } }
}
