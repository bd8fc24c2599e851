import { secretsBlock } from "../configuration/declared/secrets.ts"
import { shadowBlock } from "../configuration/declared/shadow.ts"
import { topLevel } from "../configuration/declared/top-level.ts"
import type { AnyOption } from "../problems/declaration.ts"
import { isObject } from "../shared/is-object.ts"
import type { AuthorizerConfig } from "../types/configuration.ts"

/** An option that differs between two configurations. Absent values are `null`. */
export interface SettingChange {
  /** `gateway.resultTtlSeconds`, `issuers[0].audience`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

type Members = { readonly [name: string]: unknown }

const { unmatched, clockToleranceSeconds, gateway, credential, keys, cache } = topLevel
const blocks = { gateway, credential, keys, cache, secrets: secretsBlock, shadow: shadowBlock }

/**
 * What absent options mean, if that is one value: observers may have defaults of their own, and presets have theirs for
 * `keys.graceSeconds`.
 */
const defaults: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["credential.header", "Authorization"],
  ["unmatched", unmatched.fallback],
  ["clockToleranceSeconds", clockToleranceSeconds.fallback],
  ...Object.entries(blocks).flatMap(([block, { about }]) =>
    Object.entries(about[0] as { readonly [name: string]: AnyOption })
      .filter(([name, { presence }]) => presence === "default" && name !== "graceSeconds")
      .map(([name, { fallback }]): [string, unknown] => [`${block}.${name}`, fallback]),
  ),
])

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
  const [one, other] = [before, after].map((value) => value ?? defaults.get(path))
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
