import { thumbprintsIn } from "../keys/thumbprints.ts"
import type { IssuerProfile, TenantIssuers } from "../provider/profile.ts"
import type { TraceEntry } from "../types/decision.ts"
import type { Refusal } from "../types/reasons.ts"
import { issuerChecks, type NamedCheck, profileChecks, timeCheck } from "./claims.ts"
import { splitToken } from "./compact.ts"
import { type JoseHeader, readHeader } from "./header.ts"
import { type Issuer, type SelectIssuer, tenantCheck } from "./issuers.ts"
import { type JsonObject, parseObject } from "./json.ts"

/** What an explanation needs of the verifier. */
export interface TokenExplanation {
  readonly select: SelectIssuer
  readonly profiles: readonly IssuerProfile[]
  readonly toleranceSeconds: number
}

type Entry = Omit<TraceEntry, "stage">

/**
 * The checks of a token, each with its verdict, in the order in which they decide. The result of the verification is
 * the judge: of checks that fail, the one that it names comes first.
 *
 * @param refused what verification came to; undefined if the token was accepted
 */
export function explainToken(
  token: string,
  nowMs: number,
  refused: Refusal | undefined,
  { select, profiles, toleranceSeconds }: TokenExplanation,
): readonly Entry[] {
  const entries: Entry[] = []
  const note = (check: string, bad: Refusal | undefined, expected?: unknown, found?: unknown): boolean => {
    entries.push({
      ...{ check, ok: bad === undefined },
      ...(expected !== undefined && { expected }),
      ...(found !== undefined && { found }),
      ...(bad !== undefined && { reason: bad.code }),
    })
    return bad === undefined
  }
  const compact = splitToken(token)
  if (!note("form", refusalIn(compact), "three segments of base64url") || "refused" in compact) return entries
  const header = readHeader(compact.header)
  if ("refused" in header) {
    const found = headerMembers(compact.header)
    if (header.code === "algorithm_not_allowed") note("algorithm", header, algorithmsOf(profiles), found?.alg)
    else note("header", header, undefined, found)
    return entries
  }
  note("header", undefined, undefined, { alg: header.algorithm.name, typ: header.type || undefined, kid: header.kid })
  const claims = parseObject(compact.payload)
  if (claims === undefined) {
    entries.push({
      check: "claims",
      ok: false,
      reason: "claims_invalid",
      expected: "one JSON object without repeated names",
    })
    return entries
  }
  const selected = select(claims, header.members)
  if (!note("issuer", refusalIn(selected), issuersOf(profiles), claims.iss) || "refused" in selected) return entries
  const { issuer } = selected
  noteHeader(issuer, header, note, refused)
  noteKey(issuer, header, nowMs, note, refused)
  for (const named of checksOf(issuer, claims, toleranceSeconds)) {
    const { check, claim, expected, test } = named
    const found = check === "times" ? timesOf(claims) : claim === undefined ? undefined : claims[claim]
    note(
      claim === undefined || check === "times" ? check : `${check}.${claim}`,
      test(claims, nowMs / 1000, header.type),
      expected,
      found,
    )
  }
  note("subject", undefined, undefined, claims.sub)
  return judged(entries, refused)
}

type Note = (check: string, bad: Refusal | undefined, expected?: unknown, found?: unknown) => boolean

function noteHeader({ profile }: Issuer, header: JoseHeader, note: Note, refused: Refusal | undefined): void {
  const { algorithms, types } = profile
  const names = algorithms.map(({ name }) => name)
  const bad = (code: string): Refusal | undefined => (refused?.code === code ? refused : undefined)
  note("algorithm", bad("algorithm_not_allowed"), names, header.algorithm.name)
  note(
    "type",
    bad("type_not_allowed"),
    types.map((type) => (type === "" ? "(absent)" : type)),
    header.type || "(absent)",
  )
}

