import type { AuthorizerConfig } from "../types/configuration.ts"

/** An option that differs between two configurations. Absent values are `null`. */
export interface SettingChange {
  /** `gateway.resultTtlSeconds`, `issuers[0].audience`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** What absent options mean, where that is one value. */
const defaults: { readonly [path: string]: unknown } = {
  unmatched: "deny",
  clockToleranceSeconds: 5,
  "gateway.resultTtlSeconds": 300,
  "gateway.identitySources": ["token"],
  "gateway.responses": "policy",
  "gateway.unauthorized": "throw",
  "gateway.resourcePolicyAllows": false,
  "cache.maxTokens": 10_000,
  "cache.maxBytes": 33_554_432,
  "cache.maxAgeSeconds": 300,
  "credential.header": "Authorization",
  "credential.scheme": "Bearer",
}

type Members = { readonly [name: string]: unknown }

/**
 * Lists every difference between two configurations except their rules: issuers, audiences, the edge's evidence, API
 * Gateway's settings, caches. An option that is absent equals the same option with its default.
 *
 * @param before the configuration in use
 * @param after the configuration that shall replace it
 * @returns one entry per option; absent values are `null`
 * @example
 * ```ts
 * import { compareSettings } from "hallpass/policy"
 *
 * const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
 * const [change] = compareSettings({ issuers }, { issuers, gateway: { resultTtlSeconds: 0 } })
 * console.log(change) // { path: 'gateway.resultTtlSeconds', before: 300, after: 0 }
 * ```
 */
export function compareSettings(before: AuthorizerConfig, after: AuthorizerConfig): SettingChange[] {
  const found: SettingChange[] = []
  const named = (config: AuthorizerConfig): Members =>
    Object.fromEntries(Object.entries(config).filter(([name]) => !["routes", "issuers", "$schema"].includes(name)))
  compare(named(before), named(after), "", found)
  compareIssuers(before.issuers, after.issuers, found)
  return found
}

function compare(before: unknown, after: unknown, path: string, found: SettingChange[]): void {
  const [one, other] = [before, after].map((value) => value ?? defaults[path] ?? undefined)
  if (isObject(one ?? other) && (one === undefined || isObject(one)) && (other === undefined || isObject(other))) {
    const [left, right] = [(one ?? {}) as Members, (other ?? {}) as Members]
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)]))
      compare(own(left, name), own(right, name), path === "" ? name : `${path}.${name}`, found)
    return
  }
  if (canonical(one) !== canonical(other)) found.push({ path, before: one ?? null, after: other ?? null })
}

/** Issuers are distinguished by what makes them another issuer, so that another order is no difference. */
function compareIssuers(
  before: AuthorizerConfig["issuers"],
  after: AuthorizerConfig["issuers"],
  found: SettingChange[],
): void {
  const left = new Map(before.map((issuer, at) => [identityOf(issuer), { issuer, at }]))
  const right = new Map(after.map((issuer, at) => [identityOf(issuer), { issuer, at }]))
  for (const [identity, { issuer, at }] of left) {
    const other = right.get(identity)
    if (other === undefined) found.push({ path: `issuers[${at}]`, before: issuer, after: null })
    else compare(issuer, other.issuer, `issuers[${other.at}]`, found)
  }
  for (const [identity, { issuer, at }] of right)
    if (!left.has(identity)) found.push({ path: `issuers[${at}]`, before: null, after: issuer })
}

const identity = [
  "provider",
  "domain",
  "authorizationServer",
  "tenant",
  "userPoolId",
  "issuer",
  "baseUrl",
  "tenantName",
  "policy",
  "trustDomain",
  "host",
]

function identityOf(issuer: object): string {
  return JSON.stringify(identity.map((name) => own(issuer as Members, name) ?? null))
}

/** One text and a list of it are the same; the order of an object's members says nothing. */
function canonical(value: unknown): string {
  const sorted = (each: unknown): unknown =>
    isObject(each)
      ? Object.fromEntries(
          Object.keys(each)
            .sort()
            .map((name) => [name, sorted(own(each, name))]),
        )
      : Array.isArray(each)
        ? each.map(sorted)
        : each
  const plain = Array.isArray(value) && value.length === 1 ? value[0] : value
  return JSON.stringify(sorted(plain)) ?? "absent"
}

const own = (value: Members, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
