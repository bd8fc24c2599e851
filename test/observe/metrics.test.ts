import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import { beforeEach, describe, expect, it } from "vitest"
import { detailMetrics, serviceMetrics } from "../../src/observe/metrics.ts"
import { createPowertoolsObserver, type PowertoolsObserver } from "../../src/observe.ts"
import { allRefusals } from "../../src/types/reasons.ts"
import { allWritten } from "../support/observer.ts"
import { type Line, outputOfEachTest } from "../support/output.ts"

interface Directive {
  readonly Namespace: string
  readonly Dimensions: readonly (readonly string[])[]
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[]
}
interface Emf {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] }
}

const schema = JSON.parse(
  readFileSync(new URL("../schemas/embedded-metric-format.schema.json", import.meta.url), "utf8"),
) as object
const isEmf = new Ajv2020({ strict: true, allowUnionTypes: true }).compile<Emf>(schema)

const issuer = "https://i.example"
const secret = "secretsManager:edge/hmac"
const allow = { outcome: "allow", reason: "ok", issuer } as const

let nowMs = 0
const output = outputOfEachTest()
let observer: PowertoolsObserver

beforeEach(() => {
  nowMs = 1_000_000
  observer = createPowertoolsObserver({ serviceName: "gate", metricsNamespace: "walls", clock: () => nowMs })
})

/** The lines, each checked against the format: everything that a directive names is there and is of the right type. */
async function written(): Promise<readonly { line: Line; directive: Directive }[]> {
  await observer.flush()
  return output.metrics().map((line) => {
    expect(isEmf(line), JSON.stringify(isEmf.errors)).toBe(true)
    const [directive, ...others] = (line as unknown as Emf)._aws.CloudWatchMetrics
    if (directive === undefined || others.length > 0) throw new Error("one directive per line was expected")
    for (const name of directive.Dimensions.flat()) expect(line[name]).toEqual(expect.any(String))
    for (const { Name } of directive.Metrics) {
      const values = [line[Name]].flat()
      expect(values.length).toBeGreaterThan(0)
      for (const value of values) expect(value).toEqual(expect.any(Number))
    }
    return { line, directive }
  })
}

/** Lets everything happen that is counted. */
function everything(): void {
  observer.keySet?.({ issuer, usable: 1, skipped: { private: 2, use: 3 } })
  observer.keyFetch?.({ issuer, ok: true, ageSeconds: 0 })
  observer.keyFetch?.({ issuer, ok: false, failure: "timeout", ageSeconds: 60 })
  observer.keyFetch?.({ issuer, ok: false, failure: "interrupted", ageSeconds: 60 })
  for (const event of ["stale_served", "overdue_served", "unknown_kid", "cool_down"] as const)
    observer.keyEvent?.({ issuer, event, ageSeconds: 60 })
  observer.secretFetch?.({ secret, ok: true, ageSeconds: 0 })
  observer.secretFetch?.({ secret, ok: false, failure: "denied" })
  observer.secretFetch?.({ secret, ok: false, failure: "interrupted" })
  for (const event of ["stale_served", "overdue_served", "unknown_key", "cool_down"] as const)
    observer.secretEvent?.({ secret, event })
  for (const { outcome, code } of allRefusals()) observer.decision?.({ outcome, reason: code, issuer })
  observer.decision?.({ ...allow, durationUs: 12.34, tokenCacheHit: true })
  observer.decision?.({ ...allow, durationUs: 45.67, tokenCacheHit: false })
  observer.disagreement?.({ existing: "allow", differs: ["verdict"], decision: allow })
}

