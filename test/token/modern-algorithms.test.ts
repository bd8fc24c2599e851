import crypto, { generateKeyPairSync, sign } from "node:crypto"
import fc from "fast-check"
import { importJWK, jwtVerify, SignJWT } from "jose"
import { afterEach, describe, expect, it, vi } from "vitest"
import { type AuthorizerConfig, loadAuthorizer } from "../../src/index.ts"
import { configurationWarnings } from "../../src/policy.ts"
import type { KeySetRecord } from "../../src/types/observer.ts"
import { createVerifier } from "../../src/verify.ts"
import { allAlgorithms, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { audience, clock, goodClaims, issuer, mint, segment } from "../support/mint.ts"
import { seeded } from "../support/seed.ts"

afterEach(() => {
  vi.restoreAllMocks()
})

function skippedIn(jwk: object, algorithms: readonly string[]): unknown {
  const records: KeySetRecord[] = []
  const issuers = [oidcIssuer({ jwks: { keys: [testKey("rsa").jwk, jwk] }, algorithms: ["RS256", ...algorithms] })]
  createVerifier({ issuers }, { clock, observer: { keySet: (record) => void records.push(record) } })
  return records[0]?.skipped
}

describe("part 7: Ed25519 beside EdDSA (RFC 9864)", () => {
  const key = testKey("ed25519")
  const names = ["EdDSA", "Ed25519"]
  const lists = [["EdDSA"], ["Ed25519"], names]

  it("both names verify with the same key, whichever name the configuration and the key have", async () => {
    for (const algorithms of lists) {
      for (const alg of [undefined, ...names]) {
        const issuers = [oidcIssuer({ jwks: { keys: [{ ...key.jwk, ...(alg && { alg }) }] }, algorithms })]
        for (const name of names) {
          const token = mint({}, { alg: "EdDSA", header: { alg: name } })
          expect(await reasonOf(token, issuers), `${algorithms}, ${alg}, ${name}`).toBe("ok")
          const input = token.slice(0, token.lastIndexOf("."))
          expect(await reasonOf(`${input}.${"A".repeat(86)}`, issuers)).toBe("signature_invalid")
        }
      }
    }
  })

  it("are one key of a set, and one algorithm of the configuration", () => {
    const records: KeySetRecord[] = []
    const keys = [{ ...key.jwk, alg: "EdDSA" }, { ...key.jwk, alg: "Ed25519" }, key.jwk]
    createVerifier(
      { issuers: [oidcIssuer({ jwks: { keys }, algorithms: names })] },
      { clock, observer: { keySet: (record) => void records.push(record) } },
    )
    expect(records).toMatchObject([{ usable: 1, skipped: {} }])
  })

  it("neither is allowed unless it is listed", async () => {
    for (const alg of names) {
      const token = mint({}, { alg: "EdDSA", header: { alg } })
      expect(await reasonOf(token, [oidcIssuer({ jwks: { keys: [key.jwk, testKey("rsa").jwk] } })])).toBe(
        "algorithm_not_allowed",
      )
    }
  })

  it.each(["ed25519", "ED25519", "Ed25519 ", "Ed448", "EdDSA25519", "Ed25519ph"])(
    "%j is no name of it",
    async (alg) => {
      const issuers = [oidcIssuer({ jwks: { keys: [key.jwk] }, algorithms: names })]
      expect(await reasonOf(mint({}, { alg: "EdDSA", header: { alg } }), issuers)).toBe("algorithm_not_allowed")
      expect(() => createVerifier({ issuers: [oidcIssuer({ algorithms: [alg] })] })).toThrow(/algorithms\[0\]/)
      expect(skippedIn({ ...key.jwk, alg }, names)).toEqual({ algorithm: 1 })
    },
  )

  it("never across curves or key types", async () => {
    const ed448 = generateKeyPairSync("ed448")
    const x25519 = generateKeyPairSync("x25519")
    const [of448, ofX] = [ed448, x25519].map(({ publicKey }) => publicKey.export({ format: "jwk" }))
    for (const alg of names) {
      expect(skippedIn({ ...of448, kid: "448", alg }, names)).toEqual({ curve: 1 })
      expect(skippedIn({ ...ofX, kid: "x", alg }, names)).toEqual({ curve: 1 })
      expect(skippedIn({ ...of448, crv: "Ed25519", kid: "448", alg }, names)).toEqual({ invalid: 1 })
      expect(skippedIn({ ...testKey("p256").jwk, alg }, [...names, "ES256"])).toEqual({ algorithm: 1 })
      expect(skippedIn({ ...testKey("rsa", "2").jwk, alg }, names)).toEqual({ algorithm: 1 })
      const issuers = [
        oidcIssuer({ jwks: { keys: [key.jwk, testKey("p256").jwk, testKey("rsa").jwk] }, algorithms: allAlgorithms }),
      ]
      for (const kid of ["p256-1", "rsa-1"])
        expect(await reasonOf(mint({}, { alg: "EdDSA", header: { alg, kid } }), issuers)).toBe("key_unknown")
      for (const other of ["ES256", "RS256"])
        expect(await reasonOf(mint({}, { alg: other, header: { kid: "ed25519-1" } }), issuers)).toBe("key_unknown")
    }
  })

  it("jose accepts what hallpass accepts", async () => {
    const issuers = [oidcIssuer({ jwks: { keys: [key.jwk] }, algorithms: ["EdDSA"] })]
    for (const alg of names) {
      const judge = await importJWK(key.jwk, alg)
      const token = mint({}, { alg: "EdDSA", header: { alg } })
      expect(await reasonOf(token, issuers)).toBe("ok")
      const options = { issuer, audience, currentDate: new Date(clock()) }
      await expect(jwtVerify(token, judge, options)).resolves.toHaveProperty("payload")
    }
  })
})

const mlDsa = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"] as const
const pairs = Object.fromEntries(
  mlDsa.map((alg) => {
    const { publicKey, privateKey } = generateKeyPairSync(alg.toLowerCase() as "ml-dsa-44")
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: alg, use: "sig" }
    return [alg, { privateKey, jwk }]
  }),
) as unknown as Record<
  (typeof mlDsa)[number],
  { privateKey: crypto.KeyObject; jwk: { kid: string; pub: string; alg: string } }
