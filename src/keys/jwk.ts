import type { KeyObject } from "node:crypto"
import { type Algorithm, algorithms as algorithmTable } from "../shared/algorithms.ts"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { hasSmallOrder } from "./ed25519-small-order.ts"
import { rsaPssKey } from "./rsa-pss.ts"

const { createPublicKey } = nodeCrypto

/** A public key of a key set, imported once and bound to the algorithms it may verify (RFC 8725 section 3.1). */
export interface VerificationKey {
  readonly kid: string | undefined
  /** Thumbprints of the key's certificate, as the set gives them (RFC 7517 sections 4.8 and 4.9). Names, never a proof. */
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

/** Header parameters that name a key by its certificate (RFC 7515 sections 4.1.7 and 4.1.8). */
export const thumbprintNames = ["x5t", "x5t#S256"] as const
/** One of the two and its value, as `x5t:…` or `x5t#S256:…`. */
export type Thumbprint = `${(typeof thumbprintNames)[number]}:${string}`

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
  | "rsa_length"
  | "rsa_exponent"
  | "invalid"
  | "small_order"

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"]
/** Longest `kid` that is looked at, in tokens as in key sets (SR-030). */
export const maxKidLength = 256
// RFC 7518 sections 3.3 and 3.5 ask for 2048 bits at least; above 8192 a single verification becomes a load of its own.
const minModulusBits = 2048
const maxModulusBits = 8192
/** Characters of a full-length coordinate in base64url, by curve (RFC 7518 section 6.2.1.2). */
const coordinateLength: { readonly [curve: string]: number } = { "P-256": 43, "P-384": 64, "P-521": 88 }

type Members = { readonly [name: string]: unknown }

/**
 * Imports one JWK (RFC 7517) for the algorithms that the issuer allows.
 *
 * @returns the key, or the reason why it is unusable. Never throws.
 */
export function importJwk(jwk: unknown, allowed: readonly Algorithm[]): VerificationKey | SkipReason {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return "not_a_key"
  const own = (name: string): unknown => (Object.hasOwn(jwk, name) ? (jwk as Members)[name] : undefined)
  const text = (name: string): string => (typeof own(name) === "string" ? (own(name) as string) : "")
  if (own("kty") === "oct") return "symmetric"
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) return "private"
  const use = own("use")
  if (use !== undefined && use !== "sig") return "use"
  const operations = own("key_ops")
  if (operations !== undefined && !mayVerify(operations)) return "key_ops"
  const kid = own("kid")
  if (kid !== undefined && (typeof kid !== "string" || kid === "" || kid.length > maxKidLength)) return "kid"

  const kty = own("kty")
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP") return "key_type"
  const crv = own("crv")
  const fitting = [...algorithmTable.values()].filter(
    (row) => row.keyType === kty && (kty === "RSA" || row.curve === crv),
  )
  if (fitting.length === 0) return "curve"
  const alg = own("alg")
  const usable = fitting.filter((row) => allowed.includes(row) && (alg === undefined || alg === row.name))
  if (usable.length === 0) return "algorithm"

  // Only the public members go to the import: what else stands in the JWK cannot matter.
  const material =
    kty === "RSA"
      ? { kty, n: text("n"), e: text("e") }
      : kty === "EC"
        ? { kty, crv: text("crv"), x: text("x"), y: text("y") }
        : { kty, crv: text("crv"), x: text("x") }
  if (kty === "EC") {
    const full = coordinateLength[text("crv")]
    if (text("x").length !== full || text("y").length !== full) return "invalid"
  }
  let key: KeyObject
  try {
    key = createPublicKey({ key: material, format: "jwk" }) // also proves that an EC point is on its curve
  } catch {
    return "invalid"
  }
  if (kty === "RSA") {
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    if (modulusLength < minModulusBits || modulusLength > maxModulusBits) return "rsa_length"
    // With e = 1 anyone can sign; the platform imports such keys without a word (RFC 8017 section 3.1, SR-046).
    if (publicExponent < 3n || publicExponent % 2n === 0n) return "rsa_exponent"
  }
  if (kty === "OKP" && hasSmallOrder(text("x"))) return "small_order"

  const issuer = own("issuer")
  const byAlgorithm = new Map(
    usable.map((row) => [row.name, row.saltLength === undefined ? key : rsaPssKey(key, row)] as const),
  )
  const thumbprints = thumbprintsIn(jwk as Members)
  return {
    kid: kid as string | undefined,
    thumbprints,
    issuer: typeof issuer === "string" ? issuer : undefined,
    byAlgorithm,
    fingerprint: JSON.stringify([kid, issuer, material, [...byAlgorithm.keys()], thumbprints]),
    usableUntilMs: Number.POSITIVE_INFINITY,
  }
}

/** The certificate thumbprints that a JWK or a JOSE header gives; what has another type or length is ignored. */
export function thumbprintsIn(members: Members): readonly Thumbprint[] {
  return thumbprintNames.flatMap((name): Thumbprint[] => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined
    return typeof value === "string" && value !== "" && value.length <= maxKidLength ? [`${name}:${value}`] : []
  })
}

function mayVerify(operations: unknown): boolean {
  if (!Array.isArray(operations)) return false
  return operations.every((operation) => typeof operation === "string") && operations.includes("verify")
}
