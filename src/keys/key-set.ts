import type { KeyObject } from "node:crypto"
import type { Algorithm } from "../shared/algorithms.ts"
import { importJwk, type SkipReason, type Thumbprint, type VerificationKey } from "./jwk.ts"

/** Most keys of one set that are looked at; Entra, the largest seen, publishes up to 14. */
const maxKeys = 100
/** Most keys with one `kid` and fitting `alg` that are tried on one signature (SR-052). */
export const maxCandidates = 4

/** The usable keys of one issuer entry at one time. Never changed; a refresh makes a new one. */
export interface KeySet {
  /** The keys that `kid` and `alg` select together; an empty list if none. */
  candidates(kid: string | undefined, alg: string): readonly Candidate[]
  /** The keys whose certificate has all of these thumbprints, for `alg`; an empty list if none are given. */
  certified(thumbprints: readonly Thumbprint[], alg: string): readonly Candidate[]
  readonly keys: readonly VerificationKey[]
  readonly skipped: { readonly [reason: string]: number }
}

/** One key that may have made a signature. */
export interface Candidate {
  readonly key: VerificationKey
  readonly object: KeyObject
}

const none: readonly Candidate[] = Object.freeze([])

/**
 * Reads a JWK Set (RFC 7517 section 5). Keys that cannot be used are counted and skipped one by one. Keys that
 * `previous` held too stay the same objects, so that cached verifications by them go on.
 *
 * @param document the parsed set; `undefined` is returned when it is not an object with an array `keys`
 * @param allowed the algorithms of the issuer
 */
export function readKeySet(document: unknown, allowed: readonly Algorithm[], previous?: KeySet): KeySet | undefined {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, "keys")) return undefined
  const list = (document as { keys: unknown }).keys
  if (!Array.isArray(list)) return undefined

  const known = new Map(previous?.keys.map((key) => [key.fingerprint, key]))
  const keys = new Map<string, VerificationKey>()
  const skipped: Partial<Record<SkipReason | "too_many", number>> = {}
  for (const jwk of list) {
    const result = keys.size < maxKeys ? importJwk(jwk, allowed) : "too_many"
    if (typeof result === "string") skipped[result] = (skipped[result] ?? 0) + 1
    else keys.set(result.fingerprint, known.get(result.fingerprint) ?? result)
  }
  return keySet([...keys.values()], skipped)
}

/**
 * Puts `next` in the place of `previous` (SR-100): what is in `next` verifies without end, what only `previous` held
 * goes on verifying for the grace and not a moment longer. Entra's sets lose keys for hours and show them again; for
 * every other issuer the grace is 0.
 *
 * @returns the set to use: `next`, and after it the keys in their grace
 */
export function succeed(previous: KeySet | undefined, next: KeySet, graceMs: number, nowMs: number): KeySet {
  const present = new Set(next.keys)
  for (const key of present) key.usableUntilMs = Number.POSITIVE_INFINITY
  const inGrace: VerificationKey[] = []
  for (const key of previous?.keys ?? []) {
    if (present.has(key)) continue
    key.usableUntilMs = Math.min(key.usableUntilMs, nowMs + graceMs)
    if (key.usableUntilMs > nowMs) inGrace.push(key)
  }
  return inGrace.length === 0 ? next : keySet([...next.keys, ...inGrace].slice(0, maxKeys), next.skipped)
}

function keySet(keys: readonly VerificationKey[], skipped: KeySet["skipped"]): KeySet {
  const byAlgorithm = new Map<string, Map<string | undefined, Candidate[]>>()
  const add = (alg: string, kid: string | undefined, candidate: Candidate): void => {
    const byKid = byAlgorithm.get(alg) ?? new Map<string | undefined, Candidate[]>()
    byAlgorithm.set(alg, byKid.set(kid, [...(byKid.get(kid) ?? []), candidate]))
  }
  for (const key of keys) {
    for (const [alg, object] of key.byAlgorithm) {
      if (key.kid !== undefined) add(alg, key.kid, { key, object })
      add(alg, undefined, { key, object }) // what a token without kid selects from
    }
  }
  return {
    keys,
    skipped,
    candidates: (kid, alg) => byAlgorithm.get(alg)?.get(kid) ?? none,
    certified(thumbprints, alg) {
      if (thumbprints.length === 0) return none
      const all = byAlgorithm.get(alg)?.get(undefined) ?? none
      return all.filter(({ key }) => thumbprints.every((thumbprint) => key.thumbprints.includes(thumbprint)))
    },
  }
}
