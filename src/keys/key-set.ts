import type { KeyObject } from "node:crypto"
import type { Algorithm } from "../shared/algorithms.ts"
import { importJwk, type SkipReason, type VerificationKey } from "./jwk.ts"
import type { Thumbprint } from "./thumbprints.ts"

/** Most members of one set that are looked at; Entra, the largest seen, publishes up to 14. */
export const maxKeys = 100
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
 * Reads a JWK Set (RFC 7517 section 5). Keys that cannot be used are counted and skipped one by one.
 *
 * @param document the parsed set; `undefined` is returned when it is not an object with an array `keys`
 * @param allowed the algorithms of the issuer
 */
export function readKeySet(document: unknown, allowed: readonly Algorithm[]): KeySet | undefined {
  const list = membersOf(document)
  return (
    list &&
    joinKeys(
      list.slice(0, maxKeys).map((jwk) => importJwk(jwk, allowed)),
      list.length,
    )
  )
}

/** The members of a parsed JWK Set, or undefined if it is none. */
export function membersOf(document: unknown): readonly unknown[] | undefined {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, "keys")) return undefined
  const { keys } = document as { keys: unknown }
  return Array.isArray(keys) ? keys : undefined
}

/**
 * The set of the keys that could be imported. Keys that `previous` held too stay the same objects, so that cached
 * verifications by them go on.
 *
 * @param count how many members there were, those that were not looked at included
 */
export function joinKeys(results: readonly (VerificationKey | SkipReason)[], count: number, previous?: KeySet): KeySet {
  const known = new Map(previous?.keys.map((key) => [key.fingerprint, key]))
  const keys = new Map<string, VerificationKey>()
  const skipped: Partial<Record<SkipReason | "too_many", number>> = {}
  for (const result of results) {
    if (typeof result === "string") skipped[result] = (skipped[result] ?? 0) + 1
    else keys.set(result.fingerprint, known.get(result.fingerprint) ?? result)
  }
  if (count > results.length) skipped.too_many = count - results.length
  return keySet([...keys.values()], skipped)
}

/** The set of these keys. */
export function keySet(keys: readonly VerificationKey[], skipped: KeySet["skipped"]): KeySet {
  const byAlgorithm = new Map<string, Map<string | undefined, Candidate[]>>()
  const add = (alg: string, kid: string | undefined, candidate: Candidate): void => {
    const byKid = byAlgorithm.get(alg) ?? new Map<string | undefined, Candidate[]>()
    byAlgorithm.set(alg, byKid)
    const named = byKid.get(kid)
    if (named === undefined) byKid.set(kid, [candidate])
    else named.push(candidate)
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
