import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { UsageError } from "../../src/cli/frame/command.ts"
import { logRows } from "../../src/cli/unused/log-rows.ts"
import { usesIn } from "../../src/cli/unused/uses.ts"
import { account } from "./account.ts"
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
      rest: { days: 90, coveredDays: 92, apis: [], unknown: ["GET /health"] },
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

  it("tells calls that no authorizer has answered for, if the log says so", async () => {
    const call = { requestTimeEpoch: 1_795_900_000_000, status: 200 }
    const of = (route: string, more: object) => JSON.stringify({ ...call, routeKey: route, ...more })
    const text = [
      ...[of("GET /orders", { reason: "-", issuer: "-" }), of("GET /orders", { reason: "-", issuer: "-" })],
      ...[of("POST /orders", { issuer: "-" }), of("POST /orders", { issuer: "https://id.example" })],
      ...[of("GET /orders/{id}", {}), of("DELETE /orders/{id}", { issuer: "-", status: 401 })],
    ].join("\n")
    expect((await uses(log("undecided.json", text), "--days", "2")).routes).toMatchObject({
      "GET /orders": "undecided",
      "POST /orders": "used",
      "GET /orders/{id}": "used",
      "DELETE /orders/{id}": "refused",
    })
    const { stdout, stderr } = await command(["unused", log("u.json", text), "--config", config, "--at", at])
    expect(stdout).toMatch(/GET \/orders +never decided/)
    expect(stderr.replaceAll("\n", " ")).toContain("no authorizer has answered for any call")
  })

  const dimension = (Name: string, Value: string) => ({ Name, Value })
  const rest = [dimension("ApiName", "orders"), dimension("Stage", "prod")]
  const metrics = log(
    "metrics.json",
    JSON.stringify({
      Metrics: [
        { MetricName: "Count", Dimensions: rest },
        {
          MetricName: "Count",
          Dimensions: [...rest, dimension("Method", "GET"), dimension("Resource", "/orders/{orderId}")],
        },
        { MetricName: "Latency", Dimensions: [dimension("ApiId", "http1"), dimension("Route", "POST /orders")] },
        { MetricName: "Count", Dimensions: [dimension("ApiId", "http1"), dimension("Route", "GET /orders")] },
      ],
    }),
  )

  it("reads the list of metrics, which is of the last 14 days", async () => {
    const { code, routes, rest: found } = await uses(metrics, "--days", "14")
    expect(code).toBe(1)
    expect(Object.entries(routes).flatMap(([route, use]) => (use === "used" ? route : []))).toEqual([
      ...["GET /orders", "GET /orders/{id}"],
    ])
    expect(found).toMatchObject({ coveredDays: 14, unknown: [], apis: [{ api: "orders" }, { api: "http1" }] })
    expect((await command(["unused", metrics, "--config", config, "--days", "15"])).code).toBe(2)
  })

  it("reads the values of metrics, whose labels are routes", async () => {
    const Timestamps = ["2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"]
    const results = [
      { Label: "GET /orders", Timestamps, Values: [3, 4] },
      { Label: "POST /orders", Timestamps, Values: [0, 0] },
      { Label: "orders Count", Timestamps, Values: [7, 7] },
    ]
    const text = JSON.stringify({ MetricDataResults: results })
    const { stdout } = await command([...["unused", log("data.json", text), "--config", config, "--at", at], "--json"])
    expect(JSON.parse(stdout).routes.slice(0, 3)).toEqual([
      { route: "GET /orders", use: "used", calls: 7, refused: 0, last: "2026-11-29T00:00:00.000Z" },
      { route: "GET /orders/{id}", use: "unused", calls: 0, refused: 0 },
      { route: "POST /orders", use: "unused", calls: 0, refused: 0 },
    ])
  })

  it("takes members of another type for missing ones", () => {
    const odd: readonly unknown[] = [null, 7, "x", [], {}, { toString: 1, valueOf: 1 }]
    const each = (make: (value: unknown) => unknown) => odd.map(make)
    for (const text of [
      { Metrics: odd },
      { Metrics: each((MetricName) => ({ MetricName, Dimensions: odd })) },
      { MetricDataResults: odd },
      { MetricDataResults: each((Label) => ({ Label, Values: odd, Timestamps: odd })) },
      { results: [odd, ...odd] },
      { results: [each((field) => ({ field, value: field }))] },
    ])
      expect(() => logRows({ name: "odd.json", text: JSON.stringify(text) })).toThrow(UsageError)
    const dimensions = each((Name) => ({ Name, Value: Name }))
    const known = { Label: "GET /orders", Values: odd, Timestamps: odd }
    const metric = { MetricName: "Count", Dimensions: [...odd, ...dimensions, { Name: "Route", Value: "GET /orders" }] }
    for (const text of [{ MetricDataResults: [known] }, { Metrics: [metric] }])
      for (const row of logRows({ name: "odd.json", text: JSON.stringify(text) }))
        expect(row).toMatchObject({ route: "GET /orders", atMs: undefined, calls: expect.toSatisfy(Number.isFinite) })
  })

  describe("APIs", () => {
    const apisOf = async (...words: string[]) =>
      Object.fromEntries(
        ((await uses(...words)).rest as { apis: { api: string; use: string }[] }).apis.map(({ api, use }) => [
          api,
          use,
        ]),
      )
    beforeAll(() => {
      for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "eu-west-1")
    })
    afterAll(() => void vi.unstubAllEnvs())

    it("are those that the log names, by id or name, also in rows without a route", async () => {
      const text = [
        { apiId: "a1", status: 403 },
        { apiId: "b2", status: 200 },
        { api: "rest", routeKey: "GET /orders" },
      ]
      const many = log("apis.json", text.map((row) => JSON.stringify(row)).join("\n"))
      expect(await apisOf(many)).toEqual({ a1: "refused", b2: "used", rest: "used" })
    })

    it("--account adds those of the region that no row names, and changes nothing", async () => {
      const aws = account()
      expect(await apisOf(metrics, "--days", "14", "--account")).toEqual({
        "orders (rest1)": "used",
        "orders-http (http1)": "used",
        "chat\u001b[31m (socket1)": "unused",
      })
      const { code, stdout, stderr } = await command([
        ...["unused", metrics, "--config", config, "--days", "14", "--account"],
      ])
      expect(code).toBe(1)
      expect(stdout).not.toContain("\u001b")
      expect(stderr.replaceAll("\n", " ")).toContain("a custom domain and a usage plan")
      expect(aws.calls()).toEqual([])
    })

    it("a name that two APIs have says nothing about either", () => {
      const rows = logRows({ name: "metrics", text: readFileSync(metrics, "utf8") } as never)
      const twins = [
        { id: "r1", name: "orders" },
        { id: "r2", name: "orders" },
        { id: "http1", name: "http" },
      ]
      const { apis } = usesIn({ issuers: [] }, rows, Date.parse(at), 14, twins)
      expect(apis.map(({ use }) => use)).toEqual(["unused", "unused", "used"])
    })

    it("--region goes with --account", async () => {
      const { code, stderr } = await command(["unused", metrics, "--config", config, "--region", "eu-west-1"])
      expect(code).toBe(2)
      expect(stderr).toContain("--region goes with --account")
    })
  })

  it("lets the terminal interpret nothing of a log", async () => {
    const hostile = log("hostile.json", JSON.stringify({ routeKey: "GET /\u001b[2J", status: 200 }))
    const { stdout } = await command(["unused", hostile, "--config", config])
    expect(stdout).not.toContain("\u001b")
  })
})
