import { isObject } from "../event/untrusted.ts"
import type { Explain, RawProblem } from "../problems/option-checks.ts"
import { withoutByteOrderMark } from "../shared/byte-order-mark.ts"
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

/** Which variable says what: the block of the configuration, the option in it, and how its text is read. */
const variables: { readonly [name: string]: readonly [Block, string, Read] } = {
  PROVIDER: ["issuer", "provider", plain],
  DOMAIN: ["issuer", "domain", plain],
  AUTHORIZATION_SERVER: ["issuer", "authorizationServer", plain],
  POLICY: ["issuer", "policy", plain],
  BASE_URL: ["issuer", "baseUrl", plain],
  TENANT: ["issuer", "tenant", plain],
  ENTRA_VERSION: ["issuer", "version", wholeNumber],
  USER_POOL_ID: ["issuer", "userPoolId", plain],
  CLIENT_IDS: ["issuer", "clientIds", list],
  ISSUER: ["issuer", "issuer", plain],
  JWKS_URI: ["issuer", "jwksUri", plain],
  JWKS: ["issuer", "jwks", json],
  AUDIENCE: ["issuer", "audience", list],
  ROUTES: ["top", "routes", json],
  UNMATCHED: ["top", "unmatched", plain],
  EDGE: ["top", "edge", json],
  RESPONSES: ["gateway", "responses", plain],
  RESULT_TTL_SECONDS: ["gateway", "resultTtlSeconds", wholeNumber],
  IDENTITY_SOURCES: ["gateway", "identitySources", list],
  UNAUTHORIZED: ["gateway", "unauthorized", plain],
  RESOURCE_POLICY_ALLOWS: ["gateway", "resourcePolicyAllows", yesOrNo],
  SAMPLE_ALLOWS: ["observe", "sampleAllows", share],
  LOG_PRINCIPAL: ["observe", "principal", plain],
  AUDIT: ["observe", "audit", plain],
  FLUSH_AFTER_SECONDS: ["observe", "flushAfterSeconds", wholeNumber],
  TRACE_CONTEXT: ["observe", "traceContext", yesOrNo],
}
const whole = `${prefix}CONFIG`
/** The whole object, which is read beside the options of the top level. */
const wholeObject = ["top", whole, json] as const

/** Every environment variable that configures the deployed handler. */
export const environmentVariables: readonly string[] = [whole, ...Object.keys(variables).map((name) => prefix + name)]

/** See `configFromEnvironment`. */
export function readEnvironment(
  environment: Environment,
  bundled: AuthorizerConfig | undefined,
  explain: Explain,
): AuthorizerConfig | undefined {
  const problems: RawProblem[] = []
  const blocks: { [block in Block]: { [option: string]: unknown } } = { issuer: {}, top: {}, gateway: {}, observe: {} }
  const simple: string[] = []
  for (const name of Object.keys(environment)) {
    const text = environment[name]
    if (!name.startsWith(prefix) || !text) continue
    if (!environmentVariables.includes(name)) {
      problems.push({ path: name, message: "variable", details: [name, ...environmentVariables] })
      continue
    }
    const [block, option, read] = variables[name.slice(prefix.length)] ?? wholeObject
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
