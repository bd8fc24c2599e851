import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { issuer, mint } from "../support/mint.ts"

const withSlash = [oidcIssuer({ issuer: `${issuer}/` })]

describe("iss equals a configured issuer, octet for octet (RFC 7519 section 4.1.1)", () => {
  it.each([undefined, null, 0, true, [issuer], [issuer, issuer], { 0: issuer }, [[issuer]], { iss: issuer }])(
    "SR-060: %j is no issuer",
    async (iss) => {
      expect(await reasonOf(mint({ iss }))).toBe("issuer_unknown")
    },
  )

  it.each([
    "",
    " ",
    `${issuer} `,
    ` ${issuer}`,
    `${issuer}\u0000`,
    `${issuer}\u0000.attacker.example`,
    `${issuer}\n`,
    `${issuer}//`,
    `${issuer}/x`,
    `${issuer}.attacker.example`,
    `${issuer}?x`,
    `${issuer}#x`,
    issuer.slice(0, -1),
    issuer.slice(8),
    issuer.replace("https:", "http:"),
    issuer.replace("https://", "https://x@"),
    issuer.replace("https://", "https://attacker.example/"),
    issuer.replace(".example", ".example:443"),
    issuer.replace(".example", ".example."),
    issuer.replace("tenant", "%74enant"),
    issuer.replace("tenant", "./tenant"),
    issuer.replace("e", "е"),
    issuer.replace("s", "ſ"),
    "https://attacker.example",
    "null",
    "undefined",
  ])("SR-060, SR-062: %j is unknown", async (iss) => {
    expect(await reasonOf(mint({ iss }))).toBe("issuer_unknown")
  })

  it.each([`${issuer}/`, issuer.toUpperCase(), issuer.replace("tenant", "Tenant"), issuer.replace("https", "HTTPS")])(
    "SR-060: %j is refused too, and the log says why",
    async (iss) => {
      expect(await reasonOf(mint({ iss }))).toBe("issuer_spelling")
    },
  )

  it("SR-060: the slash counts in the other direction as well", async () => {
    expect(await reasonOf(mint({ iss: issuer }), withSlash)).toBe("issuer_spelling")
    expect(await reasonOf(mint({ iss: `${issuer}/` }), withSlash)).toBe("ok")
  })
})
