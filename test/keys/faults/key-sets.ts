import { createSecretKey } from "node:crypto"
import { testKey, withKid } from "../../support/keys.ts"
import { hmac, mint, segment } from "../../support/mint.ts"
import { answer, type Fault, failure, foreignKey, goodKey, harmless, setOf } from "./fault.ts"

const noKey = (name: string, does: string, keys: readonly unknown[], more: Partial<Fault> = {}): Fault =>
  failure(name, does, "no_usable_key", answer(setOf(...keys)), { requests: 1, ...more })

const leaked = { ...foreignKey.privateKey.export({ format: "jwk" }), kid: "leaked" }
const signedByLeaked = (): string[] => [mint({}, { key: withKid(foreignKey, "leaked") })]

const exchanged = { ...testKey("rsa", "exchanged").jwk, kid: goodKey.kid }

const secret = createSecretKey(Buffer.from("a secret that everybody can read in the set"))
const symmetric = (kid: string) => ({ ...secret.export({ format: "jwk" }), kid, alg: "HS256" })
const signedBySecret = (kid: string) => (): string[] => {
  const input = `${segment({ alg: "HS256", kid })}.${mint().split(".")[1]}`
  return [`${input}.${hmac("HS256", secret.export(), input)}`]
}

const { x, y } = testKey("p256").jwk
/** Keys of 128 octets each, all of one point. */
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ kty: "EC", crv: "P-256", x, y, kid: `k${i}` }))
const largeLimit = { maxBytes: 4_194_304 }

/** Proper JWK Sets whose keys are not what they should be. */
export const keySets: readonly Fault[] = [
  noKey("empty-set", "a set without keys", []),
  noKey("private-keys-only", "private keys instead of public ones", [leaked], { forgeries: signedByLeaked }),
  harmless(
    "empty-members",
    "the good key with members that are null or empty, as .NET writes them",
    answer(setOf({ ...goodKey.jwk, alg: null, oth: [], key_ops: [], d: null, p: "", x5t: "", x5c: [] })),
  ),
  harmless(
    "huge-member-beside",
    "a key with a member of 300 KB beside the good one",
    answer(setOf({ ...goodKey.jwk, kid: "huge", x5c: ["A".repeat(300_000)] }, goodKey.jwk)),
  ),
  harmless("private-key-beside", "a private key beside the good one", answer(setOf(leaked, goodKey.jwk)), {
    forgeries: signedByLeaked,
  }),
  noKey("symmetric-keys-only", "symmetric keys", [symmetric("secret")], { forgeries: signedBySecret("secret") }),
  harmless(
    "symmetric-key-same-kid",
    "a symmetric key under the kid of the good one, before it",
    answer(setOf(symmetric(goodKey.kid), goodKey.jwk)),
    { forgeries: signedBySecret(goodKey.kid) },
  ),
  noKey("all-keys-unusable", "keys of unknown types, curves, uses and algorithms", [
    { kty: "XYZ", kid: goodKey.kid },
    { kty: "EC", crv: "secp256k1", x, y, kid: goodKey.kid },
    { ...goodKey.jwk, use: "enc" },
    { ...goodKey.jwk, key_ops: ["encrypt"] },
    { ...goodKey.jwk, alg: "RSA-OAEP" },
  ]),
  noKey("weak-keys-only", "the good key's modulus with exponent 1, and one of 8 bits", [
    { ...goodKey.jwk, e: "AQ" },
    { ...goodKey.jwk, n: "_w" },
  ]),
  {
    ...harmless("vanished-key", "a good set without the token's key", answer(setOf(foreignKey.jwk))),
    cold: "key_unknown",
    stale: "key_unknown",
  },
  {
    ...harmless("exchanged-key", "another key under the kid of the good one", answer(setOf(exchanged))),
    cold: "signature_invalid",
    stale: "signature_invalid",
    // A bad signature under a known kid is the token's fault: it forces no refresh, the set's age has to.
    againSeconds: 7300,
  },
  failure("enormous-set", "10,000 keys in 1.3 MB", "too_large", answer(setOf(goodKey.jwk, ...many(10_000))), {
    requests: 1,
  }),
  harmless(
    "enormous-set-allowed",
    "10,000 keys, and `maxBytes` allows them; the good one comes first",
    answer(setOf(goodKey.jwk, ...many(10_000))),
    { keys: largeLimit },
  ),
  {
    ...harmless(
      "enormous-set-allowed-last",
      "the same, and the good one comes last: only the first 100 keys of a set are looked at",
      answer(setOf(...many(10_000), goodKey.jwk)),
    ),
    cold: "key_unknown",
    stale: "key_unknown",
    keys: largeLimit,
  },
]
