import { describe, expect, it } from "vitest"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { goodClaims, mint, nowSeconds } from "../support/mint.ts"

/** The default of clockToleranceSeconds. */
const tolerance = 5
/** The first second of the year 5000. */
const year5000 = Date.UTC(5000) / 1000
const noNumbers: unknown[] = [null, "", "1790003600", true, false, [], [nowSeconds + 60], {}, { valueOf: 1 }]
/** A payload with one member as raw JSON text. */
const raw = (name: string, json: string): string =>
  mint(`${JSON.stringify({ ...goodClaims, [name]: undefined }).slice(0, -1)},"${name}":${json}}`)

describe("exp (RFC 7519 section 4.1.4)", () => {
  it.each([undefined, ...noNumbers, 0, -1, -1e12])("SR-065: exp %j is refused", async (exp) => {
    expect(await reasonOf(mint({ exp }))).toBe("expiry_invalid")
  })

  it.each(["1e400", "-1e400", "1e309"])("SR-065: exp %s is no finite number", async (text) => {
    expect(await reasonOf(raw("exp", text))).toBe("expiry_invalid")
  })

  it("SR-065: the token is good while now is before exp plus tolerance, and not one moment longer", async () => {
    expect(await reasonOf(mint({ exp: nowSeconds + 1 }))).toBe("ok")
    expect(await reasonOf(mint({ exp: nowSeconds - tolerance + 1 }))).toBe("ok")
    expect(await reasonOf(mint({ exp: nowSeconds - tolerance + 0.5 }))).toBe("ok")
    expect(await reasonOf(mint({ exp: nowSeconds - tolerance }))).toBe("token_expired")
    expect(await reasonOf(mint({ exp: nowSeconds - tolerance - 0.5 }))).toBe("token_expired")
    expect(await reasonOf(mint({ exp: 1 }))).toBe("token_expired")
    expect(await reasonOf(mint({ exp: 5e-324 }))).toBe("token_expired")
  })

  it("2.11: a time beyond the year 5000 is one in milliseconds, whatever the lifetime limit", async () => {
    for (const exp of [(nowSeconds + 3600) * 1000, year5000 + 0.5, year5000 + 1, 1e15, Number.MAX_VALUE]) {
      expect(await reasonOf(mint({ exp }))).toBe("expiry_invalid")
      expect(await reasonOf(mint({ exp }), [oidcIssuer({ maxLifetimeSeconds: 86_400 })])).toBe("expiry_invalid")
    }
    expect(await reasonOf(mint({ exp: year5000 }))).toBe("ok")
    const late = mint({ exp: year5000 })
    expect(await reasonOf(late, [oidcIssuer({ maxLifetimeSeconds: 86_400 })])).toBe("lifetime_too_long")
  })

  it("SR-069: with a lifetime limit a token without iat is refused", async () => {
    const limited = [oidcIssuer({ maxLifetimeSeconds: 3600 })]
    expect(await reasonOf(mint(), limited)).toBe("ok")
    expect(await reasonOf(mint({ exp: nowSeconds + 3541 }), limited)).toBe("lifetime_too_long")
    expect(await reasonOf(mint({ iat: undefined }), limited)).toBe("lifetime_too_long")
  })
})

describe.each(["nbf", "iat"])("%s (RFC 7519 sections 4.1.5 and 4.1.6)", (name) => {
  it.each(noNumbers)("SR-066, SR-067: %j is refused, not taken for absent", async (value) => {
    expect(await reasonOf(mint({ [name]: value }))).toBe("time_invalid")
  })

  it.each(["1e400", "-1e400"])("SR-066, SR-067: %s is no finite number", async (text) => {
    expect(await reasonOf(raw(name, text))).toBe("time_invalid")
  })

  it("SR-066, SR-067: the future begins after the tolerance", async () => {
    expect(await reasonOf(mint({ [name]: nowSeconds }))).toBe("ok")
    expect(await reasonOf(mint({ [name]: nowSeconds + tolerance }))).toBe("ok")
    expect(await reasonOf(mint({ [name]: nowSeconds + tolerance + 0.5 }))).toBe("token_not_yet_valid")
    expect(await reasonOf(mint({ [name]: year5000 }))).toBe("token_not_yet_valid")
  })

  it("2.11: a time beyond the year 5000 is no time that the token becomes valid at", async () => {
    for (const value of [nowSeconds * 1000, year5000 + 0.5, 1e300])
      expect(await reasonOf(mint({ [name]: value }))).toBe("time_invalid")
  })

  it("SR-066, SR-067: absent, old, zero, fractional and negative are legal", async () => {
    for (const value of [undefined, 0, 1, -1, nowSeconds - 0.25])
      expect(await reasonOf(mint({ [name]: value }))).toBe("ok")
  })
})

describe("the clock", () => {
  it("SR-055: times are judged again on every hit of the cache", async () => {
    let seconds = nowSeconds
    const { verify } = createVerifier({ issuers: [oidcIssuer()] }, { clock: () => seconds * 1000 })
    const token = mint({ exp: nowSeconds + 60, nbf: nowSeconds })
    await expect(verify(token)).resolves.toMatchObject({ expiresAt: nowSeconds + 60 })
    seconds = nowSeconds + 60 + tolerance - 0.001
    await expect(verify(token)).resolves.toMatchObject({ expiresAt: nowSeconds + 60 })
    seconds = nowSeconds + 60 + tolerance
    await expect(verify(token)).rejects.toMatchObject({ code: "token_expired" })
    seconds = nowSeconds
    await expect(verify(token)).resolves.toMatchObject({ expiresAt: nowSeconds + 60 })
    seconds = nowSeconds - tolerance - 1
    await expect(verify(token)).rejects.toMatchObject({ code: "token_not_yet_valid" })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 301, "5", null])(
    "SR-068: a tolerance of %j is refused",
    (seconds) => {
      const config = { issuers: [oidcIssuer()], clockToleranceSeconds: seconds as number }
      expect(() => createVerifier(config)).toThrow(/clockToleranceSeconds/)
    },
  )
})
