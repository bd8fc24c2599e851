import { createPublicKey, generateKeyPairSync, sign } from "node:crypto"
import { inspect } from "node:util"
import { GetPublicKeyCommand, KMSClient, SignCommand, type SignCommandInput } from "@aws-sdk/client-kms"
import fc from "fast-check"
import { decodeProtectedHeader } from "jose"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { joseSignature } from "../../src/secret/jose-signature.ts"
import type { SecretFetchRecord } from "../../src/types/secret-options.ts"
import { bearer, configOf, contextOf, newKey, nowMs, reader, verified } from "../support/assertion.ts"
import { mockClient } from "../support/aws-clients.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { restRequest } from "../support/events.ts"
import { seeded } from "../support/seed.ts"

beforeAll(stopTimers)
afterAll(startTimers)

describe("18-4: a signature of KMS, as JOSE has it", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })

  it("as node:crypto writes the same two numbers in both forms", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 256n - 1n), fc.bigInt(1n, 2n ** 256n - 1n), (r, s) => {
        const jose = Buffer.from([r, s].map((each) => each.toString(16).padStart(64, "0")).join(""), "hex")
        expect(Buffer.from(joseSignature(derOf(r, s)))).toEqual(jose)
      }),
      seeded("joseSignature", { numRuns: 500 }),
    )
    const text = Buffer.from("text")
    for (let at = 0; at < 50; at++) expect(joseSignature(sign("sha256", text, privateKey))).toHaveLength(64)
  })

  const integer = (...octets: number[]): number[] => [0x02, octets.length, ...octets]
  const sequence = (...octets: number[]): Uint8Array => Uint8Array.from([0x30, octets.length, ...octets])
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["64 octets that are JOSE already", new Uint8Array(64).fill(1)],
    ["one number", sequence(...integer(1))],
    ["three numbers", sequence(...integer(1), ...integer(1), ...integer(1))],
    ["a negative number", sequence(...integer(0x80), ...integer(1))],
    ["a zero octet too many", sequence(...integer(0, 1), ...integer(1))],
    ["an empty number", sequence(...integer(), ...integer(1))],
    ["a number of 33 octets", sequence(...integer(...new Array<number>(33).fill(1)), ...integer(1))],
    ["a length beyond the end", Uint8Array.from([0x30, 6, 0x02, 1, 1, 0x02, 9, 1])],
    ["octets behind it", Uint8Array.from([...sequence(...integer(1), ...integer(1)), 0])],
    ["another tag", sequence(0x04, 1, 1, ...integer(1))],
    ["a set", Uint8Array.from([0x31, 6, ...integer(1), ...integer(1)])],
    ["a length in its long form", Uint8Array.from([0x30, 0x81, 6, ...integer(1), ...integer(1)])],
  ])("%s is refused", (_what, der) => {
    expect(() => joseSignature(der)).toThrow(TypeError)
  })
})

