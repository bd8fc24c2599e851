// Public keys that are always the same, and what is changed in them, for known-sets.test.ts.

type Members = { readonly [name: string]: unknown }

export const rsa: { readonly [M in "kty" | "kid" | "n" | "e"]: string } = {
  kty: "RSA",
  kid: "r",
  n:
    "nQ6YitYU2-04k9ALKGkZHM7hyIgGnTctlU740eBHAWAPPESluSGKYV_knFj3NZxRe5LnI9n-UP-T50wZDXm72GcPjfJkwf-WvooXZXmJkX2N" +
    "JkrQYY7Rvk7MrocHOzBLkrss_xLIKZN4J8xfNp3SuKSa3s7nPw92W4OjRcMmVX01RA1Vztcs70OCnSmb2isJTwfFWV-EjsJFSc7E6H71gDLi" +
    "wJPqSbA_Kur_hscugCQJ4cFqbOp_phs1ux5vixKfnclQ97yKVR9YHWqGsuu_Sch2tkaaspd58QT7V46DrfDPGT4AWpFNV8FVeu2YZK7h-lwe" +
    "ZUsgYa2Wb1GA_VkXCQ",
  e: "AQAB",
}
export const p256: Members = {
  ...{ kty: "EC", kid: "e", crv: "P-256" },
  x: "wJ_puuu_sN40HSdh_LIJ8Io-8RxLw0mFptL1VNdLvv0",
  y: "r87DtGMx-PJaY0bZBA7rV0MP5-bQr7XTI0ZC22seZFk",
}
export const p384: Members = {
  ...{ kty: "EC", kid: "e", crv: "P-384" },
  x: "9_qB-A0JfEBjC7pxdgF1eGhQ-WhEgBB6RhhNvYZPoUx_QEVS0-v1-fAfLf_AYmxR",
  y: "ILlosA1xzK_P-PxuPH1b5QQg1COBf6zVL_1GBVVbx1iqsvbEmb8eIy76GK8tPaFQ",
}
export const p521: Members = {
  ...{ kty: "EC", kid: "e", crv: "P-521" },
  x: "AJ0c2gCy4l1XPD2UlfeK8R1oPCZb3BQD2iYZ45lNdiN284cgiAC5HTol6hWlRDv9pSNbV_Ug-Bks7dtDTyLAkLBC",
  y: "ADdPjpzzwfDmq0ynpbbM_4booq8xqydmuWmVa4Ibym27fuHYKiz7l8EVBxHXd9id94g0nnWk1U-zzGrZb0FbKwil",
}
/** RFC 8037 appendix A.2. */
export const ed25519: Members = {
  kty: "OKP",
  kid: "o",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}

const base64url = (octets: Uint8Array): string => Buffer.from(octets).toString("base64url")
const [sha1, sha256] = [Buffer.alloc(20, 1), Buffer.alloc(32, 2)]
const hexText = (octets: Buffer): string => base64url(Buffer.from(octets.toString("hex").toUpperCase()))

