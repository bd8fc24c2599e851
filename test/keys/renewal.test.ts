import { describe, expect, it } from "vitest"
import type { FetchedDocument, KeySnapshot } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })

/** A verifier over a network that a test may change between requests; `fetches` counts what it was asked. */
function verifying(options: { readonly keySnapshot?: KeySnapshot; readonly keys?: object }) {
  const state = { seconds: nowSeconds, served: [one.jwk] as readonly object[] | undefined, fetches: 0 }
  const fetchKeySet = async (): Promise<FetchedDocument> => {
    state.fetches++
    if (state.served === undefined) throw new Error("the connection died")
    return { status: 200, headers: {}, body: JSON.stringify({ keys: state.served }) }
  }
  const { keys = {}, ...parts } = options
  const verifier = createVerifier(
    { issuers: [issuer], keys, cache: { maxTokens: 0 } },
    { clock: () => state.seconds * 1000, fetchKeySet, ...parts },
  )
  const result = (key: typeof one): Promise<string> =>
    verifier.verify(mint({ iat: state.seconds, exp: state.seconds + 60 }, { key })).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  return { state, result }
}

describe("SR-107: a connection that died", () => {
  it("is tried once more by a refresh of our own", async () => {
    const { state, result } = verifying({})
    state.served = undefined
    expect(await result(one)).toBe("keys_unavailable")
    expect(state.fetches).toBe(2)
  })

  it("SR-102: is not tried again for an unknown kid, so that what strangers set off is one request", async () => {
    const { state, result } = verifying({})
    expect(await result(one)).toBe("ok")
    state.seconds += 31
    state.served = undefined
    state.fetches = 0
    expect(await result(two)).toBe("keys_unavailable")
    expect(state.fetches).toBe(1)
  })
})

describe("SR-100: the grace", () => {
  const keys = { graceSeconds: 600 }

  it("lets a key that left its set go on verifying, where the set was fetched", async () => {
    const { state, result } = verifying({ keys })
    expect(await result(one)).toBe("ok")
    state.seconds += 31
    state.served = [two.jwk]
    expect(await result(two)).toBe("ok")
    expect(await result(one)).toBe("ok")
  })

  it("does not let a key of a snapshot go on that the fetched set lacks", async () => {
    const takenAt = new Date(nowSeconds * 1000).toISOString()
    const keySnapshot = { takenAt, sets: { [issuer.issuer]: { keys: [one.jwk] } } }
    const { state, result } = verifying({ keys, keySnapshot })
    state.served = [two.jwk]
    expect(await result(two)).toBe("ok")
    expect(await result(one)).toBe("key_unknown")
  })
})
