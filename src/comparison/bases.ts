import type { IssuerProfile, KindRule } from "../provider/profile.ts"
import { claimAt } from "../shared/claim.ts"
import type { ClaimPath } from "../types/configuration.ts"
import type { Claims, Principal, PrincipalKind } from "../types/principal.ts"
import { pathText, withClaim, withMembers } from "./claim-writing.ts"
import type { Side } from "./side.ts"
import type { SideIssuer } from "./side-issuer.ts"
import { permittedValues, type Skeleton, skeletonsOf } from "./skeleton.ts"

/** A caller of one issuer and kind who has nothing that a rule could demand. */
export interface Base {
  readonly issuer: SideIssuer
  readonly iss: string
  readonly kind: PrincipalKind
  readonly claims: Claims
  readonly type: string
  /** Whether it is refused by rules that demand nothing: an app of Entra without a role. */
  readonly entitledToNothing: boolean
  /** How it differs from the first caller of its issuer and kind: `aud = api://two`. */
  readonly variant: string | undefined
}

/** What the rules of both tables name. */
export interface NamedByRules {
  readonly paths: readonly ClaimPath[]
  readonly issuers: readonly string[]
  /** A text that no rule names. */
  readonly fresh: string
}

/** In this order, so that an example is a person's token if there is one. */
const kinds: readonly PrincipalKind[] = ["user", "app", "unknown"]

/**
 * Every kind of caller that a configuration's issuers give tokens to.
 *
 * @param everyVariant whether tokens for each audience, and with each value that an option allows, are callers of their
 *   own
 */
export function basesOf(
  side: Side,
  named: NamedByRules,
  nowSeconds: number,
  everyVariant: boolean = false,
): readonly Base[] {
  const tokens = side.issuers.flatMap((issuer) =>
    skeletonsOf(issuer, nowSeconds, named.issuers, everyVariant).flatMap((skeleton) => {
      const found = new Map<string, Base>()
      // More than half of the candidates have the same claims as an earlier one.
      const known = new Map<string, Principal | undefined>()
      const accept = (claims: Claims): Principal | undefined => {
        const text = JSON.stringify(claims)
        if (known.has(text)) return known.get(text)
        const principal = side.principalOf(claims, skeleton.type, nowSeconds)
        const accepted = "refused" in principal || principal.issuer !== skeleton.claims.iss ? undefined : principal
        known.set(text, accepted)
        return accepted
      }
      for (const bare of candidates(skeleton, issuer.profile, named.fresh)) {
        const kind = accept(bare)?.kind
        if (kind === undefined || found.has(kind)) continue
        for (const [at, claims] of unnamedClaims(bare, issuer.profile, named, accept).entries()) {
          const principal = accept(claims)
          if (principal === undefined || principal.kind !== kind) continue
          found.set(at === 0 ? kind : `${kind} ${at}`, {
            ...{ issuer, iss: principal.issuer, kind, claims, type: skeleton.type, variant: skeleton.variant },
            entitledToNothing: principal.entitledToNothing === true,
          })
        }
      }
      return [...found.values()].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
    }),
  )
  if (side.edge === undefined) return tokens
  const claims = { iss: side.edge.profile.name, sub: named.fresh }
  const { edge: issuer } = side
  return [
    ...tokens,
    { issuer, iss: claims.iss, kind: "user", claims, type: "", entitledToNothing: false, variant: undefined },
  ]
}

/** Claims of every kind, without scopes, roles, groups and permissions, then with a scope that no rule names. */
function candidates({ claims }: Skeleton, profile: IssuerProfile, fresh: string): readonly Claims[] {
  const lists = [...profile.scopes, ...profile.roles, ...profile.groups, ...profile.permissions]
  const bare = lists.reduce((stripped, path) => withClaim(stripped, path, undefined), claims)
  const marks = profile.kind.map(({ when }) => when)
  const neutral = marks.reduce((unmarked, when) => withoutMark(unmarked, when, profile), bare)
  const shaped = [
    bare,
    ...marks.flatMap((when) => [withMark(bare, when, profile, fresh), withMark(neutral, when, profile, fresh)]),
    neutral,
  ]
  const [scope] = profile.scopes
  const scoped = scope === undefined ? [] : shaped.map((each) => withMembers(each, scope, [fresh], true))
  const listed = scope === undefined ? [] : shaped.map((each) => withClaim(each, scope, [fresh]))
  return [...shaped, ...scoped, ...listed]
}

function withMark(claims: Claims, when: KindRule["when"], profile: IssuerProfile, fresh: string): Claims {
  if (when === "always") return claims
  if (when === "subjectIsClient") return withClaim(claims, "sub", clientIn(claims, profile) ?? fresh)
  if (when === "clientWithoutSubject") return withClaim(claims, "sub", undefined)
  if ("present" in when) return claims[when.present] === undefined ? withClaim(claims, when.present, fresh) : claims
  if ("equals" in when) return withClaim(claims, when.claim, when.equals)
  return withClaim(claims, when.claim, `${fresh}${when.endsWith}`)
}

function withoutMark(claims: Claims, when: KindRule["when"], profile: IssuerProfile): Claims {
  if (typeof when === "string") {
    const isClient = when === "subjectIsClient" && claims.sub === clientIn(claims, profile)
    return isClient ? withClaim(claims, "sub", "another") : claims
  }
  if ("present" in when) return withClaim(claims, when.present, undefined)
  if ("equals" in when) return claims[when.claim] === when.equals ? withClaim(claims, when.claim, undefined) : claims
  return String(claims[when.claim]).endsWith(when.endsWith) ? withClaim(claims, when.claim, "another") : claims
}

function clientIn(claims: Claims, { clientId }: IssuerProfile): unknown {
  return clientId.map((name) => claims[name]).find((value) => typeof value === "string" && value !== "")
}

/**
 * Takes out what rules name, so that a caller has it only if a term gives it. A claim that the issuer's tokens must
 * have gets a text that no rule names, or else each value that it may have.
 */
function unnamedClaims(
  claims: Claims,
  profile: IssuerProfile,
  { paths, fresh }: NamedByRules,
  accept: (claims: Claims) => Principal | undefined,
): readonly Claims[] {
  let all: readonly Claims[] = [claims]
  const kind = accept(claims)?.kind
  for (const path of paths) {
    if (pathText(path) === "iss") continue
    all = all.flatMap((each) => {
      const has = claimAt(each, path)
      if (has === undefined) return [each]
      const fits = (changed: Claims): boolean => accept(changed)?.kind === kind
      for (const value of [undefined, fresh, [fresh]]) {
        const changed = withClaim(each, path, value)
        if (fits(changed)) return [changed]
      }
      const changed = permittedValues(profile, path)
        .map((value) => withClaim(each, path, value))
        .filter(fits)
      return changed.length > 0 ? changed : [each]
    })
  }
  return all.slice(0, 100)
}
