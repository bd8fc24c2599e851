import type { KeySource } from "../keys/key-set-source.ts"
import type { IssuerProfile, TenantIssuers } from "../provider/profile.ts"
import { acceptsTenant, tenantIn } from "../provider/tenant-issuers.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { type ClaimsCheck, issuerChecks, type NamedCheck, profileChecks, timeCheck } from "./claims.ts"
import type { JsonObject } from "./json.ts"
import { compilePrincipal, type MakePrincipal } from "./verified-principal.ts"

/** One configured issuer, ready to verify with: names became sets, rules became checks. */
export interface Issuer {
  readonly profile: IssuerProfile
  readonly keys: KeySource
  readonly algorithms: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  readonly checks: readonly ClaimsCheck[]
  readonly makePrincipal: MakePrincipal
}

/** The issuer that a token names, and what else its tokens must hold. */
export interface SelectedIssuer {
  readonly issuer: Issuer
  readonly checks: readonly ClaimsCheck[]
}

/** Finds the configured issuer of a claims set. This is the only use of claims before they are verified (SR-053). */
export type SelectIssuer = (claims: JsonObject, headerMembers: JsonObject) => SelectedIssuer | Refusal

const unknown = refusal("issuer_unknown")
const spelling = refusal("issuer_spelling")

/** An issuer as it is configured, and its keys. */
export interface ConfiguredIssuer {
  readonly profile: IssuerProfile
  readonly keys: KeySource
}

/** Compares `iss` octet for octet (RFC 7519 section 4.1.1); no trimming, no lower-casing, no prefixes (SR-060). */
export function selectIssuer(configured: readonly ConfiguredIssuer[], toleranceSeconds: number): SelectIssuer {
  const exact = new Map<string, SelectedIssuer>()
  const tenants: { readonly pattern: TenantIssuers; readonly selected: SelectedIssuer }[] = []
  const lookalikes = new Map<string, { readonly refused: Refusal; readonly profile: IssuerProfile }>()
  for (const { profile, keys } of configured) {
    const issuer: Issuer = {
      profile,
      keys,
      algorithms: new Set(profile.algorithms.map(({ name }) => name)),
      types: new Set(profile.types),
      checks: [timeCheck(toleranceSeconds, profile.maxLifetimeSeconds), ...testsOf(profileChecks(profile))],
      makePrincipal: compilePrincipal(profile),
    }
    for (const accepted of profile.issuers)
      exact.set(accepted.issuer, { issuer, checks: testsOf(issuerChecks(accepted)) })
    for (const pattern of profile.tenantIssuers) {
      tenants.push({ pattern, selected: { issuer, checks: [...testsOf(issuerChecks(pattern)), tenantCheck(pattern)] } })
    }
    for (const { issuer: text, code } of profile.lookalikes) lookalikes.set(text, { refused: refusal(code), profile })
  }
  const loose = new Set([...exact.keys()].map(loosely))

  return (claims, headerMembers) => {
    const iss = claims.iss
    if (typeof iss !== "string") return unknown
    const known = exact.get(iss) ?? tenants.find(({ pattern }) => tenantIn(iss, pattern) !== undefined)?.selected
    if (known !== undefined) return known
    const alike = lookalikes.get(iss)
    if (alike === undefined) return loose.has(loosely(iss)) ? spelling : unknown
    const mark = alike.profile.refusedHeader
    return mark !== undefined && headerMembers[mark.name] !== undefined ? refusal(mark.code) : alike.refused
  }
}

const testsOf = (checks: readonly NamedCheck[]): readonly ClaimsCheck[] => checks.map(({ test }) => test)

/** The `tid` claim must be the tenant that `iss` names, so that the two cannot speak of different ones. */
export function tenantCheck(pattern: TenantIssuers): ClaimsCheck {
  const refused = refusal("tenant_not_allowed")
  return (claims) => {
    const tid = claims.tid
    const named = typeof tid === "string" && tid === tenantIn(claims.iss as string, pattern)
    return named && acceptsTenant(pattern, tid) ? undefined : refused
  }
}

/** For the log's sake only: what people get wrong in an issuer. */
export function loosely(iss: string): string {
  const lower = iss.toLowerCase()
  return lower.endsWith("/") ? lower.slice(0, -1) : lower
}
