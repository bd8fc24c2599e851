import { describe, expect, it, onTestFinished } from "vitest"
import { SecretFailure } from "../../src/secret/failure.ts"
import { hmacKeysFormat } from "../../src/secret/hmac-keys.ts"
import { createSecretSource } from "../../src/secret/secret-source.ts"
import type {
  FetchedSecret,
  HmacKeys,
  SecretEventRecord,
  SecretFetchRecord,
  SecretOptions,
} from "../../src/types/secret-options.ts"
import { passDeadlines, startTimers, stopTimers } from "../support/deadlines.ts"
import { defaultSecretPolicy } from "../support/defaults.ts"
import { keyMap, keyOne, keyThree, keyTwo, settle, startMs } from "./values.ts"

type Answer = FetchedSecret | Error | Promise<FetchedSecret>
const one: FetchedSecret = { current: keyMap({ one: keyOne }) }
const two: FetchedSecret = { current: keyMap({ two: keyTwo }), previous: keyMap({ one: keyOne }) }
const throttled = new SecretFailure("throttled")

/** A source over a network that is a queue of answers; the last one repeats. The test moves the clock. */
function over(answers: Answer[], options: SecretOptions = {}) {
  let nowMs = startMs
  let fetches = 0
  const records: SecretFetchRecord[] = []
  const events: SecretEventRecord["event"][] = []
  const source = createSecretSource<HmacKeys>({
    reference: { secretsManager: "edge/hmac" },
    format: hmacKeysFormat,
    policy: { ...defaultSecretPolicy, ...options },
    clock: () => nowMs,
    observer: {
      secretFetch: (record) => void records.push(record),
      secretEvent: ({ event }) => void events.push(event),
    },
    fetch: () => {
      fetches++
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer")
      return Promise.resolve(answer)
    },
  })
  const ids = (keys: HmacKeys | undefined): string | undefined =>
    keys && ["one", "two", "three"].filter((id) => keys.has(id)).join()
  return {
    source,
    records,
    events,
    fetches: () => fetches,
    pass: (seconds: number) => (nowMs += seconds * 1000),
    now: () => nowMs,
    current: () => ids(source.current(nowMs)),
    refreshed: async () => ids(await source.refreshed(nowMs)),
    forced: async () => ids(await source.forced(nowMs)),
    /** What a request does. */
    used: async () => ids(source.current(nowMs) ?? (await source.refreshed(nowMs))),
  }
}

