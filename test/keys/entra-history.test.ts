import { generateKeyPairSync } from "node:crypto"
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest"
import type { EntraIssuer } from "../../src/types/configuration.ts"
import type { KeyOptions } from "../../src/types/key-options.ts"
import { createVerifier } from "../../src/verify.ts"
import { claimFixtures, consumerTenant } from "../support/claim-fixtures.ts"
import { startTimers, stopTimers } from "../support/deadlines.ts"
import { readFixture } from "../support/fixtures.ts"
import { startKeyServer } from "../support/key-server.ts"
import { keyRecords } from "../support/key-server-records.ts"
import { type TestKey, withKid } from "../support/keys.ts"
import { mint } from "../support/mint.ts"

beforeAll(stopTimers)
afterAll(startTimers)

type Jwk = { readonly kid: string; readonly issuer: string }

const hour = 3600
const start = Date.parse("2024-06-05T17:34:00Z") / 1000
const listed = (name: string): readonly Jwk[] =>
  readFixture<{ keys: Jwk[] }>(`idp/jwks/entra-common-v2-${name}.jwks.json`).keys

/** What Entra served, and from when on: three states of one afternoon, and later ones moved to the days after it. */
const history = [
  { from: start, keys: listed("flap-1-20240605T1734Z") },
  { from: Date.parse("2024-06-05T17:40:00Z") / 1000, keys: listed("flap-2-20240605T1740Z") },
  { from: Date.parse("2024-06-05T20:08:00Z") / 1000, keys: listed("flap-3-20240605T2008Z") },
  { from: start + 30 * hour, keys: listed("max-14keys-2024-07-10") },
  { from: start + 60 * hour, keys: listed("2024-10-26") },
]
const end = start + 90 * hour
const servedAt = (seconds: number): readonly Jwk[] => history.findLast(({ from }) => from <= seconds)?.keys ?? []
/** Every key that was served at the time or within a day before it. */
const listedWithinADay = (seconds: number): Jwk[] => {
  const sets = history.filter(({ from }, i) => from <= seconds && (history[i + 1]?.from ?? end) > seconds - 24 * hour)
  return [...new Map(sets.flatMap(({ keys }) => keys).map((jwk) => [jwk.kid, jwk])).values()]
}

// The private keys are Microsoft's, so every kid gets a key pair of ours; all else of the sets is as it was.
const pairs = new Map<string, TestKey>()
const tokens = new Map<string, string>()
const { payload } = claimFixtures.get("entra-v2-access-user") ?? expect.unreachable()
const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"

beforeAll(() => {
  vi.stubEnv("no_proxy", "127.0.0.1") // a proxy of the machine must not come between
  const jwks = new Map(history.flatMap(({ keys }) => keys).map((jwk) => [jwk.kid, jwk]))
  for (const { kid, issuer } of jwks.values()) {
    const key = withKid(generateKeyPairSync("rsa", { modulusLength: 2048 }), kid)
    const tid = issuer.includes(consumerTenant) ? consumerTenant : tenant
    const iss = `https://login.microsoftonline.com/${tid}/v2.0`
    const claims = { ...payload, iss, tid, iat: start - 60, nbf: start - 60, exp: end + hour }
    pairs.set(kid, key)
    tokens.set(kid, mint(JSON.stringify(claims), { key, header: { typ: "JWT" } }))
  }
})

