import { describe, expect, it } from "vitest"
import type { FetchedDocument, KeyOptions } from "../../src/index.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { createSecretSource } from "../../src/secret/secret-source.ts"
import { createVerifier } from "../../src/verify.ts"
import { keyMap, keyOne } from "../secret/values.ts"
import { oidcIssuer } from "../support/config.ts"
import { defaultSecretPolicy } from "../support/defaults.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds, segment } from "../support/mint.ts"

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
const daySeconds = 86_400
const always = { iat: nowSeconds - 366 * daySeconds, exp: nowSeconds + 366 * daySeconds }
const [ofOne, ofTwo] = [mint(always, { key: one }), mint(always, { key: two })]
const steps = [1, 40, 1000, 29_999, 30_000, 60_000, 3_600_000]

/** Lets a refresh behind the requests begin and settle. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A verifier whose clock and issuer the test moves. */
function verifying(keys: KeyOptions = {}) {
  const state = { ms: nowSeconds * 1000, served: [one] as (typeof one)[] | undefined, fetches: 0 }
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
  const fetchKeySet = async (): Promise<FetchedDocument> => {
    state.fetches++
    if (state.served === undefined) return { status: 404, headers: {}, body: "" }
    return { status: 200, headers: {}, body: JSON.stringify({ keys: state.served.map(({ jwk }) => jwk) }) }
  }
  const verifier = createVerifier(
    { issuers: [issuer], keys, cache: { maxTokens: 0 } },
    { clock: () => state.ms, fetchKeySet },
  )
  const code = (token: string): Promise<string> =>
    verifier.verify(token).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  const says = (key = one): Promise<string> => code(key === one ? ofOne : ofTwo)
  const saysOfMadeUp = (i: number): Promise<string> =>
    code(`${segment({ alg: "RS256", kid: `made-up-${i}` })}.${ofOne.split(".")[1]}.${"A".repeat(342)}`)
  return { state, says, saysOfMadeUp }
}

describe("part 4: a clock that runs backwards", () => {
  it.each(steps)("by %i ms per request: 300 made-up kids cause at most 2 fetches", async (step) => {
    const { state, says, saysOfMadeUp } = verifying()
    for (let i = 0; i < 300; i++) {
      state.ms -= step
      expect(await saysOfMadeUp(i)).toBe("key_unknown")
      await settle()
    }
    expect(state.fetches).toBeLessThanOrEqual(2)
    expect(await says(one)).toBe("ok")
  })

  it.each(steps)("by %i ms per request: 300 good tokens cause at most 2 fetches", async (step) => {
    const { state, says } = verifying()
    for (let i = 0; i < 300; i++) {
      state.ms -= step
      expect(await says(one)).toBe("ok")
      await settle()
    }
    expect(state.fetches).toBeLessThanOrEqual(2)
  })

  it.each(steps)("by %i ms per request: an issuer that fails is left alone", async (step) => {
    const { state, says } = verifying()
    state.served = undefined
    for (let i = 0; i < 300; i++) {
      state.ms -= step
      expect(await says(one)).toBe("keys_unavailable")
    }
    expect(state.fetches).toBe(1)
    state.served = [one]
    state.ms += 31_000
    expect(await says(one)).toBe("ok")
  })

  it("and jitters: 300 made-up kids cause at most 2 fetches", async () => {
    const { state, saysOfMadeUp } = verifying()
    for (let i = 0; i < 300; i++) {
      state.ms += i % 2 === 0 ? 7 : -11
      expect(await saysOfMadeUp(i)).toBe("key_unknown")
      await settle()
    }
    expect(state.fetches).toBeLessThanOrEqual(2)
  })

  it.each(steps)("by %i ms while a fetch is under way: all who wait share it", async (step) => {
    let ms = nowSeconds * 1000
    let fetches = 0
    let answer: (document: FetchedDocument) => void = () => undefined
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const fetchKeySet = (): Promise<FetchedDocument> => {
      fetches++
      return new Promise((resolve) => {
        answer = resolve
      })
    }
    const verifier = createVerifier({ issuers: [issuer], cache: { maxTokens: 0 } }, { clock: () => ms, fetchKeySet })
    const waiting = Array.from({ length: 100 }, () => {
      ms -= step
      return verifier.verify(ofOne)
    })
    await settle()
    expect(fetches).toBe(1)
    answer({ status: 200, headers: {}, body: JSON.stringify({ keys: [one.jwk] }) })
    await Promise.all(waiting)
  })

  it("neither ends a cool-down nor begins it anew: a rotation is seen after 30 s in all", async () => {
    const { state, says } = verifying()
    expect(await says(one)).toBe("ok")
    state.ms += 20_000
    expect(await says(two)).toBe("key_unknown")
    state.served = [one, two]
    state.ms -= 3_600_000
    expect(await says(two)).toBe("key_unknown")
    state.ms += 9_999
    expect(await says(two)).toBe("key_unknown")
    state.ms += 1
    expect(await says(two)).toBe("ok")
  })

  it("does not keep a set for ever", async () => {
    const { state, says } = verifying()
    expect(await says(one)).toBe("ok")
    state.served = undefined
    for (let i = 0; i < 10; i++) {
      state.ms -= 1000
      await says(one)
      await settle()
    }
    state.ms += (daySeconds + 11) * 1000
    expect(await says(one)).toBe("keys_unavailable")
  })
})

describe("part 4: a clock that runs backwards, and a secret", () => {
  it.each(steps)("by %i ms per request: 300 made-up key ids cause at most 2 fetches", async (step) => {
    let ms = nowSeconds * 1000
    let fetches = 0
    const source = createSecretSource({
      reference: { secretsManager: "edge/hmac" },
      format: hmacKeysFormat,
      policy: defaultSecretPolicy,
      clock: () => ms,
      observer: {},
      fetch: () => {
        fetches++
        return Promise.resolve({ current: keyMap({ one: keyOne }) })
      },
    })
    for (let i = 0; i < 300; i++) {
      ms -= step
      if (source.current(ms) === undefined) await source.refreshed(ms)
      await source.forced(ms)
      await settle()
    }
    expect(fetches).toBeLessThanOrEqual(2)
    expect(source.current(ms)?.has("one")).toBe(true)
  })
})
