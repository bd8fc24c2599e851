import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { oidcIssuer } from "../support/config.ts"
import { http2 } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { measureMetrics } from "./metric-lines.ts"

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/cost.md"), "utf8")

const numberOf = (cell = ""): number => Number(cell.replaceAll(",", ""))
const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())
/** The rows of the table behind `<!-- name -->`, by their first cell. */
function table(name: string): Map<string, string[]> {
  const [, rows = ""] = page.match(new RegExp(`<!-- ${name} -->\n\n\\|.*\n\\|[ -|]*\n((?:\\|.*\n)*)`)) ?? []
  return new Map(
    rows
      .trim()
      .split("\n")
      .map((row) => cellsOf(row))
      .map(([first = "", ...others]) => [first, others]),
  )
}
const parameters = new Map(
  [...page.matchAll(/^\| `(\w+)` \|([^|]*)\|/gm)].map(([, name = "", value = ""]) => [name, numberOf(value)]),
)
function p(name: string): number {
  const value = parameters.get(name)
  if (value === undefined) throw new Error(`The page has no parameter ${name}`)
  return value
}

const sizes = ["128", "256", "512"]
const settings: readonly (readonly [string, number])[] = [
  ["refusals only", 0],
  ["1 % sampled", 0.01],
  ["everything", 1],
]
const whole = (value: number): string => Math.round(value).toLocaleString("en-US")

function billedMs(size: string): number {
  const [cached = 0, fresh = 0, cold = 0] = table("measured").get(size)?.map(numberOf) ?? []
  const warm = p("newTokenShare") * fresh + (1 - p("newTokenShare")) * cached
  return p("invocations") * ((1 - p("coldShare")) * warm + p("coldShare") * cold)
}
const gbSeconds = (size: string): number => (billedMs(size) / 1000) * (Number(size) / 1024)
const compute = (size: string): number => gbSeconds(size) * p("pricePerGbSecond")
const requests = (): number => (p("invocations") / 1_000_000) * p("pricePerMillionRequests")
function logBytes(sampled: number): number {
  const refused = p("invocations") * p("refusedShare")
  const allowed = p("invocations") - refused
  const refusals = refused * (p("refusalBytes") + p("detailBytes"))
  const counted = (p("invocations") / p("decisionsPerMetricLine")) * p("metricBytes")
  return p("invocations") * p("platformBytes") + refusals + counted + allowed * sampled * p("allowBytes")
}
const logs = (sampled: number): number => (logBytes(sampled) / 1_000_000_000) * p("pricePerLogGb")

describe("docs/cost.md", () => {
  it("has measured figures for 128, 256 and 512 MB", () => {
    const measured = table("measured")
    expect([...measured.keys()]).toEqual(sizes)
    for (const figures of measured.values()) {
      expect(figures).toHaveLength(3)
      // Lambda bills no invocation with less than a millisecond.
      for (const figure of figures.map(numberOf)) expect(figure).toBeGreaterThanOrEqual(1)
    }
  })

  it("computes billed milliseconds and their price from its own parameters", () => {
    const expected = sizes.map((size) => {
      const cells = [whole(billedMs(size)), whole(gbSeconds(size)), compute(size).toFixed(3), requests().toFixed(3)]
      return [size, cells] as const
    })
    expect([...table("billed")]).toEqual(expected)
  })

  it("computes log bytes and their price for three settings of observation", () => {
    const expected = settings.map(([name, sampled]) => {
      return [name, [String(sampled), whole(logBytes(sampled)), logs(sampled).toFixed(3)]] as const
    })
    expect([...table("logged")]).toEqual(expected)
  })

  it("13-8: computes the traces that X-Ray bills, and the template traces as the page says", () => {
    const reservoir = p("secondsInMonth") * p("tracesPerSecond")
    const expected = ["1,000,000", "10,000,000", "100,000,000"].map((requests) => {
      const many = numberOf(requests)
      const traced = Math.min(many, reservoir + (many - reservoir) * p("traceShare"))
      return [requests, [whole(traced), ((traced / 1_000_000) * p("pricePerMillionTraces")).toFixed(3)]] as const
    })
    expect([...table("traced")]).toEqual(expected)
    const template = readFileSync(join(root, "template.yaml"), "utf8")
    expect(template).toMatch(/^ {6}Tracing: PassThrough\b/m)
  })

  it("adds both up", () => {
    const expected = sizes.map((size) => {
      const cells = settings.map(([, sampled]) => (compute(size) + requests() + logs(sampled)).toFixed(3))
      return [size, cells] as const
    })
    expect([...table("total")]).toEqual(expected)
  })

  it("begins with two sums of its tables", () => {
    const sums = [table("total").get("256")?.[0], table("traced").get("1,000,000")?.[1]].map((sum) => `${sum} USD`)
    const [lead = ""] = page.split("\n## ")
    expect(lead.match(/[\d.]+ USD/g)).toEqual(sums)
  })

  it("states the bytes of records and of lines of metrics, within a quarter", async () => {
    const program = `
      import { createAuthorizer } from ${JSON.stringify(join(root, "src/index.ts"))}
      import { createPowertoolsObserver } from ${JSON.stringify(join(root, "src/observe.ts"))}
      const { config, events, clock } = JSON.parse(process.argv[1])
      const observer = createPowertoolsObserver()
      const { handler } = createAuthorizer(config, { observer, clock: () => clock })
      for (const event of events) await handler(event, { awsRequestId: "00000000-0000-4000-8000-000000000001" }).catch(() => {})
      await observer.flush()`
    const config = { issuers: [oidcIssuer()], observe: { sampleAllows: 1 } }
    const forged = mint().replace(/.{8}$/, "AAAAAAAA")
    const events = [mint(), forged].map((token) => http2(`Bearer ${token}`))
    const lines = execFileSync(
      process.execPath,
      ["--input-type=module", "-e", program, JSON.stringify({ config, events, clock: clock() })],
      {
        encoding: "utf8",
        env: {
          _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
          NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        },
      },
    ).split("\n")
    const bytesOf = (part: string): number => Buffer.byteLength(lines.find((line) => line.includes(part)) ?? "") + 1
    const { metricBytes, detailBytes } = measureMetrics()
    const ratios = {
      refusal: bytesOf('"request refused"') / p("refusalBytes"),
      allow: bytesOf('"request allowed"') / p("allowBytes"),
      metric: metricBytes / p("metricBytes"),
      detail: detailBytes / p("detailBytes"),
    }
    for (const [name, ratio] of Object.entries(ratios)) {
      expect(ratio, name).toBeGreaterThan(0.75)
      expect(ratio, name).toBeLessThan(1.25)
    }
  })
})
