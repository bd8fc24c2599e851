import { allChecks } from "../configuration/all-checks.ts"
import { checkConfiguration } from "../configuration/check-configuration.ts"
import type { AuthorizerConfig, IssuerConfig, RouteRule } from "../types/configuration.ts"
import { ConfigurationError } from "../types/errors.ts"
import { askTheService, type ExportFinding, note } from "./exported.ts"
import { authConfigSteps, type TokenCheck } from "./gloo-document.ts"

/** What an AuthConfig of Gloo comes to. */
export interface Imported {
  /** Absent if the document demands something that has no counterpart. */
  readonly config?: AuthorizerConfig
  readonly findings: readonly ExportFinding[]
}

const notes: readonly ExportFinding[] = [
  note(
    "Gloo accepts any token of the issuer, hallpass access tokens only",
    "Set accessTokenClaim if they have no scope",
  ),
  note("Gloo fetches keys every 5 minutes, hallpass each hour and for an unknown key", "Set keys to other times"),
]

/**
 * Reads an AuthConfig whose steps are `oauth2.accessTokenValidation.jwt` as the configuration of an authorizer: issuers,
 * audiences, keys, required scopes, and the claims that become headers. What Gloo does not check, hallpass demands.
 *
 * @param document a parsed AuthConfig
 * @throws ConfigurationError for what is no AuthConfig, with every unknown field at once
 * @example
 * ```ts
 * import { importGloo } from "hallpass/mesh"
 *
 * const jwt = { issuer: "https://acme.okta.com/oauth2/default", audiences: ["api://orders"] }
 * const remoteJwks = { url: "https://acme.okta.com/oauth2/default/v1/keys" }
 * const step = { oauth2: { accessTokenValidation: { jwt: { ...jwt, remoteJwks }, requiredScopes: { scope: ["a"] } } } }
 * const { config } = importGloo({ apiVersion: "enterprise.gloo.solo.io/v1", kind: "AuthConfig", spec: { configs: [step] } })
 * console.log(JSON.stringify(config?.routes)) // {"$default":{"scopes":["a"]}}
 * ```
 */
export function importGloo(document: unknown): Imported {
  const { steps, findings: unsaid } = authConfigSteps(document)
  const findings: ExportFinding[] = [...unsaid]
  for (const { path, issuer, audiences } of steps) {
    if (issuer === undefined) findings.push(unchecked(`${path}.jwt.issuer`, "iss"))
    if (audiences.length === 0) findings.push(unchecked(`${path}.jwt.audiences`, "aud"))
  }
  if (findings.length > 0) return { findings }
  const context = contextOf(steps, findings)
  const config: AuthorizerConfig = {
    issuers: steps.map(issuerOf),
    ...routesOf(steps),
    ...(Object.keys(context).length > 0 && { context }),
  }
  findings.push(...problemsOf(config), ...notes)
  return findings.some(({ severity }) => severity === "error") ? { findings } : { config, findings }
}

function unchecked(path: string, claim: string): ExportFinding {
  const message = `is missing: Gloo does not check ${claim}, and hallpass always does`
  return { severity: "error", path, message, remedy: `Add the value of ${claim} in your tokens` }
}

function issuerOf({ issuer, audiences, jwksUri, jwks }: TokenCheck): IssuerConfig {
  const [first = "", ...more] = audiences
  const keys = jwks === undefined ? { jwksUri } : { jwks }
  return {
    provider: "oidc",
    issuer: issuer ?? "",
    audience: more.length === 0 ? first : audiences,
    ...keys,
  } as IssuerConfig
}

/** Gloo demands all scopes of a step, on every route that uses the AuthConfig. */
function routesOf(steps: readonly TokenCheck[]): Pick<AuthorizerConfig, "routes"> {
  if (steps.every(({ scopes }) => scopes.length === 0)) return {}
  const same = steps.every(({ scopes }) => JSON.stringify(scopes) === JSON.stringify(steps[0]?.scopes))
  if (same) return { routes: { $default: { scopes: steps[0]?.scopes ?? [] } } }
  const anyOf = steps.map(
    ({ issuer = "", scopes }): RouteRule => ({ issuers: [issuer], ...(scopes.length > 0 && { scopes }) }),
  )
  return { routes: { $default: { anyOf } } }
}

function contextOf(steps: readonly TokenCheck[], findings: ExportFinding[]): { readonly [key: string]: string } {
  const context: { [key: string]: string } = {}
  for (const { claim, header, path } of steps.flatMap(({ headers }) => headers)) {
    const key = header.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")
    context[key] = claim
    findings.push({
      severity: "info",
      path,
      message: `The header ${header} becomes the context key ${key}`,
      remedy: "Map it with hallpass generate mappings, or read the identity header of hallpass serve",
    })
  }
  return context
}

function problemsOf(config: AuthorizerConfig): readonly ExportFinding[] {
  try {
    checkConfiguration(config, allChecks)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ path, message }) => ({ severity: "error", path, message, remedy: askTheService }))
  }
}
