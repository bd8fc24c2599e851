import { describe, expect, it } from "vitest"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { allAlgorithms, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { type TestKey, testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"
import { remoteVerifier } from "../support/remote.ts"

const good = testKey("rsa")
const tried = testKey("rsa", "tried")

/** An issuer whose set holds a good key and the one in question. */
const issuersWith = (jwk: unknown) => [oidcIssuer({ jwks: { keys: [good.jwk, jwk] }, algorithms: allAlgorithms })]

function loaded(jwk: unknown): KeySetRecord | undefined {
  const records: KeySetRecord[] = []
  const observer = { keySet: (record: KeySetRecord) => void records.push(record) }
  createVerifier({ issuers: issuersWith(jwk) }, { clock, observer })
  return records[0]
}

async function unusable(jwk: unknown, reason: string, key: TestKey = tried, alg = "RS256"): Promise<void> {
  expect(loaded(jwk)).toMatchObject({ usable: 1, skipped: { [reason]: 1 } })
  expect(await reasonOf(mint({}, { key, alg }), issuersWith(jwk))).toBe("key_unknown")
  expect(await reasonOf(mint({}, { key: good }), issuersWith(jwk))).toBe("ok")
}

describe("what a JWK says of its use (RFC 7517 section 4)", () => {
  it.each(["enc", "SIG", " ", "sig ", "tls"])("SR-048: use %j makes it unusable", (use) =>
    unusable({ ...tried.jwk, use }, "use"),
  )
  it.each([1, true, ["sig"], {}])("SR-048: use of a wrong type (%j) makes it unusable", (use) =>
    unusable({ ...tried.jwk, use }, "use"),
  )
  it.each([[["sign"]], [["encrypt", "wrapKey"]], [[""]], [["VERIFY"]]])(
    "SR-048: key_ops %j makes it unusable",
    (key_ops) => unusable({ ...tried.jwk, key_ops }, "key_ops"),
  )
  it.each(["verify", { 0: "verify" }, {}, [["verify", 1]], true].map((value) => [value]))(
    "SR-048: key_ops of a wrong type (%j) makes it unusable",
    (key_ops) => unusable({ ...tried.jwk, key_ops }, "key_ops"),
  )
  it("SR-048: key_ops with a member of a wrong type makes it unusable", () =>
    unusable({ ...tried.jwk, key_ops: ["verify", 1] }, "key_ops"))
  it.each([1, {}, ["k"]])("SR-048: kid %j makes it unusable", (kid) => unusable({ ...tried.jwk, kid }, "kid"))
  it.each([1, ["RS256"], {}, " ", "rs256", "HS256", "none", "RSA-OAEP", "ES256"])(
    "SR-048, SR-024: alg %j makes an RSA key unusable",
    (alg) => unusable({ ...tried.jwk, alg }, "algorithm"),
  )

  it.each(["use", "key_ops", "alg", "oth", "d", "k", "crv", "issuer", "x5t"])(
    "2.4: %s that is null or empty counts as absent, as .NET servers write it",
    async (name) => {
      for (const empty of [null, "", []]) {
        const jwk = { ...tried.jwk, [name]: empty }
        expect(loaded(jwk)).toMatchObject({ usable: 2, skipped: {} })
        expect(await reasonOf(mint({}, { key: tried }), issuersWith(jwk))).toBe("ok")
      }
    },
  )
  it.each([null, "", []])("2.4: kid %j counts as absent: a token that names no key finds it", async (kid) => {
    const issuers = [oidcIssuer({ jwks: { keys: [{ ...tried.jwk, kid }] }, allowMissingKid: true })]
    expect(await reasonOf(mint({}, { key: tried, header: { kid: undefined } }), issuers)).toBe("ok")
    expect(await reasonOf(mint({}, { key: tried }), issuers)).toBe("key_unknown")
  })
  it.each(["kty", "n", "e"])("2.4: %s that is null or empty is missing", (name) => {
    for (const empty of [null, "", []]) expect(loaded({ ...tried.jwk, [name]: empty })).toMatchObject({ usable: 1 })
  })

  it("SR-048: with key_ops verify, with use sig, and with neither it is usable", async () => {
    for (const members of [
      { use: undefined },
      { use: undefined, key_ops: ["verify"] },
      { key_ops: ["verify", "sign"] },
    ]) {
      const jwk = JSON.parse(JSON.stringify({ ...tried.jwk, ...members })) as object
      expect(loaded(jwk)).toMatchObject({ usable: 2, skipped: {} })
      expect(await reasonOf(mint({}, { key: tried }), issuersWith(jwk))).toBe("ok")
    }
  })
})

describe("the algorithm of a key (RFC 8725 section 3.1)", () => {
  const rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
  it.each(rsa)("SR-025: a key with alg %s verifies that and nothing else", async (own) => {
    const issuers = issuersWith({ ...tried.jwk, alg: own })
    for (const alg of rsa) {
      expect(await reasonOf(mint({}, { key: tried, alg }), issuers)).toBe(alg === own ? "ok" : "key_unknown")
    }
  })

  it("SR-024: a key without alg is limited by its type and the issuer's list", async () => {
    const issuers = [oidcIssuer({ jwks: { keys: [tried.jwk, testKey("p256").jwk] }, algorithms: ["PS256", "ES384"] })]
    expect(await reasonOf(mint({}, { key: tried, alg: "PS256" }), issuers)).toBe("ok")
    expect(await reasonOf(mint({}, { key: tried, alg: "RS256" }), issuers)).toBe("algorithm_not_allowed")
    expect(await reasonOf(mint({}, { alg: "ES256" }), issuers)).toBe("algorithm_not_allowed")
    expect(await reasonOf(mint({}, { alg: "ES256", header: { alg: "ES384" } }), issuers)).toBe("key_unknown")
  })

  it("SR-024: alg and key type never cross", async () => {
    const keys = [testKey("rsa").jwk, testKey("p256").jwk, testKey("ed25519").jwk]
    const issuers = [oidcIssuer({ jwks: { keys }, algorithms: allAlgorithms })]
    for (const [alg, kid] of [
      ["RS256", "p256-1"],
      ["ES256", "rsa-1"],
      ["EdDSA", "p256-1"],
      ["ES256", "ed25519-1"],
      ["PS512", "ed25519-1"],
    ]) {
      expect(await reasonOf(mint({}, { alg: alg as string, header: { kid } }), issuers)).toBe("key_unknown")
    }
  })
})

describe("key types (RFC 7517 section 5)", () => {
  const ec = testKey("p256", "tried").jwk
  const okp = testKey("ed25519", "tried").jwk
  it.each<[string, unknown, string]>([
    ["kty of another case", { ...tried.jwk, kty: "rsa" }, "key_type"],
    ["an unknown kty", { ...tried.jwk, kty: "AKP" }, "key_type"],
    ["no kty", { ...tried.jwk, kty: undefined }, "key_type"],
    ["kty of a wrong type", { ...tried.jwk, kty: ["RSA"] }, "key_type"],
    ["secp256k1", { ...ec, crv: "secp256k1" }, "curve"],
    ["an unknown curve", { ...ec, crv: "P-257" }, "curve"],
    ["no curve", { ...ec, crv: undefined }, "curve"],
    ["X25519", { ...okp, crv: "X25519" }, "curve"],
    ["Ed448", { ...okp, crv: "Ed448" }, "curve"],
    ["Ed25519 under kty EC", { ...ec, crv: "Ed25519" }, "curve"],
    ["a key that is null", null, "not_a_key"],
    ["a key that is a string", JSON.stringify(tried.jwk), "not_a_key"],
    ["a key that is an array", [tried.jwk], "not_a_key"],
    ["no modulus", { ...tried.jwk, n: undefined }, "rsa_length"],
    ["a modulus of a wrong type", { ...tried.jwk, n: 7 }, "rsa_length"],
    ["no x", { ...ec, x: undefined }, "invalid"],
    ["no y", { ...ec, y: undefined }, "invalid"],
    ["a point off the curve", { ...ec, y: ec.x }, "invalid"],
    ["another curve's name", { ...ec, crv: "P-384" }, "invalid"],
    ["a short coordinate", { ...ec, x: (ec.x ?? "").slice(2) }, "invalid"],
    ["a long coordinate", { ...ec, x: `AA${ec.x}` }, "invalid"],
    ["an Ed25519 key of 31 octets", { ...okp, x: (okp.x ?? "").slice(2) }, "invalid"],
  ])("SR-047, SR-049: %s is skipped, the rest of the set works", async (_name, jwk, reason) => {
    const clean = jwk === null || typeof jwk !== "object" ? jwk : JSON.parse(JSON.stringify(jwk))
    expect(loaded(clean)).toMatchObject({ usable: 1, skipped: { [reason]: 1 } })
    expect(await reasonOf(mint({}, { key: good }), issuersWith(clean))).toBe("ok")
  })
})

describe("private keys in a public set", () => {
  const privateJwk = (key: TestKey): object => ({
    ...key.privateKey.export({ format: "jwk" }),
    kid: key.kid,
    use: "sig",
  })

  it.each([
    ["rsa", "RS256"],
    ["p256", "ES256"],
    ["ed25519", "EdDSA"],
  ] as const)("SR-050: a private %s key in a fetched set is counted and unusable", async (type, alg) => {
    const key = testKey(type, "private")
    const { verifier, records } = remoteVerifier([good.jwk, privateJwk(key)], { algorithms: allAlgorithms })
    await expect(verifier.verify(mint({}, { key, alg }))).rejects.toMatchObject({ code: "key_unknown" })
    await expect(verifier.verify(mint({}, { key: good }))).resolves.toMatchObject({ kind: "unknown" })
    expect(records[0]).toMatchObject({ usable: 1, skipped: { private: 1 } })
  })

  it.each(["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])(
    "SR-050: the member %s alone is enough, whatever its content is",
    async (name) => {
      for (const content of ["AQAB", " ", 0, false, {}, [null], [[]], [{ r: "AQAB" }]]) {
        const { verifier, records } = remoteVerifier([good.jwk, { ...tried.jwk, [name]: content }])
        await expect(verifier.verify(mint({}, { key: tried }))).rejects.toMatchObject({ code: "key_unknown" })
        expect(records[0]).toMatchObject({ usable: 1, skipped: { private: 1 } })
      }
    },
  )

  it("SR-050: a private key in the configuration is refused at start, and not repeated", () => {
    const jwk = privateJwk(testKey("rsa", "private")) as { d: string }
    const start = (): unknown => createVerifier({ issuers: issuersWith(jwk) })
    expect(start).toThrow(/issuers\[0\]\.jwks\.keys\[1\]/)
    expect(start).not.toThrow(jwk.d.slice(0, 12))
  })
})

describe("a set without any usable key", () => {
  const unfit = { ...tried.jwk, use: "enc" }

  it("SR-051: verifies nothing, and the question stays undecided", async () => {
    const { verifier } = remoteVerifier([unfit])
    await expect(verifier.verify(mint({}, { key: tried }))).rejects.toMatchObject({
      name: "Unavailable",
      code: "keys_unavailable",
    })
  })

  it("SR-051: in the configuration it is refused at start", () => {
    const issuers = [oidcIssuer({ jwks: { keys: [unfit] } })]
    expect(() => createVerifier({ issuers })).toThrow(/issuers\[0\]\.jwks/)
  })
})

it("an import, of whatever it is, leaves the limit of stacks as it was", () => {
  const { stackTraceLimit } = Error
  for (const jwk of [tried.jwk, { ...tried.jwk, n: "AQAB" }, { kty: "EC", crv: "P-256", x: "", y: "" }, null]) {
    loaded(jwk)
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  }
})
