import { describe, expect, it } from "vitest"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { goodClaims, mint } from "../support/mint.ts"

const { kid } = testKey("rsa")
const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le")
const utf32 = (text: string): Buffer =>
  Buffer.concat([...text].map((c) => Buffer.from([c.codePointAt(0) ?? 0, 0, 0, 0])))
const bom = (text: string): Buffer => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])

/** Texts that are not one JSON object in UTF-8, made out of one that is. */
function notOneObject(object: string): [name: string, content: string | Uint8Array][] {
  const inside = object.slice(0, -1)
  return [
    ["an array", `[${object}]`],
    ["a string", JSON.stringify(object)],
    ["a number", "1"],
    ["true", "true"],
    ["null", "null"],
    ["an empty array", "[]"],
    ["a blank", " "],
    ["trailing text", `${object}x`],
    ["a second object", `${object}${object}`],
    ["a trailing comma", `${inside},}`],
    ["a comment", `${inside}/* */}`],
    ["a line comment", `${object}// x`],
    ["single quotes", object.replaceAll('"', "'")],
    ["names without quotes", object.replaceAll(/"(\w+)":/g, "$1:")],
    ["NaN", `${inside},"n":NaN}`],
    ["a hexadecimal number", `${inside},"n":0x10}`],
    ["a raw line end in a string", `${inside},"n":"a\nb"}`],
    ["a raw NUL", `${object}\u0000`],
    ["cut text", inside],
    ["a byte order mark", bom(object)],
    ["UTF-16", utf16(object)],
    ["UTF-16 with its mark", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(object)])],
    ["UTF-32", utf32(object)],
    [
      "a lone continuation octet",
      Buffer.concat([Buffer.from(`${inside},"n":"`), Buffer.from([0x80]), Buffer.from('"}')]),
    ],
    ["an overlong form", Buffer.concat([Buffer.from(`${inside},"n":"`), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])],
    [
      "an encoded surrogate",
      Buffer.concat([Buffer.from(`${inside},"n":"`), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ["a cut sequence", Buffer.concat([Buffer.from(`${inside},"n":"`), Buffer.from([0xe2, 0x82]), Buffer.from('"}')])],
    ["Latin-1", Buffer.from(`${inside},"n":"é"}`, "latin1")],
  ]
}

describe("the header is one JSON object in UTF-8 (RFC 7519 section 7.2)", () => {
  it.each(notOneObject(JSON.stringify({ alg: "RS256", kid })))("SR-010, SR-011: %s", async (_name, header) => {
    expect(await reasonOf(mint({}, { header }))).toBe("header_invalid")
  })

  it("SR-010: blanks around and inside are legal", async () => {
    expect(await reasonOf(mint({}, { header: ` {\n "alg" : "RS256",\t"kid":"${kid}" }\r\n` }))).toBe("ok")
  })
})

describe("the payload is one JSON object in UTF-8 (RFC 7519 section 7.2)", () => {
  it.each(notOneObject(JSON.stringify(goodClaims)))("SR-010, SR-011: %s", async (_name, payload) => {
    expect(await reasonOf(mint(payload))).toBe("claims_invalid")
  })

  it("SR-010: blanks around are legal, and so is any Unicode text", async () => {
    expect(await reasonOf(mint(` ${JSON.stringify({ ...goodClaims, name: "é 😀 \u0000 \u2028" })}\n`))).toBe("ok")
  })

  it("SR-033: a token as payload is refused", async () => {
    expect(await reasonOf(mint(mint()))).toBe("claims_invalid")
    expect(await reasonOf(mint(JSON.stringify(mint())))).toBe("claims_invalid")
  })
})