function derOf(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16)
    const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex")
    const padded = (octets[0] as number) > 0x7f ? Buffer.concat([Buffer.of(0), octets]) : octets
    return Buffer.concat([Buffer.of(0x02, padded.length), padded])
  }
  const both = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.of(0x30, both.length), both])
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const numberIn = (text = ""): bigint => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`)

/** As KMS signs a digest, which node:crypto cannot (FIPS 186-5 section 6.4.1). The point of a new key is R. */
function signDigest(d: bigint, digest: Uint8Array): Uint8Array {
  const ephemeral = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" })
  const r = numberIn(ephemeral.x) % order
  const e = BigInt(`0x${Buffer.from(digest).toString("hex")}`)
  return derOf(r, (inverse(numberIn(ephemeral.d)) * (e + r * d)) % order)
}

/** By Fermat: k to the power of order - 2. */
function inverse(k: bigint): bigint {
  let [result, base] = [1n, k]
  for (let power = order - 2n; power > 0n; power >>= 1n, base = (base * base) % order)
    if ((power & 1n) === 1n) result = (result * base) % order
  return result
}

describe("18-4: assertions by a key of KMS", () => {
  const kms = mockClient(KMSClient)
  afterAll(() => kms.restore())
  const key = newKey()
  const id = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  const config = configOf({ keys: [{ kms: id }] })
  const der = { type: "spki", format: "der" } as const
  const spki = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export(der)
  const PublicKey = createPublicKey(key.pem).export(der)
  const event = restRequest(bearer(reader), { template: "/orders/{id}" })

  beforeEach(() => {
    vi.stubEnv("AWS_REGION", "us-east-1")
    kms.on(GetPublicKeyCommand).resolves({ KeyId: id, KeyUsage: "SIGN_VERIFY", PublicKey })
    kms.on(SignCommand).callsFake(({ Message }: SignCommandInput) => ({ Signature: signed(Message as Uint8Array) }))
  })
  afterEach(() => {
    kms.reset()
    vi.unstubAllEnvs()
  })

  const digests: Buffer[] = []
  function signed(digest: Uint8Array): Uint8Array {
    digests.push(Buffer.from(digest))
    return signDigest(numberIn(key.jwk.d), digest)
  }

  it("jose verifies them; KMS gets a digest and no claim, once for requests that share an assertion", async () => {
    const authorizer = createAuthorizer(config, { clock: () => nowMs })
    await authorizer.warmUp()
    const answers = await Promise.all([contextOf(authorizer), contextOf(authorizer), contextOf(authorizer)])
    const [{ assertion }, ...others] = answers as [{ assertion?: unknown }, ...{ assertion?: unknown }[]]
    expect(decodeProtectedHeader(String(assertion)).kid).toBe(key.published.kid)
    await verified(assertion, { keys: [key.published] })
    expect(others.every((other) => other.assertion === assertion)).toBe(true)
    const [call, ...more] = kms.commandCalls(SignCommand)
    expect(more).toEqual([])
    expect(call?.args[0].input).toEqual({
      ...{ KeyId: id, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" },
      Message: digests.at(-1),
    })
    expect(digests.at(-1)).toHaveLength(32)
    expect(kms.commandCalls(GetPublicKeyCommand)).toHaveLength(1)
  })

  it("the client asks in the region of the key", async () => {
    await contextOf(createAuthorizer(config, { clock: () => nowMs }))
    const clients = kms.commandCalls(SignCommand).map(({ thisValue }) => thisValue as KMSClient)
    expect(await Promise.all(clients.map(({ config: { region } }) => region()))).toEqual(["eu-west-1"])
  })

  it("a signature from before a freeze is not used: its assertion would end before the answer", async () => {
    let [at, frozenMs] = [nowMs, 600_000]
    const authorizer = createAuthorizer(config, { clock: () => at })
    kms.on(SignCommand).callsFake(({ Message }: SignCommandInput) => {
      at += frozenMs
      return { Signature: signed(Message as Uint8Array) }
    })
    await expect(authorizer.handler(event)).rejects.toMatchObject({ code: "secrets_unavailable" })
    frozenMs = 0
    await verified((await contextOf(authorizer)).assertion, { keys: [key.published] }, at)
  })

  it("in an outage callers do not wait each for a deadline of their own, and it ends by itself", async () => {
    let at = nowMs
    const authorizer = createAuthorizer(config, { clock: () => at })
    kms.on(SignCommand).rejects(Object.assign(new Error(), { code: "ECONNRESET" }))
    for (let count = 0; count < 5; count++)
      await expect(authorizer.handler(event)).rejects.toMatchObject({ code: "secrets_unavailable" })
    expect(kms.commandCalls(SignCommand)).toHaveLength(1)
    kms.on(SignCommand).callsFake(({ Message }: SignCommandInput) => ({ Signature: signed(Message as Uint8Array) }))
    at += 1000
    await verified((await contextOf(authorizer)).assertion, { keys: [key.published] }, at)
  })

  it("SR-094: a signature that never comes ends with the deadline", async () => {
    const records: SecretFetchRecord[] = []
    const observer = { secretFetch: (record: SecretFetchRecord) => void records.push(record) }
    const authorizer = createAuthorizer(config, { clock: () => nowMs, observer })
    await authorizer.warmUp()
    kms.on(SignCommand).callsFake(() => new Promise(() => undefined))
    const refused = expect(authorizer.handler(event)).rejects.toMatchObject({ code: "secrets_unavailable" })
    await passDeadlines()
    await refused
    expect(records.at(-1)).toEqual({ secret: `kms:${id}`, ok: false, failure: "timeout" })
  })

  const fault = (name: string): Error => Object.assign(new Error("canary"), { name, $metadata: {} })
  it.each<[string, () => unknown, string]>([
    ["it may not sign", () => kms.on(SignCommand).rejects(fault("AccessDeniedException")), "denied"],
    ["KMS throttles", () => kms.on(SignCommand).rejects(fault("ThrottlingException")), "throttled"],
    ["it signs something else", () => kms.on(SignCommand).resolves({ Signature: Buffer.from("canary") }), "malformed"],
    ["it signs nothing", () => kms.on(SignCommand).resolves({}), "malformed"],
    ["there is no such key", () => kms.on(GetPublicKeyCommand).rejects(fault("NotFoundException")), "not_found"],
    ["the key is disabled", () => kms.on(SignCommand).rejects(fault("DisabledException")), "denied"],
    [
      "the key is for encryption",
      () => kms.on(GetPublicKeyCommand).resolves({ KeyUsage: "ENCRYPT_DECRYPT", PublicKey }),
      "malformed",
    ],
    [
      "the key has another curve",
      () => kms.on(GetPublicKeyCommand).resolves({ KeyUsage: "SIGN_VERIFY", PublicKey: spki }),
      "malformed",
    ],
    [
      "the public half cannot be read",
      () => kms.on(GetPublicKeyCommand).resolves({ KeyUsage: "SIGN_VERIFY", PublicKey: Buffer.from("canary") }),
      "malformed",
    ],
  ])("nothing is allowed if %s, and the failure is counted", async (_what, prepare, failure) => {
    prepare()
    const records: SecretFetchRecord[] = []
    const faults: unknown[] = []
    const observer = {
      secretFetch: (record: SecretFetchRecord) => void records.push(record),
      fault: (error: unknown) => void faults.push(error),
    }
    const authorizer = createAuthorizer(config, { clock: () => nowMs, observer })
    await expect(authorizer.handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "secrets_unavailable" })
    expect(records.at(-1)).toEqual({ secret: `kms:${id}`, ok: false, failure })
    expect(faults).toEqual([])
    expect(inspect(records, { depth: 9 })).not.toContain("canary")
  })
})
