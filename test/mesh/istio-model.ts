import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto"

// A model of what Istio makes of a RequestAuthentication and of AuthorizationPolicies: `JwtRule` and Envoy's jwt_authn
// filter, the matchers of pilot/pkg/security/authz, and Envoy's path templates. Signatures are RS256 or ES256.

export interface JwtRule {
  readonly issuer: string
  readonly audiences?: readonly string[]
  readonly jwks?: string
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[]
  readonly fromParams?: readonly string[]
  readonly fromCookies?: readonly string[]
  readonly spaceDelimitedClaims?: readonly string[]
}
interface Operation {
  readonly methods?: readonly string[]
  readonly notMethods?: readonly string[]
  readonly paths?: readonly string[]
  readonly notPaths?: readonly string[]
}
interface When {
  readonly key: string
  readonly values?: readonly string[]
  readonly notValues?: readonly string[]
}
export interface PolicyRule {
  readonly from?: readonly { readonly source: { readonly requestPrincipals: readonly string[] } }[]
  readonly to?: readonly { readonly operation: Operation }[]
  readonly when?: readonly When[]
}
export type Claims = { readonly [name: string]: unknown }

export interface MeshRequest {
  readonly method: string
  readonly target: string
  readonly headers: { readonly [name: string]: string }
}

/** The status that a client sees: 200, 401 for a bad token, 403 if no rule allows. */
export function istio(documents: readonly { readonly kind: string; readonly spec: object }[], nowMs: number) {
  const specs = <T>(kind: string): T[] => documents.filter((each) => each.kind === kind).map(({ spec }) => spec as T)
  const jwtRules = specs<{ jwtRules: JwtRule[] }>("RequestAuthentication").flatMap((spec) => spec.jwtRules)
  const rules = specs<{ rules?: PolicyRule[] }>("AuthorizationPolicy").flatMap((spec) => spec.rules ?? [])
  return (request: MeshRequest): number => {
    const token = tokenOf(request, jwtRules)
    const claims = token === undefined ? undefined : verified(token, jwtRules, nowMs)
    if (token !== undefined && claims === undefined) return 401
    const path = normalized(request.target.split("?")[0] ?? "")
    return rules.some((rule) => allows(rule, request.method, path, claims)) ? 200 : 403
  }
}

function tokenOf({ headers, target }: MeshRequest, rules: readonly JwtRule[]): string | undefined {
  for (const { fromHeaders = [], fromParams = [], fromCookies = [] } of rules) {
    for (const { name, prefix = "" } of fromHeaders) {
      const value = headers[name.toLowerCase()]
      if (value?.startsWith(prefix)) return value.slice(prefix.length)
    }
    const query = new URLSearchParams(target.split("?")[1])
    for (const name of fromParams) if (query.has(name)) return query.get(name) ?? ""
    for (const pair of (headers.cookie ?? "").split("; "))
      for (const name of fromCookies) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1)
  }
  return undefined
}

function verified(token: string, rules: readonly JwtRule[], nowMs: number): Claims | undefined {
  const claims = verifiedBy(token, rules, nowMs, 60)
  const rule = rules.find(({ issuer }) => issuer === claims?.iss)
  return claims && split(claims, ["scope", "permission", ...(rule?.spaceDelimitedClaims ?? [])])
}

/** The keys of each set, imported once. */
const keySets = new Map<string, readonly Imported[]>()
type Imported = { readonly jwk: JsonWebKey; readonly key: KeyObject }

function keysOf(set: string): readonly Imported[] {
  const known = keySets.get(set)
  if (known !== undefined) return known
  const { keys } = JSON.parse(set) as { keys: JsonWebKey[] }
  const made = keys.map((jwk) => ({ jwk, key: createPublicKey({ key: jwk, format: "jwk" }) }))
  keySets.set(set, made)
  return made
}