>

/** A token that Node.js signs. */
function signed(alg: (typeof mlDsa)[number], header: object = {}): string {
  const input = `${segment({ alg, kid: alg, ...header })}.${segment(goodClaims)}`
  return `${input}.${sign(null, Buffer.from(input), pairs[alg].privateKey).toString("base64url")}`
}

describe("part 7: ML-DSA (RFC 9964)", () => {
  const all = mlDsa.map((alg) => pairs[alg].jwk)
  const listing = (...algorithms: string[]) => [oidcIssuer({ jwks: { keys: all }, algorithms })]
  const options = { issuer, audience, currentDate: new Date(clock()) }

  it.each(mlDsa)("%s verifies what Node.js and jose sign, and jose accepts it, too", async (alg) => {
    const judge = await importJWK(pairs[alg].jwk, alg)
    const privateJwk = { ...pairs[alg].privateKey.export({ format: "jwk" }), alg }
    const byJose = await new SignJWT({ ...goodClaims })
      .setProtectedHeader({ alg, kid: alg })
      .sign(await importJWK(privateJwk, alg))
    for (const token of [signed(alg), byJose]) {
      expect(await reasonOf(token, listing(alg))).toBe("ok")
      await expect(jwtVerify(token, judge, options)).resolves.toHaveProperty("payload")
    }
  })

  it.each(mlDsa)("%s: hallpass and jose agree on changed tokens", async (alg) => {
    const token = signed(alg)
    const judge = await importJWK(pairs[alg].jwk, alg)
    const { verify } = createVerifier({ issuers: listing(alg), cache: { maxTokens: 0 } }, { clock })
    const yes = (promise: Promise<unknown>): Promise<boolean> =>
      promise.then(
        () => true,
        () => false,
      )
    const change = fc.record({ at: fc.nat({ max: token.length - 1 }), by: fc.constantFrom("A", "Q", "_", "") })
    await fc.assert(
      fc.asyncProperty(change, async ({ at, by }) => {
        const changed = token.slice(0, at) + by + token.slice(at + 1)
        if (await yes(verify(changed))) expect(await yes(jwtVerify(changed, judge, options))).toBe(true)
        if (changed !== token) expect(await yes(verify(changed))).toBe(false)
      }),
      seeded("modern algorithms 1", { numRuns: 60 }),
    )
  })

  it("is off unless it is listed, in every preset", async () => {
    const keys = [...all, testKey("rsa").jwk]
    for (const alg of mlDsa) {
      expect(await reasonOf(signed(alg), [oidcIssuer({ jwks: { keys } })])).toBe("algorithm_not_allowed")
      expect(skippedIn(pairs[alg].jwk, allAlgorithms)).toEqual({ key_type: 1 })
      const others = mlDsa.filter((other) => other !== alg)
      expect(await reasonOf(signed(alg), listing(...others))).toBe("algorithm_not_allowed")
      expect(skippedIn(pairs[alg].jwk, others)).toEqual({ algorithm: 1 })
    }
  })

  it("a key verifies its own algorithm alone", async () => {
    for (const alg of mlDsa) {
      for (const other of mlDsa) {
        const token = signed(alg, { kid: other })
        expect(await reasonOf(token, listing(...mlDsa))).toBe(alg === other ? "ok" : "key_unknown")
        const claimed = signed(alg, { alg: other, kid: other })
        expect(await reasonOf(claimed, listing(...mlDsa))).toBe(alg === other ? "ok" : "signature_invalid")
      }
    }
  })

  it.each<[string, object, string]>([
    ["no alg", { alg: undefined }, "algorithm"],
    ["an empty alg", { alg: "" }, "algorithm"],
    ["alg of another kind", { alg: "EdDSA" }, "algorithm"],
    ["alg that does not exist", { alg: "ML-DSA-66" }, "algorithm"],
    ["alg in small letters", { alg: "ml-dsa-44" }, "algorithm"],
    ["alg of a wrong type", { alg: ["ML-DSA-44"] }, "algorithm"],
    ["the key of another size", { pub: pairs["ML-DSA-65"].jwk.pub }, "invalid"],
    ["a key one octet too short", { pub: pairs["ML-DSA-44"].jwk.pub.slice(0, -2) }, "invalid"],
    ["a key of a megabyte", { pub: "A".repeat(1_000_000) }, "invalid"],
    ["no key", { pub: undefined }, "invalid"],
    ["a key of a wrong type", { pub: 7 }, "invalid"],
    ["use enc", { use: "enc" }, "use"],
    ["kty OKP", { kty: "OKP" }, "curve"],
    ["kty akp", { kty: "akp" }, "key_type"],
  ])("a key with %s is unusable", (_what, changes, reason) => {
    const jwk = JSON.parse(JSON.stringify({ ...pairs["ML-DSA-44"].jwk, ...changes })) as object
    expect(skippedIn(jwk, mlDsa)).toEqual({ [reason]: 1 })
  })

  it("a private key in the configuration is refused at start, listed or not", () => {
    const keys = [testKey("rsa").jwk, { ...pairs["ML-DSA-44"].jwk, priv: "AAAA" }]
    for (const algorithms of [["RS256"], ["RS256", "ML-DSA-44"]])
      expect(() => createVerifier({ issuers: [oidcIssuer({ jwks: { keys }, algorithms })] })).toThrow(
        /keys\[1\].*private/,
      )
  })

  it("a Node.js without it says so, where the algorithms are listed", async () => {
    const { createPublicKey } = crypto
    vi.spyOn(crypto, "createPublicKey").mockImplementation((key) => {
      if (Object(Object(key).key).kty === "AKP") throw new TypeError("Unsupported JWK Key Type.")
      return createPublicKey(key as crypto.PublicKeyInput)
    })
    const issuers = listing("ML-DSA-44", "RS256")
    expect(() => createVerifier({ issuers })).toThrow(
      /issuers\[0\]\.algorithms: has ML-DSA-44, which Node\.js v\d+\.\d+\.\d+ cannot verify\. Run Node\.js 24\.6/,
    )
    await expect(loadAuthorizer({ issuers })).rejects.toThrow(/ML-DSA-44, which Node\.js/)
    expect(() => createVerifier({ issuers: [oidcIssuer()] })).not.toThrow()
  })

  it("hallpass check warns of header limits", () => {
    const config = (algorithms: string[]): AuthorizerConfig => ({
      issuers: [oidcIssuer({ jwks: { keys: [...all, testKey("rsa").jwk] }, algorithms })],
    })
    expect(configurationWarnings(config(["RS256", "ML-DSA-65", "ML-DSA-87"]))).toEqual([
      {
        path: "issuers[0].algorithms",
        message: expect.stringMatching(
          /exceed API Gateway's header limits.*ML-DSA-65: 4412 .*ML-DSA-87: 6170 .*10,240.*8,000/,
        ),
      },
    ])
    expect(configurationWarnings(config(["RS256", "EdDSA"]))).toEqual([])
    for (const alg of mlDsa) {
      const length = signed(alg).split(".")[2]?.length
      expect(configurationWarnings(config([alg]))[0]?.message).toContain(`${alg}: ${length} characters`)
    }
  })
})
