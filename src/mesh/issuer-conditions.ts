import type { AcceptedIssuer, IssuerProfile, Requirement } from "../provider/profile.ts"
import type { ClaimPath } from "../types/configuration.ts"
import { type Alternatives, allOf, anyOf, exactly, isAbsent, isThere } from "./conditions.ts"
import { Unsupported } from "./exported.ts"

/** Claims that Istio and Envoy split at blanks whatever the configuration says. */
const alwaysSplit = ["scope", "permission"]

export function namesOf(path: ClaimPath): readonly string[] {
  return typeof path === "string" ? [path] : path
}

/** Claims whose text is split at blanks: those that scopes are read from. */
export function splitClaims({ scopes }: IssuerProfile): ReadonlySet<string> {
  const own = scopes.map(namesOf).flatMap((names) => (names.length === 1 ? names : []))
  return new Set([...alwaysSplit, ...own])
}

/**
 * Everything that tokens of one issuer must hold, apart from signature and time.
 *
 * @throws Unsupported for a value that no condition can express
 */
export function issuerConditions(profile: IssuerProfile, { issuer, require }: AcceptedIssuer): Alternatives {
  const { audiences, organizations, refuseJtiPrefix } = profile
  const split = splitClaims(profile)
  return allOf(
    [[exactly(["iss"], [issuer])]],
    // The neighbour compares audiences without scheme and slash; a condition compares them exactly.
    ...audiences.map(({ claim, anyOf: values }): Alternatives => [[exactly([claim], values)]]),
    ...[...profile.require, ...require].map((each) => requirement(each, split)),
    ...profile.refuseClaims.map((claim) => isAbsent(claim)),
    ...profile.refuseValues.map(({ claim, values }): Alternatives => [[{ claim: [claim], notValues: values }]]),
    ...(refuseJtiPrefix === undefined ? [] : [[[{ claim: ["jti"], notValues: [`${refuseJtiPrefix}*`] }]]]),
    ...(profile.requireAny.length > 0 ? [anyOf(...profile.requireAny.map((claim) => isThere(claim)))] : []),
    ...evidence(profile),
    ...(profile.refuseClientAsAudience ? [clientIsNoAudience(profile)] : []),
    ...(organizations === undefined ? [] : [organizationOf(organizations)]),
    // RFC 7800 section 3.1: the members that bind a token to its sender.
    ...["jkt", "x5t#S256", "kid", "jku"].map((member) => isAbsent("cnf", member)),
  )
}

/** @throws Unsupported for the first demand of an issuer that no condition on claims can express */
export function refuseInexpressible(profile: IssuerProfile): void {
  const { types, keyIssuer, keyPlace, issuers } = profile
  const isMarked =
    profile.requireAny.length > 0 ||
    profile.accessTokenEvidence ||
    profile.require.length > 0 ||
    keyIssuer !== undefined
  if (!isMarked)
    throw new Unsupported(
      "refuses logout tokens by the claim events, which is an object",
      "Name a claim that logout tokens do not have in require",
    )
  refuseTenantPattern(profile)
  if (types.length === 1 && types[0] === "at+jwt")
    throw new Unsupported("demands the type at+jwt, and headers of tokens are not compared")
  if (profile.maxLifetimeSeconds !== undefined)
    throw new Unsupported("bounds the lifetime of tokens, and times are not compared")
  const ownKeys = "jwksUri" in keyPlace && issuers.every(({ require }) => namesTenantIn(keyPlace.jwksUri, require))
  if (keyIssuer !== undefined && !("jwks" in keyPlace) && !ownKeys)
    throw new Unsupported(
      "shares its key set between tenants, and the tenant of a key is not compared",
      "Configure each tenant as an issuer of its own",
    )
}

/** @throws Unsupported for issuers that are known by a pattern */
export function refuseTenantPattern({ tenantIssuers }: IssuerProfile): void {
  if (tenantIssuers.length > 0)
    throw new Unsupported(
      "accepts a pattern of issuers, one for each tenant",
      "Configure each tenant as an issuer of its own",
    )
}

/** The members `issuer` and `audiences`, as every target has them. */
export function namedParties(issuer: string, { audiences }: IssuerProfile): object {
  const values = audiences.find(({ claim }) => claim === "aud")?.anyOf
  return { issuer, ...(values !== undefined && { audiences: values }) }
}

function namesTenantIn(uri: string, require: readonly Requirement[]): boolean {
  const tenant = require.find(({ claim }) => claim === "tid")?.value
  return typeof tenant === "string" && uri.includes(`/${tenant}/`)
}

function requirement({ claim, value }: Requirement, split: ReadonlySet<string>): Alternatives {
  if (value === undefined) return isThere(claim)
  if (split.has(claim)) throw new Unsupported(`demands a value of ${claim}, which is split at blanks`)
  return [[exactly([claim], [value].flat())]]
}

/** What shows that a token is an access token, as far as claims show it. */
function evidence({ accessTokenEvidence, accessTokenClaim, refuseNonceWithoutScope }: IssuerProfile): Alternatives[] {
  const found: Alternatives[] = []
  const scoped = [isThere("scope"), isThere("scp")]
  if (accessTokenEvidence) {
    const own = accessTokenClaim === undefined ? [] : [isThere(...namesOf(accessTokenClaim))]
    found.push(anyOf(...scoped, isThere("client_id"), ...own))
  }
  if (refuseNonceWithoutScope) found.push(anyOf(...scoped, isAbsent("nonce")))
  return found
}

/** An ID token's audience is its client, so no client may have the name of an audience. */
function clientIsNoAudience({ clientId, audiences }: IssuerProfile): Alternatives {
  const notValues = audiences.flatMap(({ claim, anyOf: values }) => (claim === "aud" ? values : []))
  return [clientId.map((claim) => ({ claim: [claim], notValues }))]
}

function organizationOf(allowed: readonly string[]): Alternatives {
  return allowed.length === 0 ? isAbsent("org_id") : [[exactly(["org_id"], allowed)]]
}
