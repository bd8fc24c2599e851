import { X509Certificate } from "node:crypto"
import { generate } from "selfsigned"
import { describe, expect, it } from "vitest"
import { anyOf, missing, type Proof, timeless, type VerifyEvidence } from "../../src/edge/evidence/evidence.ts"
import { hmacEvidence } from "../../src/edge/evidence/hmac.ts"
import { issuerAndSerial, mtlsEvidence } from "../../src/edge/evidence/mtls.ts"
import { fixedSource, type Source } from "../../src/shared/value-source.ts"
import { type Refusal, refusal } from "../../src/types/reasons.ts"
import type { HmacKeys } from "../../src/types/secret-options.ts"
import { oidcIssuer } from "../support/config.ts"
import { alice, edgeAuthorizer, edgeConfig, edgeEvent, hmacEntry, key, keyId, signature } from "../support/edge.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const connection = {
  method: "GET",
  host: "api.example.com",
  path: "/orders/7",
  sourceIp: undefined,
  vpceId: undefined,
  clientCertPem: undefined,
}
const received = (headers: { readonly [name: string]: string } = {}, more: object = {}) => ({
  scanned: new Map(Object.entries(headers)),
  connection: { ...connection, ...more },
  nowMs: nowSeconds * 1000,
})
const holds =
  (expiresAt: number): VerifyEvidence =>
  () => ({ expiresAt })
const later =
  (check: VerifyEvidence): VerifyEvidence =>
  async (...args) =>
    check(...args)
const refuses =
  (refused: Refusal): VerifyEvidence =>
  () =>
    refused
const [invalid, stale, unavailable] = [
  refusal("edge_secret_invalid"),
  refusal("edge_signature_stale"),
  refusal("secrets_unavailable"),
]

describe("9, SR-130: an entry of several pieces of evidence", () => {
  it.each<[string, (check: VerifyEvidence) => VerifyEvidence]>([
    ["at once", (check) => check],
    ["after a fetch", later],
  ])("ends with the piece that ends first, %s", async (_name, when) => {
    const ends = [300, 100, 200]
    for (const order of [ends, ends.toReversed(), ends.toSorted(), [100, 100, 300]]) {
      const entry = order.map((end) => when(holds(end)))
      expect(await anyOf([entry])(received())).toEqual({ expiresAt: 100 })
      expect(await anyOf([[() => timeless, ...entry]])(received())).toEqual({ expiresAt: 100 })
      expect(await anyOf([[...entry, () => timeless]])(received())).toEqual({ expiresAt: 100 })
    }
  })

  it("of the configuration: the principal ends with the signature or with the minted token, whichever is first", async () => {
    const issuer = oidcIssuer({ issuer: "https://bigip.example" })
    const jws = { header: "x-edge-identity", issuer, windowSeconds: 600 }
    const headers = { user: "x-edge-user" }
    for (const [tokenSeconds, windowSeconds, expected] of [
      [30, 60, 30],
      [90, 60, 60],
      [60, 60, 60],
    ] as const) {
      const hmac = { ...(hmacEntry.hmac as NonNullable<typeof hmacEntry.hmac>), windowSeconds }
      const { decide } = await edgeAuthorizer(edgeConfig({ headers, evidence: [{ jws, hmac }] }))
      const minted = { iss: "https://bigip.example", sub: "alice", exp: nowSeconds + tokenSeconds, scope: undefined }
      const sent = { "x-edge-user": "alice" }
      const signed = { ...sent, "x-edge-identity": mint({ ...minted, client_id: undefined }) }
      const event = edgeEvent("http-2.0", { headers: { ...signed, "x-edge-signature": signature("http-2.0", sent) } })
      expect((await decide(event)).principal?.expiresAt).toBe(nowSeconds + expected)
    }
  })

  it("keeps what a minted token asserts, wherever it is among the others", async () => {
    const asserted = { principal: { id: "x" }, claims: {} } as unknown as NonNullable<Proof["asserted"]>
    const minted: VerifyEvidence = () => ({ expiresAt: 50, asserted })
    for (const entry of [
      [minted, holds(100)],
      [holds(100), minted],
      [holds(100), later(minted), holds(200)],
    ])
      expect(await anyOf([entry])(received())).toEqual({ expiresAt: 50, asserted })
  })

  it("is refused by its first piece that does not hold, and asks no later one", async () => {
    let asked = 0
    const counting: VerifyEvidence = () => {
      asked++
      return timeless
    }
    for (const when of [(check: VerifyEvidence) => check, later]) {
      expect(await anyOf([[holds(1), when(refuses(invalid)), counting]])(received())).toBe(invalid)
      expect(asked).toBe(0)
    }
  })
})

