import { expect, type TestContext } from "vitest"
import { passDeadlines } from "../../support/deadlines.ts"
import { type Behaviour, type KeyServer, startKeyServer } from "../../support/key-server.ts"
import { type KeyRecords, keyRecords } from "../../support/key-server-records.ts"
import { withKid } from "../../support/keys.ts"
import { hmac, mint, nowSeconds, segment } from "../../support/mint.ts"
import { type Ask, configFor, type Door } from "./doors.ts"
import { elsewhere, type Fault, type FetchResult, foreignKey, goodKey, well } from "./fault.ts"

const exp = nowSeconds + 30 * 86_400
const good = mint({ exp }, { key: goodKey })
const unknownKid = mint({ exp }, { key: withKid(foreignKey, "made-up") })

/** Tokens without a signature, or with one by keys that the issuer never published. */
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

async function hasGoodSet({ ask, server }: Run, healthy: Behaviour): Promise<void> {
  server.behave(healthy)
  expect(await ask(good)).toBe("verified")
  expect(server.connections).toBeGreaterThan(0)
}

/**
 * The answer to a good token that waits for a refresh. If the server stalls, the deadline is over as soon as it does.
 */
async function askWaiting({ ask, server }: Run, fetch: FetchResult, stall: number): Promise<string> {
  const answer = ask(good)
  if (fetch === "timeout") await server.stalls(stall).then(passDeadlines)
  return answer
}

async function believesNoForgery(ask: Ask, fault: Fault): Promise<void> {
  for (const forgery of [...forgeries, ...(fault.forgeries?.() ?? [])]) expect(await ask(forgery)).not.toBe("verified")
}

/** The server saw one refresh and no more, and the client followed no redirection. */
function wasOneRefresh({ server }: Run, { requests }: Fault): void {
  const seen = Math.max(server.requests.length, server.connections)
  if (requests === undefined) expect(seen).toBeLessThanOrEqual(2)
  else expect(seen).toBe(requests)
  expect(server.requests.filter((request) => request[":path"] === elsewhere)).toEqual([])
}

const recordOf = (result: FetchResult): object => (result === "fetched" ? { ok: true } : { ok: false, failure: result })

/**
 * No set was fetched before: what the fault makes of the first token, and that a server that is well again is believed.
 */
export async function cold(fault: Fault, door: Door, context: TestContext): Promise<void> {
  const fetch = typeof fault.fetch === "string" ? fault.fetch : fault.fetch.cold
  const tried = await run(fault, door, context, fault)
  const { server, records, ask, pass } = tried

  expect(await askWaiting(tried, fetch, 1)).toBe(fault.cold)
  expect(records.fetches).toEqual([expect.objectContaining(recordOf(fetch))])
  wasOneRefresh(tried, fault)

  // Nothing is fetched again before the back-off, or the cool-down, is over; and no token is believed meanwhile.
  const { connections } = server
  await believesNoForgery(ask, fault)
  expect(await ask(unknownKid)).toBe(fetch === "fetched" ? "key_unknown" : "keys_unavailable")
  pass(fault.quietSeconds ?? 0.2)
  expect(await ask(good)).toBe(fault.cold)
  expect(server.connections).toBe(connections)

  if (fault.cold === "verified") return
  pass(fault.againSeconds ?? (fetch === "fetched" ? 31 : 1))
  await hasGoodSet(tried, fault.well ?? well)
}

/** A good set was fetched before: what the fault makes of its refresh. */
export async function stale(fault: Fault, door: Door, context: TestContext): Promise<void> {
  const fetch = typeof fault.fetch === "string" ? fault.fetch : fault.fetch.stale
  const failed = fetch !== "fetched"
  const tried = await run(fault, door, context, {})
  const { server, records, ask, pass } = tried
  await hasGoodSet(tried, fault.well ?? well)
  const fetches = records.fetches.length
  server.behave(fault)

  // Stale: the answer comes from the old set, and the refresh follows.
  pass(600)
  expect(await ask(good)).toBe("verified")
  if (fetch === "timeout") await server.stalls(1).then(passDeadlines)
  expect(await records.fetch(fetches + 1)).toMatchObject(recordOf(fetch))
  wasOneRefresh(tried, fault)
  const { connections } = server
  expect(await ask(good)).toBe(fault.stale)
  await believesNoForgery(ask, fault)
  expect(await ask(unknownKid)).toBe(failed ? "keys_unavailable" : "key_unknown")
  expect(server.connections).toBe(connections)
  expect(records.events).toContain("stale_served")

  // Overdue: the answer waits for a refresh, and after a failure comes from the old set.
  pass(7300)
  expect(await askWaiting(tried, fetch, 2)).toBe(fault.stale)
  expect(records.fetches.at(-1)).toMatchObject(recordOf(fetch))
  expect(records.events.includes("overdue_served")).toBe(failed)
  await believesNoForgery(ask, fault)

  // Expired: the old set is gone, whatever the server does.
  pass(86_400)
  expect(await askWaiting(tried, fetch, 3)).toBe(failed ? "keys_unavailable" : fault.stale)
  await believesNoForgery(ask, fault)

  if (!failed && fault.stale === "verified") return
  pass(Math.max(fault.againSeconds ?? 0, 61))
  await hasGoodSet(tried, fault.well ?? well)
}
