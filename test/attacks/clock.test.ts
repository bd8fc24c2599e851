import { describe, expect, it } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { alice, edgeConfig, edgeEvent, secret, secretPart } from "../support/edge.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const daySeconds = 86_400
const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })

describe("SR-106: one wrong reading of the clock, when the keys were fetched,", () => {
  it.each([
    ["that is no number", Number.NaN],
    ["twenty years ahead", (nowSeconds + 20 * 366 * daySeconds) * 1000],
    ["twenty years behind", (nowSeconds - 20 * 366 * daySeconds) * 1000],
  ])("%s, does not keep them for ever", async (_what, wrongMs) => {
    let now = wrongMs
    let down = false
    const fetchKeySet = async () => {
      if (down) throw new Error("the issuer is down")
      return { status: 200, headers: {}, body: JSON.stringify({ keys: [testKey("rsa").jwk] }) }
    }
    const verifier = createVerifier({ issuers: [issuer] }, { clock: () => now, fetchKeySet })
    await verifier.warmUp()
    down = true
    const onDay = async (day: number): Promise<string> => {
      now = (nowSeconds + day * daySeconds) * 1000
      const token = mint({ iat: now / 1000, exp: now / 1000 + 600 })
      return verifier.verify(token).then(
        () => "accepted",
        (error: { code: string }) => error.code,
      )
    }
    await onDay(0)
    for (const day of [2, 30, 400]) expect(await onDay(day), `day ${day}`).toBe("keys_unavailable")
  })
})

describe("SR-103: a request that waited", () => {
  it("knows of the failure that it waited for: one secret in three entries is fetched once", async () => {
    let now = nowSeconds * 1000
    let fetches = 0
    const secrets = async (): Promise<never> => {
      fetches++
      now += 3000
      throw new Error("nobody answers")
    }
    const vpceId = "vpce-0123456789abcdef0"
    const entry = { vpceIds: [vpceId], secret: secretPart }
    const evidence = [
      entry,
      { ...entry, cidrs: ["192.0.2.0/24"] },
      { ...entry, vpceIds: [vpceId, "vpce-1123456789abcdef0"] },
    ]
    const { decide } = createAuthorizer(edgeConfig({ evidence }), { clock: () => now, secrets })
    const event = edgeEvent("rest-request", { headers: { ...alice, "x-origin-verify": secret } }, { vpceId })
    for (let request = 0; request < 2; request++) {
      expect((await decide(event)).reason).toBe("secrets_unavailable")
      expect(fetches).toBe(1)
    }
  })
})