describe("9, SR-147: of several entries, the reason", () => {
  it.each<[string, readonly Refusal[], Refusal]>([
    ["is that nothing is there, if nothing is", [missing, missing], missing],
    ["is what is wrong before what is not there", [missing, invalid], invalid],
    ["is what is wrong, whatever comes after it", [invalid, missing], invalid],
    ["is the first that is wrong", [invalid, stale], invalid],
    ["is that nothing can be decided, first", [unavailable, invalid], unavailable],
    ["is that nothing can be decided, last", [invalid, unavailable], unavailable],
    ["is that nothing can be decided, between others", [missing, unavailable, stale], unavailable],
  ])("%s", async (_name, refusals, expected) => {
    for (const when of [(check: VerifyEvidence) => check, later]) {
      const entries = refusals.map((refused) => [when(refuses(refused))])
      expect(await anyOf(entries)(received())).toBe(expected)
      expect(await anyOf([...entries, [holds(7)]])(received())).toEqual({ expiresAt: 7 })
    }
  })
})

describe("9, SR-147: a signature by a key id that is not known", () => {
  const values: HmacKeys = { has: (id) => id === keyId, mac: () => Buffer.alloc(32) }
  const none: Source<HmacKeys> = { ...fixedSource(values), current: () => undefined, isFixed: false }
  const judged = (keys: Source<HmacKeys>) =>
    hmacEvidence({ header: "x-s", keys, windowSeconds: 60, signed: [] })(
      received({ "x-s": signature("http-2.0", {}, { keyId: "other" }) }),
    )

  it("decides nothing while no keys are at hand and none can be fetched: the key may be one of them", async () => {
    expect(await judged({ ...none, refreshed: async () => undefined })).toBe(refusal("secrets_unavailable"))
    const down = { secrets: () => Promise.reject(new Error("down")) }
    const { decide } = await edgeAuthorizer(edgeConfig(), down)
    for (const changes of [{ keyId: "other" }, {}]) {
      const headers = { ...alice, "x-edge-signature": signature("http-2.0", alice, changes) }
      const decision = await decide(edgeEvent("http-2.0", { headers }))
      expect(decision).toMatchObject({ outcome: "unavailable", reason: "secrets_unavailable" })
    }
  })

  it("is refused once the keys were fetched and do not hold it", async () => {
    expect(await judged({ ...none, refreshed: async () => values })).toBe(refusal("edge_key_unknown"))
    expect(await judged(fixedSource(values))).toBe(refusal("edge_key_unknown"))
  })

  it("decides nothing if the keys are there and the last refresh failed", async () => {
    for (const keys of [
      { ...fixedSource(values), inDoubt: true },
      { ...none, refreshed: async () => values, inDoubt: true },
      { ...fixedSource(values), forced: async () => values, inDoubt: true },
      { ...fixedSource(values), forced: async () => undefined, inDoubt: true },
    ])
      expect(await judged(keys)).toBe(refusal("secrets_unavailable"))
  })

  it("is judged by the keys that a forced refresh brought", async () => {
    const { edgeV1Signature, edgeV1Text } = await import("../../src/edge.ts")
    const request = { ...connection, headers: {}, keyId: "other", unixSeconds: nowSeconds }
    const mac = Buffer.from(edgeV1Signature(key, edgeV1Text(request)), "base64")
    const newer: HmacKeys = { has: () => true, mac: () => mac }
    const keys = { ...fixedSource(values), forced: async () => newer }
    expect(await judged(keys)).toEqual({ expiresAt: nowSeconds + 60 })
    expect(await judged({ ...keys, forced: async () => values })).toBe(refusal("edge_key_unknown"))
  })
})

