import { mayFetch } from "../keys/document.ts"
import { importJwk } from "../keys/jwk.ts"
import type { KeyPolicy } from "../keys/policy.ts"
import type { Presets } from "../provider/presets.ts"
import type { IssuerProfile } from "../provider/profile.ts"
import { object, type Report } from "../shared/check.ts"
import { providerNames } from "../shared/principal.ts"
import { checkKeys } from "./check-blocks.ts"

/** An issuer ready to be connected to its keys. */
export interface CheckedIssuer {
  readonly profile: IssuerProfile
  readonly keyPolicy: KeyPolicy
}

/** Expands every configured issuer through its preset and checks what presets cannot see. */
export function checkIssuers(
  value: unknown,
  presets: Presets,
  keys: KeyPolicy,
  report: Report,
): readonly CheckedIssuer[] {
  if (!Array.isArray(value) || value.length === 0) {
    report("issuers", "must be a list of at least one issuer")
    return []
  }
  const seen = new Map<string, string>()
  return value.flatMap((item, index) => {
    const path = `issuers[${index}]`
    const raw = object(item, path, report)
    if (raw === undefined) return []
    const preset = providerNames.find((name) => name === raw.provider)
    const profile = preset && presets[preset]?.(raw, path, report)
    if (profile === undefined) {
      report(`${path}.provider`, `must be one of ${providerNames.join(", ")}; use "oidc" for any other issuer`)
      return []
    }
    const keyPolicy = checkKeys(raw.keys, `${path}.keys`, report, keys)
    checkKeyPlace(profile, keyPolicy, path, report)
    const claimed = [
      ...profile.issuers.map(({ issuer }) => issuer),
      ...profile.tenantIssuers.map(({ prefix }) => prefix),
    ]
    for (const issuer of claimed) {
      const first = seen.get(issuer)
      // Two entries for one issuer could not both apply; which one would must not depend on their order.
      if (first !== undefined) report(path, `accepts the same issuer as ${first}; merge the two`)
      else seen.set(issuer, path)
    }
    return [{ profile, keyPolicy }]
  })
}

function checkKeyPlace(profile: IssuerProfile, policy: KeyPolicy, path: string, report: Report): void {
  const { keyPlace } = profile
  if ("jwks" in keyPlace) {
    const { jwks } = keyPlace
    if (typeof jwks !== "object" || jwks === null || !Array.isArray((jwks as { keys?: unknown }).keys)) return
    const results = (jwks as { keys: unknown[] }).keys.map((jwk) => importJwk(jwk, profile.algorithms))
    for (const [index, result] of results.entries()) {
      if (result === "private") report(`${path}.jwks.keys[${index}]`, "is a private key; configure public keys only")
      if (result === "symmetric")
        report(`${path}.jwks.keys[${index}]`, "is a symmetric key, which can never verify here")
    }
    if (results.length > 0 && results.every((result) => typeof result === "string")) {
      const why = [...new Set(results)].join(", ")
      report(
        `${path}.jwks`,
        `has no key that can verify ${profile.algorithms.map(({ name }) => name).join(", ")} (${why})`,
      )
    }
    return
  }
  const [name, url] = "jwksUri" in keyPlace ? ["jwksUri", keyPlace.jwksUri] : ["discoveryUrl", keyPlace.discoveryUrl]
  if (url === "" || profile.name === "" || mayFetch(url, policy.allowHttpLoopback)) return
  const remedy = name === "discoveryUrl" ? "; else name jwksUri or jwks" : ""
  report(
    `${path}.${name}`,
    `must be an https URL without credentials or fragment${remedy} (http for loopback needs keys.allowHttpLoopback)`,
  )
}
