import type { JsonWebKey, KeyObject } from "node:crypto"
import { nodeCrypto } from "../shared/node-crypto.ts"
import { SecretFailure } from "./failure.ts"
import { formatOf, parsedJson, type SecretFormat } from "./format.ts"
import type { PublicSigningKey } from "./public-signing-key.ts"

const { createHash, createPrivateKey, createPublicKey, sign, verify } = nodeCrypto

/** A key that signs with ES256. The private key never leaves it. */
export interface SigningKey {
  readonly jwk: PublicSigningKey
  /**
   * The signature of a text as JOSE has it (RFC 7518 section 3.4), base64url.
   *
   * @throws SecretFailure (rejects) if the service that holds the key cannot be used
   */
  sign(text: string): string | Promise<string>
}

const maxKeys = 8

/** The coordinate x of keys that documents print: RFC 7515 A.3, RFC 7517 A.1 and the debugger of jwt.io. */
const published: readonly string[] = [
  "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  "EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84",
]

/** Private keys. The first one signs; those of both versions are published. */
export const signingKeysFormat: SecretFormat<readonly SigningKey[]> = formatOf(
  `must be a private key of the curve P-256, as PEM or JWK, or a JWK Set of 1 to ${maxKeys} of them, of which the first one signs`,
  readKeys,
  (current, previous = []) => {
    const keys = [...current, ...previous]
    // A verifier may refuse a set in which two keys have one name.
    return keys.filter(({ jwk: { kid } }, at) => keys.findIndex(({ jwk }) => jwk.kid === kid) === at)
  },
)

function readKeys(text: string): readonly SigningKey[] {
  if (text.trimStart().startsWith("-----BEGIN ")) return [new LocalKey(privateKey(text))]
  const value = parsedJson(text)
  const { keys = [value] } = Object(value) as { readonly keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > maxKeys) throw new SecretFailure("malformed")
  return keys.map((jwk) => new LocalKey(fromJwk(jwk)))
}

function fromJwk(jwk: unknown): KeyObject {
  const { kty, d, alg = "ES256", use = "sig", key_ops: operations = ["sign"] } = Object(jwk) as JsonWebKey
  const isForSigning = alg === "ES256" && use === "sig" && Array.isArray(operations) && operations.includes("sign")
  if (kty !== "EC" || typeof d !== "string" || !isForSigning) throw new SecretFailure("malformed")
  return privateKey({ key: jwk as JsonWebKey, format: "jwk" })
}

/** What the parser says of a text is not passed on, because it quotes it. */
function privateKey(input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input)
  } catch {
    throw new SecretFailure("malformed")
  }
}

class LocalKey implements SigningKey {
  readonly jwk: PublicSigningKey
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    const publicKey = createPublicKey(key)
    this.jwk = publicJwk(publicKey)
    this.#key = key
    if (published.includes(this.jwk.x)) throw new SecretFailure("weak")
    // A JWK has the public half beside the private one, and the two may not belong together.
    const probe = Buffer.from("hallpass")
    if (!verify("sha256", probe, publicKey, sign("sha256", probe, key))) throw new SecretFailure("malformed")
  }

  sign(text: string): string {
    const key = { key: this.#key, dsaEncoding: "ieee-p1363" } as const
    return sign("sha256", Buffer.from(text), key).toString("base64url")
  }
}

/** A public key as it is published. @throws SecretFailure `malformed` for a key of another curve or kind */
export function publicJwk(key: KeyObject): PublicSigningKey {
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new SecretFailure("malformed")
  const { x = "", y = "" } = key.export({ format: "jwk" })
  // The members in the order of their names, and no others (RFC 7638 section 3).
  const kid = createHash("sha256")
    .update(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))
    .digest("base64url")
  return Object.freeze({ kty: "EC", crv: "P-256", x, y, kid, alg: "ES256", use: "sig" })
}
