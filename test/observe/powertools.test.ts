import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createPowertoolsObserver, type PowertoolsObserver } from "../../src/observe.ts"
import { allRefusals } from "../../src/shared/reasons.ts"

type Line = { [name: string]: unknown }

/** What the observer writes: Powertools writes through a console of its own, so standard output is what is watched. */
function watch(): { lines(): Line[] } {
  const written: string[] = []
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written.push(String(chunk))
    return true
  })
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    written.push(String(chunk))
    return true
  })
  return {
    lines: () =>
      written
        .join("")
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Line),
  }
}

describe("the Powertools observer", () => {
  let nowMs = 0
  let observer: PowertoolsObserver
  let output: ReturnType<typeof watch>
  const allow = { outcome: "allow", reason: "ok" } as const
  const metrics = (): Line[] => output.lines().filter((line) => "_aws" in line)
  const records = (): Line[] => output.lines().filter((line) => "message" in line)

  beforeEach(() => {
    vi.stubEnv("POWERTOOLS_DEV", "false")
    output = watch()
    nowMs = 1000
    observer = createPowertoolsObserver({ serviceName: "hallpass", metricsNamespace: "hallpass", clock: () => nowMs })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  it("writes one structured record per refusal, with its counter, at once", async () => {
    observer.decision?.({
      outcome: "forbidden",
      reason: "scope_missing",
      eventKind: "rest-token",
      apiId: "a",
      stage: "prod",
      route: "GET /x",
    })
    await observer.written()
    expect(records()).toMatchObject([
      {
        level: "INFO",
        message: "request refused",
        service: "hallpass",
        outcome: "forbidden",
        reason: "scope_missing",
        route: "GET /x",
      },
    ])
    expect(metrics()).toMatchObject([
      { outcome: "forbidden", reason: "scope_missing", Decisions: 1, service: "hallpass" },
    ])
    expect(metrics()[0]?._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: "hallpass", Metrics: [{ Name: "Decisions", Unit: "Count" }] }],
    })
  })

  it("writes an undecided request as an error", async () => {
    observer.decision?.({ outcome: "unavailable", reason: "keys_unavailable" })
    await observer.written()
    expect(records()).toMatchObject([{ level: "ERROR", message: "request undecided", reason: "keys_unavailable" }])
  })

  it("writes the first allow of an environment at once: there may never be a second", async () => {
    observer.decision?.(allow)
    await observer.written()
    expect(metrics()).toMatchObject([{ outcome: "allow", Decisions: 1 }])
  })

  it("counts allows in memory and writes them together: by age, by count, or with the next refusal", async () => {
    observer.decision?.(allow)
    await observer.written()
    for (let i = 0; i < 5; i++) observer.decision?.(allow)
    nowMs += 9999
    observer.decision?.(allow)
    await observer.written()
    expect(metrics()).toHaveLength(1)
    nowMs += 1
    observer.decision?.(allow)
    await observer.written()
    expect(metrics()[1]).toMatchObject({ outcome: "allow", reason: "ok", Decisions: 7 })

    for (let i = 0; i < 1000; i++) observer.decision?.(allow)
    await observer.written()
    expect(metrics()[2]).toMatchObject({ Decisions: 1000 })

    observer.decision?.(allow)
    observer.decision?.({ outcome: "unauthenticated", reason: "token_expired" })
    await observer.written()
    expect(metrics().slice(3)).toMatchObject([
      { outcome: "allow", Decisions: 1 },
      { outcome: "unauthenticated", reason: "token_expired", Decisions: 1 },
    ])
  })

  it("SR-165: every reason has a counter of its own", async () => {
    const refusals = allRefusals()
    for (const { outcome, code } of refusals) observer.decision?.({ outcome, reason: code })
    await observer.written()
    expect(metrics().map(({ reason }) => reason)).toEqual(refusals.map(({ code }) => code))
    for (const line of metrics())
      expect(line).toMatchObject({ Decisions: 1, outcome: expect.stringMatching(/^un|^forbidden$/) })
  })

  it("flush writes what waits", async () => {
    observer.decision?.(allow)
    await observer.flush()
    expect(metrics()).toMatchObject([{ Decisions: 1 }])
  })

  it("SR-050: reports a private key in a key set loudly, and counts skipped keys by reason", async () => {
    observer.keySet?.({ issuer: "https://i.example", usable: 1, skipped: { private: 1, use: 2 } })
    await observer.flush()
    expect(records()).toMatchObject([
      { level: "ERROR", message: "private key in a key set", issuer: "https://i.example" },
    ])
    expect(metrics()).toMatchObject([
      { reason: "private", KeysSkipped: 1 },
      { reason: "use", KeysSkipped: 2 },
    ])
  })

  it("reports failed fetches with their kind, and counts all", async () => {
    observer.keyFetch?.({ issuer: "https://i.example", ok: true, ageSeconds: 0 })
    observer.keyEvent?.({ issuer: "https://i.example", event: "stale_served", ageSeconds: 4000 })
    observer.keyFetch?.({ issuer: "https://i.example", ok: false, failure: "timeout" })
    await observer.flush()
    expect(records()).toMatchObject([
      { level: "WARN", message: "key set not fetched", issuer: "https://i.example", failure: "timeout" },
    ])
    expect(metrics()).toMatchObject([
      { issuer: "https://i.example", result: "ok", KeyFetches: 1 },
      { issuer: "https://i.example", KeySetAge: 4000 },
      { issuer: "https://i.example", event: "stale_served", KeyEvents: 1 },
      { result: "timeout", KeyFetches: 1 },
    ])
  })

  it("reports secrets by their configured name: failed fetches, a previous version left out, and counts", async () => {
    observer.secretFetch?.({ secret: "secretsManager:edge/hmac", ok: true, ageSeconds: 0, previousFailure: "weak" })
    observer.secretEvent?.({ secret: "secretsManager:edge/hmac", event: "stale_served", ageSeconds: 400 })
    observer.secretFetch?.({ secret: "secretsManager:edge/hmac", ok: false, failure: "denied" })
    await observer.flush()
    expect(records()).toMatchObject([
      { level: "WARN", message: "previous secret left out", previousFailure: "weak" },
      { level: "WARN", message: "secret not fetched", secret: "secretsManager:edge/hmac", failure: "denied" },
    ])
    expect(metrics()).toMatchObject([
      { secret: "secretsManager:edge/hmac", result: "ok", SecretFetches: 1 },
      { SecretAge: 0 },
      { event: "stale_served", SecretEvents: 1 },
      { SecretAge: 400 },
      { result: "denied", SecretFetches: 1 },
    ])
  })

  it("reports a fault with its error", async () => {
    observer.fault?.(new Error("something broke"))
    await observer.written()
    expect(records()).toMatchObject([
      { level: "ERROR", message: "unexpected fault", fault: { name: "Error", message: "something broke" } },
    ])
  })
})
