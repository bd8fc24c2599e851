import { describe, expect, it, onTestFinished } from "vitest"
import type { FetchedDocument, FetchLimits, KeyFetchRecord, KeyOptions, OidcIssuer } from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const jwksUri = "https://issuer.example/keys"
const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
type Answer = Partial<FetchedDocument> | Error
const setOf = (...keys: (typeof one)[]): Answer => ({ body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) })

/** A verifier over a network that is a queue of answers; the last one repeats. The test moves the clock. */
function over(
  answers: Answer[],
  keys: KeyOptions = {},
  changes: Partial<OidcIssuer> = {},
  { discovered = false } = {},
) {
  let now = nowSeconds
  const fetched: string[] = []
  const conditions: unknown[] = []
  const records: KeyFetchRecord[] = []
  const observer = { keyFetch: (record: KeyFetchRecord) => void records.push(record) }
  const { jwks: _inline, ...issuer } = oidcIssuer(discovered ? changes : { jwksUri, ...changes })
  const fetchKeySet = async (url: string, limits: FetchLimits): Promise<FetchedDocument> => {
    fetched.push(url)
    conditions.push(limits.headers)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer")
    return { status: 200, headers: {}, body: "", ...answer }
  }
  const verifier = createVerifier(
    { issuers: [issuer], keys, cache: { maxTokens: 0 } },
    { clock: () => now * 1000, fetchKeySet, observer },
  )
  const result = (key = one, claims: object = {}, header: object = {}): Promise<string> =>
    verifier.verify(mint({ iat: now, exp: now + 3600, ...claims }, { key, header })).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  return { verifier, result, fetched, conditions, records, pass: (seconds: number) => (now += seconds) }
}
/**
 * Lets a refresh behind the requests begin and settle; the network is a function, so two turns of the loop are enough.
 */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
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
      // SR-107: a network fault and a 5xx are tried once more, on a fresh connection.
      const again = answer instanceof Error || (answer.status ?? 0) >= 500
      expect(warm.fetched).toHaveLength(again ? 3 : 2)
      expect(await warm.result()).toBe("ok")
    },
  )

  it("SR-103: after a failure further fetches wait, longer each time, for half a minute at most", async () => {
    const { result, fetched, pass } = over([{ status: 404 }])
    for (let i = 0; i < 100; i++) expect(await result()).toBe("keys_unavailable")
    expect(fetched).toHaveLength(1)
    for (const [seconds, attempts] of [
      [0.24, 1],
      [0.26, 2],
      [0.49, 2],
      [0.51, 3],
    ] as const) {
      pass(seconds)
      await result()
      expect(fetched, `${seconds} s later`).toHaveLength(attempts)
    }
    for (let i = 0; i < 10; i++) {
      pass(30)
      await result()
    }
    expect(fetched).toHaveLength(13)
    pass(14)
    await result()
    expect(fetched).toHaveLength(13)
  })

  it.each([
    ["7", 6, 7],
    ["3600", 59, 60],
    ["Mon, 21 Sep 2026 14:14:30 GMT", 9, 11],
  ])("SR-096: Retry-After: %s lengthens the wait, up to a minute", async (retryAfter, tooEarly, dueAfter) => {
    const { result, fetched, pass } = over([{ status: 429, headers: { "retry-after": retryAfter } }])
    await result()
    pass(tooEarly)
    await result()
    expect(fetched).toHaveLength(1)
    pass(dueAfter - tooEarly)
    await result()
    expect(fetched).toHaveLength(2)
  })

  it("SR-107: a network fault and a 5xx are tried once more, a 4xx is not", async () => {
    for (const [first, attempts] of [
      [new Error("ECONNRESET"), 2],
      [{ status: 502 }, 2],
      [{ status: 404 }, 1],
    ] as const) {
      const { result, fetched } = over([first, setOf(one)])
      expect(await result()).toBe(attempts === 2 ? "ok" : "keys_unavailable")
      expect(fetched).toHaveLength(attempts)
    }
  })

  it("recovers at the first good answer", async () => {
    const { result, pass } = over([{ status: 404 }, setOf(one)])
    expect(await result()).toBe("keys_unavailable")
    pass(1)
    expect(await result()).toBe("ok")
  })

  it("SR-094: a network that never answers is left at the deadline", async () => {
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri })
    const never = (): Promise<never> => new Promise(() => undefined)
    const verifier = createVerifier({ issuers: [issuer] }, { clock: () => nowSeconds * 1000, fetchKeySet: never })
    stopTimers()
    onTestFinished(startTimers)
    const verified = expect(verifier.verify(mint())).rejects.toMatchObject({ code: "keys_unavailable" })
    await passDeadlines()
    await verified
  })
})

