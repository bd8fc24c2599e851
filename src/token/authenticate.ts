import type { Candidate, KeySet } from "../keys/key-set.ts"
import { thumbprintsIn } from "../keys/thumbprints.ts"
import type { Principal } from "../types/principal.ts"
import { type Refusal, refusal } from "../types/reasons.ts"
import type { VerifiedTokens } from "./cache.ts"
import type { ClaimsCheck } from "./claims.ts"
import { type CompactToken, splitToken } from "./compact.ts"
import { type JoseHeader, readHeader } from "./header.ts"
import type { Issuer, SelectedIssuer, SelectIssuer } from "./issuers.ts"
import { type JsonObject, parseObject } from "./json.ts"
import { signingKey } from "./signature.ts"

/**
 * Verifies one token. A value at once when the keys are at hand; a promise only when keys have to be fetched first.
 * Never throws and never rejects: a refused token is an ordinary value.
 */
export type Authenticate = (
  token: unknown,
  nowMs: number,
  notes?: TokenNotes,
) => Principal | Refusal | Promise<Principal | Refusal>

/** What an observer is shown of one token. */
export interface TokenNotes {
  /** Whether the token was verified before. */
  tokenCacheHit: boolean | undefined
}

const signatureInvalid = refusal("signature_invalid")
const claimsInvalid = refusal("claims_invalid")
const algorithmRefused = refusal("algorithm_not_allowed")
const typeRefused = refusal("type_not_allowed")
const kidMissing = refusal("kid_missing")
const keyUnknown = refusal("key_unknown")
const keysUnavailable = refusal("keys_unavailable")

/** Headers of tokens that verified; a few per issuer and key. Only those are remembered, so no attacker can fill it. */
const maxHeaders = 256

/** A token with everything read from it that does not need a key. */
interface ReadToken {
  readonly token: string
  readonly compact: CompactToken
  readonly header: JoseHeader
  readonly claims: JsonObject
  readonly selected: SelectedIssuer
  /** What the claims alone are refused for; said only when the signature is good (SR-054). */
  readonly condemned: Refusal | undefined
  readonly nowMs: number
}

export function createAuthenticate(select: SelectIssuer, verified: VerifiedTokens): Authenticate {
  const headers = new Map<string, JoseHeader>()
  let lastText = ""
  let lastHeader: JoseHeader | undefined

  function read(token: unknown, nowMs: number): ReadToken | Refusal {
    const compact = splitToken(token)
    if ("refused" in compact) return compact
    // Most tokens carry the header of the one before: comparing it is cheaper than hashing it.
    const again = lastHeader !== undefined && compact.header === lastText
    const header = again ? (lastHeader as JoseHeader) : (headers.get(compact.header) ?? readHeader(compact.header))
    if ("refused" in header) return header
    const claims = parseObject(compact.payload)
    if (claims === undefined) return claimsInvalid
    const selected = select(claims, header.members)
    if ("refused" in selected) return selected
    const { issuer, checks } = selected
    const nowSeconds = nowMs / 1000
    const unfit = headerRefusal(header, issuer)
    if (unfit !== undefined) return attributed(unfit, issuer)
    // The payload is parsed once, from the very text that the signature covers, so these are the verified claims too.
    const { type } = header
    const condemned =
      firstRefusal(issuer.checks, claims, nowSeconds, type) ?? firstRefusal(checks, claims, nowSeconds, type)
    return { token: token as string, compact, header, claims, selected, condemned, nowMs }
  }

  function finish(found: ReadToken, candidates: readonly Candidate[]): Principal | Refusal {
    const { token, compact, header, claims, selected, condemned, nowMs } = found
    const key = signingKey(header.algorithm, token.slice(0, compact.signedLength), compact.signature, candidates)
    const { issuer } = selected
    if (key === undefined) return attributed(signatureInvalid, issuer)
    if (condemned !== undefined) return attributed(condemned, issuer)
    const { keyIssuer } = issuer.profile
    if (keyIssuer !== undefined && !keyIsForTenant(key.issuer, keyIssuer, claims)) return attributed(keyUnknown, issuer)
    const principal = issuer.makePrincipal(claims, claims.iss as string)
    if ("refused" in principal) return attributed(principal, issuer)
    if (headers.size >= maxHeaders) headers.clear() // more than 256 only after many key rotations
    if (header !== lastHeader) {
      headers.set(compact.header, header)
      lastText = compact.header
      lastHeader = header
    }
    verified.set(token, principal, key, issuer.keys, nowMs / 1000)
    return principal
  }

  function afterFetch(found: ReadToken, set: KeySet | undefined): Principal | Refusal {
    const { issuer } = found.selected
    if (set === undefined) return attributed(keysUnavailable, issuer)
    const candidates = candidatesIn(set, found.header, issuer, found.nowMs)
    if (candidates.length === 0) return withoutKey(issuer, keyUnknown)
    const result = finish(found, candidates)
    return mayNeedNewKey(found, result) ? withoutKey(issuer, signatureInvalid) : result
  }

  return (token, nowMs, notes) => {
    const nowSeconds = nowMs / 1000
    const cached = typeof token === "string" ? verified.get(token, nowSeconds) : undefined
    if (notes !== undefined) notes.tokenCacheHit = cached !== undefined
    if (cached !== undefined) return cached
    const found = read(token, nowMs)
    if ("refused" in found) return found
    const { issuer } = found.selected
    const set = issuer.keys.current(nowMs)
    const candidates = set === undefined ? none : candidatesIn(set, found.header, issuer, nowMs)
    if (candidates.length > 0) {
      const result = finish(found, candidates)
      if (!mayNeedNewKey(found, result)) return result
    }
    // A token that its own claims already condemn is not worth a fetch.
    else if (found.condemned !== undefined) return attributed(found.condemned, issuer)
    const fetching = set === undefined ? issuer.keys.refreshed(nowMs) : issuer.keys.forced(nowMs)
    if (fetching !== undefined) return fetching.then((fetched) => afterFetch(found, fetched))
    const refused = withoutKey(issuer, candidates.length > 0 ? signatureInvalid : keyUnknown)
    // The cool-down forbids a fetch, and the issuer may have published the key since the last one.
    return issuer.keys.isFixed || refused.outcome === "unavailable"
      ? refused
      : { ...refused, ifKept: "keys_unavailable" }
  }
}

