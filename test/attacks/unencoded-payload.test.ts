import { describe, expect, it } from "vitest"
import { reasonOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { goodClaims, mint, segment, signature } from "../support/mint.ts"

describe("b64: JWTs never have an unencoded payload (RFC 7797 section 7)", () => {
  it.each([false, true, null, 0, "false", []])("SR-027: b64 %j with crit", async (b64) => {
    expect(await reasonOf(mint({}, { header: { b64, crit: ["b64"] } }))).toBe("header_critical")
  })

  it.each([false, null, 0, "false", []])("SR-027: b64 %j without crit", async (b64) => {
    expect(await reasonOf(mint({}, { header: { b64 } }))).toBe("header_critical")
  })

  it("SR-013: a signature over the decoded payload does not verify", async () => {
    const { privateKey, kid } = testKey("rsa")
    const payload = JSON.stringify(goodClaims)
    for (const header of [
      { alg: "RS256", kid },
      { alg: "RS256", kid, b64: false, crit: ["b64"] },
    ]) {
      const mac = signature("RS256", privateKey, `${segment(header)}.${payload}`).toString("base64url")
      const expected = "b64" in header ? "header_critical" : "signature_invalid"
      expect(await reasonOf(`${segment(header)}.${segment(payload)}.${mac}`)).toBe(expected)
    }
  })

  it("SR-004: a payload that was left unencoded is no token", async () => {
    const { privateKey, kid } = testKey("rsa")
    const input = `${segment({ alg: "RS256", kid, b64: false, crit: ["b64"] })}.${JSON.stringify({ sub: "x" })}`
    const mac = signature("RS256", privateKey, input).toString("base64url")
    expect(await reasonOf(`${input}.${mac}`)).toBe("token_malformed")
  })
})
