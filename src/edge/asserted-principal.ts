import { claimAt } from "../shared/claim.ts"
import { isSubject, principalId } from "../shared/principal-id.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Claims, Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { EdgeValues } from "./header-options.ts"
import { BareObject } from "./values/bare-object.ts"
import { onceEach } from "./values/memoized.ts"

/** What a trusted edge asserts of the caller. */
export interface EdgeIdentity {
  /** Often the same object as with an earlier request of the caller. */
  readonly values: EdgeValues
  /** When the evidence stops to hold. Seconds since the epoch. */
  readonly expiresAt: number
}

/**
 * The issuer of identities that come from the edge, as rules (`issuers`) and records name it. No token issuer may have
 * it.
 */
export const edgeIssuer = "edge"

/** Goes before the name of an attribute among the claims of a token, so that neither is mistaken for the other. */
const attributePrefix = "edge:"

/** Gives the names that rules demand the rules' own spelling. */
export type Spell = (received: readonly string[]) => readonly string[]

/** Spells each name once. */
export function spellOnce(spell: Spell): Spell {
  const spellingsOf = onceEach((name) => spell([name]))
  return (received) => {
    for (const name of received) {
      const spellings = spellingsOf(name)
      if (spellings.length !== 1 || spellings[0] !== name)
        return Object.freeze([...new Set(received.flatMap(spellingsOf))])
    }
    return received // which most lists come to: no name that a rule demands, or in the rule's own spelling
  }
}

const none: readonly string[] = Object.freeze([])
const subjectInvalid = refusal("subject_invalid")
const subjectMismatch = refusal("edge_subject_mismatch")
const claimConflict = refusal("edge_claim_conflict")

/** Makes the principal that the headers are: role `identity`. */
export type MakePrincipal = (identity: EdgeIdentity) => Principal | Refusal

/** The same values come again, as an object, and so does their principal; only the end of the evidence differs. */
export function compileIdentity(spell: Spell): MakePrincipal {
  const made = new WeakMap<EdgeValues, Principal>()
  return ({ values, expiresAt }) => {
    const before = made.get(values)
    if (before !== undefined && before.expiresAt === expiresAt) return before
    const principal =
      before === undefined ? identityPrincipal(values, expiresAt, spell) : Object.freeze({ ...before, expiresAt })
    if (!("refused" in principal)) made.set(values, principal)
    return principal
  }
}

function identityPrincipal(values: EdgeValues, expiresAt: number, spell: Spell): Principal | Refusal {
  const { user } = values
  if (!isSubject(user)) return subjectInvalid
  const id = principalId(edgeIssuer, user)
  if (id === undefined) return subjectInvalid
  return Object.freeze({
    id,
    issuer: edgeIssuer,
    provider: "edge",
    subject: user,
    kind: "user",
    scopes: listIn(values, "scopes"),
    roles: listIn(values, "roles"),
    groups: spell(listIn(values, "groups")),
    permissions: listIn(values, "permissions"),
    expiresAt,
    claims: claimsOf(values, user),
  } satisfies Principal)
}

/** The values as claims, and the user as `sub`. Nothing is inherited where a rule looks a claim up. */
function claimsOf(values: EdgeValues, user: string): Claims {
  const claims = new BareObject()
  for (const key in values) claims[key] = values[key]
  claims.sub = user
  return Object.freeze(claims)
}

/** Adds what the edge asserts to a verified token: role `attributes`. */
export type AddAttributes = (principal: Principal, identity: EdgeIdentity) => Principal | Refusal

/**
 * The token does not change: its subject has to be the edge's user (SR-127), no claim of it is replaced, and
 * attributes are among its claims under names of their own. Groups, roles and permissions are added to the token's
 * lists.
 *
 * @param keys the context keys that are configured
 */
export function compileAttributes(subjectClaim: ClaimPath, keys: readonly string[], spell: Spell): AddAttributes {
  const names = keys.map((key) => ({ key, name: attributeClaim(key) }))
  // Tokens repeat and so do their attributes; the same object again is what later caches are keyed by.
  const added = new WeakMap<Principal, { readonly values: EdgeValues; readonly principal: Principal }>()
  return (principal, { values }) => {
    const subject = claimAt(principal.claims, subjectClaim)
    if (typeof subject !== "string" || subject === "" || subject !== values.user) return subjectMismatch
    const before = added.get(principal)
    if (before !== undefined && isSame(before.values, values)) return before.principal
    const claims = Object.assign(new BareObject(), principal.claims)
    for (const { key, name } of names) {
      // A claim of the token must not pass for an attribute either, so it is no matter whether the edge sent one.
      if (claims[name] !== undefined) return claimConflict
      if (values[key] !== undefined) claims[name] = values[key]
    }
    // A caller with a role from the edge is entitled to something, as a caller with one of the issuer's is.
    const { entitledToNothing, ...known } = principal
    const roles = both(principal.roles, listIn(values, "roles"))
    const joined = Object.freeze({
      ...known,
      ...(entitledToNothing === true && roles.length === 0 ? { entitledToNothing } : {}),
      roles,
      groups: both(principal.groups, spell(listIn(values, "groups"))),
      permissions: both(principal.permissions, listIn(values, "permissions")),
      claims: Object.freeze(claims),
    })
    added.set(principal, { values, principal: joined })
    return joined
  }
}

/** The name that an attribute has among the claims of a token. */
export function attributeClaim(contextKey: string): string {
  return attributePrefix + contextKey
}

function isSame(before: EdgeValues, values: EdgeValues): boolean {
  return before === values || JSON.stringify(before) === JSON.stringify(values)
}

function listIn(values: EdgeValues, key: string): readonly string[] {
  const value = values[key]
  return Array.isArray(value) ? value : none
}

function both(verified: readonly string[], more: readonly string[]): readonly string[] {
  return more.length === 0 ? verified : Object.freeze([...new Set([...verified, ...more])])
}