/** Members to set, and what to call the change if its JSON is too long. */
export const jwkChanges: readonly (readonly [change: Members, name: string])[] = [
  ...[
    { kty: undefined },
    { kty: "oct" },
    { kty: "RSA" },
    { kty: "EC" },
    { kty: "OKP" },
    { kty: "AKP" },
    { kty: "rsa" },
  ],
  ...[
    { kty: ["RSA"] },
    { kty: "toString" },
    { crv: "P-256" },
    { crv: "P-521" },
    { crv: "secp256k1" },
    { crv: "X25519" },
  ],
  ...[
    { crv: "Ed448" },
    { crv: null },
    { use: "sig" },
    { use: "enc" },
    { use: "" },
    { use: null },
    { use: "SIG" },
    { use: [] },
  ],
  ...[
    { key_ops: ["verify"] },
    { key_ops: ["verify", "sign"] },
    { key_ops: ["sign"] },
    { key_ops: [] },
    { key_ops: "verify" },
  ],
  ...[
    { key_ops: ["verify", 7] },
    { key_ops: {} },
    { key_ops: null },
    { kid: undefined },
    { kid: null },
    { kid: "" },
    { kid: 7 },
  ],
  ...[
    { alg: "RS256" },
    { alg: "PS384" },
    { alg: "ES256" },
    { alg: "ES384" },
    { alg: "ES512" },
    { alg: "EdDSA" },
    { alg: "Ed25519" },
  ],
  ...[{ alg: "HS256" }, { alg: "none" }, { alg: 7 }, { alg: null }, { alg: "ML-DSA-44" }, { alg: ["RS256"] }],
  ...["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"].flatMap((name) => [
    { [name]: "AQ" },
    { [name]: "" },
    { [name]: [] },
  ]),
  ...[{ oth: [7] }, { d: 0 }, { issuer: "https://a.example" }, { issuer: 7 }, { issuer: "" }, { issuer: null }],
  ...[{ x5t: "a" }, { x5t: "" }, { x5t: 7 }, { "x5t#S256": "a" }, { x5c: ["AA"] }, { more: 1 }],
  ...[
    { n: undefined },
    { e: undefined },
    { x: undefined },
    { y: undefined },
    { x: 7 },
    { n: 7 },
    { n: "!" },
    { x: "!" },
  ],
]
  .map((change): readonly [Members, string] => [
    change,
    JSON.stringify(change, (_, value) => (value === undefined ? "(left out)" : value)),
  ])
  .concat([
    [{ kid: "x".repeat(256) }, "kid of 256 characters"],
    [{ kid: "x".repeat(257) }, "kid of 257 characters"],
    [{ x5t: base64url(sha1) }, "x5t"],
    [{ x5t: hexText(sha1) }, "x5t of hexadecimal text"],
    [{ x5t: hexText(sha256) }, "x5t of hexadecimal text of SHA-256"],
    [{ x5t: base64url(sha256) }, "x5t of 32 octets"],
    [{ "x5t#S256": base64url(sha256) }, "x5t#S256"],
    [{ "x5t#S256": hexText(sha256) }, "x5t#S256 of hexadecimal text"],
    [{ "x5t#S256": base64url(sha1) }, "x5t#S256 of 20 octets"],
    [{ x5t: base64url(sha1), "x5t#S256": base64url(sha256) }, "both"],
    [{ x5t: "x".repeat(256) }, "x5t of 256 characters"],
    [{ x5t: "x".repeat(257) }, "x5t of 257 characters"],
    [{ kid: base64url(sha1) }, "kid that is a thumbprint"],
    [{ kid: `${hexText(sha256)}_RS256` }, "kid of WSO2"],
    [{ kid: `${hexText(sha256)}_HS256` }, "kid like that of WSO2"],
    [{ kid: `${hexText(sha256)}_RS256x` }, "kid like that of WSO2, longer"],
    [{ x: `A${ed25519.x}`, y: `A${p256.y}` }, "coordinates with a character more"],
    [{ x: p256.y, y: p256.x }, "another point"],
  ])

/** A number of so many bits, all of them 1. */
const ofBits = (bits: number): string =>
  base64url(Buffer.from((2n ** BigInt(bits) - 1n).toString(16).padStart(2 * Math.ceil(bits / 8), "0"), "hex"))
const number = (value: bigint): string => {
  const hex = value.toString(16)
  return base64url(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"))
}

/** Moduli and exponents at the limits. */
export const rsaNumbers: readonly (readonly [string, Members])[] = [
  ...[2040, 2047, 2048, 3072, 4096, 8191, 8192, 8193, 9600, 16_384].map(
    (bits) => [`${bits} bits`, { n: ofBits(bits) }] as const,
  ),
  ["a modulus of 1600 characters, most of them zeros", { n: `${"A".repeat(1600 - rsa.n.length)}${rsa.n}` }],
  ["a modulus of 1601 characters, most of them zeros", { n: `${"A".repeat(1601 - rsa.n.length)}${rsa.n}` }],
  ...[0n, 1n, 2n, 3n, 4n, 5n, 17n, 65_536n, 65_537n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 64n + 1n].map(
    (e) => [`e = ${e}`, { e: number(e) }] as const,
  ),
  ["an exponent of 16 characters", { e: `${"A".repeat(12)}AQAB` }],
  ["an exponent of 17 characters", { e: `${"A".repeat(13)}AQAB` }],
]

const smallOrders = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]
const withSign = (hex: string): string => hex.slice(0, 62) + (Number.parseInt(hex.slice(62), 16) | 0x80).toString(16)
const ofHex = (hex: string): string => base64url(Buffer.from(hex, "hex"))

/** The points of small order (RFC 8032 section 5.1), each with both signs, and coordinates near them. */
export const ed25519Coordinates: readonly (readonly [hex: string, x: string])[] = [
  ...smallOrders.flatMap((hex) => [hex, withSign(hex)]),
  ...[`02${"00".repeat(31)}`, `eb${"ff".repeat(30)}7f`, `ef${"ff".repeat(30)}7f`, "ff".repeat(32)],
  ...["01".repeat(31), "01".repeat(33)],
].map((hex) => [hex, ofHex(hex)])
