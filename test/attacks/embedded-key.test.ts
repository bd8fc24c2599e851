import { describe, expect, it } from "vitest"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { mint } from "../support/mint.ts"

const attacker = testKey("rsa", "attacker")
const x5c = [attacker.publicKey.export({ type: "spki", format: "der" }).toString("base64")]

// verdictOf fails any token that makes the authorizer fetch something, so "never fetched" is part of every case.
const carriers: { [name: string]: object } = {
  jwk: { jwk: { ...attacker.jwk, kid: undefined } },
  "jwk with the attacker's kid": { jwk: attacker.jwk, kid: attacker.kid },
  "jwk with a private part": { jwk: attacker.privateKey.export({ format: "jwk" }) },
  jku: { jku: "https://attacker.example/keys" },
  "jku at the metadata address": { jku: "http://169.254.169.254/latest/meta-data" },
  x5u: { x5u: "https://attacker.example/chain.pem" },
  x5c: { x5c },
  x5t: { x5t: "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "x5t#S256": "A".repeat(43) },
  "an x5t of the wrong type": { x5t: 7, x5c: "none", jku: null, jwk: [] },
  "a header that nobody knows": { nobodyKnowsThis: { deep: [1, 2, 3] }, url: "https://attacker.example" },
}

describe.each(Object.entries(carriers))(
  "a key that comes with the token: %s (RFC 8725 section 3.10)",
  (name, header) => {
    it("SR-028: never verifies it", async () => {
      const kid = "kid" in header ? {} : { kid: testKey("rsa").kid }
      const expected = "kid" in header ? "key_unknown" : "signature_invalid"
      expect(await reasonOf(mint({}, { key: attacker, header: { ...kid, ...header } }))).toBe(expected)
    })

    it("SR-028, SR-034: does not harm a good token", async () => {
      const { kid } = testKey("rsa")
      const verdict = await verdictOf(mint({}, { header: { ...header, kid } }))
      expect(verdict.reason, name).toBe("ok")
      expect(verdict.principal?.subject).toBe("canary-subject")
    })
  },
)
