import { describe, expect, it } from "vitest"
import type { IssuerOptions } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

async function reason(options: Partial<IssuerOptions>, claims: object): Promise<string> {
  const verifier = createVerifier({ issuers: [oidcIssuer(options)] }, { clock })
  return verifier.verify(mint(claims)).then(
    () => "ok",
    (error: { code: string }) => error.code,
  )
}

describe("require", () => {
  it.each<[IssuerOptions["require"], object, string]>([
    [{ email_verified: true }, { email_verified: true }, "ok"],
    [{ email_verified: true }, { email_verified: false }, "claim_required"],
    [{ email_verified: true }, { email_verified: "true" }, "claim_required"],
    [{ email_verified: true }, {}, "claim_required"],
    [{ email_verified: { present: true } }, { email_verified: false }, "ok"],
    [{ email_verified: { present: true } }, {}, "claim_required"],
    [{ email_verified: { present: true } }, { email_verified: null }, "claim_required"],
    [{ level: 2 }, { level: 2 }, "ok"],
    [{ level: 2 }, { level: "2" }, "claim_required"],
    [{ "a.b": "x" }, { a: { b: "x" } }, "claim_required"],
    [{ "a.b": "x" }, { "a.b": "x" }, "ok"],
  ])("%o with %o is %s", async (require, claims, expected) => {
    expect(await reason({ ...(require && { require }) }, claims)).toBe(expected)
  })
})

describe("SR-069: maxLifetimeSeconds", () => {
  it("refuses longer lives, and tokens without iat", async () => {
    const within = (claims: object): Promise<string> => reason({ maxLifetimeSeconds: 3600 }, claims)
    expect(await within({})).toBe("ok")
    expect(await within({ exp: nowSeconds + 3541 })).toBe("lifetime_too_long")
    expect(await within({ exp: nowSeconds + 9_000_000_000 })).toBe("lifetime_too_long")
    expect(await within({ iat: undefined })).toBe("lifetime_too_long")
  })
})
