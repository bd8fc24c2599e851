import type { CheckedConfiguration } from "../configuration/check-configuration.ts"
import { readRoutes } from "../route/table.ts"
import { templatesOf } from "../route/templates.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import { type EnvoyKeys, envoyKeys } from "./envoy-keys.ts"
import { ambiguousPaths, payloadName, policiesOf } from "./envoy-rbac.ts"
import { type Exported, type ExportFinding, type ExportOptions, isRefused, note } from "./exported.ts"
import { inlineKeys } from "./inline-keys.ts"
import { namedParties, splitClaims } from "./issuer-conditions.ts"
import { type Places, placesOf } from "./places.ts"
import { readConfiguration } from "./read-configuration.ts"
import { type MeshIssuer, meshRules } from "./rules.ts"

/** What belongs into an Envoy configuration. */
export interface EnvoyParts {
  /** For the HTTP connection manager, before the router, in this order. */
  readonly http_filters: readonly EnvoyFilter[]
  /** Through which the key sets are fetched. */
  readonly clusters: readonly object[]
}

export interface EnvoyFilter {
  readonly name: string
  readonly typed_config: { readonly "@type": string; readonly [member: string]: unknown }
}

const notes: readonly ExportFinding[] = [
  note(
    "Envoy does not look at the type of a token, nor at the algorithms of the configuration",
    "Let the issuer's key set hold keys of the wanted algorithm only",
  ),
  note(
    "Envoy compares texts and lists of texts: a list with the value counts as the value",
    "Let the issuer write each claim in one form",
  ),
  note("Envoy fetches a key set every 5 minutes, and not for an unknown kid", "Announce a key before it signs"),
  note("The scheme before the token is compared by its case", "Let clients write it as the configuration does"),
  note("A path with a slash at its end is refused", "Let clients leave it out"),
  note(
    "A path is matched as the connection manager normalises it",
    "Set normalize_path and merge_slashes in the HTTP connection manager",
  ),
]

/**
 * Writes a configuration as Envoy's filters: `jwt_authn` verifies tokens and demands one, and `rbac` checks the rule of
 * the route. The filter between them refuses paths that can be read in two ways.
 *
 * @throws ConfigurationError with every problem of the configuration at once
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter
 * @example
 * ```ts
 * import { exportEnvoy } from "hallpass/mesh"
 *
 * const { documents } = exportEnvoy({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 * })
 * console.log(documents[0]?.http_filters.map(({ name }) => name)[0]) // envoy.filters.http.jwt_authn
 * ```
 */
export function exportEnvoy(config: AuthorizerConfig, options: ExportOptions = {}): Exported<EnvoyParts> {
  const checked = readConfiguration(config)
  const inline = inlineKeys(options)
  const { issuers, rules, findings: left } = meshRules(checked, (profile) => envoyKeys(profile, inline))
  const { places, findings: ofPlaces } = placesOf(checked.credential)
  const findings = [...left, ...ofPlaces, ...notes]
  if (checked.clockToleranceSeconds < 1)
    findings.push({
      ...note("Envoy tolerates 1 second at least", "Expect that difference"),
      path: "clockToleranceSeconds",
    })
  if (isRefused(findings, options)) return { documents: [], findings }
  const verifies = issuers.length === 0 ? [] : [jwtAuthn(issuers, places, checked)]
  const templates = templatesOf(readRoutes(checked.routes ?? {}))
  const refuses = templates.length === 0 ? [] : [rbac("DENY", ambiguousPaths(templates))]
  // A filter that allows and has no policies refuses every request.
  const http_filters = [...verifies, ...refuses, rbac("ALLOW", policiesOf(rules))]
  // Key sets of one host share a cluster.
  const clusters = new Map(
    issuers.flatMap(({ keys: { cluster } }) => (cluster ? [[JSON.stringify(cluster), cluster]] : [])),
  )
  return { documents: [{ http_filters, clusters: [...clusters.values()] }], findings }
}

function rbac(action: "ALLOW" | "DENY", policies: object): EnvoyFilter {
  const type = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"
  return { name: "envoy.filters.http.rbac", typed_config: { "@type": type, rules: { action, policies } } }
}

function jwtAuthn(
  issuers: readonly MeshIssuer<EnvoyKeys>[],
  places: Places,
  checked: CheckedConfiguration,
): EnvoyFilter {
  const providers = issuers.map((issuer, at) => [`issuer-${at + 1}`, provider(issuer, places, checked)] as const)
  const named = providers.map(([name]) => ({ provider_name: name }))
  // Nothing here allows a request without a token.
  const requires = named.length === 1 ? named[0] : { requires_any: { requirements: named } }
  return {
    name: "envoy.filters.http.jwt_authn",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
      providers: Object.fromEntries(providers),
      rules: [{ match: { prefix: "/" }, requires }],
    },
  }
}

function provider(
  { issuer, profile, keys }: MeshIssuer<EnvoyKeys>,
  places: Places,
  checked: CheckedConfiguration,
): object {
  const { fromHeaders, fromCookies, fromParams } = places
  return {
    ...namedParties(issuer, profile),
    ...keys.source,
    ...(fromHeaders && {
      from_headers: fromHeaders.map(({ name, prefix }) => ({ name, ...(prefix && { value_prefix: prefix }) })),
    }),
    ...(fromCookies && { from_cookies: fromCookies }),
    ...(fromParams && { from_params: fromParams }),
    forward: true,
    require_expiration: true,
    // 0 would be Envoy's default of 60.
    clock_skew_seconds: Math.max(1, Math.floor(checked.clockToleranceSeconds)),
    payload_in_metadata: payloadName,
    normalize_payload_in_metadata: { space_delimited_claims: [...splitClaims(profile)] },
  }
}
