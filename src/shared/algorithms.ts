/** One row of the algorithm table: everything that code below needs to know, so that nothing switches on `alg`. */
export interface Algorithm {
  /** The `alg` value, compared exactly (RFC 7515 section 4.1.1). */
  readonly name: string
  /** Another `alg` value for the same computation. */
  readonly alias?: string
  readonly keyType: "RSA" | "EC" | "OKP" | "AKP"
  /** `crv` of EC and OKP keys. */
  readonly curve?: "P-256" | "P-384" | "P-521" | "Ed25519"
  /** Digest name for `node:crypto`; null for what hashes by itself. */
  readonly digest: "sha256" | "sha384" | "sha512" | null
  /** RSASSA-PSS: salt length in octets, equal to the hash's (RFC 7518 section 3.5). */
  readonly saltLength?: number
  /** ECDSA: length of R and of S in octets (RFC 7518 section 3.4). */
  readonly integerLength?: number
}

const rows: readonly Algorithm[] = [
  { name: "RS256", keyType: "RSA", digest: "sha256" },
  { name: "RS384", keyType: "RSA", digest: "sha384" },
  { name: "RS512", keyType: "RSA", digest: "sha512" },
  { name: "PS256", keyType: "RSA", digest: "sha256", saltLength: 32 },
  { name: "PS384", keyType: "RSA", digest: "sha384", saltLength: 48 },
  { name: "PS512", keyType: "RSA", digest: "sha512", saltLength: 64 },
  { name: "ES256", keyType: "EC", curve: "P-256", digest: "sha256", integerLength: 32 },
  { name: "ES384", keyType: "EC", curve: "P-384", digest: "sha384", integerLength: 48 },
  { name: "ES512", keyType: "EC", curve: "P-521", digest: "sha512", integerLength: 66 },
  // RFC 9864 section 2.2: EdDSA without the choice of a curve. Ed448 is not in the table under either name.
  { name: "EdDSA", alias: "Ed25519", keyType: "OKP", curve: "Ed25519", digest: null },
  // RFC 9964. No preset allows them: they are off unless the configuration lists them.
  { name: "ML-DSA-44", keyType: "AKP", digest: null },
  { name: "ML-DSA-65", keyType: "AKP", digest: null },
  { name: "ML-DSA-87", keyType: "AKP", digest: null },
]

const byName = new Map<string, Algorithm>()
for (const row of rows) {
  byName.set(row.name, row)
  if (row.alias !== undefined) byName.set(row.alias, row)
}

/**
 * The algorithms that exist here, by `alg`. There is no `none` and no HMAC in it, and nothing else is ever computed
 * (RFC 8725 sections 3.1 and 2.1).
 */
export const algorithms: ReadonlyMap<string, Algorithm> = byName
