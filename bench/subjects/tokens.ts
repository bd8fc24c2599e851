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
  const floorKey = alg === "PS256" ? { floorKey: pssKey(pair.publicKey) } : {}
  return { alg, digest, privateKey: pair.privateKey, jwk, ...floorKey }
}

/** The same RSA key with RSASSA-PSS parameters, made by the platform itself and not by the code under measurement. */
function pssKey(publicKey: KeyObject): KeyObject {
  // The type declarations know no "rsa-pss" with parameters of its own.
  const generate = generateKeyPairSync as (type: string, options: object) => { publicKey: Buffer }
  const { publicKey: spki } = generate("rsa-pss", {
    ...{ modulusLength: 2048, hashAlgorithm: "sha256", mgf1HashAlgorithm: "sha256", saltLength: 32 },
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  })
  const own = publicKey.export({ type: "spki", format: "der" })
  // Two 2048-bit keys with the usual exponent have key material of one length, at the end of the document.
  const material = 270
  const key = Buffer.concat([spki.subarray(0, spki.length - material), own.subarray(own.length - material)])
  return createPublicKey({ key, format: "der", type: "spki" })
}

/** What a token says differently from a good one. */
export interface TokenChanges {
  readonly header?: object
  readonly claims?: object
}

/** Where and whether this token is any good: what is wrong with each is the only thing wrong with it. */
export const spoils = ["expired", "bad signature", "unknown kid", "other issuer", "other audience"] as const
export type Spoil = (typeof spoils)[number]

/** Distinct realistic tokens of about `length` characters: the longer ones have more groups. */
export function tokens(
  { alg, digest, privateKey, jwk }: BenchKey,
  count: number,
  length: number,
  { header: otherHeader, claims: otherClaims }: TokenChanges = {},
): readonly Prepared[] {
  const now = Math.floor(Date.now() / 1000)
  const header = encoded({ alg, kid: jwk.kid, typ: "JWT", ...otherHeader })
  return Array.from({ length: count }, (_, index) => {
    const subject = `auth0|${String(index).padStart(24, "0")}`
    const claims = {
      ...{ iss: issuer, sub: subject, aud: [audience, "https://issuer.example/userinfo"], iat: now, exp: now + 86_400 },
      azp: "NwOrdersSpa000000000000000000001",
      scope: "openid profile email orders:read orders:write",
      permissions: ["orders:read", "orders:write"],
      ...otherClaims,
    }
    const signatureLength = privateKey.asymmetricKeyType === "rsa" ? 342 : alg === "ES384" ? 128 : 86
    const encodedLength = Math.ceil(JSON.stringify(claims).length * (4 / 3))
    const missing = Math.floor((length - header.length - 2 - encodedLength - signatureLength) * 0.75)
    const text = `${header}.${encoded({ ...claims, ...padding(missing, index) })}`
    const signed = Buffer.from(text)
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    const jose = sign(digest, signed, { key: privateKey, dsaEncoding: "ieee-p1363", ...(alg === "PS256" ? pss : {}) })
    const signature = alg.startsWith("ES") ? sign(digest, signed, privateKey) : jose
    return { token: `${text}.${jose.toString("base64url")}`, subject, signed, signature }
  })
}

/** Tokens with one thing wrong, signed by the right key, where that is not what is wrong. */
export function spoiledTokens(key: BenchKey, count: number, length: number, spoil: Spoil): readonly Prepared[] {
  const now = Math.floor(Date.now() / 1000)
  switch (spoil) {
    case "expired":
      return tokens(key, count, length, { claims: { iat: now - 7200, exp: now - 3600 } })
    case "other issuer":
      return tokens(key, count, length, { claims: { iss: "https://other.example/" } })
    case "other audience":
      return tokens(key, count, length, { claims: { aud: "https://payments.example" } })
    case "unknown kid":
      // Of another key, because a verifier with one key at hand does not look at the name.
      return tokens(benchKey(key.alg), count, length, { header: { kid: "bench-key-2" } })
    case "bad signature":
      return tokens(key, count, length).map((prepared) => {
        const at = prepared.token.lastIndexOf(".") + 20
        const other = prepared.token[at] === "A" ? "B" : "A"
        const signature = Buffer.from(prepared.signature)
        const middle = signature.length >> 1
        signature.writeUInt8((signature[middle] ?? 0) ^ 1, middle)
        return { ...prepared, signature, token: prepared.token.slice(0, at) + other + prepared.token.slice(at + 1) }
      })
  }
}

/** Claims of so many characters of JSON, as an issuer would fill them: group ids, and a name for a short rest. */
function padding(characters: number, index: number): { groups?: readonly string[]; name?: string } {
  const count = Math.floor((characters - 12) / 39) // 36 characters, two quotation marks and a comma
  if (count < 2) return characters > 10 ? { name: "x".repeat(characters - 10) } : {}
  const group = (at: number): string => `00000000-0000-4000-8000-${String(index * 100 + at).padStart(12, "0")}`
  return { groups: Array.from({ length: count }, (_, at) => group(at)) }
}

/** One base64url segment of a token. */
export const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
