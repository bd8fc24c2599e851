import type { KeyObject } from "node:crypto"
import { type Algorithm, algorithms as algorithmTable } from "../shared/algorithms.ts"
import { isObject } from "../shared/is-object.ts"
import { withoutStack } from "../shared/without-stack.ts"
import { importPublicKey, isKeyType, type KeyFault } from "./public-key.ts"
import { rsaPssKey } from "./rsa-pss.ts"
import { maxKidLength, type Thumbprint, thumbprintsOfKey } from "./thumbprints.ts"

/** A public key of a key set, imported once and bound to the algorithms it may verify (RFC 8725 section 3.1). */
export interface VerificationKey {
  readonly kid: string | undefined
  /** Thumbprints of the key's certificate, as the set gives them (RFC 7517 sections 4.8 and 4.9). */
  readonly thumbprints: readonly Thumbprint[]
  /** The `issuer` member that Microsoft Entra adds to its keys. */
  readonly issuer: string | undefined
  /** A ready, bare key object per `alg`: option objects cost 8 to 17 µs a call on Node 24. */
  readonly byAlgorithm: ReadonlyMap<string, KeyObject>
  /** Everything that makes the key this key; equal text means the same key in a later set. */
  readonly fingerprint: string
  /**
   * Milliseconds since the epoch: the key verifies nothing from then on, nor do cached verifications by it count.
   * Infinity while the key is in its set; the end of the issuer's grace once it has left (at once, without a grace).
   */
  usableUntilMs: number
}

/** Why a key of a set cannot be used. The rest of the set still can (RFC 7517 section 5). */
export type SkipReason =
  | "not_a_key"
  | "private"
  | "symmetric"
  | "key_type"
  | "curve"
  | "use"
  | "key_ops"
  | "algorithm"
  | "kid"
  | "too_large"
  | KeyFault

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]
type Members = { readonly [name: string]: unknown }

/**
 * Imports one JWK (RFC 7517) for the algorithms that the issuer allows. Members that are null or empty count as absent:
 * .NET writes `"oth": []` and `"key_ops": []` into every key.
 *
 * @returns the key, or the reason why it is unusable. Never throws.
 */
export function importJwk(jwk: unknown, allowed: readonly Algorithm[]): VerificationKey | SkipReason {
  try {
    return isObject(jwk) ? withoutStack(() => importMembers(jwk, allowed)) : "not_a_key"
  } catch {
    return "invalid"
  }
}

function importMembers(jwk: Members, allowed: readonly Algorithm[]): VerificationKey | SkipReason {
  const own = (name: string): unknown => (Object.hasOwn(jwk, name) && !isEmpty(jwk[name]) ? jwk[name] : undefined)
  const kty = own("kty")
  if (kty === "oct") return "symmetric"
  if (privateMembers.some((name) => own(name) !== undefined)) return "private"
  const use = own("use")
  if (use !== undefined && use !== "sig") return "use"
  const operations = own("key_ops")
  if (operations !== undefined && !mayVerify(operations)) return "key_ops"
  const kid = own("kid")
  if (kid !== undefined && (typeof kid !== "string" || kid.length > maxKidLength)) return "kid"

  // An algorithm that is not configured is treated as one that does not exist.
  if (!isKeyType(kty) || (kty === "AKP" && !allowed.some(({ keyType }) => keyType === kty))) return "key_type"
  const crv = own("crv")
  const fitting = [...algorithmTable.values()].filter(
    ({ keyType, curve }) => keyType === kty && (curve === undefined || curve === crv),
  )
  if (fitting.length === 0) return "curve"
  const alg = own("alg") ?? (kty === "AKP" ? "" : undefined) // RFC 9964 section 3: `alg` is what kind of key it is
  const named = algorithmTable.get(alg as string)
  const usable = fitting.filter((row) => allowed.includes(row) && (alg === undefined || named === row))
  if (usable.length === 0) return "algorithm"
  const imported = importPublicKey(kty, own)
  if (typeof imported === "string") return imported

  const { key, material } = imported
  const ofTenant = own("issuer")
  // A member that is no text names no tenant.
  const issuer = ofTenant === undefined || typeof ofTenant === "string" ? ofTenant : ""
  const byAlgorithm = new Map(
    usable.map((row) => [row.name, row.saltLength === undefined ? key : rsaPssKey(key, row)] as const),
  )
  const thumbprints = thumbprintsOfKey(jwk, kid)
  return {
    kid,
    thumbprints,
    issuer,
    byAlgorithm,
    fingerprint: JSON.stringify([kid, issuer, material, [...byAlgorithm.keys()], thumbprints]),
    usableUntilMs: Number.POSITIVE_INFINITY,
  }
}

/** Whether a member says nothing. */
function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0)
}

function mayVerify(operations: unknown): boolean {
  if (!Array.isArray(operations)) return false
  return operations.every((operation) => typeof operation === "string") && operations.includes("verify")
}
