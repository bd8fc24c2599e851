import type { EnvoyParts } from "../../src/mesh.ts"
import { type Claims, isPath, type MeshRequest, normalized, split, verifiedBy } from "./istio-model.ts"

// A model of Envoy's jwt_authn and rbac filters, as far as exportEnvoy uses them.

interface Provider {
  readonly issuer: string
  readonly audiences?: readonly string[]
  readonly local_jwks: { readonly inline_string: string }
  readonly from_headers?: readonly { readonly name: string; readonly value_prefix?: string }[]
  readonly clock_skew_seconds: number
  readonly require_expiration: boolean
  readonly payload_in_metadata: string
  readonly normalize_payload_in_metadata: { readonly space_delimited_claims: readonly string[] }
}
interface JwtAuthn {
  readonly providers: { readonly [name: string]: Provider }
}
interface Rbac {
  readonly rules: {
    readonly action: "ALLOW" | "DENY"
    readonly policies: { readonly [name: string]: { readonly permissions: Node[]; readonly principals: Node[] } }
  }
}
// biome-ignore lint/suspicious/noExplicitAny: a matcher of either filter
type Node = any

/** The status that a client sees: 200, 401 without a good token, 403 if no policy allows. */
export function envoy({ http_filters }: EnvoyParts, nowMs: number): (request: MeshRequest) => number {
  return ({ method, target, headers }) => {
    const path = normalized(target.split("?")[0] ?? "")
    let metadata: Claims = {}
    for (const { name, typed_config } of http_filters) {
      if (name === "envoy.filters.http.jwt_authn") {
        const found = Object.values((typed_config as unknown as JwtAuthn).providers).flatMap((provider) => {
          const claims = claimsFor(provider, headers, nowMs)
          return claims === undefined ? [] : [{ [provider.payload_in_metadata]: claims }]
        })[0]
        if (found === undefined) return 401
        metadata = found
        continue
      }
      const { action, policies } = (typed_config as unknown as Rbac).rules
      const context = { method, path, metadata }
      const isMatched = Object.values(policies).some(
        ({ permissions, principals }) =>
          permissions.some((each) => matches(each, context)) && principals.some((each) => matches(each, context)),
      )
      if (isMatched !== (action === "ALLOW")) return 403
    }
    return 200
  }
}

function claimsFor(provider: Provider, headers: MeshRequest["headers"], nowMs: number): Claims | undefined {
  for (const { name, value_prefix: prefix = "" } of provider.from_headers ?? []) {
    const value = headers[name.toLowerCase()]
    if (value?.startsWith(prefix) !== true) continue
    const { issuer, audiences, local_jwks, clock_skew_seconds: skew } = provider
    const rule = { issuer, jwks: local_jwks.inline_string, ...(audiences && { audiences }) }
    const claims = verifiedBy(value.slice(prefix.length), [rule], nowMs, skew)
    if (claims === undefined || (provider.require_expiration && typeof claims.exp !== "number")) return undefined
    return split(claims, provider.normalize_payload_in_metadata.space_delimited_claims)
  }
  return undefined
}

interface Context {
  readonly method: string
  readonly path: string
  readonly metadata: Claims
}

function matches(node: Node, context: Context): boolean {
  const [kind = "", inner] = Object.entries<Node>(node)[0] ?? []
  const each = (one: Node): boolean => matches(one, context)
  switch (kind) {
    case "any":
      return true
    case "and_rules":
      return inner.rules.every(each)
    case "or_rules":
      return inner.rules.some(each)
    case "and_ids":
      return inner.ids.every(each)
    case "or_ids":
      return inner.ids.some(each)
    case "not_rule":
    case "not_id":
      return !each(inner)
    case "header":
      return inner.name === ":method" && isText(inner.string_match, context.method)
    case "url_path":
      return isText(inner.path, context.path)
    case "uri_template": {
      const template: string = inner.typed_config.path_template
      return isPath(template.replace("/**", "/{**}").replaceAll(/\/\*(?=\/|$)/g, "/{*}"), context.path)
    }
    case "metadata": {
      let value: Node = context.metadata
      for (const { key } of inner.path) value = Object(value)[key]
      return isValue(inner.value, value)
    }
    default:
      throw new Error(`the model has no ${kind}`)
  }
}

function isValue(matcher: Node, value: unknown): boolean {
  if (matcher.present_match === true) return value !== undefined
  if (matcher.list_match !== undefined)
    return Array.isArray(value) && value.some((one) => isValue(matcher.list_match.one_of, one))
  return typeof value === "string" && isText(matcher.string_match, value)
}

function isText(matcher: Node, text: string): boolean {
  const { exact, prefix, suffix, contains, safe_regex: regex } = matcher
  if (exact !== undefined) return text === exact
  if (prefix !== undefined) return text.startsWith(prefix)
  if (suffix !== undefined) return text.endsWith(suffix)
  return contains === undefined ? new RegExp(`^(?:${regex.regex})$`).test(text) : text.includes(contains)
}