describe("a secret that is fetched", () => {
  it("is fetched at first use, once, and then used without the network", async () => {
    const { current, used, fetches, source, now } = over([one])
    expect([current(), fetches(), source.isFresh(now())]).toEqual([undefined, 0, false])
    expect(await used()).toBe("one")
    expect([current(), fetches(), source.isFresh(now())]).toEqual(["one", 1, true])
  })

  it("has one fetch for 500 first requests at once", async () => {
    const { used, fetches } = over([one])
    expect(new Set(await Promise.all(Array.from({ length: 500 }, used)))).toEqual(new Set(["one"]))
    expect(fetches()).toBe(1)
  })

  it("is refreshed behind the request from 300 s on, and until then not at all", async () => {
    const { used, current, pass, fetches, events } = over([one, two])
    await used()
    pass(299.999)
    expect([current(), fetches()]).toEqual(["one", 1])
    pass(0.001)
    expect(current()).toBe("one") // the request does not wait, and its answer comes before the refresh begins
    expect(current()).toBe("one")
    expect(fetches()).toBe(1)
    await settle()
    expect([current(), fetches()]).toEqual(["one,two", 2])
    expect(events).toEqual(["stale_served", "stale_served"])
  })

  it("drops what neither version holds any more", async () => {
    const { used, current, pass } = over([two, { current: keyMap({ three: keyThree }), previous: two.current }])
    expect(await used()).toBe("one,two")
    pass(300)
    current()
    await settle()
    expect(current()).toBe("two,three")
  })

  it("waits from 3600 s on, and uses the old values when that fails", async () => {
    const { used, current, pass, records, events } = over([one, throttled, two])
    await used()
    pass(3600)
    expect(current()).toBeUndefined()
    expect(await used()).toBe("one")
    expect(records.at(-1)).toEqual({
      secret: "secretsManager:edge/hmac",
      ok: false,
      failure: "throttled",
      ageSeconds: 3600,
    })
    expect(current()).toBe("one") // and does not wait again while the service is left alone
    expect(events).toEqual(["overdue_served", "overdue_served"])
    pass(30)
    expect(await used()).toBe("one,two")
  })

  it("keeps the last values through failures until 86,400 s, then has none", async () => {
    const { used, pass, fetches } = over([one, new Error("down")])
    await used()
    for (let hour = 0; hour < 23; hour++) {
      pass(3600)
      expect(await used()).toBe("one")
    }
    pass(3599)
    expect(await used()).toBe("one")
    expect(fetches()).toBeGreaterThan(20)
    pass(1)
    expect(await used()).toBeUndefined()
  })

  it("has values again as soon as a refresh succeeds after the expiry", async () => {
    const { used, pass } = over([one, new Error("down"), two])
    await used()
    pass(86_400)
    expect(await used()).toBeUndefined()
    pass(31)
    expect(await used()).toBe("one,two")
  })

  it.each<[string, Answer, string]>([
    ["is malformed", { current: "{" }, "malformed"],
    ["is weak", { current: keyMap({ two: "00".repeat(31) }) }, "weak"],
    ["has no text", {} as FetchedSecret, "malformed"],
    ["cannot be fetched", new Error("ECONNRESET"), "service"],
    ["is denied", new SecretFailure("denied"), "denied"],
  ])("keeps the values it has when the next one %s", async (_, answer, failure) => {
    const { used, current, pass, records, source } = over([one, answer])
    await used()
    pass(300)
    current()
    await settle()
    expect(current()).toBe("one")
    expect(records.at(-1)).toMatchObject({ ok: false, failure, ageSeconds: 300 })
    expect(source.inDoubt).toBe(true)
  })

  it("reports a version before that cannot be used, and uses the current one", async () => {
    const { used, records } = over([{ ...one, previous: "placeholder" }])
    expect(await used()).toBe("one")
    expect(records).toEqual([
      { secret: "secretsManager:edge/hmac", ok: true, previousFailure: "malformed", ageSeconds: 0 },
    ])
  })

  it("leaves a failing service alone: requests in between do not ask it", async () => {
    const { used, pass, fetches } = over([new Error("down")])
    for (let i = 0; i < 50; i++) expect(await used()).toBeUndefined()
    expect(fetches()).toBe(1)
    pass(0.5) // the first wait is at most half a second
    await used()
    expect(fetches()).toBe(2)
    for (let second = 0; second < 3600; second++) {
      pass(1)
      await used()
    }
    expect(fetches()).toBeLessThan(3600 / 15 + 10) // at most half a minute, at least half of that
  })

  it("leaves a service that throttles alone for five seconds at least", async () => {
    const { used, pass, fetches } = over([throttled, one])
    await used()
    pass(4.999)
    expect([await used(), fetches()]).toEqual([undefined, 1])
    pass(0.001)
    expect([await used(), fetches()]).toEqual(["one", 2])
  })

  it("is abandoned at the deadline when the fetch hangs, even if nothing ever settles", async () => {
    const { used, records, current, pass } = over([new Promise<FetchedSecret>(() => undefined), one])
    stopTimers()
    onTestFinished(startTimers)
    const value = used()
    await passDeadlines()
    expect(await value).toBeUndefined()
    expect(records).toEqual([{ secret: "secretsManager:edge/hmac", ok: false, failure: "timeout" }])
    expect(current()).toBeUndefined()
    pass(1)
    expect(await used()).toBe("one")
  })

  it("stands still for a clock that jumps back: stale, neither young nor dead", async () => {
    const { used, current, pass, fetches } = over([one, two])
    await used()
    pass(-3600)
    expect(current()).toBe("one")
    await settle()
    expect(fetches()).toBe(2)
    expect(current()).toBe("one,two")
  })
})

