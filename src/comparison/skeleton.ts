import type { AcceptedIssuer, IssuerProfile, Requirement } from "../provider/profile.ts"
import { acceptsIssuer } from "../provider/tenant-issuers.ts"
import { claimAt } from "../shared/claim.ts"
import { shapeOf } from "../testing/shapes.ts"
import type { Claims } from "../types/principal.ts"
import { withClaim } from "./claim-writing.ts"
import type { SideIssuer } from "./side-issuer.ts"

/** An access token of one accepted issuer, before anything is demanded of it. */
export interface Skeleton {
  readonly claims: Claims
  /** The `typ` of the header, in lower case. */
  readonly type: string
  /** The option's value in which it differs from the first one. */
  readonly variant: string | undefined
}

const tenant = "11111111-2222-4333-8444-555555555555"

/**
 * The claims of a person's access token for each `iss` that an issuer accepts, with everything that its options
 * require.
 *
 * @param everyVariant whether each audience, and each value that an option allows, gets a token of its own
 * @param named `iss` values that rules name: of an issuer that accepts many tenants, these are looked at as well
 */
export function skeletonsOf(
  { config, profile }: SideIssuer,
  nowSeconds: number,
  named: readonly string[],
  everyVariant: boolean = false,
): readonly Skeleton[] {
  const shape = shapeOf(config)
  // The plain type where it is accepted, so that the claims show by themselves what kind of token it is.
  const type = profile.types.includes("jwt") ? "jwt" : String(shape.header.typ ?? "").toLowerCase()
  const seconds = Math.min(3600, profile.maxLifetimeSeconds ?? 3600)
  const parts = { now: nowSeconds, unique: () => "example" }
  const given = JSON.parse(JSON.stringify({ ...shape.access(parts), exp: nowSeconds + seconds })) as Claims
  const exact = profile.issuers.map((accepted) => withRequired({ ...given, iss: accepted.issuer }, profile, accepted))
  const tenants = profile.tenantIssuers.flatMap((pattern) => {
    const own = `${pattern.prefix}${pattern.only ?? tenant}${pattern.suffix}`
    return [own, ...named.filter((iss) => iss !== own && acceptsIssuer(pattern, iss))].map((iss) => {
      const tid = iss.slice(pattern.prefix.length, iss.length - pattern.suffix.length)
      return withRequired({ ...given, iss, tid }, profile, pattern)
    })
  })
  return [...exact, ...tenants].flatMap((claims) => [
    { claims, type, variant: undefined },
    ...(everyVariant ? variantsOf(claims, profile) : []).map((each) => ({ ...each, type })),
  ])
}

/**
 * The same token with each other value that one option allows. Checks look at one claim each, so one at a time is
 * enough.
 */
function variantsOf(
  claims: Claims,
  profile: IssuerProfile,
): readonly { readonly claims: Claims; readonly variant: string }[] {
  const names = [
    ...[...profile.require, ...profile.audiences].map(({ claim }) => claim),
    ...(profile.organizations === undefined ? [] : ["org_id"]),
  ]
  return [...new Set(names)].flatMap((claim) =>
    permittedValues(profile, claim)
      .filter((value) => ![claimAt(claims, claim)].flat().includes(value))
      .map((value) => ({ claims: withClaim(claims, claim, value), variant: `${claim} = ${value}` })),
  )
}

/** Sets what the issuer's options require, unless the skeleton has it. */
function withRequired(given: Claims, profile: IssuerProfile, accepted: Pick<AcceptedIssuer, "require">): Claims {
  let claims = given
  const requirements: readonly Requirement[] = [...profile.require, ...accepted.require]
  for (const { claim, value } of requirements) {
    const values: readonly unknown[] | undefined = value === undefined ? undefined : [value].flat()
    const has = claimAt(claims, claim)
    if (values === undefined ? has === undefined || has === null : !values.includes(has))
      claims = withClaim(claims, claim, values === undefined ? "example" : values[0])
  }
  for (const { claim, anyOf } of profile.audiences) {
    const has = claimAt(claims, claim)
    if (![has].flat().some((audience) => anyOf.includes(audience as string)))
      claims = withClaim(claims, claim, anyOf[0])
  }
  const { organizations, accessTokenClaim } = profile
  if (organizations !== undefined && organizations.length > 0) claims = withClaim(claims, "org_id", organizations[0])
  if (accessTokenClaim !== undefined && claimAt(claims, accessTokenClaim) === undefined)
    claims = withClaim(claims, accessTokenClaim, "example")
  return claims
}

/** Values of a claim that the issuer's options leave open. */
export function permittedValues(profile: IssuerProfile, claim: unknown): readonly unknown[] {
  const required = [...profile.require, ...profile.issuers.flatMap(({ require }) => require)]
  return [
    ...required
      .filter((each) => each.claim === claim)
      .flatMap(({ value }) => (value === undefined ? [] : [value].flat())),
    ...profile.audiences.filter((each) => each.claim === claim).flatMap(({ anyOf }) => anyOf),
    ...(claim === "org_id" ? (profile.organizations ?? []) : []),
  ]
}