const none: readonly Candidate[] = []

/** The refusal with the configured issuer that it concerns, for records. Allocates, on the refusing path only. */
function attributed(refused: Refusal, { profile }: Issuer): Refusal {
  return { ...refused, issuer: profile.name }
}

/** While refreshing fails, a missing key may be a new one: the question is undecided, and must not become a denial. */
function withoutKey(issuer: Issuer, refused: Refusal): Refusal {
  return attributed(issuer.keys.inDoubt ? keysUnavailable : refused, issuer)
}

/** Without a `kid`, a signature that does not verify is what a token of a new key looks like, too. */
function mayNeedNewKey({ header, condemned }: ReadToken, result: Principal | Refusal): boolean {
  if (header.kid !== undefined || condemned !== undefined) return false
  return "refused" in result && result.code === signatureInvalid.code
}

function candidatesIn(
  set: KeySet,
  { kid, algorithm, members }: JoseHeader,
  { profile }: Issuer,
  nowMs: number,
): readonly Candidate[] {
  if (kid !== undefined) return usable(set.candidates(kid, algorithm.name), nowMs)
  if (profile.selectByThumbprint) {
    const named = usable(set.certified(thumbprintsIn(members), algorithm.name), nowMs)
    if (named.length > 0) return named
  }
  if (!profile.allowMissingKid) return none
  // Exactly one key may fit; one that has left the set and verifies in its grace is not it.
  const all = usable(set.candidates(undefined, algorithm.name), nowMs)
  const present = all.filter(({ key }) => key.usableUntilMs === Number.POSITIVE_INFINITY)
  return present.length === 1 ? present : none
}

/** A key whose grace is over is as good as absent, so that a refresh can bring it back. */
function usable(candidates: readonly Candidate[], nowMs: number): readonly Candidate[] {
  for (const { key } of candidates)
    if (key.usableUntilMs <= nowMs) return candidates.filter((candidate) => candidate.key.usableUntilMs > nowMs)
  return candidates
}

function headerRefusal(header: JoseHeader, { algorithms, types, profile }: Issuer): Refusal | undefined {
  const mark = profile.refusedHeader
  if (mark !== undefined && header.members[mark.name] !== undefined) return refusal(mark.code)
  if (!algorithms.has(header.algorithm.name)) return algorithmRefused
  if (!types.has(header.type)) return typeRefused
  if (header.kid !== undefined || profile.allowMissingKid) return undefined
  return profile.selectByThumbprint && thumbprintsIn(header.members).length > 0 ? undefined : kidMissing
}

function firstRefusal(
  checks: readonly ClaimsCheck[],
  claims: JsonObject,
  nowSeconds: number,
  type: string,
): Refusal | undefined {
  for (const check of checks) {
    const refused = check(claims, nowSeconds, type)
    if (refused !== undefined) return refused
  }
  return undefined
}

/**
 * Entra's shared key sets hold keys that belong to one tenant: such a key must not verify another tenant's token.
 * A key without `issuer` (version 1 endpoints) belongs to all.
 */
function keyIsForTenant(keyIssuer: string | undefined, template: string, claims: JsonObject): boolean {
  if (keyIssuer === undefined || keyIssuer === template) return true
  return keyIssuer === template.replace("{tenantid}", String(claims.tid))
}
