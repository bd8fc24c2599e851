import { describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { everyAlgorithmIssuer, oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { clock, goodClaims, mint, sealed, segment, segments } from "../support/mint.ts"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const key = testKey("rsa")

/** The other spellings of a segment's last character: same octets for a lenient decoder, other text. */
function otherSpellings(text: string): string[] {
  const spare = text.length % 4 === 2 ? 16 : text.length % 4 === 3 ? 4 : 1
  const last = alphabet.indexOf(text.at(-1) ?? "")
  return Array.from({ length: spare - 1 }, (_, i) => text.slice(0, -1) + alphabet[last + i + 1])
}

/** A JSON text padded with blanks, so that its base64url leaves `rest` characters over (0, 2 or 3). */
function padded(content: object, rest: number): string {
  let text = JSON.stringify(content)
  while (segment(text).length % 4 !== rest) text += " "
  return segment(text)
}

describe("one token has one spelling (RFC 4648 section 3.5)", () => {
  it("SR-005: a signature with unused bits set is refused", async () => {
    const [header, payload, mac] = segments(mint())
    const spellings = otherSpellings(mac) // 256 octets leave two characters over
    expect(spellings).toHaveLength(15)
    for (const spelling of spellings) {
      expect(Buffer.from(spelling, "base64url")).toEqual(Buffer.from(mac, "base64url"))
      expect(await reasonOf(`${header}.${payload}.${spelling}`)).toBe("token_malformed")
    }
  })

  it.each([2, 3])(
    "SR-005: header and payload with unused bits set are refused, %i characters left over",
    async (rest) => {
      const header = padded({ alg: "RS256", kid: key.kid }, rest)
      const payload = padded(goodClaims, rest)
      expect(await reasonOf(sealed(header, payload, "RS256", key))).toBe("ok")
      for (const spelling of otherSpellings(header)) {
        expect(await reasonOf(sealed(spelling, payload, "RS256", key))).toBe("token_malformed")
      }
      for (const spelling of otherSpellings(payload)) {
        expect(await reasonOf(sealed(header, spelling, "RS256", key))).toBe("token_malformed")
      }
    },
  )

  it("SR-005: a length that leaves one character over is refused", async () => {
    const header = segment({ alg: "RS256", kid: key.kid })
    const payload = padded(goodClaims, 0)
    expect(await reasonOf(sealed(header, `${payload}A`, "RS256", key))).toBe("token_malformed")
    expect(await reasonOf(`${sealed(header, payload, "RS256", key)}AAA`)).toBe("token_malformed")
  })
})

describe("characters outside the alphabet (RFC 7515 section 2)", () => {
  const strange = [
    " ",
    "\n",
    "\r\n",
    "\t",
    "\v",
    "\u0000",
    "=",
    "==",
    "+",
    "/",
    "*",
    '"',
    "'",
    "{",
    "}",
    ",",
    ";",
    ":",
    "%3D",
    "~",
    "$",
    "é",
    "ß",
    "А",
    "\u00a0",
    "\u2028",
    "\ufeff",
    "\ud800",
    "😀",
    "\u212a",
  ]

  it.each(strange)("SR-004: %j anywhere in a segment is refused, signed over or not", async (text) => {
    const token = mint()
    const [header, payload, mac] = segments(token)
    const places = [header, payload, mac].flatMap((part, i) =>
      [0, 1, Math.floor(part.length / 2), part.length].map((at) => {
        const parts = [header, payload, mac]
        parts[i] = part.slice(0, at) + text + part.slice(at)
        return parts.join(".")
      }),
    )
    // A blank before the token belongs to what separates it from the scheme (2.5); a verifier is handed the token
    // alone.
    for (const place of places.filter((place) => !place.startsWith(" ")))
      expect(await reasonOf(place)).toBe("token_malformed")
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    await expect(verifier.verify(` ${token}`)).rejects.toMatchObject({ code: "token_malformed" })
    // Even when the issuer itself signed the odd text.
    expect(await reasonOf(sealed(`${header}${text}`, payload, "RS256", key))).toBe("token_malformed")
    expect(await reasonOf(sealed(header, `${payload}${text}`, "RS256", key))).toBe("token_malformed")
  })

  it("SR-004: padding is refused also where base64 would want it", async () => {
    const [header, payload, mac] = segments(mint())
    const full = (part: string): string => part.padEnd(Math.ceil(part.length / 4) * 4, "=")
    expect(await reasonOf(`${header}.${payload}.${full(mac)}`)).toBe("token_malformed")
    expect(await reasonOf(sealed(full(padded({ alg: "RS256", kid: key.kid }, 2)), payload, "RS256", key))).toBe(
      "token_malformed",
    )
    expect(await reasonOf(sealed(header, full(padded(goodClaims, 3)), "RS256", key))).toBe("token_malformed")
  })

  it("SR-004: standard base64 in place of base64url is refused", async () => {
    let token = ""
    for (let i = 0; !/[-_]/.test(segments(token)[2]); i++) token = mint({ jti: i })
    const [header, payload, mac] = segments(token)
    const standard = mac.replaceAll("-", "+").replaceAll("_", "/")
    expect(await reasonOf(token)).toBe("ok")
    expect(await reasonOf(`${header}.${payload}.${standard}`)).toBe("token_malformed")
  })
})

describe("segments (RFC 7515 section 7.1)", () => {
  it.each([
    ["an empty text", () => "", "token_malformed"],
    ["dots alone", () => "..", "token_malformed"],
    ["one dot", () => "a.b", "token_malformed"],
    ["no header", (t: string) => `.${t.split(".").slice(1).join(".")}`, "token_malformed"],
    ["no payload", (t: string) => `${segments(t)[0]}..${segments(t)[2]}`, "token_malformed"],
    ["four segments", (t: string) => `${t}.AAAA`, "token_malformed"],
    ["a dot at the end", (t: string) => `${t}.`, "token_malformed"],
    ["a dot in front", (t: string) => `.${t}`, "token_malformed"],
    ["six segments", (t: string) => `${t}.AAAA.AAAA.AAAA`, "token_malformed"],
    ["twice the token", (t: string) => `${t}.${t}`, "token_malformed"],
  ])("SR-004: %s", async (_name, change, reason) => {
    expect(await reasonOf(change(mint()))).toBe(reason)
  })

  it.each(["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"])(
    "SR-040: an empty, cut, extended or zero signature of %s is refused",
    async (alg) => {
      const issuers = [everyAlgorithmIssuer()]
      const token = mint({}, { alg })
      const [header, payload, mac] = segments(token)
      const octets = Buffer.from(mac, "base64url")
      const changed = [
        octets.subarray(0, -1),
        octets.subarray(1),
        octets.subarray(0, 1),
        Buffer.concat([octets, Buffer.of(0)]),
        Buffer.concat([Buffer.of(0), octets]),
        Buffer.concat([octets, octets]),
        Buffer.alloc(octets.length),
        Buffer.alloc(octets.length, 0xff),
        Buffer.from(octets).reverse(),
      ]
      expect(await reasonOf(token, issuers)).toBe("ok")
      for (const bytes of changed) {
        expect(await reasonOf(`${header}.${payload}.${bytes.toString("base64url")}`, issuers)).toBe("signature_invalid")
      }
      expect(await reasonOf(`${header}.${payload}.`, issuers)).toBe("token_malformed")
    },
  )

  it("SR-013, SR-040: one flipped bit of any signed octet spoils the signature", async () => {
    const [header, payload, mac] = segments(mint({ jti: "bits" }))
    const octets = Buffer.from(payload, "base64url")
    const at = octets.indexOf('"bits"') + 1
    octets[at] = (octets[at] ?? 0) ^ 1
    expect(await reasonOf(`${header}.${octets.toString("base64url")}.${mac}`)).toBe("signature_invalid")
    expect(await reasonOf(`${segment({ alg: "RS256", kid: key.kid, x: 1 })}.${payload}.${mac}`)).toBe(
      "signature_invalid",
    )
  })
})