describe("lines in the embedded metric format", () => {
  it("fit AWS's schema, whatever is counted, and every metric of the table is among them with its unit and dimensions", async () => {
    observer.configure?.({ flushAfterSeconds: 300 })
    everything()
    const seen = new Map<string, { unit: string; dimensions: readonly string[] }>()
    for (const { directive } of await written()) {
      expect(directive).toMatchObject({ Namespace: "walls" })
      expect(directive.Dimensions).toHaveLength(1)
      for (const { Name, Unit } of directive.Metrics)
        seen.set(Name, { unit: Unit, dimensions: directive.Dimensions[0] ?? [] })
    }
    const expected = [
      ...Object.entries(serviceMetrics).map(([name, unit]) => [name, { unit, dimensions: ["service"] }] as const),
      ...Object.entries(detailMetrics).map(
        ([name, dimensions]) => [name, { unit: "Count", dimensions: ["service", ...dimensions] }] as const,
      ),
    ]
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected))
  })

  it("have everything with the dimension service alone in one line", async () => {
    everything()
    const totals = (await written()).filter(({ directive }) => directive.Dimensions[0]?.length === 1)
    // Records before the first decision are in the line of that decision, or before it.
    expect(totals.length).toBeLessThanOrEqual(3)
    const sum = (name: string): number => totals.reduce((all, { line }) => all + Number(line[name] ?? 0), 0)
    const counted = Object.keys(serviceMetrics).filter((name) => name !== "DecisionLatency" && name !== "KeySetAge")
    const refusals = allRefusals()
    const of = (outcome: string): number => refusals.filter((refusal) => refusal.outcome === outcome).length
    expect(Object.fromEntries(counted.map((name) => [name, sum(name)]))).toEqual({
      ...{ Allowed: 2, Unauthenticated: of("unauthenticated"), Forbidden: of("forbidden") },
      ...{ Unavailable: of("unavailable"), TokenCacheHits: 1, TokenCacheMisses: 1, ColdStarts: 1 },
      ...{ KeyFetchFailures: 1, StaleKeysServed: 1, OverdueKeysServed: 1, UnknownKids: 1, PrivateKeys: 2 },
      ...{ SecretFetchFailures: 1, StaleSecretsServed: 1, OverdueSecretsServed: 1 },
      ...{ EdgeHeadersSuspicious: 5, Disagreements: 1 },
    })
    for (const { line } of totals) expect(line.service).toBe("gate")
  })

  it("SR-165: every reason has a counter of its own", async () => {
    const refusals = allRefusals()
    for (const { outcome, code } of refusals) {
      observer.decision?.({ outcome, reason: code })
      observer.decision?.({ outcome, reason: code })
    }
    const counts = new Map<string, number>()
    for (const { line } of await written()) {
      if (!("Decisions" in line)) continue
      const key = `${line.outcome} ${line.reason}`
      counts.set(key, (counts.get(key) ?? 0) + Number(line.Decisions))
    }
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(refusals.map(({ outcome, code }) => [`${outcome} ${code}`, 2])),
    )
  })

  it("spread at most 64 latencies evenly over any number of decisions", async () => {
    observer.configure?.({ flushAfterSeconds: 300, flushAfterCount: 100_000 })
    observer.decision?.(allow)
    await allWritten(observer)
    for (let i = 0; i < 10_000; i++) observer.decision?.({ ...allow, durationUs: i })
    const [, second] = await written()
    const values = second?.line.DecisionLatency as readonly number[]
    expect(second?.line.Allowed).toBe(10_000)
    expect(values.length).toBeGreaterThan(32)
    expect(values.length).toBeLessThanOrEqual(64)
    const gaps = values.slice(1).map((value, at) => value - (values[at] as number))
    expect(new Set(gaps).size).toBe(1)
    expect(values[0]).toBe(0)
    expect(values.at(-1)).toBeGreaterThan(9600)
  })

  it("age the key sets that were used since the last time, and no others", async () => {
    observer.configure?.({ flushAfterSeconds: 0 })
    observer.keyFetch?.({ issuer, ok: true, ageSeconds: 0 })
    observer.keyFetch?.({ issuer: "https://other.example", ok: true, ageSeconds: 0 })
    await allWritten(observer)
    nowMs += 100_000
    observer.decision?.(allow)
    await allWritten(observer)
    nowMs += 100_000
    observer.decision?.({ outcome: "unauthenticated", reason: "credential_missing" })
    observer.decision?.({ ...allow, issuer: "https://inline.example" })
    observer.keyFetch?.({ issuer, ok: false, failure: "timeout" })
    observer.decision?.(allow)
    const ages = (await written()).filter(({ line }) => "KeySetAge" in line).map(({ line }) => line.KeySetAge)
    expect(ages).toEqual([100])
  })

  it("take a dimension value of any length and of any characters", async () => {
    observer.keyFetch?.({ issuer: `https://ü.example/${"x".repeat(2000)}`, ok: true })
    const [{ line } = { line: {} as Line }] = await written()
    expect(String(line.issuer).length).toBeLessThanOrEqual(255)
  })
})
