import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ConfigurationError } from "../../src/index.ts"
import { createPowertoolsObserver, type PowertoolsObserver, type PowertoolsObserverOptions } from "../../src/observe.ts"
import { allWritten } from "../support/observer.ts"
import { type Line, outputOfEachTest } from "../support/output.ts"

const allow = { outcome: "allow", reason: "ok" } as const
const refused = { outcome: "unauthenticated", reason: "token_expired" } as const
const undecided = { outcome: "unavailable", reason: "keys_unavailable" } as const

let nowMs = 0
const output = outputOfEachTest()
let observer: PowertoolsObserver
const observe = (options: PowertoolsObserverOptions = {}): void => {
  observer = createPowertoolsObserver({ clock: () => nowMs, ...options })
}
/** The metrics without further dimensions, a line for each time they were written. */
const totals = (): Line[] => output.metrics().filter((line) => "Allowed" in line)

beforeEach(() => {
  nowMs = 1_000_000
  observe()
})
afterEach(async () => {
  await observer.flush()
})

/** Until something is true of what was written, without a call for it. */
async function until(isWritten: () => boolean): Promise<void> {
  while (!isWritten()) await new Promise((resolve) => setImmediate(resolve))
}

describe("what nobody waits for", () => {
  it.each<[string, () => void]>([
    ["a decision", () => observer.decision?.(allow)],
    ["a fetch of keys", () => observer.keyFetch?.({ issuer: "https://issuer.example", ok: true })],
    ["a fetch of a secret", () => observer.secretFetch?.({ secret: "ssm:/edge", ok: true })],
  ])("%s is counted all the same", async (_what, tell) => {
    tell()
    expect(output.metrics()).toEqual([])
    await until(() => output.metrics().length > 0)
    await observer.flush()
    expect(output.records()).toEqual([])
  })
})