function noteKey(
  { keys, profile }: Issuer,
  header: JoseHeader,
  nowMs: number,
  note: Note,
  refused: Refusal | undefined,
): void {
  const code = refused?.code
  const keyCodes = ["kid_missing", "key_unknown", "keys_unavailable"]
  const bad = code !== undefined && keyCodes.includes(code) ? refused : undefined
  const known = keys.current(nowMs)?.keys.map(({ kid }) => kid ?? "(no kid)")
  const named = header.kid ?? (thumbprintsIn(header.members).length > 0 ? "(by x5t)" : "(no kid)")
  note("key", bad, known ?? `the key set of ${profile.name}`, named)
  if (bad === undefined) note("signature", code === "signature_invalid" ? refused : undefined)
}

/** The checks of the claims, as the issuer of this token compiled them. */
function checksOf({ profile }: Issuer, claims: JsonObject, toleranceSeconds: number): readonly NamedCheck[] {
  const accepted = profile.issuers.find(({ issuer }) => issuer === claims.iss)
  const pattern = profile.tenantIssuers.find(({ prefix }) => String(claims.iss).startsWith(prefix))
  const require = accepted ?? pattern
  const { maxLifetimeSeconds } = profile
  const expected = { toleranceSeconds, ...(maxLifetimeSeconds !== undefined && { maxLifetimeSeconds }) }
  return [
    { check: "times", expected, test: timeCheck(toleranceSeconds, maxLifetimeSeconds) },
    ...profileChecks(profile),
    ...(require === undefined ? [] : issuerChecks(require)),
    ...(accepted === undefined && pattern !== undefined ? [tenantOf(pattern)] : []),
  ]
}

function tenantOf(pattern: TenantIssuers): NamedCheck {
  return {
    check: "tenant",
    claim: "tid",
    expected: pattern.only ?? "the tenant that iss names",
    test: tenantCheck(pattern),
  }
}

/**
 * The entries with the one first that decided. A refusal that no entry names is an entry of its own, so that an
 * explanation never ends in "all good" for a token that was refused.
 */
function judged(entries: readonly Entry[], refused: Refusal | undefined): readonly Entry[] {
  if (refused === undefined) return entries.map(({ reason: _, ...entry }) => ({ ...entry, ok: true }))
  const at = entries.findIndex(({ ok, reason }) => !ok && reason === refused.code)
  if (at < 0)
    return [
      ...entries.map((entry) => ({ ...entry, ok: true })),
      { check: "principal", ok: false, reason: refused.code },
    ]
  const failedBefore = entries.slice(0, at).filter(({ ok }) => !ok)
  const before = entries.slice(0, at).filter(({ ok }) => ok)
  return [...before, ...entries.slice(at, at + 1), ...failedBefore, ...entries.slice(at + 1)]
}

const refusalIn = (value: object): Refusal | undefined => ("refused" in value ? (value as Refusal) : undefined)
const timesOf = ({ exp, nbf, iat }: JsonObject): object => ({ exp, nbf, iat })

function algorithmsOf(profiles: readonly IssuerProfile[]): readonly string[] {
  return [...new Set(profiles.flatMap(({ algorithms }) => algorithms.map(({ name }) => name)))]
}

function issuersOf(profiles: readonly IssuerProfile[]): readonly string[] {
  return profiles.flatMap(({ issuers, tenantIssuers }) => [
    ...issuers.map(({ issuer }) => issuer),
    ...tenantIssuers.map(({ prefix, suffix }) => `${prefix}{tenant}${suffix}`),
  ])
}

/** The members of a refused header that may be the reason. */
function headerMembers(segment: string): { readonly [name: string]: unknown } | undefined {
  try {
    const { alg, kid, typ, cty, crit, b64 } = JSON.parse(Buffer.from(segment, "base64url").toString("utf8"))
    return { alg, kid, typ, cty, crit, b64 }
  } catch {
    return undefined
  }
}
