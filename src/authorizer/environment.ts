import type { AuthorizerConfig } from "../shared/configuration.ts"
import { ConfigurationError } from "../shared/errors.ts"

/** Every environment variable that configures the deployed handler. */
export const environmentVariables: readonly string[] = [
  "HALLPASS_CONFIG",
  "HALLPASS_PROVIDER",
  "HALLPASS_DOMAIN",
  "HALLPASS_AUTHORIZATION_SERVER",
  "HALLPASS_TENANT",
  "HALLPASS_ENTRA_VERSION",
  "HALLPASS_USER_POOL_ID",
  "HALLPASS_CLIENT_IDS",
  "HALLPASS_ISSUER",
  "HALLPASS_JWKS_URI",
  "HALLPASS_AUDIENCE",
  "HALLPASS_ROUTES",
  "HALLPASS_UNMATCHED",
  "HALLPASS_RESPONSES",
  "HALLPASS_RESULT_TTL_SECONDS",
  "HALLPASS_IDENTITY_SOURCES",
  "HALLPASS_UNAUTHORIZED",
]

/**
 * Reads the configuration from environment variables: `HALLPASS_CONFIG`, the whole object as JSON, or the simple
 * variables for one issuer. An empty variable counts as absent, because CloudFormation passes unset parameters so.
 *
 * @param environment `process.env`, or any map of names to texts
 * @returns the configuration, unchecked, or undefined when no variable configures anything
 * @throws ConfigurationError when a variable cannot be read, or when both forms are mixed
 */
export function configFromEnvironment(environment: {
  readonly [name: string]: string | undefined
}): AuthorizerConfig | undefined {
  const set = Object.keys(environment).filter((name) => name.startsWith("HALLPASS_") && environment[name])
  const unknown = set.filter((name) => !environmentVariables.includes(name))
  if (unknown.length > 0) throw problem(unknown.join(", "), `is not known; known: ${environmentVariables.join(", ")}`)
  if (set.length === 0) return undefined
  const value = (name: string): string | undefined => environment[name] || undefined
  if (set.includes("HALLPASS_CONFIG")) {
    const others = set.filter((name) => name !== "HALLPASS_CONFIG")
    if (others.length > 0)
      throw problem(others.join(", "), "must be empty when HALLPASS_CONFIG is set; put it into that object")
    return json("HALLPASS_CONFIG", value("HALLPASS_CONFIG")) as AuthorizerConfig
  }
  const version = value("HALLPASS_ENTRA_VERSION")
  const ttl = value("HALLPASS_RESULT_TTL_SECONDS")
  const config = {
    issuers: [
      defined({
        provider: value("HALLPASS_PROVIDER"),
        domain: value("HALLPASS_DOMAIN"),
        authorizationServer: value("HALLPASS_AUTHORIZATION_SERVER"),
        tenant: value("HALLPASS_TENANT"),
        version: wholeNumber(version),
        userPoolId: value("HALLPASS_USER_POOL_ID"),
        clientIds: list(value("HALLPASS_CLIENT_IDS")),
        issuer: value("HALLPASS_ISSUER"),
        jwksUri: value("HALLPASS_JWKS_URI"),
        audience: list(value("HALLPASS_AUDIENCE")),
      }),
    ],
    ...defined({
      routes: json("HALLPASS_ROUTES", value("HALLPASS_ROUTES")),
      unmatched: value("HALLPASS_UNMATCHED"),
    }),
    gateway: defined({
      responses: value("HALLPASS_RESPONSES"),
      resultTtlSeconds: wholeNumber(ttl),
      identitySources: list(value("HALLPASS_IDENTITY_SOURCES")),
      unauthorized: value("HALLPASS_UNAUTHORIZED"),
    }),
  }
  return config as unknown as AuthorizerConfig // checked by createAuthorizer like any other
}

function defined(members: { [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** Digits only: `Number` would take a blank for 0. What is no number stays text, for the configuration check to refuse. */
function wholeNumber(value: string | undefined): number | string | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : value
}

function list(value: string | undefined): readonly string[] | undefined {
  return value?.split(",").map((item) => item.trim())
}

function json(name: string, value: string | undefined): unknown {
  if (value === undefined) return undefined
  try {
    return JSON.parse(value)
  } catch {
    throw problem(name, "must be JSON")
  }
}

function problem(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }])
}
