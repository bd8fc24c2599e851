import type { CheckedConfiguration } from "../configuration/check-configuration.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"
import type { Condition } from "./conditions.ts"
import { askTheService, type Exported, type ExportOptions, isRefused, Unsupported } from "./exported.ts"
import { type InlineKeys, inlineKeys } from "./inline-keys.ts"
import { namedParties, splitClaims } from "./issuer-conditions.ts"
import { assertionRules, type IstioRules } from "./istio-assertion.ts"
import { istioNotes } from "./istio-notes.ts"
import { type KubernetesObject, metadataOf } from "./kubernetes.ts"
import type { Operation } from "./operations.ts"
import { type Places, placesOf } from "./places.ts"
import { readConfiguration } from "./read-configuration.ts"
import { type MeshIssuer, type MeshRule, meshRules } from "./rules.ts"

/** Most rules of one AuthorizationPolicy, as its schema has it. */
const rulesOfPolicy = 512
const maxPolicies = 8

/**
 * Writes a configuration as a RequestAuthentication, which verifies tokens, and an AuthorizationPolicy, which demands
 * one and checks the route's rule. A request without a token is never allowed.
 *
 * @throws ConfigurationError with every problem of the configuration at once; TypeError for a wrong option
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 * @example
 * ```ts
 * import { exportIstio } from "hallpass/mesh"
 *
 * const { documents } = exportIstio({
 *   issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
 *   routes: { "GET /orders/{id}": { scopes: ["orders:read"] } },
 * })
 * console.log(documents.map(({ kind }) => kind)) // [ 'RequestAuthentication', 'AuthorizationPolicy' ]
 * ```
 */
export function exportIstio(config: AuthorizerConfig, options: ExportOptions = {}): Exported<KubernetesObject> {
  const metadata = metadataOf(options)
  const checked = readConfiguration(config)
  const { jwtRules, rules, findings, notes } =
    options.assertionKeys === undefined
      ? ofTokens(checked, inlineKeys(options))
      : assertionRules(checked, options.assertionKeys)
  const isTooLong = rules.length > rulesOfPolicy * maxPolicies
  if (isTooLong)
    findings.push({
      severity: "error",
      path: "routes",
      message: `needs ${rules.length} rules, more than ${rulesOfPolicy * maxPolicies}. Every request is refused`,
      remedy: askTheService,
    })
  findings.push(...notes)
  if (isRefused(findings, options)) return { documents: [], findings }
  const allowed = isTooLong ? [] : rules
  const workloads = options.selector === undefined ? {} : { selector: { matchLabels: { ...options.selector } } }
  const documents: KubernetesObject[] = []
  if (jwtRules.length > 0) documents.push(written("RequestAuthentication", metadata, { ...workloads, jwtRules }))
  for (let at = 0; at === 0 || at < allowed.length; at += rulesOfPolicy) {
    const part = allowed.slice(at, at + rulesOfPolicy).map(policyRule)
    const name = at === 0 ? metadata.name : `${metadata.name}-${at / rulesOfPolicy + 1}`
    // A policy that allows and has no rules refuses every request.
    const spec = { ...workloads, action: "ALLOW", ...(part.length > 0 && { rules: part }) }
    documents.push(written("AuthorizationPolicy", { ...metadata, name }, spec))
  }
  return { documents, findings }
}

/** What is verified and demanded where the caller's own token arrives. */
function ofTokens(checked: CheckedConfiguration, inline: InlineKeys): IstioRules {
  const { issuers, rules, findings } = meshRules(checked, (profile) => keysOf(profile, inline))
  const { places, findings: ofPlaces } = placesOf(checked.credential)
  const jwtRules = issuers.map((issuer) => jwtRule(issuer, places))
  return { jwtRules, rules, findings: [...findings, ...ofPlaces], notes: istioNotes }
}

function written(kind: string, metadata: KubernetesObject["metadata"], spec: object): KubernetesObject {
  return { apiVersion: "security.istio.io/v1", kind, metadata, spec }
}

/** Where keys come from, as istiod understands it. */
function keysOf(profile: IssuerProfile, inline: InlineKeys): { readonly jwks?: string; readonly jwksUri?: string } {
  const jwks = inline(profile)
  if (jwks !== undefined) return { jwks }
  const { keyPlace, name } = profile
  if ("jwksUri" in keyPlace) {
    if (keyPlace.jwksUri.length <= 2048) return { jwksUri: keyPlace.jwksUri }
    throw new Unsupported("has its keys at an address of more than 2048 characters")
  }
  // Without an address, istiod looks for the document below the issuer, without the issuer's slash.
  if (
    "discoveryUrl" in keyPlace &&
    keyPlace.discoveryUrl === `${name.replace(/\/$/, "")}/.well-known/openid-configuration`
  )
    return {}
  throw new Unsupported(
    "has its discovery document at an address of its own",
    "Name the key set itself with jwksUri, or put it into jwks",
  )
}

function jwtRule({ issuer, profile, keys }: MeshIssuer<object>, places: Places): object {
  const split = [...splitClaims(profile)].filter((name) => name !== "scope" && name !== "permission")
  return {
    ...namedParties(issuer, profile),
    ...keys,
    ...places,
    forwardOriginalToken: true,
    ...(split.length > 0 && { spaceDelimitedClaims: split }),
  }
}

function policyRule({ issuer, operations, conditions }: MeshRule): object {
  return {
    // Issuer and subject, split at the last slash. Only a verified token has them, so no request without one passes.
    from: [{ source: { requestPrincipals: [`${issuer}/*`] } }],
    ...(operations.length > 0 && { to: operations.map((operation: Operation) => ({ operation })) }),
    when: conditions.map(when),
  }
}

function when({ claim, ...demands }: Condition): object {
  return { key: `request.auth.claims${claim.map((name) => `[${name}]`).join("")}`, ...demands }
}
