import { beforeAll, describe, expect, type TestContext, test, vi } from "vitest"
import { type Behaviour, type KeyServer, startKeyServer } from "../../support/key-server.ts"
import { type KeyRecords, keyRecords } from "../../support/key-server-records.ts"
import { withKid } from "../../support/keys.ts"
import { hmac, mint, nowSeconds, segment } from "../../support/mint.ts"
import { type Ask, configFor, type Door, doors } from "./doors.ts"
import { elsewhere, type Fault, type FetchResult, foreignKey, goodKey, well } from "./fault.ts"
import { faults } from "./table.ts"

const exp = nowSeconds + 30 * 86_400
const good = mint({ exp }, { key: goodKey })
const unknownKid = mint({ exp }, { key: withKid(foreignKey, "made-up") })

/** Tokens that nobody signed, or nobody whose keys the issuer ever published. */
const forgeries: readonly string[] = [
  mint({ exp }, { key: withKid(foreignKey, goodKey.kid) }),
  `${segment({ alg: "none", kid: goodKey.kid })}.${good.split(".")[1]}.`,
  hmacWithPublicKey(`${segment({ alg: "HS256", kid: goodKey.kid })}.${good.split(".")[1]}`),
]

function hmacWithPublicKey(input: string): string {
  return `${input}.${hmac("HS256", goodKey.publicKey.export({ type: "spki", format: "pem" }).toString(), input)}`
}

interface Run {
  readonly server: KeyServer
  readonly records: KeyRecords
  readonly ask: Ask
  /** Moves the clock. */
  pass(seconds: number): void
}

async function run(fault: Fault, door: Door, { onTestFinished }: TestContext, behaviour: Behaviour): Promise<Run> {
  const server = await startKeyServer(behaviour)
  onTestFinished(() => server.close())
  const records = keyRecords()
  let seconds = nowSeconds
  const ask = door(configFor(fault, server), { clock: () => seconds * 1000, observer: records.observer })
  return { server, records, ask, pass: (more) => (seconds += more) }
}

/** The server is well: this fetch, or on a busy machine with a short deadline one of the next, brings the good set. */
async function hasGoodSet({ ask, server, pass }: Run, healthy: Behaviour): Promise<void> {
  server.behave(healthy)
  let answer = await ask(good)
  for (let i = 0; i < 5 && answer !== "verified"; i++) {
    pass(61)
    answer = await ask(good)
  }
  expect(answer).toBe("verified")
  expect(server.connections).toBeGreaterThan(0)
}

async function believesNoForgery(ask: Ask, fault: Fault): Promise<void> {
  for (const forgery of [...forgeries, ...(fault.forgeries?.() ?? [])]) expect(await ask(forgery)).not.toBe("verified")
}

/** The server saw one refresh and no more, and nobody let himself be sent elsewhere. */
function wasOneRefresh({ server }: Run, { requests }: Fault): void {
  const seen = Math.max(server.requests.length, server.connections)
  if (requests === undefined) expect(seen).toBeLessThanOrEqual(2)
  else expect(seen).toBe(requests)
  expect(server.requests.filter((request) => request[":path"] === elsewhere)).toEqual([])
}

const recordOf = (result: FetchResult): object => (result === "fetched" ? { ok: true } : { ok: false, failure: result })

beforeAll(() => {
  vi.stubEnv("no_proxy", "127.0.0.1") // a proxy of the machine must not come between
})

describe.concurrent.each(Object.entries(doors))("%s", (_door, door) => {
  test.for(faults)("$name, cold: $cold", async (fault, context) => {
    const fetch = typeof fault.fetch === "string" ? fault.fetch : fault.fetch.cold
    const cold = await run(fault, door, context, fault)
    const { server, records, ask, pass } = cold

    expect(await ask(good)).toBe(fault.cold)
    expect(records.fetches).toEqual([expect.objectContaining(recordOf(fetch))])
    wasOneRefresh(cold, fault)

    // Nothing is fetched again before the back-off, or the cool-down, is over; and nobody is believed meanwhile.
    const { connections } = server
    await believesNoForgery(ask, fault)
    expect(await ask(unknownKid)).toBe(fetch === "fetched" ? "key_unknown" : "keys_unavailable")
    pass(fault.quietSeconds ?? 0.2)
    expect(await ask(good)).toBe(fault.cold)
    expect(server.connections).toBe(connections)

    if (fault.cold === "verified") return
    pass(fault.againSeconds ?? (fetch === "fetched" ? 31 : 1))
    await hasGoodSet(cold, fault.well ?? well)
  })

  test.for(faults)("$name, with a stale set: $stale", async (fault, context) => {
    const fetch = typeof fault.fetch === "string" ? fault.fetch : fault.fetch.stale
    const failed = fetch !== "fetched"
    const stale = await run(fault, door, context, {})
    const { server, records, ask, pass } = stale
    await hasGoodSet(stale, fault.well ?? well)
    const fetches = records.fetches.length
    server.behave(fault)

    // Stale: the answer comes from the old set, and the refresh follows.
    pass(600)
    expect(await ask(good)).toBe("verified")
    expect(await records.fetch(fetches + 1)).toMatchObject(recordOf(fetch))
    wasOneRefresh(stale, fault)
    const { connections } = server
    expect(await ask(good)).toBe(fault.stale)
    await believesNoForgery(ask, fault)
    expect(await ask(unknownKid)).toBe(failed ? "keys_unavailable" : "key_unknown")
    expect(server.connections).toBe(connections)
    expect(records.events).toContain("stale_served")

    // Overdue: the answer waits for a refresh, and after a failure comes from the old set.
    pass(7300)
    expect(await ask(good)).toBe(fault.stale)
    expect(records.fetches.at(-1)).toMatchObject(recordOf(fetch))
    expect(records.events.includes("overdue_served")).toBe(failed)
    await believesNoForgery(ask, fault)

    // Expired: the old set is gone, whatever the server does.
    pass(86_400)
    expect(await ask(good)).toBe(failed ? "keys_unavailable" : fault.stale)
    await believesNoForgery(ask, fault)

    if (!failed && fault.stale === "verified") return
    pass(Math.max(fault.againSeconds ?? 0, 61))
    await hasGoodSet(stale, fault.well ?? well)
  })
})
