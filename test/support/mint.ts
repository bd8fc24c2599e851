import { constants, createHmac, type KeyObject, sign } from "node:crypto"
import { plant } from "./canaries.ts"
import { type KeyType, type TestKey, testKey } from "./keys.ts"

/** The second of all fixed clocks, a minute after the fixtures' tokens were issued. */
export const nowSeconds = 1_790_000_060
/** The fixed clock, for `parts.clock`. */
export const clock = (): number => nowSeconds * 1000

export const issuer = "https://issuer.example/tenant"
export const audience = "https://orders.example"

/** What a good token says. Values that must never be seen in a record or an error hold the word `canary`. */
export const goodClaims: {
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly iat: number
  readonly exp: number
  readonly scope: string
  readonly client_id: string
} = {
  iss: issuer,
  aud: audience,
  sub: "canary-subject",
  iat: nowSeconds - 60,
  exp: nowSeconds + 3540,
  scope: "orders:read canary:scope",
  client_id: "canary-client",
}

/**
 * Members to set; a member that is `undefined` is left out. A string or a Uint8Array is the whole text, as it
 * is.
 */
export type Content = object | string

export interface Minting {
  readonly header?: Content
  /** The key that signs. Its kid goes into the header unless `header` says otherwise. */
  readonly key?: TestKey
  /** The algorithm that signs. It goes into the header unless `header` says otherwise. */
  readonly alg?: string
}

const keyTypes: { readonly [alg: string]: KeyType } = { ES256: "p256", ES384: "p384", ES512: "p521", EdDSA: "ed25519" }

/** The compact form (RFC 7515 section 7.1) of a signed token: the good claims, with changes. */
export function mint(claims: Content = {}, { header = {}, alg = "RS256", key }: Minting = {}): string {
  const signer = key ?? testKey(keyTypes[alg] ?? "rsa")
  const protectedHeader = isText(header) ? header : { alg, kid: signer.kid, ...header }
  return sealed(segment(protectedHeader), segment(isText(claims) ? claims : { ...goodClaims, ...claims }), alg, signer)
}

/** Signs two finished segments, whatever they hold. */
export function sealed(header: string, payload: string, alg: string, key: TestKey): string {
  const input = `${header}.${payload}`
  const mac = signature(alg, key.privateKey, input).toString("base64url")
  plant(mac)
  return `${input}.${mac}`
}

/** One base64url segment of a JSON text or of raw octets. */
export function segment(content: Content): string {
  return Buffer.from(isText(content) ? content : JSON.stringify(content)).toString("base64url")
}

/** The octets of a JWS signature (RFC 7518 section 3.1). */
export function signature(alg: string, key: KeyObject, input: string): Buffer {
  const octets = Buffer.from(input)
  const digest = `sha${alg.slice(2)}`
  switch (alg.slice(0, 2)) {
    case "RS":
      return rsaSignature(digest, octets, key)
    case "PS":
      return sign(digest, octets, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      })
    case "ES":
      return sign(digest, octets, { key, dsaEncoding: "ieee-p1363" })
    case "Ed":
      return sign(null, octets, key)
    default:
      throw new TypeError(`no signer for ${alg}`)
  }
}

const signatures = new WeakMap<KeyObject, Map<string, Buffer>>()

/** A signature by PKCS #1 v1.5 is always the same for a text. It takes long, and two of three texts are signed again. */
function rsaSignature(digest: string, octets: Buffer, key: KeyObject): Buffer {
  const known = signatures.get(key) ?? new Map<string, Buffer>()
  signatures.set(key, known)
  const text = `${digest} ${octets.toString("latin1")}`
  const made = known.get(text) ?? sign(digest, octets, key)
  known.set(text, made)
  return Buffer.from(made)
}

/** An HMAC in the place of a signature: what an attacker makes of a public key. */
export function hmac(alg: "HS256" | "HS384" | "HS512", secret: string | Uint8Array, input: string): string {
  return createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest("base64url")
}

/** The three segments of a token. */
export function segments(token: string): [header: string, payload: string, signature: string] {
  const [header = "", payload = "", mac = ""] = token.split(".")
  return [header, payload, mac]
}

function isText(content: Content): content is string | Uint8Array {
  return typeof content === "string" || content instanceof Uint8Array
}
