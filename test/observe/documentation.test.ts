import { readFileSync } from "node:fs"
import { describe, expect, it, vi } from "vitest"
import { createAuthorizer } from "../../src/index.ts"
import { detailMetrics, serviceMetrics } from "../../src/observe/metrics.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { oidcIssuer } from "../support/config.ts"
import { http1 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint } from "../support/mint.ts"
import { allWritten } from "../support/observer.ts"
import { outputOfEachTest } from "../support/output.ts"

const page = readFileSync(new URL("../../docs/observe.md", import.meta.url), "utf8")

/** The rows of the table that has this first line. */
function tableUnder(head: string): string[][] {
  const [, rest] = page.split(`\n${head}\n`)
  if (rest === undefined) throw new Error(`The page has no table ${head}`)
  const rows = rest.split("\n\n", 1)[0]?.split("\n").slice(1) ?? []
  return rows.map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")))
}
const names = (cell = ""): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)

const output = outputOfEachTest()

describe("docs/observe.md", () => {
  it("lists every metric with its unit, in the order of the source", () => {
    const rows = tableUnder("| metric | unit | what it counts |").map(([name, unit]) => [names(name)[0], unit])
    expect(rows).toEqual(Object.entries(serviceMetrics))
  })

  it("lists every metric of further dimensions with them", () => {
    const rows = tableUnder("| metric | dimensions after `service` | what it counts |")
    expect(rows.map(([name, dimensions]) => [names(name)[0], names(dimensions)])).toEqual(
      Object.entries(detailMetrics).map(([name, dimensions]) => [name, [...dimensions]]),
    )
  })

  it("lists every member that a record has, and no other", async () => {
    vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
    const { jwks: _, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const body = JSON.stringify({ keys: [testKey().jwk] })
    const observer = createPowertoolsObserver({ clock, sampleAllows: 1 })
    const { handler } = createAuthorizer(
      { issuers: [remote], routes: { "GET /x": {} }, gateway: { resultTtlSeconds: 0 } },
      { clock, observer, fetchKeySet: () => Promise.resolve({ status: 200, headers: {}, body }) },
    )
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    await handler(http1(`Bearer ${mint()}`, { path: "/x", headers: { traceparent } }), { awsRequestId: "1" })
    await allWritten(observer)
    const [, powertools = ""] = /in\s+addition\s+to\s+Powertools'\s+own\s+\(([^)]*)\)/.exec(page) ?? []
    const documented = tableUnder("| member | what it is |").flatMap(([members]) => names(members))
    const record = output.records().find(({ message }) => message === "request allowed") ?? {}
    const ofRefusals = ["path", "missing", "answerBitmap"]
    expect([...Object.keys(record), ...ofRefusals].toSorted()).toEqual([...names(powertools), ...documented].toSorted())
  })

  it("lists every message", () => {
    const rows = tableUnder("| message | level | when |").map(([message = ""]) => message.slice(1, -1))
    const sources = ["recorder", "records"].map((name) =>
      readFileSync(new URL(`../../src/observe/${name}.ts`, import.meta.url), "utf8"),
    )
    // Sentences in lower case: nothing else in these files is one.
    const written = [...sources.join("").matchAll(/"([a-z]+(?: [a-z]+)+)"/g)].map(([, message]) => message)
    expect([...new Set(written)].toSorted()).toEqual(rows.toSorted())
  })
})
