import type { Explain, RawProblem } from "../problems/option-checks.ts"
import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
import { isObject } from "../shared/is-object.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { parseStrictJson } from "./strict-json.ts"

type Environment = { readonly [name: string]: string | undefined }
type Read = (text: string, name: string) => unknown
type Block = "issuer" | "top" | "gateway" | "observe"

const prefix = "HALLPASS_"
const plain: Read = (text) => text
const list: Read = (text) => text.split(",").map((item) => item.trim())
/**
 * Digits only: `Number` would take a blank for 0. What is no number stays text, for the configuration check to refuse.
 */
const wholeNumber: Read = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text)
/** `0.01`, `.5`, `1`. What is no such number stays text, for the configuration check to refuse. */
const share: Read = (text) => (/^(?:\d{1,3}(?:\.\d{1,9})?|\.\d{1,9})$/.test(text) ? Number(text) : text)
const yesOrNo: Read = (text) => (text === "true" ? true : text === "false" ? false : text)
const json: Read = parseStrictJson

/** How a variable is read; and its option, if that has another name than the variable. */
type Variable = Read | readonly [Read, option: string]

/** Which variable says what: by the block of the configuration, and without the prefix. */
const variables: { readonly [block in Block]: { readonly [name: string]: Variable } } = {
  issuer: {
    PROVIDER: plain,
    DOMAIN: plain,
    AUTHORIZATION_SERVER: plain,
    TENANT: plain,
    TENANT_NAME: plain,
    ENTRA_VERSION: [wholeNumber, "version"],
    POLICY: list,
    POLICY_CLAIM: plain,
    ISSUER_MODE: plain,
    USER_POOL_ID: plain,
    CLIENT_IDS: list,
    SUBJECT: plain,
    BASE_URL: plain,
    TENANT_DOMAIN: plain,
    ISSUER: plain,
    JWKS_URI: plain,
    JWKS: json,
    AUDIENCE: list,
  },
  top: { ROUTES: json, UNMATCHED: plain, EDGE: json },
  gateway: {
    RESPONSES: plain,
    RESULT_TTL_SECONDS: wholeNumber,
    IDENTITY_SOURCES: list,
    UNAUTHORIZED: plain,
    RESOURCE_POLICY_ALLOWS: yesOrNo,
  },
  observe: {
    SAMPLE_ALLOWS: share,
    LOG_PRINCIPAL: [plain, "principal"],
    AUDIT: plain,
    FLUSH_AFTER_SECONDS: wholeNumber,
    TRACE_CONTEXT: yesOrNo,
  },
}
const whole = `${prefix}CONFIG`

/** What a variable sets, by its whole name. */
export interface Target {
  readonly block: Block
  readonly option: string
  readonly read: Read
}

/** `RESULT_TTL_SECONDS` is the option `resultTtlSeconds`. */
const optionOf = (name: string): string =>
  name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Every environment variable that configures the deployed handler. */
export const environmentVariables = (): readonly string[] => [
  whole,
  ...Object.values(variables).flatMap((names) => Object.keys(names).map((name) => prefix + name)),
]

/** What a variable sets. Looked up for those that are there: a map of all of them costs a start 0.2 ms. */
export function targetOf(variable: string): Target | undefined {
  // The whole object is read beside the top level.
  if (variable === whole) return { block: "top", option: whole, read: json }
  const name = variable.slice(prefix.length)
  for (const block of Object.keys(variables) as Block[]) {
    if (!Object.hasOwn(variables[block], name)) continue
    const [read, option = optionOf(name)] = [variables[block][name]].flat() as [Read, string?]
    return { block, option, read }
  }
  return undefined
}

/** See `configFromEnvironment`. */
export function readEnvironment(
  environment: Environment,
  bundled: AuthorizerConfig | undefined,
  explain: Explain,
): AuthorizerConfig | undefined {
  const problems: RawProblem[] = []
  const blocks: { [block in Block]: { [option: string]: unknown } } = { issuer: {}, top: {}, gateway: {}, observe: {} }
  const simple: string[] = []
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || !text) continue
    const target = targetOf(name)
    if (target === undefined) {
      problems.push({ path: name, message: "variable", details: [name, ...environmentVariables()] })
      continue
    }
    const { block, option, read } = target
    if (block !== "observe" && name !== whole) simple.push(name)
    try {
      blocks[block][option] = read(read === json ? text : withoutByteOrderMark(text), name)
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      problems.push(...error.problems)
    }
  }
  const { issuer, top, gateway, observe } = blocks
  if (environment[whole] && simple.length > 0) {
    problems.push({ path: simple.join(", "), message: "variable_besides", details: [whole] })
  }
  if (problems.length > 0) throw new ConfigurationError(explain(problems))
  // An edge may be the only one who says who calls.
  const issuers = top.edge && Object.keys(issuer).length === 0 ? [] : [issuer]
  const config = whole in top ? top[whole] : simple.length > 0 ? { issuers, ...top, gateway } : bundled
  return observed(config, observe) as AuthorizerConfig | undefined // checked by createAuthorizer like any other
}

/** The configuration with what the variables say of observation. What is no object is left for the check to refuse. */
function observed(config: unknown, observe: object): unknown {
  const own = Object(config).observe
  if (Object.keys(observe).length === 0 || !isObject(config) || !isObject(own ?? {})) return config
  return { ...config, observe: { ...own, ...observe } }
}