describe("a refresh that was frozen with the environment", () => {
  it("is not waited for after the thaw; the next request waits for a new one", async () => {
    const hung = Promise.withResolvers<FetchedSecret>()
    const { used, current, pass, fetches } = over([one, hung.promise, two])
    await used()
    pass(300)
    current()
    await settle()
    expect(fetches()).toBe(2)
    pass(1800) // frozen for half an hour, with the deadline's timer
    expect(current()).toBeUndefined()
    expect(await used()).toBe("one,two")
    expect(fetches()).toBe(3)
    hung.resolve({ current: keyMap({ three: keyThree }) }) // what it brings late replaces nothing
    await settle()
    expect(current()).toBe("one,two")
  })

  it("is reported as interrupted when it fails after the thaw, and does not count against the service", async () => {
    const hung = Promise.withResolvers<FetchedSecret>()
    const { used, current, pass, records, fetches } = over([one, hung.promise, two])
    await used()
    pass(300)
    current()
    await settle()
    pass(1800)
    hung.reject(new Error("ECONNRESET"))
    await settle()
    expect(records.at(-1)).toMatchObject({ ok: false, failure: "interrupted" })
    expect(current()).toBeUndefined()
    expect(await used()).toBe("one,two")
    expect(fetches()).toBe(3)
  })

  it("after a long freeze the first request is judged by new values, not by those of before", async () => {
    const { used, pass } = over([one, { current: keyMap({ two: keyTwo }) }])
    await used()
    pass(8 * 3600)
    expect(await used()).toBe("two")
  })
})

describe("an unknown key id", () => {
  it("forces one refresh, so that a key just rotated in is known at once", async () => {
    const { used, forced, pass, fetches } = over([one, two])
    await used()
    pass(30)
    expect(await forced()).toBe("one,two")
    expect(fetches()).toBe(2)
  })

  it("forces at most one refresh in 30 s, whatever comes, and cannot put the next one off", async () => {
    const { used, source, now, pass, fetches, events } = over([one])
    await used()
    for (let tenth = 0; tenth < 600; tenth++) {
      pass(0.1)
      await source.forced(now())
    }
    expect(fetches()).toBe(3)
    expect(events.filter((event) => event === "cool_down")).toHaveLength(598)
  })

  it("shares the refresh that is under way", async () => {
    const { used, forced, pass, fetches } = over([one, two])
    await used()
    pass(60)
    expect(await Promise.all(Array.from({ length: 20 }, forced))).toEqual(Array(20).fill("one,two"))
    expect(fetches()).toBe(2)
  })

  it("leaves the values as they are when the forced refresh fails, and the doubt on record", async () => {
    const { used, forced, pass, source, current } = over([one, throttled])
    await used()
    expect(source.inDoubt).toBe(false)
    pass(60)
    expect(await forced()).toBe("one")
    expect(source.inDoubt).toBe(true)
    expect(await forced()).toBeUndefined()
    expect(current()).toBe("one")
  })
})

describe("a secret of the environment", () => {
  const parts = { format: hmacKeysFormat, policy: defaultSecretPolicy, clock: () => startMs, observer: {} }
  const fetch = (): never => expect.fail("the environment is not fetched")

  it("is there at once, is never old, and asks no network", async () => {
    const source = createSecretSource({ ...parts, fetch, reference: { env: "K" }, environment: { K: one.current } })
    expect(source.current(startMs)?.has("one")).toBe(true)
    expect(source.current(startMs + 1e12)?.has("one")).toBe(true)
    expect((await source.refreshed(startMs))?.has("one")).toBe(true)
    expect([source.forced(startMs), source.isFresh(startMs), source.inDoubt]).toEqual([undefined, true, false])
  })

  it("is refused at once when nobody checked it before", () => {
    const build = () => createSecretSource({ ...parts, fetch, reference: { env: "K" }, environment: {} })
    expect(build).toThrow(SecretFailure)
  })
})
