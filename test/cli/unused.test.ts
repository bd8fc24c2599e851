import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { command, file } from "./in-process.ts"

const config = file("unused.json", {
  issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }],
  routes: {
    "GET /orders": { scopes: ["orders:read"] },
    "GET /orders/{id}": { scopes: ["orders:read"] },
    "POST /orders": { scopes: ["orders:write"] },
    "ANY /files/{path+}": { scopes: ["files"] },
    "DELETE /orders/{id}": { groups: ["ops"] },
  },
})
const at = "2026-11-30T00:00:00Z"

/** A log in a file of its own. */
function log(name: string, text: string): string {
  const path = join(config, "..", name)
  writeFileSync(path, text)
  return path
}

const lines = [
  { requestTimeEpoch: 1_788_000_000_000, httpMethod: "GET", resourcePath: "/orders", status: "200" },
  { requestTimeEpoch: 1_795_900_000_000, httpMethod: "GET", resourcePath: "/orders", status: 200 },
  { requestTimeEpoch: 1_795_900_000_000, httpMethod: "GET", resourcePath: "/orders/{orderId}", status: "403" },
  { requestTimeEpoch: 1_795_900_000_000, httpMethod: "PUT", resourcePath: "/files/{proxy+}", status: "200" },
  { requestTimeEpoch: 1_795_900_000_000, httpMethod: "GET", resourcePath: "/health", status: "200" },
]
const access = log("access.json", lines.map((line) => JSON.stringify(line)).join("\n"))

async function uses(...words: string[]): Promise<{ code: number; routes: { [route: string]: string }; rest: object }> {
  const { code, stdout } = await command(["unused", ...words, "--config", config, "--at", at, "--json"])
  const { routes, ...rest } = JSON.parse(stdout) as { routes: { route: string; use: string }[] }
  return { code, routes: Object.fromEntries(routes.map(({ route, use }) => [route, use])), rest }
}

describe("17-6: hallpass unused", () => {
  it("tells routes that are used, always refused, and never called", async () => {
    expect(await uses(access)).toEqual({
      code: 1,
      routes: {
        "GET /orders": "used",
        "GET /orders/{id}": "refused",
        "POST /orders": "unused",
        "ANY /files/{path+}": "used",
        "DELETE /orders/{id}": "unused",
      },
      rest: { days: 90, coveredDays: 92, unknown: ["GET /health"] },
    })
  })

  it("counts calls within the days only", async () => {
    const old = log("old.json", JSON.stringify(lines[0]))
    expect((await uses(old)).routes["GET /orders"]).toBe("unused")
    expect((await uses(old, "--days", "120")).code).toBe(2)
  })

  it("says if the log covers less than the days", async () => {
    const { code, stderr } = await command(["unused", access, "--config", config, "--at", at, "--days", "200"])
    expect(code).toBe(2)
    expect(stderr.replaceAll("\n", " ")).toContain("covers 92 of 200 days")
  })

  it.each([
    [
      "CSV of Logs Insights",
      "insights.csv",
      'httpMethod,resourcePath,status,calls,last\nGET,/orders,200,12,"2026-11-29 10:00:00.000"\n',
    ],
    [
      "results of the AWS CLI",
      "results.json",
      JSON.stringify({
        results: [
          [
            { field: "routeKey", value: "GET /orders" },
            { field: "status", value: "200" },
            { field: "calls", value: "12" },
            { field: "last", value: "2026-11-29 10:00:00.000" },
          ],
        ],
      }),
    ],
    [
      "a list of rows",
      "rows.json",
      JSON.stringify([{ routeKey: "GET /orders", status: 200, calls: 12, requestTime: "29/Nov/2026:10:00:00 +0000" }]),
    ],
  ])("reads %s", async (_what, name, text) => {
    const { stdout } = await command(["unused", log(name, text), "--config", config, "--at", at, "--json"])
    const [first] = JSON.parse(stdout).routes
    expect(first).toEqual({
      route: "GET /orders",
      use: "used",
      calls: 12,
      refused: 0,
      last: "2026-11-29T10:00:00.000Z",
    })
  })

  it.each([
    ["a line that is cut", '{"httpMethod":"GET"}\n{"httpMethod":"G', /line 2 is no JSON/],
    ["no routes", '{"path":"/orders/7"}', /no row with a route/],
    ["an object that is no list", '{"results": 7}', /no list of rows/],
    ["nothing", "", /is empty/],
  ])("ends in one line for %s", async (what, text, expected) => {
    const wrong = log(`${what.replaceAll(" ", "-")}.json`, text)
    const { code, stdout, stderr } = await command(["unused", wrong, "--config", config])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(expected)
  })

  it("lets the terminal interpret nothing of a log", async () => {
    const hostile = log("hostile.json", JSON.stringify({ routeKey: "GET /\u001b[2J", status: 200 }))
    const { stdout } = await command(["unused", hostile, "--config", config])
    expect(stdout).not.toContain("\u001b")
  })
})
