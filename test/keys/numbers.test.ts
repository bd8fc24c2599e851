import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest"
import { createAuthorizer, type FetchedDocument, type OidcIssuer } from "../../src/index.ts"
import type { VerifierConfig } from "../../src/types/configuration.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { startKeyServer } from "../support/key-server.ts"
import { keyRecords } from "../support/key-server-records.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds, segment } from "../support/mint.ts"

const body = JSON.stringify({ keys: [testKey().jwk] })
const document: FetchedDocument = { status: 200, headers: {}, body }
const issuerAt = (jwksUri: string, changes: Partial<OidcIssuer> = {}): OidcIssuer => {
  const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri, ...changes })
  return issuer
}
const without = { cache: { maxTokens: 0 } }

beforeAll(() => {
  vi.stubEnv("no_proxy", "127.0.0.1") // a proxy of the machine must not come between
  stopTimers()
})
afterAll(startTimers)

describe("1,000 configured issuers", () => {
  const name = (i: number): string => `https://issuer-${i}.example`
  const issuers = Array.from({ length: 1000 }, (_, i) => issuerAt(`${name(i)}/keys`, { issuer: name(i) }))

  test("start without a fetch, and a token fetches the set of its own issuer only", async () => {
    const fetched: string[] = []
    const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
      fetched.push(url)
      return document
    }
    createAuthorizer({ issuers }, { clock, fetchKeySet })
    const verifier = createVerifier({ issuers }, { clock, fetchKeySet })
    expect(fetched).toEqual([])
    expect(await verifier.verify(mint({ iss: name(567) }))).toMatchObject({ issuer: name(567) })
    expect(fetched).toEqual([`${name(567)}/keys`])
  })

  test("warm up a few at a time, each once, and one that never answers holds nobody up", async () => {
    const fetched: string[] = []
    let underWay = 0
    let most = 0
    const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
      fetched.push(url)
      if (url.startsWith(`${name(3)}/`)) return new Promise(() => {})
      underWay++
      most = Math.max(most, underWay)
      await new Promise(setImmediate) // long enough for everybody who would fetch at the same time
      underWay--
      return document
    }
    const verifier = createVerifier({ issuers }, { clock, fetchKeySet })
    const warm = verifier.warmUp()
    while (fetched.length < 1000 || underWay > 0) await new Promise(setImmediate)
    await passDeadlines() // of the one that never answers
    await warm
    expect(fetched).toHaveLength(1000)
    expect(new Set(fetched).size).toBe(1000)
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(16)
    expect(await verifier.verify(mint({ iss: name(999) }))).toMatchObject({ issuer: name(999) })
    await expect(verifier.verify(mint({ iss: name(3) }))).rejects.toMatchObject({ code: "keys_unavailable" })
  })
})

describe("500 concurrent requests cause one fetch (SR-101)", () => {
  /** Verifiers of one key server over real sockets; the clock is the test's. */
  async function overSockets() {
    const server = await startKeyServer({ respond: ({ response }) => response.end(body) })
    onTestFinished(() => server.close())
    const records = keyRecords()
    let seconds = nowSeconds
    const config: VerifierConfig = {
      issuers: [issuerAt(`${server.origin}/keys`)],
      keys: { ca: server.ca, refreshAfterSeconds: 300, waitAfterSeconds: 600 },
      ...without,
    }
    const verifier = createVerifier(config, { clock: () => seconds * 1000, observer: records.observer })
    const flood = (): Promise<unknown> => {
      const token = mint({ exp: nowSeconds + 86_400 })
      return Promise.all(Array.from({ length: 500 }, () => verifier.verify(token)))
    }
    return { server, records, flood, pass: (more: number) => (seconds += more) }
  }

  test("when there is no set yet", async () => {
    const { server, flood } = await overSockets()
    await flood()
    expect(server.connections).toBe(1)
    expect(server.requests).toHaveLength(1)
  })

  test("when the set is stale, and when it is overdue", async () => {
    const { server, records, flood, pass } = await overSockets()
    await flood()
    pass(400)
    await flood()
    await records.fetch(2)
    expect(server.requests).toHaveLength(2)
    pass(700)
    await flood()
    expect(server.requests).toHaveLength(3)
  })

  test.each([
    ["answers", async () => document],
    ["fails", () => Promise.reject(new Error("down"))],
  ])("also when the set is stale and what fetches %s without a wait", async (_how, next) => {
    let seconds = nowSeconds
    let fetches = 0
    let fetchKeySet = async (): Promise<FetchedDocument> => document
    const records = keyRecords()
    const verifier = createVerifier(
      { issuers: [issuerAt("https://issuer.example/keys")], ...without },
      {
        clock: () => seconds * 1000,
        observer: records.observer,
        fetchKeySet: () => {
          fetches++
          return fetchKeySet()
        },
      },
    )
    const token = mint({ exp: nowSeconds + 86_400 })
    await verifier.verify(token)
    fetchKeySet = next
    seconds += 4000
    await Promise.all(Array.from({ length: 500 }, () => verifier.verify(token)))
    await records.fetch(2)
    for (let i = 0; i < 10; i++) await new Promise(setImmediate) // all that was put off behind the requests
    expect(records.fetches).toHaveLength(2)
    expect(fetches).toBeLessThanOrEqual(3) // a failed one may be tried once more
  })
})

describe("100,000 made-up kids (SR-102, SR-110)", () => {
  const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
  const exp = nowSeconds + 86_400
  const payload = segment({ ...JSON.parse(Buffer.from(mint().split(".")[1] ?? "", "base64url").toString()), exp })
  const madeUp = (i: number): string =>
    `${segment({ alg: "RS256", kid: `made-up-${i}` })}.${payload}.${"A".repeat(342)}`

  test("against one issuer cause one fetch per cool-down, and hide neither known keys nor a rotation", async () => {
    let nowMs = nowSeconds * 1000
    let keys = [one.jwk]
    const fetched: number[] = []
    const others: string[] = []
    const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
      if (url.includes("other")) others.push(url)
      else fetched.push(nowMs)
      return { ...document, body: JSON.stringify({ keys }) }
    }
    const issuers = [
      issuerAt("https://issuer.example/keys"),
      issuerAt("https://other.example/keys", { issuer: "https://other.example" }),
    ]
    const verifier = createVerifier({ issuers, ...without }, { clock: () => nowMs, fetchKeySet })
    const code = (token: string): Promise<string> =>
      verifier.verify(token).then(
        () => "ok",
        (error: { code: string }) => error.code,
      )
    expect(await code(mint({ exp }, { key: one }))).toBe("ok")

    const codes = new Set<string>()
    for (let i = 0; i < 100_000; i += 100) {
      nowMs += 400 // 400 s in all: 13 cool-downs of 30 s
      if (i === 50_000) keys = [one.jwk, two.jwk]
      for (const each of await Promise.all(Array.from({ length: 100 }, (_, j) => code(madeUp(i + j))))) codes.add(each)
    }
    expect(codes).toEqual(new Set(["key_unknown"]))
    expect(fetched.length).toBeGreaterThan(1)
    for (const [i, at] of fetched.entries()) {
      if (i > 0) expect(at - (fetched[i - 1] ?? 0)).toBeGreaterThanOrEqual(30_000)
    }
    expect(await code(mint({ exp }, { key: one }))).toBe("ok")
    expect(await code(mint({ exp }, { key: two }))).toBe("ok")

    // The other issuer has a cool-down of its own (SR-109).
    expect(others).toEqual([])
    expect(await code(mint({ exp, iss: "https://other.example" }, { key: one }))).toBe("ok")
    expect(others).toHaveLength(1)
  })
})
