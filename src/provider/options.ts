import { claimPath, knownKeys, number, object, type Report, text, texts } from "../problems/option-checks.ts"
import { type Algorithm, algorithms } from "../shared/algorithms.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { IssuerProfile, KeyPlace } from "./profile.ts"

/** The configured issuer before anything in it is believed. */
export type RawIssuer = { readonly [name: string]: unknown }

/** Turns what an adopter knows into complete rules. Reports problems and goes on; never throws. */
export type Preset = (raw: RawIssuer, path: string, report: Report) => IssuerProfile

const common = [
  "provider",
  "algorithms",
  "jwks",
  "jwksUri",
  "roles",
  "groups",
  "listFormat",
  "require",
  "maxLifetimeSeconds",
  "keys",
]

/** Checks the names of an issuer's options: its preset's own, and those that every issuer takes. */
export function issuerKeys(raw: RawIssuer, own: readonly string[], path: string, report: Report): void {
  knownKeys(raw, [...own, ...common], path, report)
}

/** An `iss` value as it is. The principalId is `issuer|subject`: a bar or a blank would make it ambiguous (SR-145). */
export function issuerText(value: unknown, path: string, report: Report): string {
  const issuer = text(value, path, report) ?? ""
  if (/[|\s]/.test(issuer)) report(path, "issuer_blanks")
  if (issuer.length > 512) report(path, "issuer_long")
  return issuer
}

/** A host as people write it by mistake with a scheme, a path or a slash: refused, because `iss` is built from it. */
export function domainOf(raw: RawIssuer, path: string, report: Report): string {
  const domain = text(raw.domain, `${path}.domain`, report)
  if (domain === undefined) return "unset.invalid"
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/.test(domain)) return domain
  report(`${path}.domain`, "domain")
  return "unset.invalid"
}

/** The configured algorithms, or the preset's. HMAC and `none` are refused whatever the configuration says. */
export function algorithmsOf(
  raw: RawIssuer,
  preset: readonly string[],
  path: string,
  report: Report,
): readonly Algorithm[] {
  const names = raw.algorithms === undefined ? preset : texts(raw.algorithms, `${path}.algorithms`, report)
  const rows: Algorithm[] = []
  for (const [index, name] of names.entries()) {
    const row = algorithms.get(name)
    if (row !== undefined) rows.push(row)
    else {
      report(`${path}.algorithms[${index}]`, "algorithm", [...algorithms.keys()].join(", "))
    }
  }
  return [...new Set(rows)]
}

/** The keys in the configuration, at the configured address, or where the preset expects them. */
export function keyPlaceOf(raw: RawIssuer, preset: KeyPlace, path: string, report: Report): KeyPlace {
  if (raw.jwks !== undefined && raw.jwksUri !== undefined) {
    report(`${path}.jwksUri`, "not_with", "jwks")
  }
  if (raw.jwks !== undefined) {
    const jwks = object(raw.jwks, `${path}.jwks`, report)
    if (jwks !== undefined && !(Array.isArray(jwks.keys) && jwks.keys.length > 0)) {
      report(`${path}.jwks.keys`, "jwks_keys")
    }
    return { jwks: raw.jwks }
  }
  if (raw.jwksUri === undefined) return preset
  return { jwksUri: text(raw.jwksUri, `${path}.jwksUri`, report) ?? "" }
}

/** One claim path or several: a list of strings is one nested path, a list of lists is several. */
export function claimPaths(value: unknown, path: string, report: Report): readonly ClaimPath[] {
  if (Array.isArray(value) && value.some((item) => Array.isArray(item))) {
    return value.map((item, index) => claimPath(item, `${path}[${index}]`, report))
  }
  return [claimPath(value, path, report)]
}

/** The options that every issuer takes, apart from keys, algorithms, and those of `withFurtherOptions`. */
export function commonOptions(
  raw: RawIssuer,
  path: string,
  report: Report,
): {
  roles: readonly ClaimPath[]
  groups: readonly ClaimPath[]
  maxLifetimeSeconds?: number
} {
  const seconds = { min: 1, max: 31_536_000, fallback: 0, unit: "seconds" }
  const maxLifetimeSeconds = number(raw.maxLifetimeSeconds, `${path}.maxLifetimeSeconds`, report, seconds)
  return {
    roles: raw.roles === undefined ? [] : claimPaths(raw.roles, `${path}.roles`, report),
    groups: raw.groups === undefined ? [] : [claimPath(raw.groups, `${path}.groups`, report)],
    ...(maxLifetimeSeconds > 0 ? { maxLifetimeSeconds } : {}),
  }
}
