import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { isGuessable } from "../../src/secret/guessable-key.ts"

/** Bytes without a pattern; the same for the same seed. */
function bytes(seed: string, length: number): Buffer {
  const parts: Buffer[] = []
  for (let part = 0; part * 32 < length; part++) parts.push(createHash("sha256").update(`${seed} ${part}`).digest())
  return Buffer.concat(parts).subarray(0, length)
}
/** A key whose bytes are numbers without a pattern below `below`, each made into a byte. */
const mapped = (below: number, byteOf: (number: number) => number, length = 32): Buffer =>
  Buffer.from(
    bytes(`below ${below}`, 2 * length)
      .filter((byte) => byte < 256 - (256 % below))
      .subarray(0, length)
      .map((byte) => byteOf(byte % below)),
  )
/** A key without a pattern, of which these bytes are replaced. */
const replaced = (count: number, byteAt: (at: number) => number, length = 32): Buffer => {
  const key = bytes("replaced", length).map((byte) =>
    (byte >= 0x20 && byte < 0x7f) || byte < 0x10 ? byte | 0x80 : byte,
  )
  for (let at = 0; at < count; at++) key[(at * 7) % length] = byteAt(at)
  return Buffer.from(key)
}

describe("1.7: how far a key may go", () => {
  it.each([32, 33, 48, 64, 127, 128])("%i random bytes are no pattern", (length) => {
    for (let seed = 0; seed < 200; seed++) expect(isGuessable(bytes(String(seed), length))).toBe(false)
  })

  it("eleven different hexadecimal digits are enough, ten are not", () => {
    const digits = [0, 3, 5, 6, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xf]
    const keyOf = (count: number) =>
      mapped(
        count * count,
        (number) => ((digits[number % count] ?? 0) << 4) | (digits[Math.floor(number / count)] ?? 0),
        64,
      )
    expect(new Set(keyOf(11).toString("hex")).size).toBe(11)
    expect(isGuessable(keyOf(11))).toBe(false)
    expect(new Set(keyOf(10).toString("hex")).size).toBe(10)
    expect(isGuessable(keyOf(10))).toBe(true)
  })

  it("one byte may make up a quarter, and no more", () => {
    for (const byte of [0x00, 0x07, 0xff]) {
      expect(isGuessable(replaced(8, () => byte))).toBe(false)
      expect(isGuessable(replaced(9, () => byte))).toBe(true)
      expect(isGuessable(replaced(32, () => byte, 128))).toBe(false)
      expect(isGuessable(replaced(33, () => byte, 128))).toBe(true)
    }
  })

  it("printable bytes may make up less than seven eighths", () => {
    const drawn = [...bytes("printable", 64)].map((byte) => 0x20 + (byte % 95))
    const printable = [0x20, 0x7e, 0x0a, 0x0d, ...drawn]
    const byteAt = (at: number) => printable[at] ?? 0x41
    expect(isGuessable(replaced(27, byteAt))).toBe(false)
    expect(isGuessable(replaced(28, byteAt))).toBe(true)
    const beyond = [0x1f, 0x7f, 0x0b, 0x0c, 0x0e]
    expect(isGuessable(replaced(28, (at) => beyond[at] ?? byteAt(at)))).toBe(false)
  })

  it("a text in another script is a text, unless it holds control characters", () => {
    const text = "ключ подписи края и ещё слово, длинное"
    expect(isGuessable(Buffer.from(text))).toBe(true)
    for (const character of ["\t", "\n", "\r", "\0"]) expect(isGuessable(Buffer.from(text + character))).toBe(true)
    // No random key is UTF-8: with a control character in it, the bytes count and not the text.
    for (const character of ["\u0001", "\u001f", "\u007f", "\u0085"])
      expect(isGuessable(Buffer.from(`蘭鷲麒麟龍虎鳳凰亀鶴${character}桜梅竹松`))).toBe(false)
    expect(isGuessable(Buffer.from("蘭鷲麒麟龍虎鳳凰亀鶴桜梅竹松"))).toBe(true)
    expect(isGuessable(Buffer.concat([Buffer.from("蘭鷲麒麟龍虎鳳凰亀鶴桜梅竹松"), Buffer.of(0xff)]))).toBe(false)
  })

  it("steps of eight different sizes are no pattern, of seven they are", () => {
    const sizes = [1, 29, 63, 97, 131, 167, 201, 239]
    const walk = (count: number): Buffer => {
      let at = 0
      return mapped(count, (number) => (at = (at + (sizes[number] ?? 0)) & 0xff), 64)
    }
    expect(isGuessable(walk(8))).toBe(false)
    expect(isGuessable(walk(7))).toBe(true)
  })

  it("a block that comes again is a pattern up to half of the key, also with the same number added to each byte", () => {
    for (const [block, length] of [
      [1, 32],
      [9, 32],
      [16, 32],
      [16, 33],
      [21, 64],
      [32, 64],
      [64, 128],
    ] as const)
      for (const added of [0, 1, 77]) {
        const first = bytes("block", block)
        const key = Buffer.from(
          Array.from({ length }, (_, at) => (first[at % block] ?? 0) + added * Math.floor(at / block)),
        )
        expect(isGuessable(key), `${block} of ${length}`).toBe(true)
      }
    const first = bytes("block", 17)
    expect(isGuessable(Buffer.concat([first, first.subarray(0, 15)]))).toBe(false)
  })

  it("the published test vector is refused by its value", () => {
    const vector = Buffer.from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "hex")
    expect(isGuessable(vector)).toBe(true)
  })
})
