import type { AuthorizerConfig } from "../shared/configuration.ts"
import { ConfigurationError } from "../shared/errors.ts"

type Environment = { readonly [name: string]: string | undefined }
type Read = (text: string, name: string) => unknown

const prefix = "HALLPASS_"
const plain: Read = (text) => text
const list: Read = (text) => text.split(",").map((item) => item.trim())
/** Digits only: `Number` would take a blank for 0. What is no number stays text, for the configuration check to refuse. */
const wholeNumber: Read = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text)
const json: Read = (text, name) => {
  try {
    return JSON.parse(text)
  } catch {
    throw problem(name, "must be JSON")
  }
}

/** Which variable says what: the block of the configuration, the option in it, and how its text is read. */
const variables: { readonly [name: string]: readonly ["issuer" | "top" | "gateway", string, Read] } = {
  PROVIDER: ["issuer", "provider", plain],
  DOMAIN: ["issuer", "domain", plain],
  AUTHORIZATION_SERVER: ["issuer", "authorizationServer", plain],
  TENANT: ["issuer", "tenant", plain],
  ENTRA_VERSION: ["issuer", "version", wholeNumber],
  USER_POOL_ID: ["issuer", "userPoolId", plain],
  CLIENT_IDS: ["issuer", "clientIds", list],
  ISSUER: ["issuer", "issuer", plain],
  JWKS_URI: ["issuer", "jwksUri", plain],
  AUDIENCE: ["issuer", "audience", list],
  ROUTES: ["top", "routes", json],
  UNMATCHED: ["top", "unmatched", plain],
  RESPONSES: ["gateway", "responses", plain],
  RESULT_TTL_SECONDS: ["gateway", "resultTtlSeconds", wholeNumber],
  IDENTITY_SOURCES: ["gateway", "identitySources", list],
  UNAUTHORIZED: ["gateway", "unauthorized", plain],
}
const whole = `${prefix}CONFIG`

/** Every environment variable that configures the deployed handler. */
export const environmentVariables: readonly string[] = [whole, ...Object.keys(variables).map((name) => prefix + name)]

/**
 * Reads the configuration from environment variables: `HALLPASS_CONFIG`, the whole object as JSON, or the simple
 * variables for one issuer. An empty variable counts as absent, because CloudFormation passes unset parameters so.
 *
 * @param environment `process.env`, or any map of names to texts
 * @returns the configuration, unchecked, or undefined when no variable configures anything
 * @throws ConfigurationError when a variable cannot be read, or when both forms are mixed
 */
export function configFromEnvironment(environment: Environment): AuthorizerConfig | undefined {
  const set = Object.keys(environment).filter((name) => name.startsWith(prefix) && environment[name])
  const unknown = set.filter((name) => !environmentVariables.includes(name))
  if (unknown.length > 0) throw problem(unknown.join(", "), `is not known; known: ${environmentVariables.join(", ")}`)
  if (set.length === 0) return undefined
  if (set.includes(whole)) {
    const others = set.filter((name) => name !== whole)
    if (others.length > 0)
      throw problem(others.join(", "), `must be empty when ${whole} is set; put it into that object`)
    return json(environment[whole] as string, whole) as AuthorizerConfig
  }
  const blocks = { issuer: {}, top: {}, gateway: {} } as { [block: string]: { [option: string]: unknown } }
  for (const name of set) {
    const [block, option, read] = variables[name.slice(prefix.length)] as (typeof variables)[string]
    Object.assign(blocks[block] as object, { [option]: read(environment[name] as string, name) })
  }
  const { issuer, top, gateway } = blocks
  return { issuers: [issuer], ...top, gateway } as unknown as AuthorizerConfig // checked by createAuthorizer like any other
}

function problem(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }])
}
