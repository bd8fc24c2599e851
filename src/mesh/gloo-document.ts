import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { askTheService, type ExportFinding } from "./exported.ts"

/** One step of an AuthConfig that checks access tokens. */
export interface TokenCheck {
  /** Of `accessTokenValidation` in the document. */
  readonly path: string
  readonly issuer: string | undefined
  readonly audiences: readonly string[]
  readonly jwksUri?: string
  readonly jwks?: unknown
  /** All of them are demanded. */
  readonly scopes: readonly string[]
  readonly headers: readonly { readonly claim: string; readonly header: string; readonly path: string }[]
}

type Members = { readonly [name: string]: unknown }
type Report = (path: string, message: string) => void

/** Fields of the CRD that change nothing about who may call. */
const ignored = ["cacheTimeout", "dynamicMetadataFromClaims"]

/**
 * Reads the steps of an AuthConfig.
 *
 * @returns steps, and a finding for each part that has no counterpart
 * @throws ConfigurationError for what is no AuthConfig, and for every unknown field at once
 */
export function authConfigSteps(document: unknown): {
  readonly steps: readonly TokenCheck[]
  readonly findings: readonly ExportFinding[]
} {
  const problems: ConfigurationProblem[] = []
  const findings: ExportFinding[] = []
  const report: Report = (path, message) => void problems.push({ path, message })
  const unsaid = (path: string, message: string): void =>
    void findings.push({ severity: "error", path, message, remedy: askTheService })
  const root = members(document, "", ["apiVersion", "kind", "metadata", "spec", "status"], report)
  if (root.kind !== "AuthConfig") report("kind", "must be AuthConfig")
  const spec = members(root.spec, "spec", ["configs", "booleanExpr", "failOnRedirect", "namespacedStatuses"], report)
  const configs = list(spec.configs, "spec.configs", report)
  if (configs.length === 0) report("spec.configs", "must have a step")
  const names: string[] = []
  const steps = configs.flatMap((each, at) => {
    const path = `spec.configs[${at}]`
    const { name, ...kinds } = members(each, path, undefined, report)
    names.push(typeof name === "string" ? name : "")
    const other = Object.keys(kinds).find((kind) => kind !== "oauth2")
    if (other !== undefined) {
      if (knownSteps.includes(other)) unsaid(`${path}.${other}`, "has no counterpart")
      else report(`${path}.${other}`, `is unknown; known: name, ${knownSteps.join(", ")}`)
      return []
    }
    const oauth2 = members(kinds.oauth2, `${path}.oauth2`, ["accessTokenValidation"], report, unsaidKinds(unsaid, path))
    return oauth2.accessTokenValidation === undefined
      ? []
      : [tokenCheck(oauth2.accessTokenValidation, `${path}.oauth2.accessTokenValidation`, report, unsaid)]
  })
  refuseJoined(spec.booleanExpr, names, unsaid)
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { steps, findings }
}

const knownSteps = [
  ...["oauth", "oauth2", "apiKeyAuth", "basicAuth", "hmacAuth", "jwt", "ldap", "opaAuth", "opaServerAuth"],
  ...["passThroughAuth", "pluginAuth", "portalAuth"],
]
const unsaidKinds =
  (unsaid: Report, path: string) =>
  (name: string): boolean => {
    const isKnown = ["oidcAuthorizationCode", "oauth2"].includes(name)
    if (isKnown) unsaid(`${path}.oauth2.${name}`, "signs people in, which has no counterpart")
    return isKnown
  }

/** Steps joined by "or" are issuers; by default Gloo demands every step, and no token is of two issuers. */
function refuseJoined(expression: unknown, names: readonly string[], unsaid: Report): void {
  if (expression === undefined || expression === null) {
    if (names.length > 1) unsaid("spec.configs", "demands several steps at once, and hallpass takes one token")
    return
  }
  const parts = typeof expression === "string" ? expression.replaceAll(/[()\s]/g, "").split("||") : []
  if (new Set(parts).size !== names.length || !names.every((name) => name !== "" && parts.includes(name)))
    unsaid("spec.booleanExpr", "is more than one of the steps")
}

function tokenCheck(value: unknown, path: string, report: Report, unsaid: Report): TokenCheck {
  const known = ["jwt", "requiredScopes", "claimsToHeaders", ...ignored]
  const read = members(value, path, known, report, (name) => {
    const isKnown = ["introspection", "introspectionUrl", "userinfoUrl", "azure", "default"].includes(name)
    if (isKnown) unsaid(`${path}.${name}`, "asks the issuer about each token, which has no counterpart")
    return isKnown
  })
  const jwt = members(read.jwt ?? {}, `${path}.jwt`, ["issuer", "audiences", "remoteJwks", "localJwks"], report)
  const remote = members(jwt.remoteJwks ?? {}, `${path}.jwt.remoteJwks`, ["url", "refreshInterval"], report)
  const local = members(jwt.localJwks ?? {}, `${path}.jwt.localJwks`, ["inlineString"], report)
  const scopes = members(read.requiredScopes ?? {}, `${path}.requiredScopes`, ["scope"], report)
  const headers = list(read.claimsToHeaders ?? [], `${path}.claimsToHeaders`, report).map((each, at) => {
    const own = `${path}.claimsToHeaders[${at}]`
    const { claim, header } = members(each, own, ["claim", "header", "append"], report)
    return { claim: text(claim, `${own}.claim`, report), header: text(header, `${own}.header`, report), path: own }
  })
  return {
    path,
    issuer: jwt.issuer === undefined || jwt.issuer === "" ? undefined : text(jwt.issuer, `${path}.jwt.issuer`, report),
    audiences: texts(jwt.audiences, `${path}.jwt.audiences`, report),
    ...(remote.url !== undefined && { jwksUri: text(remote.url, `${path}.jwt.remoteJwks.url`, report) }),
    ...(local.inlineString !== undefined && {
      jwks: keySet(local.inlineString, `${path}.jwt.localJwks.inlineString`, report),
    }),
    scopes: texts(scopes.scope, `${path}.requiredScopes.scope`, report),
    headers,
  }
}

function keySet(value: unknown, path: string, report: Report): unknown {
  try {
    return JSON.parse(text(value, path, report))
  } catch {
    report(path, "is no key set in JSON")
    return undefined
  }
}

/** @param known undefined: any; @param isSaid whether an unknown one has been reported otherwise */
function members(
  value: unknown,
  path: string,
  known: readonly string[] | undefined,
  report: Report,
  isSaid: (name: string) => boolean = () => false,
): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(path, "must be an object")
    return {}
  }
  for (const name of known === undefined ? [] : Object.keys(value))
    if (known?.includes(name) === false && !isSaid(name))
      report(path === "" ? name : `${path}.${name}`, `is unknown; known: ${known.join(", ")}`)
  return Object.fromEntries(Object.entries(value)) // own members only
}

function list(value: unknown, path: string, report: Report): readonly unknown[] {
  if (Array.isArray(value)) return value
  report(path, "must be a list")
  return []
}

function texts(value: unknown, path: string, report: Report): readonly string[] {
  return value === undefined ? [] : list(value, path, report).map((each, at) => text(each, `${path}[${at}]`, report))
}

function text(value: unknown, path: string, report: Report): string {
  if (typeof value === "string" && value !== "") return value
  report(path, "must be a text")
  return ""
}