/** Signature, times, issuer and audience, as Envoy's jwt_authn compares them. */
export function verifiedBy(token: string, rules: readonly JwtRule[], nowMs: number, skew: number): Claims | undefined {
  try {
    const [header = "", payload = "", signature = "", ...more] = token.split(".")
    const json = (text: string): Claims => JSON.parse(Buffer.from(text, "base64url").toString()) as Claims
    const [{ alg, kid }, claims] = [json(header), json(payload)]
    const rule = rules.find(({ issuer }) => issuer === claims.iss)
    const kty = { RS256: "RSA", ES256: "EC" }[String(alg)]
    if (rule === undefined || more.length > 0 || kty === undefined) return undefined
    const isSigned = keysOf(rule.jwks ?? '{"keys":[]}')
      .filter(({ jwk }) => jwk.kty === kty && (kid === undefined || jwk.kid === kid))
      .some(({ key }) =>
        verify(
          "sha256",
          Buffer.from(`${header}.${payload}`),
          kty === "EC" ? { key, dsaEncoding: "ieee-p1363" } : key,
          Buffer.from(signature, "base64url"),
        ),
      )
    const now = nowMs / 1000
    const { exp, nbf } = claims
    if (!isSigned || (typeof exp === "number" && now > exp + skew) || (typeof nbf === "number" && now < nbf - skew))
      return undefined
    const audiences = [claims.aud].flat().map((each) => sanitized(String(each)))
    if (rule.audiences?.length && !rule.audiences.some((each) => audiences.includes(sanitized(each)))) return undefined
    return claims
  } catch {
    return undefined
  }
}

/** Envoy compares audiences without scheme and final slash. */
const sanitized = (audience: string): string => audience.replace(/^https?:\/\//, "").replace(/\/$/, "")

export function split(claims: Claims, names: readonly string[]): Claims {
  const texts = names.filter((name) => typeof claims[name] === "string")
  return {
    ...claims,
    ...Object.fromEntries(
      texts.map((name) => [
        name,
        String(claims[name])
          .split(" ")
          .filter((word) => word !== ""),
      ]),
    ),
  }
}

/** `normalization: BASE` of the mesh: dot segments and backslashes; slashes are not merged. */
export function normalized(path: string): string {
  return new URL(`http://mesh${path.replaceAll("//", "/%00/")}`).pathname.replaceAll("/%00/", "//")
}

function allows(
  { from, to, when = [] }: PolicyRule,
  method: string,
  path: string,
  claims: Claims | undefined,
): boolean {
  const isFrom = from?.some(({ source }) => source.requestPrincipals.some((text) => isPrincipal(text, claims))) ?? true
  const isTo = to?.some(({ operation }) => isOperation(operation, method, path)) ?? true
  return isFrom && isTo && when.every((each) => holds(each, claims))
}

/** Split at the last slash. */
function isPrincipal(pattern: string, claims: Claims | undefined): boolean {
  const at = pattern.lastIndexOf("/")
  return (
    texts(claims?.iss).some((iss) => isText(pattern.slice(0, at), iss)) &&
    texts(claims?.sub).some((sub) => isText(pattern.slice(at + 1), sub))
  )
}

function isOperation({ methods, notMethods, paths, notPaths }: Operation, method: string, path: string): boolean {
  if (methods !== undefined && !methods.includes(method)) return false
  if (notMethods?.includes(method)) return false
  if (paths !== undefined && !paths.some((pattern) => isPath(pattern, path))) return false
  return !notPaths?.some((pattern) => isPath(pattern, path))
}

const literal = "[a-zA-Z0-9-._~%!$&'()+,;:@=]"
export function isPath(pattern: string, path: string): boolean {
  if (!pattern.includes("{")) return isText(pattern, path)
  const source = pattern
    .split("/")
    .map((part) =>
      part === "{*}" ? `${literal}+` : part === "{**}" ? `(?:${literal}|/)*` : part.replace(/[.+$()]/g, "\\$&"),
    )
  return new RegExp(`^${source.join("/")}$`).test(path)
}

function holds({ key, values, notValues }: When, claims: Claims | undefined): boolean {
  const names = [...key.matchAll(/\[([^[\]]*)\]/g)].map(([, name = ""]) => name)
  let value: unknown = claims
  for (const name of names) value = Object(value)[name] as unknown
  const matches = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => texts(value).some((text) => isText(pattern, text)))
  return (values === undefined || matches(values)) && !(notValues !== undefined && matches(notValues))
}

/** A string, or the strings of a list. Nothing else matches. */
function texts(value: unknown): readonly string[] {
  return [value].flat().filter((each): each is string => typeof each === "string")
}

function isText(pattern: string, text: string): boolean {
  if (pattern === "*") return text !== ""
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1))
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1))
  return text === pattern
}
