import { describe, expect, it } from "vitest"
import type { FetchedDocument, KeyOptions, OidcIssuer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const jwksUri = "https://issuer.example/keys"
const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
type Answer = Partial<FetchedDocument> | Error
const setOf = (...keys: (typeof one)[]): Answer => ({ body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) })

/** A verifier over a network that is a queue of answers; the last one repeats. The test moves the clock. */
function over(answers: Answer[], keys: KeyOptions = {}, changes: Partial<OidcIssuer> = {}) {
  let now = nowSeconds
  const fetched: string[] = []
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri, ...changes })
  const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
    fetched.push(url)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer")
    return { status: 200, headers: {}, body: "", ...answer }
  }
  const verifier = createVerifier(
    { issuers: [issuer], keys, cache: { maxTokens: 0 } },
    { clock: () => now * 1000, fetchKeySet },
  )
  const result = (key = one, claims: object = {}, header: object = {}): Promise<string> =>
    verifier.verify(mint({ iat: now, exp: now + 3600, ...claims }, { key, header })).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  return { verifier, result, fetched, pass: (seconds: number) => (now += seconds) }
}
/** Lets a refresh behind the requests settle; the network is a function, so a few microtasks are enough. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

describe("a remote key set", () => {
  it("is fetched at first use, once, and then used without the network", async () => {
    const { result, fetched } = over([setOf(one)])
    expect(fetched).toEqual([])
    expect(await result()).toBe("ok")
    expect(await result()).toBe("ok")
    expect(fetched).toEqual([jwksUri])
  })

  it("SR-101: 500 concurrent first requests share one fetch", async () => {
    const { result, fetched } = over([setOf(one)])
    const results = await Promise.all(Array.from({ length: 500 }, () => result()))
    expect(new Set(results)).toEqual(new Set(["ok"]))
    expect(fetched).toHaveLength(1)
  })

  it("SR-053, SR-062: no fetch for a token that its own claims condemn, nor for an unknown issuer", async () => {
    const { result, fetched } = over([setOf(one)])
    expect(await result(one, { exp: 1 })).toBe("token_expired")
    expect(await result(one, { aud: "else" })).toBe("audience_mismatch")
    expect(await result(one, { iss: "https://else.example" })).toBe("issuer_unknown")
    expect(fetched).toEqual([])
  })

  it.each<[string, Answer]>([
    ["a network fault", new Error("ECONNREFUSED")],
    ["a status of 503", { status: 503 }],
    ["a status of 204", { status: 204 }],
    ["a redirect", { status: 302, headers: { location: "https://else.example" } }],
    ["HTML", { body: "<html>" }],
    ["truncated JSON", { body: '{"keys":[' }],
    ["a list", { body: "[]" }],
    ["no keys member", { body: "{}" }],
    ["keys of another type", { body: '{"keys":{}}' }],
    ["an inherited keys member", { body: '{"__proto__":{"keys":[]}}' }],
    ["an empty set", { body: '{"keys":[]}' }],
    ["a set without a usable key", { body: JSON.stringify({ keys: [{ kty: "oct", k: "AAAA" }] }) }],
  ])(
    "SR-096, SR-097, SR-099: %s is unavailable when nothing is cached, and replaces nothing that is",
    async (_name, answer) => {
      const cold = over([answer])
      expect(await cold.result()).toBe("keys_unavailable")
      const warm = over([setOf(one), answer])
      expect(await warm.result()).toBe("ok")
      warm.pass(4000)
      expect(await warm.result()).toBe("ok") // stale: refreshed behind the request
      await settle()
      expect(warm.fetched).toHaveLength(2)
      expect(await warm.result()).toBe("ok")
    },
  )

  it("SR-103: after a failure further fetches wait, longer each time, for half a minute at most", async () => {
    const { result, fetched, pass } = over([new Error("down")])
    for (let i = 0; i < 100; i++) expect(await result()).toBe("keys_unavailable")
    expect(fetched).toHaveLength(1)
    pass(0.5)
    await result()
    expect(fetched).toHaveLength(2)
    pass(0.5)
    await result()
    expect(fetched).toHaveLength(2)
    for (let i = 0; i < 10; i++) {
      pass(30)
      await result()
    }
    expect(fetched).toHaveLength(12)
  })

  it("recovers at the first good answer", async () => {
    const { result, pass } = over([new Error("down"), setOf(one)])
    expect(await result()).toBe("keys_unavailable")
    pass(1)
    expect(await result()).toBe("ok")
  })
})

describe("age (SR-104, SR-106)", () => {
  const keys = { refreshAfterSeconds: 300, waitAfterSeconds: 600, expireAfterSeconds: 900 }

  it("fresh: no fetch; stale: a fetch behind the request; overdue: a fetch before it", async () => {
    const { result, fetched, pass } = over([setOf(one), setOf(two), setOf(one)], keys)
    await result()
    pass(299)
    await result()
    expect(fetched).toHaveLength(1)
    pass(1)
    expect(await result(one)).toBe("ok")
    await settle()
    expect(fetched).toHaveLength(2)
    pass(600)
    expect(await result(one)).toBe("ok")
    expect(fetched).toHaveLength(3)
  })

  it("overdue and failing: the old set serves; expired and failing: unavailable", async () => {
    const { result, pass } = over([setOf(one), new Error("down")], keys)
    await result()
    pass(899)
    expect(await result()).toBe("ok")
    pass(1)
    expect(await result()).toBe("keys_unavailable")
  })

  it.each([
    ["max-age=15", {}, 299, 301],
    ["max-age=4000000, must-revalidate", {}, 6999, 7201],
    ["public, max-age=900", { age: "400" }, 499, 501],
    ["no-cache", {}, 3599, 3601],
  ])("Cache-Control: %s (%o) is respected within bounds", async (header, more, fresh, stale) => {
    for (const [seconds, fetches] of [
      [fresh, 1],
      [stale, 2],
    ] as const) {
      const answer = { ...setOf(one), headers: { "cache-control": header, ...more } }
      const { result, fetched, pass } = over([answer])
      await result()
      pass(seconds)
      await result()
      await settle()
      expect(fetched).toHaveLength(fetches)
    }
  })

  it("a clock that jumps back makes the set due, not young", async () => {
    const { result, fetched, pass } = over([setOf(one)])
    await result()
    pass(-100)
    expect(await result()).toBe("ok")
    await settle()
    expect(fetched).toHaveLength(2)
  })
})

describe("an unknown kid (SR-102, SR-108)", () => {
  it("of a newly published key passes on its first use", async () => {
    const { result, fetched, pass } = over([setOf(one), setOf(one, two)])
    await result(one)
    pass(30)
    expect(await result(two)).toBe("ok")
    expect(fetched).toHaveLength(2)
  })

  it("causes at most one fetch per cool-down, counted from the last attempt", async () => {
    const { result, fetched, pass } = over([setOf(one)])
    await result(one)
    for (let i = 0; i < 200; i++) expect(await result(one, {}, { kid: `made-up-${i}` })).toBe("key_unknown")
    expect(fetched).toHaveLength(1)
    pass(30)
    for (let i = 0; i < 200; i++) expect(await result(one, {}, { kid: `made-up-${i}` })).toBe("key_unknown")
    expect(fetched).toHaveLength(2)
    expect(await result(one)).toBe("ok")
  })

  it("a flood does not push a rotation away by more than one cool-down", async () => {
    const answers: Answer[] = [setOf(one)]
    const { result, pass } = over(answers)
    await result(one)
    answers[0] = setOf(one, two)
    for (let second = 0; second < 30; second++) {
      await result(one, {}, { kid: "made-up" })
      pass(1)
    }
    expect(await result(two)).toBe("ok")
  })

  it("is undecided while the issuer cannot be reached, never a denial that could be cached", async () => {
    const { result, pass } = over([setOf(one), new Error("down")])
    await result(one)
    pass(30)
    expect(await result(two)).toBe("keys_unavailable")
    expect(await result(two)).toBe("keys_unavailable")
    expect(await result(one)).toBe("ok")
  })
})

describe("discovery (SR-091)", () => {
  const issuer = oidcIssuer().issuer
  const metadata = (changes: object): Answer => ({ body: JSON.stringify({ issuer, jwks_uri: jwksUri, ...changes }) })
  const discovered = (document: Answer) => {
    const { jwksUri: _none, ...rest } = oidcIssuer({ jwksUri })
    return over([document, setOf(one)], {}, { ...rest, jwksUri: undefined } as unknown as Partial<OidcIssuer>)
  }

  it("finds the key set where the metadata says", async () => {
    const { result, fetched } = discovered(metadata({}))
    expect(await result()).toBe("ok")
    expect(fetched).toEqual([`${issuer}/.well-known/openid-configuration`, jwksUri])
  })

  it.each([
    ["another issuer", { issuer: "https://else.example" }],
    ["another spelling of the issuer", { issuer: `${issuer}/` }],
    ["no issuer", { issuer: undefined }],
    ["no key set", { jwks_uri: undefined }],
    ["a key set over http", { jwks_uri: "http://issuer.example/keys" }],
    ["a key set that is no URL", { jwks_uri: "keys" }],
    ["a file", { jwks_uri: "file:///etc/passwd" }],
  ])("refuses metadata with %s and keeps nothing of it", async (_name, changes) => {
    const { result, fetched } = discovered(metadata(changes))
    expect(await result()).toBe("keys_unavailable")
    expect(fetched).toHaveLength(1)
  })
})

describe("warmUp (SR-111)", () => {
  it("fetches ahead, and never rejects", async () => {
    const good = over([setOf(one)])
    await good.verifier.warmUp()
    await good.verifier.warmUp()
    expect(good.fetched).toHaveLength(1)
    expect(await good.result()).toBe("ok")
    const bad = over([new Error("down"), setOf(one)])
    await expect(bad.verifier.warmUp()).resolves.toBeUndefined()
    bad.pass(1)
    expect(await bad.result()).toBe("ok")
  })
})
