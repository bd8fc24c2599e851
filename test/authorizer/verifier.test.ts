import { describe, expect, it } from "vitest"
import { createVerifier, TokenRefused, Unavailable } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"
import { remoteVerifier } from "../support/remote.ts"

function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

describe("verifySync", () => {
  it("returns the principal that verify resolves with", async () => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    const token = mint()
    expect(verifier.verifySync(token)).toBe(await verifier.verify(token))
  })

  it.each([
    ["a spoiled signature", mint().slice(0, -4)],
    ["an expired token", mint({ exp: 1 })],
    ["no token", undefined as never],
    ["a foreign key", mint({}, { key: testKey("rsa", "2") })],
  ])("throws what verify rejects with: %s", async (_name, token) => {
    const verifier = createVerifier({ issuers: [oidcIssuer()] }, { clock })
    const thrown = thrownBy(() => verifier.verifySync(token))
    expect(thrown).toBeInstanceOf(TokenRefused)
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: (thrown as TokenRefused).code })
  })

  it("throws keys_unavailable if keys have to be fetched, and finds them once they are", async () => {
    const { verifier } = remoteVerifier([testKey("rsa", "1").jwk])
    const token = mint()
    const thrown = thrownBy(() => verifier.verifySync(token))
    expect(thrown).toBeInstanceOf(Unavailable)
    expect(thrown).toMatchObject({ code: "keys_unavailable" })
    await verifier.warmUp()
    expect(verifier.verifySync(token).subject).toBe((await verifier.verify(token)).subject)
  })
})
