import { describe, expect, it } from "vitest"
import {
  type FetchedDocument,
  type KeyEventRecord,
  type KeySnapshot,
  SnapshotFailed,
  takeKeySnapshot,
} from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const [one, two] = [testKey("rsa", "1"), testKey("rsa", "2")]
const { jwks: _inline, ...issuer } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
const config = { issuers: [issuer] }
const snapshotOf = (...keys: unknown[]): KeySnapshot => ({
  takenAt: new Date(nowSeconds * 1000).toISOString(),
  sets: { [issuer.issuer]: { keys } },
})

/** A verifier that begins with a snapshot, over a network that answers with `served` or fails. */
function beginning(keySnapshot: KeySnapshot, served?: unknown[], ageSeconds = 0, keys: object = {}) {
  let now = nowSeconds + ageSeconds
  const fetched: string[] = []
  const events: KeyEventRecord[] = []
  const fetchKeySet = async (url: string): Promise<FetchedDocument> => {
    fetched.push(url)
    if (served === undefined) throw new Error("down")
    return { status: 200, headers: {}, body: JSON.stringify({ keys: served }) }
  }
  const observer = { keyEvent: (record: KeyEventRecord) => void events.push(record) }
  const verifier = createVerifier(
    { ...config, keys, cache: { maxTokens: 0 } },
    { clock: () => now * 1000, fetchKeySet, observer, keySnapshot },
  )
  const result = (key = one): Promise<string> =>
    verifier.verify(mint({ iat: now, exp: now + 60 }, { key })).then(
      () => "ok",
      (error: { code: string }) => error.code,
    )
  return { result, fetched, events, pass: (seconds: number) => (now += seconds) }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe("a snapshot", () => {
  it("verifies without the network, and a refresh follows the first answer", async () => {
    const { result, fetched, events } = beginning(snapshotOf(one.jwk), [two.jwk], 3 * 3600)
    const first = result()
    expect(fetched).toEqual([])
    expect(await first).toBe("ok")
    expect(events).toEqual([{ issuer: issuer.issuer, event: "stale_served", ageSeconds: 10_800 }])
    await settle()
    expect(fetched).toHaveLength(1)
    expect(await result(two)).toBe("ok")
    expect(await result(one)).toBe("key_unknown")
  })

  it("serves through an outage until it expires", async () => {
    const { result, pass } = beginning(snapshotOf(one.jwk), undefined, 86_000)
    expect(await result()).toBe("ok")
    await settle()
    pass(399)
    expect(await result()).toBe("ok")
    pass(1)
    expect(await result()).toBe("keys_unavailable")
  })

  it("that claims to be of the future is of now", async () => {
    const future = { ...snapshotOf(one.jwk), takenAt: new Date((nowSeconds + 1e6) * 1000).toISOString() }
    const { result, pass } = beginning(future, undefined)
    expect(await result()).toBe("ok")
    pass(86_400)
    expect(await result()).toBe("keys_unavailable")
  })

  it("of another issuer, or without a usable key, is as good as none", async () => {
    const other = { ...snapshotOf(one.jwk), sets: { "https://else.example": { keys: [one.jwk] } } }
    for (const snapshot of [other, snapshotOf(), snapshotOf({ kty: "RSA" })]) {
      const { result, fetched } = beginning(snapshot, [one.jwk])
      expect(await result()).toBe("ok")
      expect(fetched).toHaveLength(1)
    }
  })

  it.each([
    [
      "a private key",
      [one.jwk, one.privateKey.export({ format: "jwk" })],
      'keySnapshot.sets["https://issuer.example/tenant"].keys[1]: holds secret',
    ],
    [
      "a symmetric key",
      [{ kty: "oct", k: "AAAA" }],
      'keySnapshot.sets["https://issuer.example/tenant"].keys[0]: holds secret',
    ],
  ])("SR-050: with %s is refused", (_name, keys, message) => {
    expect(() => beginning(snapshotOf(...keys))).toThrow(message)
  })

  it.each([
    [{ takenAt: "yesterday", sets: {} }, "keySnapshot.takenAt: must be a date"],
    [{ sets: {} }, "keySnapshot.takenAt: must be a date"],
    [{ takenAt: "2026-09-21T14:00:00Z" }, "keySnapshot.sets: is missing"],
    [{ takenAt: "2026-09-21T14:00:00Z", sets: { x: { keys: {} } } }, 'keySnapshot.sets["x"].keys: must be a list'],
  ])("%o is refused", (snapshot, message) => {
    expect(() => beginning(snapshot as unknown as KeySnapshot)).toThrow(message)
  })
})

describe("takeKeySnapshot", () => {
  const clock = (): number => nowSeconds * 1000
  const serving = (keys: unknown) => async (): Promise<FetchedDocument> => ({
    status: 200,
    headers: {},
    body: JSON.stringify({ keys }),
  })

  it("takes usable public keys, and of them only what verification reads", async () => {
    const keys = [
      { ...one.jwk, x5c: ["certificate"], novelty: 1 },
      one.privateKey.export({ format: "jwk" }),
      { kty: "oct", k: "AAAA" },
    ]
    const snapshot = await takeKeySnapshot(config, { clock, fetchKeySet: serving(keys) })
    const { kty, n, e, kid, use } = one.jwk
    expect(snapshot).toEqual({
      takenAt: "2026-09-21T14:14:20.000Z",
      sets: { [issuer.issuer]: { keys: [{ kty, n, e, kid, use }] } },
    })
    expect(await beginning(snapshot).result()).toBe("ok")
  })

  it("leaves inline key sets alone", async () => {
    const failing = (): Promise<never> => Promise.reject(new Error("no network"))
    expect((await takeKeySnapshot({ issuers: [oidcIssuer()] }, { clock, fetchKeySet: failing })).sets).toEqual({})
  })

  it("names every issuer that failed, and is never half", async () => {
    const second = { ...issuer, issuer: "https://second.example", jwksUri: "https://second.example/keys" }
    const fetchKeySet = async (url: string): Promise<FetchedDocument> => ({
      status: url.includes("second") ? 404 : 200,
      headers: {},
      body: JSON.stringify({ keys: [one.jwk] }),
    })
    const failed = await takeKeySnapshot({ issuers: [issuer, second] }, { clock, fetchKeySet }).catch(
      (error: unknown) => error,
    )
    expect(failed).toBeInstanceOf(SnapshotFailed)
    expect(failed).toMatchObject({ failures: { "https://second.example": "status" } })
    const empty = await takeKeySnapshot(config, { clock, fetchKeySet: serving([]) }).catch((error: unknown) => error)
    expect(empty).toMatchObject({ failures: { [issuer.issuer]: "no_usable_key" } })
  })
})