/** A verifier of the entra preset and the server whose sets it fetches; the clock is the test's. */
async function replay(keys: KeyOptions = {}) {
  let now = start
  const server = await startKeyServer({
    respond({ response }) {
      const set = servedAt(now).map((jwk) => ({ ...jwk, n: pairs.get(jwk.kid)?.jwk.n, x5c: undefined, x5t: undefined }))
      response.setHeader("cache-control", "max-age=86400, private") // as Entra sends it
      response.end(JSON.stringify({ keys: set }))
    },
  })
  onTestFinished(() => server.close())
  const records = keyRecords()
  const issuer: EntraIssuer = {
    provider: "entra",
    tenant: "common",
    allowedTenants: [tenant, consumerTenant],
    audience: "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60",
    jwksUri: `${server.origin}/keys`,
    keys: { ca: server.ca, ...keys },
  }
  const verifier = createVerifier({ issuers: [issuer] }, { clock: () => now * 1000, observer: records.observer })
  return {
    records,
    at: (seconds: number): void => {
      now = seconds
    },
    /**
     * The answer to a token of a key; a refresh behind it is waited for, so that every step begins with the newest set.
     */
    async ask({ kid }: Jwk): Promise<string> {
      const [fetches, events] = [records.fetches.length, records.events.length]
      const answer = await verifier.verify(tokens.get(kid) ?? "").then(
        () => "ok",
        (error: { code: string }) => error.code,
      )
      if (records.events.slice(events).includes("stale_served")) await records.fetch(fetches + 1)
      return answer
    },
  }
}

describe("the history of Entra's key sets", () => {
  test("is one that flaps: keys vanish and come back", () => {
    const [first = [], second = [], third = []] = history.map(({ keys }) => keys.map(({ kid }) => kid))
    const vanished = first.filter((kid) => !second.includes(kid))
    expect(vanished).toHaveLength(4)
    expect(third).toEqual(expect.arrayContaining(vanished))
  })

  test("refuses no token of any key that was listed within 24 hours (entra preset)", async () => {
    const { ask, at, records } = await replay()
    const refused: string[] = []
    let asked = 0
    for (let now = start; now < end; now += 10 * 60) {
      at(now)
      for (const jwk of listedWithinADay(now)) {
        asked++
        if ((await ask(jwk)) !== "ok") refused.push(`${jwk.kid} after ${now - start} s`)
      }
    }
    expect(asked).toBeGreaterThan(5000)
    expect(refused).toEqual([])
    // Every state was seen, and not by fetching for every token.
    expect(records.fetches.length).toBeGreaterThanOrEqual(history.length)
    expect(records.fetches.length).toBeLessThan(200)
  })

  test("a key that stays away is refused when its grace is over", async () => {
    const { ask, at } = await replay()
    const gone = servedAt(start + 29 * hour).filter(
      ({ kid }) => !servedAt(start + 30 * hour).some((jwk) => jwk.kid === kid),
    )
    expect(gone.length).toBeGreaterThan(0)
    for (let now = start; now < start + 59 * hour; now += hour) {
      at(now)
      for (const jwk of servedAt(now)) await ask(jwk)
    }
    for (const jwk of gone) expect(await ask(jwk)).toBe("key_unknown")
  })

  test("without a grace the flap is seen: tokens of the vanished keys are refused until they come back", async () => {
    const { ask, at } = await replay({ graceSeconds: 0 })
    const first = servedAt(start)
    for (const jwk of first) expect(await ask(jwk)).toBe("ok")
    at(start + 2 * hour) // the set is due, and the second state is served
    expect(await ask(first[0] as Jwk)).toBe("ok")
    const vanished = first.filter(({ kid }) => !servedAt(start + 2 * hour).some((jwk) => jwk.kid === kid))
    expect(await Promise.all(vanished.map(ask))).toEqual(vanished.map(() => "key_unknown"))
    at(start + 4 * hour) // the third state
    for (const jwk of listedWithinADay(start + 4 * hour)) expect(await ask(jwk)).toBe("ok")
  })

  test("the grace gives no new life to keys of an expired set", async () => {
    const { ask, at } = await replay()
    const before = servedAt(start)
    for (const jwk of before) expect(await ask(jwk)).toBe("ok")
    at(start + 80 * hour) // frozen for three days: when these keys vanished is unknown
    const now = servedAt(start + 80 * hour)
    expect(await ask(now[0] as Jwk)).toBe("ok")
    const gone = before.filter(({ kid }) => !now.some((jwk) => jwk.kid === kid))
    expect(await Promise.all(gone.map(ask))).toEqual(gone.map(() => "key_unknown"))
  })
})
