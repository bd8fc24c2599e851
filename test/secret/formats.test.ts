import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { SecretFailure } from "../../src/secret/failure.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { sharedSecretsFormat } from "../../src/secret/shared-secrets.ts"
import { keyMap, keyOne, keyThree, keyTwo, sharedOne, sharedTwo } from "./values.ts"

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
  it("computes what another HMAC does", () => {
    const keys = hmacKeysFormat.parse({ current: keyMap({ k1: keyOne }) })
    expect(keys.mac("k1", "edge-v1\nk1")).toEqual(macOf(keyOne, "edge-v1\nk1"))
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

  const hexOf = (text: string, encoding: BufferEncoding = "utf8"): string => Buffer.from(text, encoding).toString("hex")
  const bytes = (byteAt: (at: number) => number, length = 32): string =>
    Buffer.from(Array.from({ length }, (_, at) => byteAt(at) & 0xff)).toString("hex")
  const filled = (hex: string, length = 64): string => hex.padEnd(length, "0")

  it.each<[string, string]>([
    ["nothing but zeros", "00".repeat(32)],
    ["nothing but zeros, 128 bytes", "00".repeat(128)],
    ["one byte that is repeated", "5a".repeat(32)],
    ["two bytes that are repeated", "a53c".repeat(16)],
    ["a word of seven bytes that is repeated", "9d02c47be1386f".repeat(5)],
    ["nine bytes that are repeated", keyOne.slice(0, 18).repeat(4)],
    ["sixteen bytes that are repeated", keyOne.slice(0, 32).repeat(2)],
    ["a block of 64 bytes that is repeated", (keyOne + keyTwo).repeat(2)],
    ["a beginning that is repeated in part", keyOne.slice(0, 22).repeat(3).slice(0, 64)],
    ["all hexadecimal digits", "0123456789abcdef".repeat(4)],
    ["all hexadecimal digits, and downwards", "0123456789abcdeffedcba9876543210".repeat(2)],
    ["bytes that count", bytes((at) => at)],
    ["bytes that count from elsewhere", bytes((at) => at + 0xe7)],
    ["bytes that count down", bytes((at) => 0xff - at)],
    ["bytes that count in steps", bytes((at) => 7 * at)],
    ["128 bytes that count", bytes((at) => at, 128)],
    ["numbers of two bytes that count", bytes((at) => (at % 2 === 0 ? 0x31 : at >> 1))],
    ["numbers of four bytes that count", bytes((at) => (at % 4 === 3 ? at >> 2 : 0x31 + (at % 4)))],
    ["two counters in turns", bytes((at) => (at % 2 === 0 ? 3 * at : 0xfe - 5 * at))],
    ["squares", bytes((at) => at * at)],
    ["powers of two", bytes((at) => 1 << (at % 8))],
    [
      "a block, and the block with one added to each byte",
      keyOne.slice(0, 32) + bytes((at) => Number.parseInt(keyOne.slice(2 * at, 2 * at + 2), 16) + 1, 16),
    ],
    ["a random beginning filled up with zeros", filled(keyOne.slice(0, 40))],
    ["zeros before a random end", keyOne.slice(0, 40).padStart(64, "0")],
    ["a random beginning filled up with ff", keyOne.slice(0, 40).padEnd(64, "f")],
    ["words", hexOf("correct horse battery staple, and")],
    ["words with a line end", hexOf("my-very-secret-signing-key-2026\n")],
    ["words filled up with zeros", filled(hexOf("The quick brown fox jumps"))],
    ["words in another script", hexOf("секретный ключ подписи")],
    ["words with letters beyond ASCII", hexOf("Schlüssel für die Übergabe: groß")],
    ["words with letters beyond ASCII, in Latin-1", hexOf("Schlüssel für die Übergabe: groß", "latin1")],
    ["words in UTF-16", hexOf("changeme-changed", "utf16le")],
    ["emoji", hexOf("🔑🔒🔐🗝🚪🏠🛡🧿🎫")],
    ["a hexadecimal text, written in hex once more", hexOf(keyOne)],
    ["a base64 text, written in hex", hexOf(sharedOne)],
    ["decimal digits only", "3141592653589793238462643383279502884197169399375105820974944592"],
    ["hexadecimal words", "deadbeefcafebabefeedfacec0ffee00badc0de0defaced0facade00decade00"],
    ["the test vector of edge-v1", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"],
    ["the test vector of edge-v1, in capitals", "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"],
  ])("1.7: is refused as weak with a key of %s", (_, key) => {
    expect(key.length).toBeGreaterThanOrEqual(64)
    for (const spelled of [key, key.toUpperCase()])
      expect(failureKind(() => hmacKeysFormat.parse({ current: keyMap({ k1: spelled }) }))).toBe("weak")
    expect(failureKind(() => hmacKeysFormat.parse({ current: keyMap({ good: keyOne, k1: key }) }))).toBe("weak")
  })

  it("9: takes 16 keys, ids of one and of 64 characters, and texts of 65,536 characters", () => {
    const ids = ["a", "k".repeat(64), "A.b_C-9", ...Array.from({ length: 13 }, (_, at) => `k${at}`)]
    const text = keyMap(Object.fromEntries(ids.map((id) => [id, keyOne])))
    const keys = hmacKeysFormat.parse({ current: text.padEnd(65_536, " ") })
    expect(ids.every((id) => keys.has(id))).toBe(true)
    expect(failureKind(() => hmacKeysFormat.parse({ current: text.padEnd(65_537, " ") }))).toBe("malformed")
  })

  it("1.7: takes what a random generator makes, of every length", () => {
    for (let length = 32; length <= 128; length++) {
      const digests = Array.from({ length: 4 }, (_, part) =>
        createHash("sha256").update(`${length} ${part}`).digest("hex"),
      )
      const key = digests.join("").slice(0, 2 * length)
      expect(hmacKeysFormat.parse({ current: keyMap({ k1: key }) }).mac("k1", "x")).toEqual(macOf(key, "x"))
    }
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
  it("9: may be one of 16, and have 16 or 4,096 characters", () => {
    const short = sharedOne.slice(0, 16)
    const long = `${sharedOne}${sharedTwo}`.repeat(64).slice(0, 4096)
    const all = [short, long, ...Array.from({ length: 14 }, (_, at) => `${sharedTwo}${at}`)]
    const secrets = sharedSecretsFormat.parse({ current: JSON.stringify(all) })
    expect(all.map((secret) => secrets.matches(secret))).toEqual(all.map(() => true))
    expect(secrets.matches(`${long}x`)).toBe(false)
    const more = JSON.stringify([...all, sharedOne])
    expect(failureKind(() => sharedSecretsFormat.parse({ current: more }))).toBe("malformed")
  })

  it("9: has eight different characters or more", () => {
    const of = (characters: string): string => characters.repeat(3).slice(0, 16)
    expect(sharedSecretsFormat.parse({ current: of("abcdefgh") }).matches(of("abcdefgh"))).toBe(true)
    expect(failureKind(() => sharedSecretsFormat.parse({ current: of("abcdefg") }))).toBe("weak")
  })

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