describe("9: pins of issuer and serial number", () => {
  it("are equal whatever escapes a name was written with", () => {
    const spellings = [
      'CN=Edge\\, CA,O=Caf\\C3\\A9 \\+ \\"Co\\"',
      "CN=Edge\\2C CA,O=Café \\2B \\22Co\\22",
      'cn = Edge\\2c CA , o = Caf\\c3\\a9 \\+ \\"Co\\"',
    ]
    const [first, ...others] = spellings.map((issuer) => issuerAndSerial(issuer, "1A:2B"))
    for (const other of others) expect(other).toBe(first)
    expect(first).toEqual(expect.any(String))
  })

  it("differ where an escape tells one name from two, or a text from its encoding", () => {
    const names = [
      "CN=a,O=b",
      "CN=a\\,O\\=b",
      "CN=a+O=b",
      "CN=a\\+O\\=b",
      "CN=#0401",
      "CN=\\#0401",
      "CN=a\\ ",
      "CN=a",
      "CN=A",
      "O=b,CN=a",
      'CN=a"',
    ]
    const pins = names.map((name) => issuerAndSerial(name, "01"))
    const readable = pins.filter((pin) => pin !== undefined)
    expect(readable).toHaveLength(names.length - 1)
    expect(new Set(readable).size).toBe(readable.length)
  })

  it.each([
    ["0A", "a", true],
    ["000A", "0A", true],
    ["1A:2B", "1a2b", true],
    ["00", "0", true],
    ["0A", "A0", false],
    ["1A2B", "1A2B00", false],
  ])("of serial numbers %s and %s", (a, b, isEqual) => {
    expect(issuerAndSerial("CN=x", a) === issuerAndSerial("CN=x", b)).toBe(isEqual)
  })

  it.each(["", "x", "1A:", ":1A", "1A::2B", "0x1A", "1 A"])("are none with the serial number %j", (serial) => {
    expect(issuerAndSerial("CN=x", serial)).toBeUndefined()
  })

  it("a certificate whose issuer is empty or escaped is compared like any other", async () => {
    const nameless = (await generate([], { keyType: "ec", algorithm: "sha256" })).cert
    const escaped = (
      await generate(
        [
          { name: "organizationName", value: "b\\,OU\\=c" },
          { name: "commonName", value: "a\\+b" },
        ],
        { keyType: "ec", algorithm: "sha256" },
      )
    ).cert
    const judged = (pem: string, issuerSerial: ReadonlySet<string>) =>
      mtlsEvidence({ spkiSha256: undefined, issuerSerial, san: undefined })({
        ...received({}, { clientCertPem: pem }),
        nowMs: Date.now(),
      })
    const refused = refusal("edge_certificate_refused")
    const serialOf = (pem: string) => new X509Certificate(pem).serialNumber
    for (const pins of [new Set<string>(), new Set([""])]) expect(judged(nameless, pins)).toBe(refused)
    expect(judged(nameless, new Set([issuerAndSerial("CN=x", serialOf(nameless)) ?? ""]))).toBe(refused)
    const pin = (issuer: string) => new Set([issuerAndSerial(issuer, serialOf(escaped)) ?? ""])
    expect(judged(escaped, new Set())).toBe(refused)
    expect(judged(escaped, pin("CN=a\\2Bb,O=b\\2COU\\3Dc"))).toBe(timeless)
    expect(judged(escaped, pin("CN=a\\2Bb,OU=c,O=b"))).toBe(refused)
    expect(judged(escaped, pin("CN=a,O=b"))).toBe(refused)
  })
})
