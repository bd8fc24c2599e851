import type { KeyObject } from "node:crypto"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { hasSmallOrder } from "./ed25519-small-order.ts"

/** The members that make a public key, by key type (RFC 7518 section 6, RFC 8037 section 2, RFC 9964 section 3). */
const publicMembers = { RSA: ["n", "e"], EC: ["crv", "x", "y"], OKP: ["crv", "x"], AKP: ["alg", "pub"] } as const
export type KeyType = keyof typeof publicMembers

/** Whether a key of this type can verify something here. */
export function isKeyType(kty: unknown): kty is KeyType {
  return typeof kty === "string" && Object.hasOwn(publicMembers, kty)
}

// RFC 7518 sections 3.3 and 3.5 ask for 2048 bits at least; above 8192 a single verification becomes a load of its own.
const minModulusBits = 2048
const maxModulusBits = 8192
/** With a longer exponent one verification takes milliseconds, and OpenSSL's own limit is higher. */
const maxExponent = 2n ** 32n
/** Characters of a modulus and an exponent that are looked at; zeros may come before both. */
const maxModulusLength = 1600
const maxExponentLength = 16
/** Characters of the longest ML-DSA key, that of ML-DSA-87. */
const maxPubLength = 3456
/** Characters of a full-length coordinate in base64url, by curve (RFC 7518 section 6.2.1.2, RFC 8037 section 2). */
const coordinateLength: { readonly [curve: string]: number } = { "P-256": 43, "P-384": 64, "P-521": 88, Ed25519: 43 }

/** Why the members of a public key make no key that may be used. */
export type KeyFault = "invalid" | "rsa_length" | "rsa_exponent" | "small_order"

/** A key object, and the members that it was made of. */
export interface ImportedKey {
  readonly key: KeyObject
  readonly material: { readonly [name: string]: string }
}

/**
 * Imports the public members of a JWK. What else is in the JWK cannot matter.
 *
 * @returns the key, or the reason why it is too weak, too large or no key
 * @throws what the platform throws for no key
 */
export function importPublicKey(kty: KeyType, own: (name: string) => unknown): ImportedKey | KeyFault {
  const material: { kty: string; [name: string]: string } = { kty }
  for (const name of publicMembers[kty]) {
    const value = own(name)
    material[name] = typeof value === "string" ? value : ""
  }
  const { crv = "", x = "", y, n = "", e = "", pub = "" } = material
  if (kty === "RSA") {
    // Before the import, which takes longer the longer they are.
    if (n.length > maxModulusLength) return "rsa_length"
    if (e.length > maxExponentLength) return "rsa_exponent"
  } else if (kty === "AKP") {
    if (pub.length > maxPubLength) return "invalid"
  } else {
    const full = coordinateLength[crv]
    if (x.length !== full || (kty === "EC" && y?.length !== full)) return "invalid"
  }
  // This also proves that an EC point is on its curve.
  const key = nodeCrypto.createPublicKey({ key: material, format: "jwk" })
  if (kty === "RSA") {
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    if (modulusLength < minModulusBits || modulusLength > maxModulusBits) return "rsa_length"
    // With e = 1 anyone can sign; the platform imports such keys without a word (RFC 8017 section 3.1, SR-046).
    if (publicExponent < 3n || publicExponent > maxExponent || publicExponent % 2n === 0n) return "rsa_exponent"
  }
  return kty === "OKP" && hasSmallOrder(x) ? "small_order" : { key, material }
}
