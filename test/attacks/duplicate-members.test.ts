import { describe, expect, it } from "vitest"
import { reasonOf, verdictOf } from "../support/doors.ts"
import { testKey } from "../support/keys.ts"
import { audience, goodClaims, issuer, mint, nowSeconds } from "../support/mint.ts"

const good = JSON.stringify(goodClaims).slice(1, -1)
const { kid } = testKey("rsa")
const json = JSON.stringify

/** Members before and after the good ones; JSON.parse lets the last one win, for the check and for the use alike. */
const before = (member: string): string => `{${member},${good}}`
const after = (member: string): string => `{${good},${member}}`

describe("duplicate members of the payload: the last one is checked and used (RFC 7519 section 4)", () => {
  it.each([
    ['"iss":"https://attacker.example"', "issuer_unknown"],
    ['"aud":"other"', "audience_mismatch"],
    [`"exp":${nowSeconds - 3600}`, "token_expired"],
    ['"exp":"x"', "expiry_invalid"],
    [`"nbf":0,"nbf":${nowSeconds + 3600}`, "token_not_yet_valid"],
    ['"cnf":null,"cnf":{"jkt":"x"}', "sender_constrained"],
    ['"sub":7', "subject_invalid"],
    // The same names, spelled with escapes.
    ['"\\u0069ss":"https://attacker.example"', "issuer_unknown"],
    ['"au\\u0064":"other"', "audience_mismatch"],
    [`"ex\\u0070":${nowSeconds - 3600}`, "token_expired"],
  ])("SR-012: %s", async (member, reason) => {
    expect(await reasonOf(mint(after(member)))).toBe(reason)
    if (!member.startsWith('"nbf') && !member.startsWith('"cnf')) {
      const { principal } = await verdictOf(mint(before(member)))
      expect(principal).toMatchObject({ issuer, subject: goodClaims.sub, expiresAt: goodClaims.exp })
      expect(principal?.claims).toMatchObject({ iss: issuer, aud: audience, exp: goodClaims.exp })
    }
  })

  it("SR-012: scopes and subject come from the last one", async () => {
    const { principal } = await verdictOf(mint(after('"scope":"a","sub":"first","scope":"b c","sub":"last"')))
    expect(principal).toMatchObject({ subject: "last", scopes: ["b", "c"] })
    expect(principal?.claims.sub).toBe("last")
  })
})

describe("duplicate members of the header: the last one is checked and used (RFC 7515 section 4)", () => {
  const header = (members: string): string => `{${members}}`
  it.each([
    [`"alg":"none","alg":"RS256","kid":${json(kid)}`, "ok"],
    [`"alg":"RS256","alg":"none","kid":${json(kid)}`, "algorithm_not_allowed"],
    [`"alg":"RS256","kid":${json(kid)},"\\u0061lg":"HS256"`, "algorithm_not_allowed"],
    [`"alg":"RS256","kid":"other","kid":${json(kid)}`, "ok"],
    [`"alg":"RS256","kid":${json(kid)},"kid":"other"`, "key_unknown"],
    [`"alg":"RS256","kid":${json(kid)},"typ":"JWT","typ":"dpop+jwt"`, "type_not_allowed"],
    [`"alg":"RS256","kid":${json(kid)},"crit":["x"],"crit":["b64"]`, "header_critical"],
  ])("SR-012: %s", async (members, reason) => {
    expect(await reasonOf(mint({}, { header: header(members) }))).toBe(reason)
  })
})
