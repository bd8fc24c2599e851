import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { testKey, withKid } from "../support/keys.ts"
import { mint } from "../support/mint.ts"

const a = "https://a.example"
const b = "https://b.example"
// Both publish one kid, as issuers that call their key "default" do.
const keyA = withKid(testKey("rsa", "a"), "default")
const keyB = withKid(testKey("rsa", "b"), "default")
const issuers = [
  oidcIssuer({ issuer: a, jwks: { keys: [keyA.jwk] } }),
  oidcIssuer({ issuer: b, jwks: { keys: [keyB.jwk] } }),
]

describe("keys belong to one issuer (RFC 8725 section 3.8)", () => {
  it("SR-061: the right key of a shared kid verifies, in any order", async () => {
    // The header text of all four is the same, so that a memo by header must not hold a key.
    for (const [iss, key] of [
      [a, keyA],
      [b, keyB],
      [a, keyA],
      [b, keyB],
    ] as const) {
      expect((await verdictOf(mint({ iss }, { key }), issuers)).principal?.issuer).toBe(iss)
    }
  })

  it("SR-061: the other issuer's key never does, before or after it was used rightly", async () => {
    expect(await reasonOf(mint({ iss: b }, { key: keyA }), issuers)).toBe("signature_invalid")
    expect(await reasonOf(mint({ iss: a }, { key: keyB }), issuers)).toBe("signature_invalid")
    expect(await reasonOf(mint({ iss: a }, { key: keyA }), issuers)).toBe("ok")
    expect(await reasonOf(mint({ iss: b, jti: "2" }, { key: keyA }), issuers)).toBe("signature_invalid")
  })

  it("SR-061: a kid that only the other issuer publishes is unknown", async () => {
    const onlyB = testKey("rsa", "only-b")
    const pair = [
      oidcIssuer({ issuer: a, jwks: { keys: [keyA.jwk] } }),
      oidcIssuer({ issuer: b, jwks: { keys: [onlyB.jwk] } }),
    ]
    expect(await reasonOf(mint({ iss: a }, { key: onlyB }), pair)).toBe("key_unknown")
    expect(await reasonOf(mint({ iss: b }, { key: onlyB }), pair)).toBe("ok")
  })

  it("SR-063: the audience of one issuer is no audience of the other", async () => {
    const pair = [
      oidcIssuer({ issuer: a, jwks: { keys: [keyA.jwk] }, audience: "api-a" }),
      oidcIssuer({ issuer: b, jwks: { keys: [keyB.jwk] }, audience: "api-b" }),
    ]
    expect(await reasonOf(mint({ iss: a, aud: "api-b" }, { key: keyA }), pair)).toBe("audience_mismatch")
    expect(await reasonOf(mint({ iss: a, aud: "api-a" }, { key: keyA }), pair)).toBe("ok")
  })

  it("SR-145: the principal ids of two issuers never meet", async () => {
    const ids = new Set<string | undefined>()
    for (const [iss, sub, key] of [
      [a, "x|y", keyA],
      [a, "x", keyA],
      [b, "x", keyB],
      [b, "x%7Cy", keyB],
      [b, "x|y", keyB],
    ] as const) {
      ids.add((await verdictOf(mint({ iss, sub }, { key }), issuers)).principal?.id)
    }
    expect(ids).not.toContain(undefined)
    expect(ids.size).toBe(5)
  })
})
