import { constants, createPublicKey, type JsonWebKey, verify } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { type Candidate, readKeySet } from "../../src/keys/key-set.ts"
import { type Algorithm, algorithms } from "../../src/shared/algorithms.ts"
import { splitToken } from "../../src/token/compact.ts"
import { readHeader } from "../../src/token/header.ts"
import { signingKey } from "../../src/token/signature.ts"
import { allAlgorithms, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { readFixture } from "../support/fixtures.ts"
import { testKey } from "../support/keys.ts"

// Vectors of C2SP/wycheproof. test/fixtures/SOURCES.md says which they are, and which were left out. "acceptable" is
// what a standard forbids and some software makes: hallpass refuses it (deny on doubt).
type Result = "valid" | "invalid" | "acceptable"
type Vector = readonly [id: number, Result, flags: string, comment: string, msg: string, sig: string, context?: string]
type Token = readonly [id: number, Result, flags: string, comment: string, jws: string]

interface Signatures {
  readonly groups: readonly { readonly key: JsonWebKey; readonly tests: readonly Vector[] }[]
}
interface Tokens {
  readonly groups: readonly {
    readonly text: string
    readonly keys: readonly JsonWebKey[]
    readonly tests: readonly Token[]
  }[]
}

/** The algorithms with vectors, and the requirement that they try. */
const tried: readonly (readonly [alg: string, requirement: string])[] = [
  ...["ES256", "ES384", "ES512"].map((alg) => [alg, "SR-041"] as const),
  ...["PS256", "PS384", "PS512"].map((alg) => [alg, "SR-042"] as const),
  ...["RS256", "RS384", "RS512"].map((alg) => [alg, "SR-043"] as const),
  ["EdDSA", "SR-044"],
  ["ML-DSA-44", "SR-040"],
]
const groupsOf = (alg: string): Signatures["groups"] =>
  readFixture<Signatures>(`wycheproof/${alg.toLowerCase()}.json`).groups
const rows = [...new Set(algorithms.values())]
const octets = (text: string): Buffer => Buffer.from(text, "base64url")
const named = ([id, result, flags, comment]: Vector | Token): string => `${id} ${result} ${flags}: ${comment}`

/** The prepared keys of a set that a token names. */
function candidatesIn(keys: readonly object[], alg: string, kid?: string): readonly Candidate[] {
  return readKeySet({ keys }, rows)?.candidates(kid, alg) ?? []
}

/** The signature check of every walk: prepared keys, and the signature as JOSE has it. */
function isSigned(alg: string, keys: readonly Candidate[], [, , , , msg, sig]: Vector): boolean {
  return signingKey(algorithms.get(alg) as Algorithm, octets(msg).toString("latin1"), octets(sig), keys) !== undefined
}

/** What the platform says of a key as it is, with option objects, and without the DER of src/token/ecdsa.ts. */
function isSignedByPlatform(alg: string, jwk: JsonWebKey, [, , , , msg, sig]: Vector): boolean {
  const { digest, saltLength } = algorithms.get(alg) as Algorithm
  const padding = saltLength === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" })
    return verify(digest, octets(msg), { key, dsaEncoding: "ieee-p1363", ...padding }, octets(sig))
  } catch {
    return false
  }
}

describe.each(tried)("Wycheproof: signatures of %s", (alg, requirement) => {
  let judged: readonly { readonly vector: Vector; readonly key: JsonWebKey; readonly verified: boolean }[] = []
  beforeAll(() => {
    judged = groupsOf(alg).flatMap(({ key, tests }) => {
      const keys = candidatesIn([key], alg)
      return tests.map((vector) => ({ vector, key, verified: isSigned(alg, keys, vector) }))
    })
  })
  /** JWS has no context, so that a signature with one is a signature of something else (RFC 9964). */
  const isGood = ([, result, , , , , context = ""]: Vector): boolean => result === "valid" && context === ""

  it(`${requirement}: nothing verifies that is invalid, or valid under other parameters only`, () => {
    const bad = judged.filter(({ vector }) => !isGood(vector))
    expect(bad.length).toBeGreaterThan(5)
    expect(bad.filter(({ verified }) => verified).map(({ vector }) => named(vector))).toEqual([])
  })

  it(`${requirement}: everything valid verifies`, () => {
    const good = judged.filter(({ vector }) => isGood(vector))
    expect(good.length).toBeGreaterThan(0)
    expect(good.filter(({ verified }) => !verified).map(({ vector }) => named(vector))).toEqual([])
  })

  it(`${requirement}: one call with options has the same verdict`, () => {
    const other = judged.filter(({ vector, key, verified }) => isSignedByPlatform(alg, key, vector) !== verified)
    expect(other.map(({ vector }) => named(vector))).toEqual([])
  })
})

describe("Wycheproof: signatures across algorithms", () => {
  const ofType = (type: string): string[] =>
    tried.flatMap(([alg]) => (algorithms.get(alg)?.keyType === type ? alg : []))

  it.each(ofType("EC"))("SR-041: integers of one octet are among the valid vectors of %s", (alg) => {
    const { integerLength = 0 } = algorithms.get(alg) as Algorithm
    const short = groupsOf(alg).flatMap(({ tests }) =>
      tests.filter(([, result, , , , sig]) => {
        const leading = [0, integerLength].map((at) => octets(sig).subarray(at, at + integerLength - 1))
        return result === "valid" && leading.some((zeros) => zeros.every((octet) => octet === 0))
      }),
    )
    expect(short.length).toBeGreaterThan(3)
  })

  it.each(ofType("RSA"))("SR-025, SR-043: nothing valid under %s verifies under another alg", (alg) => {
    for (const { key, tests } of groupsOf(alg))
      for (const other of ofType("RSA").filter((name) => name !== alg)) {
        expect(candidatesIn([key], other)).toEqual([])
        const keys = candidatesIn([{ ...key, alg: undefined }], other)
        expect(keys).toHaveLength(1)
        const verified = tests.filter((vector) => vector[1] === "valid" && isSigned(other, keys, vector))
        expect(verified.map(named), other).toEqual([])
      }
  })
})

