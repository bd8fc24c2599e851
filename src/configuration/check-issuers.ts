import { mayFetch } from "../keys/document.ts"
import { importJwk } from "../keys/jwk.ts"
import { joinKeys, type KeySet, maxKeys } from "../keys/key-set.ts"
import type { KeyPolicy } from "../keys/settings.ts"
import { checkMembers } from "../problems/declaration.ts"
import { object, type Report } from "../problems/option-checks.ts"
import type { Presets } from "../provider/presets.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import type { KeyOptions } from "../types/key-options.ts"
import { providerNames } from "../types/principal.ts"
import { keyOptions } from "./declared/keys.ts"
import { checkAges } from "./rules.ts"

/** An issuer ready to be connected to its keys. */
export interface CheckedIssuer {
  /** Its place in the configuration. */
  readonly path: string
  readonly profile: IssuerProfile
  readonly keyPolicy: KeyPolicy
  /** The keys that are in the configuration, or what reads them; undefined if they are fetched. */
  readonly keySet: KeySet | (() => KeySet) | undefined
}

/** The block of the whole configuration is checked and reported at its own place. */
const reportedOnce: Report = () => undefined

/**
 * Expands every configured issuer through its preset and checks what presets cannot see.
 *
 * @param mayBeEmpty whether requests can be authenticated by something else
 * @param keysAreChecked whether the keys that are in the configuration were looked at when it was bundled
 */
export function checkIssuers(
  value: unknown,
  presets: Presets,
  keys: unknown,
  report: Report,
  mayBeEmpty = false,
  keysAreChecked = false,
): readonly CheckedIssuer[] {
  if (mayBeEmpty && Array.isArray(value) && value.length === 0) return []
  if (!Array.isArray(value) || value.length === 0) {
    report("issuers", value === undefined ? "missing" : "issuers")
    return []
  }
  const seen = new Map<string, string>()
  // One per kind of preset: a thousand issuers must not read one file a thousand times.
  const bases = new Map<KeyOptions, KeyPolicy>()
  return value.flatMap((item, index) => {
    const path = `issuers[${index}]`
    const raw = object(item, path, report)
    if (raw === undefined) return []
    const preset = providerNames.find((name) => name === raw.provider)
    const profile = preset && presets[preset]?.profileOf(raw, path, report)
    if (profile === undefined) {
      report(`${path}.provider`, raw.provider === undefined ? "missing" : "provider", raw.provider, ...providerNames)
      return []
    }
    // The block of the whole configuration on top of what the preset needs, and the issuer's own on top of that.
    const { keyDefaults } = profile
    const base = bases.get(keyDefaults) ?? checkKeys(keys, "keys", reportedOnce, keyDefaults as Partial<KeyPolicy>)
    bases.set(keyDefaults, base)
    const keyPolicy = raw.keys === undefined ? base : checkKeys(raw.keys, `${path}.keys`, report, base)
    const place = (): KeySet | undefined => checkKeyPlace(profile, keyPolicy, path, report)
    const isLate = keysAreChecked && "jwks" in profile.keyPlace
    const keySet = isLate ? () => place() ?? joinKeys([], 0) : place()
    const claimed = [
      ...profile.issuers.map(({ issuer }) => issuer),
      ...profile.tenantIssuers.map(({ prefix }) => prefix),
    ]
    for (const issuer of claimed) {
      const first = seen.get(issuer)
      // Two entries for one issuer could not both apply; which one would must not depend on their order.
      if (first !== undefined) report(path, "same_issuer", first)
      else seen.set(issuer, path)
    }
    return [{ path, profile, keyPolicy, keySet }]
  })
}

function checkKeys(value: unknown, path: string, report: Report, base: Partial<KeyPolicy>): KeyPolicy {
  const policy = checkMembers(
    keyOptions,
    (value === undefined ? {} : object(value, path, report)) ?? {},
    path,
    report,
    base,
  )
  checkAges(policy, path, report)
  return policy
}

/** @returns the keys, if they are in the configuration */
function checkKeyPlace(profile: IssuerProfile, policy: KeyPolicy, path: string, report: Report): KeySet | undefined {
  const { keyPlace } = profile
  if ("jwks" in keyPlace) {
    const { keys } = Object(keyPlace.jwks) as { keys?: unknown }
    if (!Array.isArray(keys)) return undefined // reported by the preset
    const results = keys.map((jwk) => importJwk(jwk, profile.algorithms))
    for (const [index, result] of results.entries()) {
      if (result === "private") report(`${path}.jwks.keys[${index}]`, "private_key")
      if (result === "symmetric") report(`${path}.jwks.keys[${index}]`, "symmetric_key")
    }
    const used = results.slice(0, maxKeys)
    if (used.length > 0 && used.every((result) => typeof result === "string")) {
      const names = profile.algorithms.map(({ name }) => name).join(", ")
      report(`${path}.jwks`, "no_key", names, [...new Set(used)].join(", "))
    }
    return joinKeys(used, keys.length)
  }
  const [name, url] = "jwksUri" in keyPlace ? ["jwksUri", keyPlace.jwksUri] : ["discoveryUrl", keyPlace.discoveryUrl]
  if (url === "" || profile.name === "" || mayFetch(url, policy.allowHttpLoopback)) return undefined
  report(`${path}.${name}`, "https", name)
  return undefined
}
