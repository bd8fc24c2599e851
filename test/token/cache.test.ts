import { describe, expect, it } from "vitest"
import type { VerifierConfig } from "../../src/verify.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds, segments } from "../support/mint.ts"

/** A verifier with a clock that the test moves. */
function moving(config: Partial<VerifierConfig> = {}): {
  at(seconds: number): void
  result(token: string): Promise<unknown>
} {
  let now = nowSeconds
  const verifier = createVerifier({ issuers: [oidcIssuer()], ...config }, { clock: () => now * 1000 })
  return {
    at: (seconds) => {
      now = nowSeconds + seconds
    },
    result: (token) => verifier.verify(token).catch((error: { code: string }) => error.code),
  }
}

describe("SR-055: the cache of verified tokens", () => {
  it("hands out the same frozen principal, frozen through and through", async () => {
    const { result } = moving()
    const token = mint({ nested: { list: [{ deep: 1 }] } })
    const first = (await result(token)) as { claims: { nested: { list: object[] } } }
    expect(await result(token)).toBe(first)
    for (const value of [
      first,
      first.claims,
      first.claims.nested,
      first.claims.nested.list,
      first.claims.nested.list[0],
    ]) {
      expect(Object.isFrozen(value)).toBe(true)
    }
  })

  it("verifies again without it", async () => {
    const { result } = moving({ cache: { maxTokens: 0 } })
    const token = mint()
    const first = await result(token)
    expect(await result(token)).toEqual(first)
    expect(await result(token)).not.toBe(first)
  })

  it.each([
    ["exp", { exp: nowSeconds + 100 }, {}, 104, 105],
    ["exp, without tolerance", { exp: nowSeconds + 100 }, { clockToleranceSeconds: 0 }, 99, 100],
  ])("an entry ends at %s", async (_name, claims, config, lastGood, firstBad) => {
    const { at, result } = moving({ ...config, cache: { maxAgeSeconds: 3600 } })
    const token = mint(claims)
    await result(token)
    at(lastGood)
    expect(await result(token)).toHaveProperty("subject")
    at(firstBad)
    expect(await result(token)).toBe("token_expired")
  })

  it("an entry ends at its own age, and when the clock jumps back", async () => {
    const { at, result } = moving({ cache: { maxAgeSeconds: 10 } })
    const token = mint()
    const first = await result(token)
    at(9)
    expect(await result(token)).toBe(first)
    at(10)
    const second = await result(token)
    expect(second).not.toBe(first)
    at(9)
    expect(await result(token)).not.toBe(second)
  })

  it("the key is the whole token: one changed character is another token", async () => {
    const { result } = moving()
    const token = mint()
    await result(token)
    const [header, payload, signature] = segments(token)
    const other = signature.startsWith("A") ? "B" : "A"
    expect(await result(`${header}.${payload}.${other}${signature.slice(1)}`)).toBe("signature_invalid")
  })

  it("a token that ends as a cached one does is neither taken for it nor takes its place", async () => {
    const { result } = moving()
    const token = mint()
    const cached = await result(token)
    const [header, , signature] = segments(token)
    const [, payload] = segments(mint({ sub: "somebody else" }))
    expect(await result(`${header}.${payload}.${signature}`)).toBe("signature_invalid")
    expect(await result(token)).toBe(cached)
  })

  it("holds as many tokens as it may, and lets go of the one that was used the longest time ago", async () => {
    const { result } = moving({ cache: { maxTokens: 2 } })
    const [a, b, c] = [mint({ jti: "a" }), mint({ jti: "b" }), mint({ jti: "c" })]
    const [first, second] = [await result(a), await result(b)]
    expect(await result(a)).toBe(first)
    const third = await result(c)
    expect(await result(a)).toBe(first)
    expect(await result(c)).toBe(third)
    expect(await result(b)).not.toBe(second)
  })

  it("nothing that was refused is in it", async () => {
    const { at, result } = moving()
    const early = mint({ nbf: nowSeconds + 60 })
    expect(await result(early)).toBe("token_not_yet_valid")
    at(60)
    expect(await result(early)).toHaveProperty("subject")
  })

  it("is bounded by entries and by bytes, and an evicted token is only verified again", async () => {
    for (const cache of [{ maxTokens: 2 }, { maxBytes: 65_536 }]) {
      const { result } = moving({ cache })
      const tokens = Array.from({ length: 40 }, (_, i) => mint({ jti: `${i}` }))
      const first = await result(tokens[0] as string)
      for (const token of tokens) expect(await result(token)).toHaveProperty("subject")
      const again = await result(tokens[0] as string)
      expect(again).toEqual(first)
      expect(again).not.toBe(first)
    }
  })
})

describe("a key that left the set", () => {
  it("SR-100: stops working for cached tokens too, and the other keys' tokens stay cached", async () => {
    let now = nowSeconds
    let keys = [testKey("rsa", "1").jwk, testKey("rsa", "2").jwk]
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const fetchKeySet = async () => ({ status: 200, headers: {}, body: JSON.stringify({ keys }) })
    const verifier = createVerifier(
      { issuers: [issuer], cache: { maxAgeSeconds: 3600 } },
      { clock: () => now * 1000, fetchKeySet },
    )
    const [one, two, three] = ["1", "2", "3"].map((label) =>
      mint({ exp: nowSeconds + 9999 }, { key: testKey("rsa", label) }),
    ) as [string, string, string]
    await verifier.verify(one)
    const cached = await verifier.verify(two)
    keys = [testKey("rsa", "2").jwk, testKey("rsa", "3").jwk]
    now += 31
    await verifier.verify(three) // its unknown kid makes the set be fetched again
    await expect(verifier.verify(one)).rejects.toMatchObject({ code: "key_unknown" })
    expect(await verifier.verify(two)).toBe(cached)
  })
})
