import { describe, expect, it } from "vitest"
import { connect } from "../../src/authorizer/connect.ts"
import { partsInUse } from "../../src/authorizer/parts.ts"
import { checkVerification } from "../../src/configuration/check-configuration.ts"
import { explain } from "../../src/problems/explain-problems.ts"
import { allPresets } from "../../src/provider/all-presets.ts"
import type { OidcIssuer } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { type TestKey, testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]

/** What verification says of tokens while the issuer serves `served`, or nothing at all. The test moves the clock. */
function authenticating(changes: Partial<OidcIssuer> = {}, place: "remote" | "inline" = "remote") {
  const state = { seconds: nowSeconds, served: [one] as TestKey[] | undefined, fetches: 0 }
  const fetchKeySet = async () => {
    state.fetches++
    if (state.served === undefined) throw new Error("down")
    return { status: 200, headers: {}, body: JSON.stringify({ keys: state.served.map(({ jwk }) => jwk) }) }
  }
  const { jwks, ...issuer } = oidcIssuer(changes)
  const keys = place === "inline" ? { jwks } : { jwksUri: "https://issuer.example/keys" }
  const config = { issuers: [{ ...issuer, ...keys }], cache: { maxTokens: 0 } }
  const parts = partsInUse({ clock: () => state.seconds * 1000, fetchKeySet })
  const { authenticate } = connect(checkVerification(config, allPresets, explain), parts, undefined, undefined)
  const says = async (key: TestKey, header: object = {}): Promise<string> => {
    const token = mint({ iat: state.seconds, exp: state.seconds + 60 }, { key, header })
    const result = await authenticate(token, state.seconds * 1000)
    if (!("refused" in result)) return "accepted"
    return result.ifKept === undefined ? result.code : `${result.code}, if kept ${result.ifKept}`
  }
  return { state, says }
}

const later = 60

describe("2.3: a key that is unknown", () => {
  it("is undecided for an answer that would be kept, during a cool-down only", async () => {
    const { state, says } = authenticating()
    expect(await says(one)).toBe("accepted")
    expect(await says(two)).toBe("key_unknown, if kept keys_unavailable")
    state.seconds += later
    expect(await says(two)).toBe("key_unknown") // fetched just now: the issuer has no such key
    expect(state.fetches).toBe(2)
    state.seconds += 1
    expect(await says(two)).toBe("key_unknown, if kept keys_unavailable")
    state.served = [one, two]
    state.seconds += later
    expect(await says(two)).toBe("accepted")
  })

  it("is unavailable while the issuer is down", async () => {
    const { state, says } = authenticating()
    expect(await says(one)).toBe("accepted")
    state.served = undefined
    state.seconds += later
    expect(await says(two)).toBe("keys_unavailable")
    expect(await says(two)).toBe("keys_unavailable")
  })

  it("is decided if the keys are in the configuration", async () => {
    const { says } = authenticating({}, "inline")
    expect(await says(two)).toBe("key_unknown")
  })

  it("does not matter for a token that its claims condemn", async () => {
    const { state, says } = authenticating({ audience: "https://else.example" })
    state.seconds += later
    expect(await says(two)).toBe("audience_mismatch")
  })
})

describe("2.3: a signature that does not verify, of a token without kid", () => {
  const lenient = { allowMissingKid: true }
  const bare = { kid: undefined }

  it("may be of a new key: it forces one fetch per cool-down, and is undecided if the answer would be kept", async () => {
    const { state, says } = authenticating(lenient)
    expect(await says(one, bare)).toBe("accepted")
    state.served = [two]
    expect(await says(two, bare)).toBe("signature_invalid, if kept keys_unavailable")
    state.seconds += later
    expect(await says(two, bare)).toBe("accepted")
    expect(await says(one, bare)).toBe("signature_invalid, if kept keys_unavailable")
    state.seconds += later
    expect(await says(one, bare)).toBe("signature_invalid")
    expect(state.fetches).toBe(3)
  })

  it("is unavailable while the issuer is down", async () => {
    const { state, says } = authenticating(lenient)
    expect(await says(one, bare)).toBe("accepted")
    state.served = undefined
    state.seconds += later
    expect(await says(two, bare)).toBe("keys_unavailable")
    expect(await says(two, bare)).toBe("keys_unavailable")
    expect(await says(one, bare)).toBe("accepted")
  })

  it("is decided if the token names its key, or if the keys are in the configuration", async () => {
    const { says } = authenticating(lenient)
    expect(await says(one)).toBe("accepted")
    expect(await says(two, { kid: one.kid })).toBe("signature_invalid")
    const inline = authenticating(lenient, "inline")
    expect(await inline.says(two, bare)).toBe("signature_invalid")
  })
})
