import { createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { SecretFailure } from "../../src/secret/failure.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { keyMap, keyOne, keyThree, keyTwo, sharedOne, sharedTwo } from "./values.ts"

const vector = { key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" }
const macOf = (key: string, text: string): Buffer => createHmac("sha256", Buffer.from(key, "hex")).update(text).digest()

function failureKind(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof SecretFailure) return error.kind
    throw error
  }
  return "none"
}

describe("an HMAC secret", () => {
  it("computes the edge-v1 test vector", () => {
    const text = [
      "edge-v1",
      "k1",
      "1767225600",
      "GET",
      "api.example.com",
      "/orders?limit=10",
      "x-edge-groups:| CN=Ops,OU=G,DC=corp,DC=example | 0x436f6d707465735fc3a964697465757273 |",
      "x-edge-user:alice",
    ].join("\n")
    const keys = hmacKeysFormat.parse({ current: keyMap({ k1: vector.key }) })
    expect(Buffer.from(keys.mac("k1", text) ?? []).toString("base64")).toBe(
      "iQYHtzc9BrtK3XjlMrebWlc+1cuP8oYPbXvq5Bx+eGk=",
    )
    expect(keys.has("k1")).toBe(true)
  })

  it("knows the keys of both versions, and the current one by an id that both have", () => {
    const keys = hmacKeysFormat.parse({
      current: keyMap({ b: keyTwo, both: keyThree }),
      previous: keyMap({ a: keyOne, both: keyOne }),
    })
    expect(keys.mac("a", "é")).toEqual(macOf(keyOne, "é"))
    expect(keys.mac("b", "é")).toEqual(macOf(keyTwo, "é"))
    expect(keys.mac("both", "é")).toEqual(macOf(keyThree, "é"))
  })

  it.each(["__proto__", "constructor", "toString", "A", "c"])(
    "has no key by the id %s that nobody configured",
    (id) => {
      const keys = hmacKeysFormat.parse({ current: keyMap({ a: keyOne }) })
      expect(keys.has(id)).toBe(false)
      expect(keys.mac(id, "text")).toBeUndefined()
    },
  )

  it.each<[string, string]>([
    ["no JSON", "k1=00"],
    ["a list", JSON.stringify([keyOne])],
    ["null", "null"],
    ["a string", JSON.stringify(keyOne)],
    ["no keys", "{}"],
    ["17 keys", keyMap(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, keyOne])))],
    ["a key that is no string", '{"k1":1}'],
    ["a key of base64", keyMap({ k1: Buffer.from(keyOne, "hex").toString("base64") })],
    ["half a byte", keyMap({ k1: `${keyOne}a` })],
    ["a blank in the key", keyMap({ k1: `${keyOne} ` })],
    ["an empty key", keyMap({ k1: "" })],
    ["a key of 129 bytes", keyMap({ k1: `${keyOne.repeat(4)}ab` })],
    ["an id with a semicolon", keyMap({ "k1;kid=k2": keyOne })],
    ["an empty id", keyMap({ "": keyOne })],
    ["an id of 65 characters", keyMap({ ["k".repeat(65)]: keyOne })],
    ["one good key and one bad one", keyMap({ k1: keyOne, k2: "zz" })],
    ["more than 65,536 characters", `${keyMap({ k1: keyOne })}${" ".repeat(65_536)}`],
  ])("is refused when it holds %s", (_, current) => {
    expect(failureKind(() => hmacKeysFormat.parse({ current }))).toBe("malformed")
  })

  it.each<[string, string]>([
    ["31 bytes", keyOne.slice(2)],
    ["one byte", "ab"],
  ])("is refused as weak with a key of %s", (_, key) => {
    expect(failureKind(() => hmacKeysFormat.parse({ current: keyMap({ k1: key }) }))).toBe("weak")
  })

  it("takes keys of 32 and of 128 bytes, in either case", () => {
    const long = keyOne + keyTwo + keyThree + keyOne
    const keys = hmacKeysFormat.parse({ current: keyMap({ a: keyOne.toUpperCase(), b: long }) })
    expect(keys.mac("a", "x")).toEqual(macOf(keyOne, "x"))
    expect(keys.mac("b", "x")).toEqual(macOf(long, "x"))
  })

  it.each<[string, string, string]>([
    ["malformed", "placeholder before the first rotation", "malformed"],
    ["weak", keyMap({ a: "00".repeat(31) }), "weak"],
  ])("leaves out a version before that is %s, and says so", (_, previous, kind) => {
    const told: string[] = []
    const keys = hmacKeysFormat.parse({ current: keyMap({ b: keyTwo }), previous }, (why) => told.push(why))
    expect(told).toEqual([kind])
    expect(keys.has("b")).toBe(true)
    expect(keys.has("a")).toBe(false)
  })
})

describe("a shared secret", () => {
  it("is one plain string, or any of a list", () => {
    const one = sharedSecretsFormat.parse({ current: sharedOne })
    expect(one.matches(sharedOne)).toBe(true)
    const list = sharedSecretsFormat.parse({ current: JSON.stringify([sharedOne, sharedTwo]) })
    expect([sharedOne, sharedTwo].map((secret) => list.matches(secret))).toEqual([true, true])
  })

  it("is valid in both versions", () => {
    const both = sharedSecretsFormat.parse({ current: sharedTwo, previous: JSON.stringify([sharedOne]) })
    expect([sharedOne, sharedTwo].map((secret) => both.matches(secret))).toEqual([true, true])
  })

  it.each<[string, string]>([
    ["nothing", ""],
    ["another case", sharedOne.toLowerCase()],
    ["a part", sharedOne.slice(0, -1)],
    ["more", `${sharedOne}x`],
    ["a blank more", `${sharedOne} `],
    ["the list as text", JSON.stringify([sharedOne])],
    ["more than 4096 characters", "x".repeat(5000)],
  ])("is not matched by %s", (_, candidate) => {
    expect(sharedSecretsFormat.parse({ current: JSON.stringify([sharedOne]) }).matches(candidate)).toBe(false)
  })

  it.each(["\n", "\r\n"])("loses the one line end that a file leaves behind (%j)", (end) => {
    expect(sharedSecretsFormat.parse({ current: sharedOne + end }).matches(sharedOne)).toBe(true)
  })

  it.each<[string, string]>([
    ["nothing", ""],
    ["a JSON object, as the console stores key/value pairs", JSON.stringify({ secret: sharedOne })],
    ["a broken list", `["${sharedOne}"`],
    ["an empty list", "[]"],
    ["17 secrets", JSON.stringify(Array.from({ length: 17 }, () => sharedOne))],
    ["a number in the list", "[1234567890123456]"],
    ["a blank at its end", `${sharedOne} `],
    ["two line ends", `${sharedOne}\n\n`],
    ["a letter outside ASCII", `${sharedOne}é`],
    ["a control character", `${sharedOne.slice(0, 9)}\t${sharedOne.slice(9)}`],
    ["4097 characters", (sharedOne + sharedTwo).repeat(65)],
  ])("is refused when it holds %s", (_, current) => {
    expect(failureKind(() => sharedSecretsFormat.parse({ current }))).toBe("malformed")
  })

  it.each<[string, string]>([
    ["15 characters", sharedOne.slice(0, 15)],
    ["one character only", "x".repeat(40)],
    ["a repeated word", "secret".repeat(6)],
    ["a list with one weak entry", JSON.stringify([sharedOne, "changeme"])],
  ])("is refused as weak with %s", (_, current) => {
    expect(failureKind(() => sharedSecretsFormat.parse({ current }))).toBe("weak")
  })
})
