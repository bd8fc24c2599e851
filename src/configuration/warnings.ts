import { coarseRoutes } from "../policy/coarse-routes.ts"
import type { Report } from "../problems/option-checks.ts"
import { RouteTable } from "../route/table.ts"
import { readRouteKey } from "../route/template.ts"
import { readDemand } from "../shared/demand.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { ConfigurationError, type ConfigurationProblem } from "../types/errors.ts"
import { allChecks } from "./all-checks.ts"
import { callersOf } from "./callers.ts"
import { type CheckedConfiguration, checkConfiguration } from "./check-configuration.ts"
import { isEntra, isObjectId } from "./entra-names.ts"
import { pathOf, rulesOf, warnOfClaims, warnOfNames } from "./unlikely-demands.ts"

/** What is allowed, and probably not what is meant. */
type Warn = (checked: CheckedConfiguration, report: Report, written: AuthorizerConfig) => void

const warnings: readonly Warn[] = [
  warnOfCatchAlls,
  warnOfKeys,
  warnOfNames,
  warnOfGroups,
  warnOfClaims,
  warnOfKinds,
  warnOfIdTokens,
  warnOfSizes,
]

/**
 * What is probably wrong in a configuration that is not refused: routes and demands that are valid, and that few
 * callers or none can meet. A configuration with problems has no warnings yet, because `createAuthorizer` reports the
 * problems.
 *
 * @param config plain data, as for `createAuthorizer`
 * @example
 * ```ts
 * import { configurationWarnings } from "hallpass/policy"
 *
 * const warnings = configurationWarnings({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   routes: { "GET /orders": { scopes: ["orders:*"] } },
 * })
 * console.log(warnings[0]?.path) // routes["GET /orders"].scopes[0]
 * ```
 */
export function configurationWarnings(config: AuthorizerConfig): readonly ConfigurationProblem[] {
  const { shadow: _, ...own } = Object(config) as AuthorizerConfig
  const found: ConfigurationProblem[] = []
  try {
    // Conflicts are no warnings, and compiling the table for them takes long.
    const routes = { ...allChecks.routes, checkPrincipalPolicy: () => undefined }
    const checked = checkConfiguration(own, { ...allChecks, routes })
    for (const warn of warnings) warn(checked, (path, message) => found.push({ path, message }), own)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
  }
  return found
}

/**
 * The gateway sends a catch-all what no other route takes, and a backend may read that as a request for another route.
 */
function warnOfCatchAlls({ routes, gateway }: CheckedConfiguration, report: Report): void {
  // Where the path decides, a catch-all of the table takes what nothing else takes.
  if (routes === undefined || gateway.matchBy === "path") return
  for (const { route, isCatchAll, finer } of coarseRoutes(new RouteTable(routes, true), gateway.api)) {
    const [first, ...others] = isCatchAll ? finer() : []
    if (first === undefined) continue
    const more = others.length === 0 ? "" : ` and ${others.length} more`
    report(
      pathOf(route),
      `is a catch-all beside stricter routes: "${first}"${more}. A request whose path a backend may read as theirs is refused ` +
        "(path_ambiguous); give the API a route for each of them, and let the backend of the catch-all serve none of their paths",
    )
  }
}

/** Segments of OData, which begin with a dollar sign. */
const odata = /^\$(?:metadata|batch|count|value|ref|links|all|crossjoin|entity|query)$/i

function warnOfKeys({ routes }: CheckedConfiguration, report: Report): void {
  for (const key of Object.keys(routes ?? {})) {
    const { method, template } = readRouteKey(key) ?? { method: "", template: "" }
    const at = pathOf(key)
    const odd = template.split("/").find((part) => /^\$\w+$|^\(.*\)$|[$^]\)?$/.test(part) && !odata.test(part))
    if (template.startsWith("/") && odd !== undefined) {
      report(at, "has a segment with characters of a pattern, which API Gateway takes as text. A parameter is {name}")
    }
    if (method === "OPTIONS") {
      report(at, "is refused to browsers: a preflight request carries no credential. Give OPTIONS no authorizer")
    }
  }
}

/** Entra writes object ids into groups unless the app registration says names. */
function warnOfGroups({ routes, issuers, edge }: CheckedConfiguration, report: Report): void {
  const callers = callersOf(issuers, edge).filter(({ lists }) => lists.has("groups"))
  if (Object.hasOwn(edge?.headers ?? {}, "groups")) return
  for (const [path, { groups = [], issuers: named }] of rulesOf(routes)) {
    if (!callers.every((caller) => isEntra(caller) || named?.some(caller.isIssuer) === false)) continue
    const { values, place } = readDemand(groups)
    for (const [index, name] of values.entries()) {
      if (!isObjectId(name))
        report(
          `${path}.groups${place}[${index}]`,
          "is no object id in lower case, which Entra puts into groups by default",
        )
    }
  }
}

/** The generic preset knows a person by `auth_time` alone, which many issuers leave out of access tokens. */
function warnOfKinds({ routes, issuers, edge }: CheckedConfiguration, report: Report): void {
  const callers = callersOf(issuers, edge)
  if (!callers.every(({ provider }) => provider === "oidc")) return
  for (const [path, { kind }] of rulesOf(routes)) {
    if (kind !== "user") continue
    report(
      `${path}.kind`,
      "is met only by tokens with auth_time (or WSO2's aut): provider oidc takes no other token for a person's",
    )
  }
}

/** Scopes are for access tokens: few issuers write them into ID tokens, too. */
function warnOfIdTokens({ routes, edge }: CheckedConfiguration, report: Report, { issuers }: AuthorizerConfig): void {
  const onlyIdTokens = issuers.every(
    (issuer) => "tokenUse" in issuer && issuer.tokenUse === "id" && !("scopes" in issuer),
  )
  if (!onlyIdTokens || edge?.role === "identity") return
  for (const [path, { scopes }] of rulesOf(routes)) {
    if (scopes !== undefined)
      report(`${path}.scopes`, "is rarely met: ID tokens have no scopes. Demand groups or roles")
  }
}

/** Signatures of ML-DSA, in base64url. */
const signatureLengths: { readonly [algorithm: string]: number } = {
  "ML-DSA-44": 3227,
  "ML-DSA-65": 4412,
  "ML-DSA-87": 6170,
}

function warnOfSizes({ issuers, edge }: CheckedConfiguration, report: Report): void {
  const minted = edge?.evidence.flatMap(({ jws }, index) =>
    jws === undefined ? [] : [{ ...jws.issuer, path: `edge.evidence[${index}].jws.issuer` }],
  )
  for (const { profile, path } of [...issuers, ...(minted ?? [])]) {
    const long = profile.algorithms.filter(({ name }) => Object.hasOwn(signatureLengths, name))
    if (long.length === 0) continue
    const lengths = long.map(({ name }) => `${name}: ${signatureLengths[name]} characters`).join(", ")
    report(
      `${path}.algorithms`,
      `makes tokens that exceed API Gateway's header limits: the signature alone is long (${lengths}), and all headers ` +
        "together may have 10,240 bytes (private REST APIs: 8,000). Such requests never reach hallpass",
    )
  }
}