/** The signature check of a whole token. The payloads of the vectors are no claims, and claims are read before it. */
function isSignedToken(jws: string, keys: readonly object[]): boolean {
  const compact = splitToken(jws)
  if ("refused" in compact) return false
  const header = readHeader(compact.header)
  if ("refused" in header) return false
  const { algorithm, kid } = header
  const candidates = candidatesIn(keys, algorithm.name, kid)
  return signingKey(algorithm, jws.slice(0, compact.signedLength), compact.signature, candidates) !== undefined
}

/** `alg` as a lenient reader sees it. */
const algOf = (jws: string): string => /"alg"\s*:\s*"(\w+)"/.exec(octets(jws.split(".")[0] ?? "").toString())?.[1] ?? ""

/** The only tokens that hallpass takes for signed and Wycheproof does not. SECURITY.md says so. */
const weakKeysOfIssuers = ["7 invalid : rejectsKeyWithRocaVulnerability"]

describe.each([
  ["jws", 26, []],
  ["jwk", 1, weakKeysOfIssuers],
] as const)("Wycheproof: tokens of %s.json", (file, signed, weak) => {
  const { groups } = readFixture<Tokens>(`wycheproof/${file}.json`)
  const all = groups.flatMap(({ keys, tests }) => tests.map((token) => ({ token, keys })))

  it("SR-004, SR-006, SR-021, SR-024, SR-028, SR-040: nothing invalid has a good signature", () => {
    const found = all.filter(({ token, keys }) => token[1] !== "valid" && isSignedToken(token[4], keys))
    expect(found.map(({ token }) => named(token))).toEqual(weak)
  })

  it("everything valid has one, except HMAC (SR-023), empty payloads (SR-004), keys for another alg (SR-024)", () => {
    const valid = all.filter(({ token }) => token[1] === "valid")
    for (const { token, keys } of valid) {
      const alg = algOf(token[4])
      const isExcepted = alg.startsWith("HS") || token[4].includes("..") || keys.every((key) => key.alg !== alg)
      expect(isSignedToken(token[4], keys), named(token)).toBe(!isExcepted)
    }
    expect(valid.filter(({ token, keys }) => isSignedToken(token[4], keys))).toHaveLength(signed)
  })

  it("SR-010, SR-021, SR-023: the doors refuse all: HMAC and none for the alg or the form, signed ones later", async () => {
    const reasons: { readonly [kind: string]: Set<string> } = {
      symmetric: new Set(),
      signed: new Set(),
      bad: new Set(),
    }
    for (const { keys, tests } of groups) {
      const publicKeys = keys.filter(({ k, d }) => k === undefined && d === undefined)
      const jwks = { keys: [...publicKeys, testKey("rsa").jwk] as { kty: string }[] }
      const issuers = [oidcIssuer({ jwks, algorithms: allAlgorithms })]
      for (const [, , , , jws] of tests) {
        const isSymmetric = /^(?:HS\d+|none)$/i.test(algOf(jws))
        const kind = isSymmetric ? "symmetric" : isSignedToken(jws, keys) ? "signed" : "bad"
        reasons[kind]?.add(await reasonOf(jws, issuers))
      }
    }
    expect([...(reasons.signed ?? [])]).toEqual(["claims_invalid"])
    for (const reason of reasons.symmetric ?? []) expect(reason).toMatch(/^(?:algorithm_not_allowed|token_malformed)$/)
    for (const reason of reasons.bad ?? []) expect(reason).toMatch(/^(?:claims_invalid|token_malformed|token_opaque)$/)
  })
})

describe("Wycheproof: keys of jwk.json", () => {
  const { groups } = readFixture<Tokens>("wycheproof/jwk.json")

  it("SR-023, SR-045 to SR-049: each set loses what is wrong with it, and only that", () => {
    const lost = groups.map(({ text, keys }) => [text, readKeySet({ keys }, rows)?.skipped] as const)
    expect(lost.filter(([, skipped]) => skipped?.symmetric === undefined)).toEqual([
      ["rs256", {}],
      ["rs256", { use: 1 }],
      ["jws_rsa_roca_key", {}],
      ["keysize_too_small", { rsa_length: 1 }],
      ["exponentOne", { rsa_exponent: 1 }],
      ["wrong_algorithm", { algorithm: 1 }],
      ["invalid_algorithm", { algorithm: 1 }],
      ["invalid_use", { use: 1 }],
      ["invalid_point", { invalid: 1 }],
      ["wrong_curve", { algorithm: 1 }],
      ["wrong_kty", { algorithm: 1 }],
    ])
    for (const [index, { text, keys }] of groups.entries())
      expect(lost[index]?.[1]?.symmetric, text).toBe(keys.filter(({ kty }) => kty === "oct").length || undefined)
  })
})