describe("conditional requests", () => {
  it.each([
    [{ etag: '"v1"' }, { "if-none-match": '"v1"' }],
    [{ "last-modified": "Mon, 21 Sep 2026 14:00:00 GMT" }, { "if-modified-since": "Mon, 21 Sep 2026 14:00:00 GMT" }],
    [{ etag: 'W/"v1"', "last-modified": "Mon, 21 Sep 2026 14:00:00 GMT" }, { "if-none-match": 'W/"v1"' }],
  ])("%o is sent back as %o, and 304 renews the age of the set", async (headers, condition) => {
    const { result, conditions, pass, records } = over([{ ...setOf(one), headers }, { status: 304 }])
    await result()
    pass(3600)
    expect(await result()).toBe("ok")
    await settle()
    expect(conditions).toEqual([undefined, condition])
    expect(records.at(-1)).toMatchObject({ ok: true, notModified: true, ageSeconds: 0 })
    pass(3599)
    expect(await result()).toBe("ok")
    await settle()
    expect(conditions).toHaveLength(2)
  })

  it.each([
    [{ "cache-control": "max-age=600" }, 600],
    [{}, 1200],
  ])("RFC 9111 section 4.3.4: a 304 with %o is fresh for %d seconds", async (headers, seconds) => {
    const first = { ...setOf(one), headers: { etag: '"v1"', "cache-control": "max-age=1200" } }
    const { result, conditions, pass } = over([first, { status: 304, headers }, { status: 304 }])
    await result()
    pass(1200)
    for (const [waiting, fetches] of [
      [0, 2],
      [seconds - 1, 2],
      [1, 3],
    ] as const) {
      pass(waiting)
      expect(await result()).toBe("ok")
      await settle()
      expect(conditions).toHaveLength(fetches)
    }
  })

  it("a 304 that nobody asked for is a failure", async () => {
    expect(await over([{ status: 304 }]).result()).toBe("keys_unavailable")
  })
})