describe("records", () => {
  it("one per refusal, at once", async () => {
    observer.decision?.({ ...allow, eventKind: "http-2.0" })
    for (const path of ["GET /x", "GET /y"]) {
      observer.decision?.({ ...refused, eventKind: "rest-token", apiId: "a", stage: "prod", route: path })
    }
    await allWritten(observer)
    expect(output.records()).toMatchObject([
      {
        ...{ level: "INFO", message: "request refused", service: "hallpass" },
        ...{ ...refused, eventKind: "rest-token", apiId: "a", stage: "prod", route: "GET /x" },
      },
      { message: "request refused", route: "GET /y" },
    ])
  })

  it("an undecided request is an error", async () => {
    observer.decision?.(undecided)
    await allWritten(observer)
    expect(output.records()).toMatchObject([{ level: "ERROR", message: "request undecided", ...undecided }])
  })

  it.each([
    [0, 0, 0],
    [1, 2000, 2000],
    // Half of 2,000 at random: more than six standard deviations away from 1,000 is not to be expected in a lifetime.
    [0.5, 850, 1150],
  ])("of allows, a share of %f: from %i to %i of 2,000", async (sampleAllows, least, most) => {
    observer.configure?.({ sampleAllows })
    for (let i = 0; i < 2000; i++) observer.decision?.(allow)
    await allWritten(observer)
    expect(output.records().length).toBeGreaterThanOrEqual(least)
    expect(output.records().length).toBeLessThanOrEqual(most)
    for (const record of output.records()) expect(record).toMatchObject({ message: "request allowed", ...allow })
  })

  it("are what recorded() waits for; what is only counted follows behind the answer, or with written()", async () => {
    observer.decision?.(allow)
    await observer.recorded()
    expect(output.metrics()).toEqual([])
    await allWritten(observer)
    expect(output.metrics()).toMatchObject([{ Allowed: 1 }])
    observe()
    observer.decision?.(refused)
    await observer.recorded()
    expect(output.records()).toMatchObject([refused])
    observe({ sampleAllows: 1 })
    observer.decision?.(allow)
    await observer.recorded()
    expect(output.records()).toMatchObject([refused, allow])
    const written = output.metrics().length
    observe({ flushAfterSeconds: 0 })
    observer.decision?.(allow)
    await observer.recorded()
    expect(output.metrics()).toHaveLength(written + 1)
  })

  it("everything is written at once as soon as writesAtOnce says so: then no handler needs to wait", async () => {
    observe({ flushAfterSeconds: 0 })
    expect(observer.writesAtOnce).toBe(false)
    observer.decision?.(allow)
    observer.decision?.(refused)
    expect(observer.writesAtOnce).toBe(false)
    expect([output.records(), output.metrics()]).toEqual([[], []])
    await observer.recorded()
    expect(observer.writesAtOnce).toBe(true)
    const [records, metrics] = [output.records().length, output.metrics().length]
    observer.decision?.(refused)
    expect(output.records()).toHaveLength(records + 1)
    expect(output.metrics()[metrics]).toMatchObject({ Unauthenticated: 1 })
  })

  it("the configuration wins over the options, whenever it comes", async () => {
    observe({ sampleAllows: 1, serviceName: "gate" })
    observer.decision?.(allow)
    await allWritten(observer)
    observer.configure?.({ sampleAllows: 0 })
    observer.decision?.(allow)
    await allWritten(observer)
    expect(output.records()).toMatchObject([{ message: "request allowed", service: "gate" }])
  })

  it("a record whose details cannot be had is written all the same", async () => {
    const details = (): never => {
      throw new Error("no details")
    }
    observer.decision?.({ ...refused, details })
    await allWritten(observer)
    expect(output.records()).toMatchObject([refused])
  })

  it("SR-050: a private key in a key set is an error", async () => {
    observer.keySet?.({ issuer: "https://i.example", usable: 1, skipped: { private: 1, use: 2 } })
    await observer.flush()
    expect(output.records()).toMatchObject([
      { level: "ERROR", message: "private key in a key set", issuer: "https://i.example", skipped: { private: 1 } },
    ])
  })

  it("failed fetches of keys and secrets, and a previous secret that was left out", async () => {
    observer.keyFetch?.({ issuer: "https://i.example", ok: false, failure: "timeout", ageSeconds: 7 })
    observer.secretFetch?.({ secret: "secretsManager:edge/hmac", ok: true, previousFailure: "weak" })
    observer.secretFetch?.({ secret: "secretsManager:edge/hmac", ok: false, failure: "denied" })
    await observer.flush()
    expect(output.records()).toMatchObject([
      { level: "WARN", message: "key set not fetched", issuer: "https://i.example", failure: "timeout", ageSeconds: 7 },
      { level: "WARN", message: "previous secret left out", previousFailure: "weak" },
      { level: "WARN", message: "secret not fetched", secret: "secretsManager:edge/hmac", failure: "denied" },
    ])
  })

  it("two authorizers that disagree", async () => {
    const details = (): never => expect.unreachable("not asked for")
    observer.disagreement?.({
      existing: "allow",
      differs: ["verdict"],
      decision: { ...refused, route: "GET /x", requestId: "r1", details },
    })
    await observer.flush()
    expect(output.records()).toMatchObject([
      { level: "WARN", message: "authorizers disagree", existing: "allow", ...refused, route: "GET /x" },
    ])
    expect(output.metrics()).toMatchObject([{ Disagreements: 1 }])
  })

  it("a wrong configuration, once, with every problem of it; and any other fault", async () => {
    const problems = [
      { path: "issuers", message: "must not be empty" },
      { path: "colour", message: "is not a known option" },
    ]
    observer.fault?.(new ConfigurationError(problems))
    observer.fault?.(Object.assign(new TypeError("something broke"), { code: "ERR_INVALID_ARG_TYPE" }))
    await allWritten(observer)
    expect(output.records()).toMatchObject([
      { level: "ERROR", message: "configuration refused", problems },
      {
        level: "ERROR",
        message: "unexpected fault",
        fault: { name: "TypeError", code: "ERR_INVALID_ARG_TYPE", frames: [] },
      },
    ])
    expect(output.text()).not.toContain("something broke")
  })
})

