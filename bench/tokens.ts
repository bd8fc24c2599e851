import { constants, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from "node:crypto"

export const issuer = "https://issuer.example/"
export const audience = "https://orders.example"

/** A key pair of one algorithm, in every form that a subject wants. */
export interface BenchKey {
  readonly alg: string
  readonly digest: string | null
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey & { readonly kid: string }
  /** The key of the floor where it is not the JWK's: RSASSA-PSS parameters in the key, so that it can stay bare. */
  readonly floorKey?: KeyObject
}

/** One token, and what the floor needs of it. */
export interface Prepared {
  readonly token: string
  readonly subject: string
  readonly signed: Buffer
  /** In the form that `crypto.verify` takes with a bare key: DER for ECDSA. */
  readonly signature: Buffer
}

export function benchKey(alg: string): BenchKey {
  const pair =
    alg === "EdDSA"
      ? generateKeyPairSync("ed25519")
      : alg.startsWith("ES")
        ? generateKeyPairSync("ec", { namedCurve: alg === "ES256" ? "P-256" : "P-384" })
        : generateKeyPairSync("rsa", { modulusLength: 2048 })
  const jwk = { ...pair.publicKey.export({ format: "jwk" }), kid: "bench-key-1", alg, use: "sig" }
  const digest = alg === "EdDSA" ? null : `sha${alg.slice(2)}`
  return {
    alg,
    digest,
    privateKey: pair.privateKey,
    jwk,
    ...(alg === "PS256" ? { floorKey: pssKey(pair.publicKey) } : {}),
  }
}

/** The same RSA key with RSASSA-PSS parameters, made by the platform itself and not by the code under measurement. */
function pssKey(publicKey: KeyObject): KeyObject {
  // The type declarations know no "rsa-pss" with parameters of its own.
  const generate = generateKeyPairSync as (type: string, options: object) => { publicKey: Buffer }
  const { publicKey: spki } = generate("rsa-pss", {
    modulusLength: 2048,
    hashAlgorithm: "sha256",
    mgf1HashAlgorithm: "sha256",
    saltLength: 32,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  })
  const own = publicKey.export({ type: "spki", format: "der" })
  // Two 2048-bit keys with the usual exponent have key material of one length, at the end of the document.
  const material = 270
  const key = Buffer.concat([spki.subarray(0, spki.length - material), own.subarray(own.length - material)])
  return createPublicKey({ key, format: "der", type: "spki" })
}

/** Distinct realistic tokens of about `length` characters. */
export function tokens({ alg, digest, privateKey, jwk }: BenchKey, count: number, length: number): readonly Prepared[] {
  const now = Math.floor(Date.now() / 1000)
  const header = encoded({ alg, kid: jwk.kid, typ: "JWT" })
  return Array.from({ length: count }, (_, index) => {
    const subject = `auth0|${String(index).padStart(24, "0")}`
    const claims = {
      iss: issuer,
      sub: subject,
      aud: [audience, "https://issuer.example/userinfo"],
      iat: now,
      exp: now + 86_400,
      azp: "NwOrdersSpa000000000000000000001",
      scope: "openid profile email orders:read orders:write",
      permissions: ["orders:read", "orders:write"],
    }
    const signatureLength = privateKey.asymmetricKeyType === "rsa" ? 342 : 86
    const missing = length - header.length - signatureLength - Math.ceil(JSON.stringify(claims).length * (4 / 3)) - 16
    const padded = missing > 0 ? { ...claims, profile: "x".repeat(Math.floor(missing * 0.75)) } : claims
    const text = `${header}.${encoded(padded)}`
    const signed = Buffer.from(text)
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    const jose = sign(digest, signed, { key: privateKey, dsaEncoding: "ieee-p1363", ...(alg === "PS256" ? pss : {}) })
    const signature = alg.startsWith("ES") ? sign(digest, signed, privateKey) : jose
    return { token: `${text}.${jose.toString("base64url")}`, subject, signed, signature }
  })
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url")
}
