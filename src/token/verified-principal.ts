import type { IssuerProfile } from "../provider/profile.ts"
import { claimAt, namesAt, scopesAt } from "../shared/claim.ts"
import { isSubject, principalId } from "../shared/principal-id.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import { deepFreeze, type JsonObject } from "./json.ts"
import { compileKind } from "./kind.ts"

/** Makes the frozen principal of a claims set whose checks have all passed. */
export type MakePrincipal = (claims: JsonObject, issuer: string) => Principal | Refusal

const subjectInvalid = refusal("subject_invalid")
const claimsInvalid = refusal("claims_invalid")
const listBracketed = refusal("list_bracketed")

/** Decides once, for one issuer, where everything in its principals comes from. */
export function compilePrincipal(profile: IssuerProfile): MakePrincipal {
  const { provider, appsNeedRoles, groupsOverage, readBracketed } = profile
  const subjectOf = compileSubject(profile.subject)
  const kindOf = compileKind(profile.kind)
  const tenantOf = compileTenant(profile.tenant)

  return (claims, issuer) => {
    const { sub } = claims
    // RFC 7519 section 4.1.2: a string. Where it is not the identity, it still must not be something else (SR-070).
    if (sub !== undefined && !isSubject(sub)) return subjectInvalid
    const subject = subjectOf(claims)
    if (subject === undefined) return subjectInvalid
    if (!deepFreeze(claims)) return claimsInvalid

    const id = principalId(issuer, subject.text, subject.mark)
    if (id === undefined) return subjectInvalid
    const clientId = firstText(claims, profile.clientId)
    const tenant = tenantOf(claims)
    const kind = kindOf(claims, clientId)
    const roles = namesAt(claims, profile.roles, readBracketed)
    const groups = namesAt(claims, profile.groups, readBracketed)
    const permissions = namesAt(claims, profile.permissions, readBracketed)
    if (roles === undefined || groups === undefined || permissions === undefined) return listBracketed
    // Assigned, not spread: four conditional spreads cost 1.5 µs of a 20 µs verification on Node 24.
    const principal: Writable<Principal> = {
      id,
      issuer,
      provider,
      subject: subject.text,
      kind,
      scopes: scopesAt(claims, profile.scopes),
      roles,
      groups,
      permissions,
      expiresAt: claims.exp as number,
      claims,
    }
    if (clientId !== undefined) principal.clientId = clientId
    if (tenant !== undefined) principal.tenant = tenant
    if (groupsOverage && groupsLeftOut(claims)) principal.groupsIncomplete = true
    if (appsNeedRoles && kind === "app" && roles.length === 0 && principal.scopes.length === 0)
      principal.entitledToNothing = true
    return Object.freeze(principal)
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The first combination of claims that is there at all; it has to be wholly there. */
function compileSubject(rules: IssuerProfile["subject"]): (claims: JsonObject) => Subject | undefined {
  return (claims) => {
    for (const { claims: names, mark = "", tenant, when } of rules) {
      if (when !== undefined && claims[when.claim] !== when.equals) continue
      if (names.length === 1) {
        const only = claims[names[0] as string]
        if (only === undefined) continue
        return isSubject(only) ? { text: tenant === undefined ? only : `${tenant}:${only}`, mark } : undefined
      }
      const parts = names.map((name) => claims[name])
      if (parts.every((part) => part === undefined)) continue
      return parts.every(isSubject) ? { text: parts.join(":"), mark } : undefined
    }
    return undefined
  }
}

interface Subject {
  readonly text: string
  /** Goes before the text in the id, so that a client never has the id of a user of the same name (SR-071). */
  readonly mark: string
}

function firstText(claims: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = claims[name]
    if (typeof value === "string" && value !== "") return value
  }
  return undefined
}

function compileTenant(tenant: IssuerProfile["tenant"]): (claims: JsonObject) => string | undefined {
  if (tenant === undefined) return () => undefined
  if ("value" in tenant) return () => tenant.value
  return (claims) => {
    const value = claimAt(claims, tenant.claim)
    return typeof value === "string" && value !== "" ? value : undefined
  }
}

/** Entra leaves the groups out of a token above 200 and points elsewhere; the pointer is never followed. */
function groupsLeftOut({ hasgroups, _claim_names: names }: JsonObject): boolean {
  return hasgroups === true || (typeof names === "object" && names !== null && Object.hasOwn(names, "groups"))
}