describe("when metrics are written", () => {
  it("with the first decision of an environment: there may never be a second", async () => {
    observer.decision?.(allow)
    await allWritten(observer)
    expect(totals()).toMatchObject([{ Allowed: 1, Unauthenticated: 0, Forbidden: 0, Unavailable: 0, ColdStarts: 1 }])
  })

  it("then together, refusals as well: when the last time is 10 seconds ago, or with the 1,000th decision", async () => {
    observer.decision?.(allow)
    await allWritten(observer)
    nowMs += 9999
    for (let i = 0; i < 5; i++) observer.decision?.(i === 0 ? refused : allow)
    expect(totals()).toHaveLength(1)
    nowMs += 1
    observer.decision?.(allow)
    expect(totals()).toHaveLength(2)
    expect(totals()[1]).toMatchObject({ Allowed: 5, Unauthenticated: 1 })
    expect(totals()[1]).not.toHaveProperty("ColdStarts")

    for (let i = 0; i < 1000; i++) observer.decision?.(allow)
    expect(totals()).toHaveLength(3)
    expect(totals()[2]).toMatchObject({ Allowed: 1000 })
  })

  it("a flood of bad tokens writes a record each, and no line of metrics each", async () => {
    for (let i = 0; i < 500; i++) observer.decision?.(refused)
    await allWritten(observer)
    expect(output.records()).toHaveLength(500)
    // The first at once, and the other 499 wait.
    expect(totals()).toHaveLength(1)
    await observer.flush()
    expect(totals().map(({ Unauthenticated }) => Unauthenticated)).toEqual([1, 499])
  })

  it("where requests are rare, each at once, so that nothing waits in a frozen environment", async () => {
    for (let i = 0; i < 3; i++) {
      observer.decision?.(allow)
      await allWritten(observer)
      nowMs += 60_000
    }
    expect(totals()).toHaveLength(3)
  })

  it("an undecided request at once if the last time is a second ago, so that a flood of them is no flood of lines", async () => {
    observer.decision?.(allow)
    await allWritten(observer)
    nowMs += 999
    for (let i = 0; i < 100; i++) observer.decision?.(undecided)
    expect(totals()).toHaveLength(1)
    nowMs += 1
    for (let i = 0; i < 100; i++) observer.decision?.(undecided)
    expect(totals()).toHaveLength(2)
    expect(totals()[1]).toMatchObject({ Unavailable: 101 })
  })

  it("each at once with flushAfterSeconds 0, and by another count", async () => {
    observer.configure?.({ flushAfterSeconds: 0 })
    for (let i = 0; i < 3; i++) observer.decision?.(allow)
    await allWritten(observer)
    expect(totals()).toHaveLength(3)
    observer.configure?.({ flushAfterSeconds: 300, flushAfterCount: 2 })
    for (let i = 0; i < 4; i++) observer.decision?.(allow)
    expect(totals()).toHaveLength(5)
  })

  it("when the clock has jumped back", async () => {
    observer.decision?.(allow)
    await allWritten(observer)
    nowMs -= 5000
    observer.decision?.(allow)
    expect(totals()).toHaveLength(2)
  })

  it("flush writes what waits, and nothing when nothing does", async () => {
    await observer.flush()
    observer.decision?.(allow)
    observer.decision?.(allow)
    await allWritten(observer)
    await observer.flush()
    await observer.flush()
    expect(totals().map(({ Allowed }) => Allowed)).toEqual([1, 1])
  })

  it("for a verifier, which decides nothing, with its fetches", async () => {
    observer.keyFetch?.({ issuer: "https://i.example", ok: false, failure: "timeout" })
    await allWritten(observer)
    expect(output.metrics()).toMatchObject([{ KeyFetchFailures: 1 }, { KeyFetches: 1, result: "timeout" }])
    observer.decision?.(undecided)
    await allWritten(observer)
    expect(totals()).toMatchObject([{ Unavailable: 1 }])
  })

  it("nothing is lost of what was told before the writer was loaded", async () => {
    observer.keySet?.({ issuer: "https://i.example", usable: 1, skipped: { use: 2 } })
    observer.keyFetch?.({ issuer: "https://i.example", ok: true, ageSeconds: 0 })
    observer.decision?.(allow)
    observer.decision?.(refused)
    await allWritten(observer)
    await observer.flush()
    const sum = (name: string): number => output.metrics().reduce((all, line) => all + Number(line[name] ?? 0), 0)
    expect(["KeysSkipped", "KeyFetches", "Allowed", "Unauthenticated", "Decisions"].map(sum)).toEqual([2, 1, 1, 1, 1])
  })

  it("a provisioned environment is no cold start", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
    observer.decision?.(allow)
    await allWritten(observer)
    expect(totals()[0]).not.toHaveProperty("ColdStarts")
  })

  it("standard output that is gone disturbs nobody", async () => {
    vi.spyOn(process.stdout, "write").mockImplementation(() => {
      throw new Error("EPIPE")
    })
    observer.decision?.(refused)
    await expect(allWritten(observer)).resolves.toBeUndefined()
    expect(() => observer.decision?.(refused)).not.toThrow()
    await expect(observer.flush()).resolves.toBeUndefined()
  })
})