describe("grace", () => {
  const keys = { graceSeconds: 100, refreshAfterSeconds: 300, waitAfterSeconds: 300 }

  it("a key that vanished verifies for the grace and not a moment longer, cached tokens too", async () => {
    const { result, pass } = over([setOf(one, two), setOf(two)], keys)
    await result(one)
    pass(300)
    expect(await result(two)).toBe("ok")
    expect(await result(one)).toBe("ok")
    pass(99)
    expect(await result(one)).toBe("ok")
    pass(1)
    expect(await result(one)).toBe("key_unknown")
    expect(await result(two)).toBe("ok")
  })

  it("a key that came back verifies without end", async () => {
    const { result, pass } = over([setOf(one, two), setOf(two), setOf(one, two)], { ...keys, graceSeconds: 1000 })
    await result(one)
    for (const seconds of [300, 300, 300, 300, 300]) {
      pass(seconds)
      expect(await result(one)).toBe("ok")
    }
  })

  it("a key that comes back after its grace is found again", async () => {
    const { result, pass } = over([setOf(one, two), setOf(two), setOf(one, two)], { ...keys, graceSeconds: 1 })
    await result(one)
    pass(300)
    await result(two)
    pass(31)
    expect(await result(one)).toBe("ok")
  })

  it("is nothing unless configured, and a day for Entra", async () => {
    const { result, pass } = over([setOf(one, two), setOf(two)], { refreshAfterSeconds: 300, waitAfterSeconds: 300 })
    await result(one)
    pass(300)
    expect(await result(one)).toBe("key_unknown")
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
    ["max-age=4000000, must-revalidate", {}, 6599, 6601],
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
  const discovered = (document: Answer) => over([document, setOf(one)], {}, {}, { discovered: true })

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

describe("a refresh behind a request that a freeze interrupted", () => {
  it("is not held against the issuer; the next request waits for its own, and has the old set if that fails", async () => {
    const events: KeyFetchRecord[] = []
    let now = nowSeconds
    let answer: (document: FetchedDocument) => void = () => undefined
    let fail: (error: Error) => void = () => undefined
    let fetches = 0
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri })
    const fetchKeySet = (): Promise<FetchedDocument> =>
      new Promise((resolve, reject) => {
        fetches++
        answer = resolve
        fail = reject
      })
    const good = { status: 200, headers: {}, body: JSON.stringify({ keys: [one.jwk] }) }
    const observer = { keyFetch: (record: KeyFetchRecord) => void events.push(record) }
    const parts = { clock: () => now * 1000, fetchKeySet, observer }
    const verifier = createVerifier({ issuers: [issuer], cache: { maxTokens: 0 } }, parts)
    const verify = (): Promise<unknown> => verifier.verify(mint({ iat: now, exp: now + 60 }))
    const first = verify()
    await settle()
    answer(good)
    await first

    now += 3600
    await verify() // stale: served, and a refresh begins behind it
    await settle()
    now += 600 // … and is frozen with the environment
    fail(new Error("ETIMEDOUT"))
    await settle()
    if (fetches === 3) {
      fail(new Error("ETIMEDOUT")) // the second attempt of the same refresh
      await settle()
    }
    expect(events.at(-1)).toMatchObject({ ok: false, failure: "interrupted" })

    const waiting = verify()
    const before = fetches
    await settle()
    expect(fetches).toBe(before === fetches ? fetches : before + 1)
    answer(good)
    expect(await waiting).toHaveProperty("subject")
    expect(events.at(-1)).toMatchObject({ ok: true, ageSeconds: 0 })
  })
})

describe("cached tokens and the age of the set", () => {
  /**
   * A verifier with its cache of verified tokens, over a network that fails after the first answer unless told
   * otherwise.
   */
  function caching(answers: Answer[], keys: KeyOptions = {}) {
    let now = nowSeconds
    const fetched: string[] = []
    const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri })
    const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
      fetched.push(url)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer")
      return { status: 200, headers: {}, body: "", ...answer }
    }
    const cache = { maxAgeSeconds: 3600 }
    const verifier = createVerifier({ issuers: [issuer], keys, cache }, { clock: () => now * 1000, fetchKeySet })
    const token = mint({ exp: nowSeconds + 86_400 })
    const result = (): Promise<string> =>
      verifier.verify(token).then(
        () => "ok",
        (error: { code: string }) => error.code,
      )
    return { result, fetched, pass: (seconds: number) => (now += seconds) }
  }
  const keys = { refreshAfterSeconds: 300, waitAfterSeconds: 400, expireAfterSeconds: 500 }

  it("do not outlive an expired set", async () => {
    const { result, pass } = caching([setOf(one), { status: 404 }], keys)
    await result()
    pass(499)
    expect(await result()).toBe("ok")
    pass(1)
    expect(await result()).toBe("keys_unavailable")
  })

  it("renew the set themselves, so that a withdrawn key is noticed by hits alone", async () => {
    const { result, fetched, pass } = caching([setOf(one), setOf(two)], keys)
    await result()
    pass(301)
    expect(await result()).toBe("ok")
    await settle()
    expect(fetched).toHaveLength(2)
    expect(await result()).toBe("key_unknown")
  })
})

describe("tokens without kid and the grace", () => {
  it("a rotation is no outage: the one key in the set counts, the one in its grace does not", async () => {
    const keys = { graceSeconds: 86_400, refreshAfterSeconds: 300, waitAfterSeconds: 300 }
    const { result, pass } = over([setOf(one), setOf(two)], keys, { allowMissingKid: true })
    expect(await result(one, {}, { kid: undefined })).toBe("ok")
    pass(300)
    expect(await result(two, {}, { kid: undefined })).toBe("ok")
    expect(await result(one, {}, { kid: undefined })).toBe("signature_invalid")
  })
})

describe("warmUp with a stale set", () => {
  it("waits for the refresh", async () => {
    const { verifier, result, fetched, pass } = over([setOf(one), setOf(two)])
    await result()
    pass(3600)
    await verifier.warmUp()
    expect(fetched).toHaveLength(2)
    expect(await result(two)).toBe("ok")
  })
})
