import { describe, expect, it } from "vitest"
import { hallpass } from "./hallpass.ts"
import { command, file } from "./in-process.ts"

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
const routes = {
  "GET /orders": { scopes: ["orders:read"] },
  "GET /orders/{id}": { scopes: ["orders:read"] },
  "DELETE /orders/{id}": { scopes: ["orders:admin"] },
}
const config = file("authorizer.json", { issuers, routes })
const cases = file("cases.yaml", 'callers: { reader: { claims: { scp: ["orders:read"] } } }\n')
const readme = ["GET /orders/7", "GET /orders", "DELETE /orders/7"]
const asReader = ["-c", config, "--cases", cases, "--caller", "reader"]
const json = async (...words: string[]) => JSON.parse((await command(["simulate", ...words, "--json"])).stdout)

describe("15-9: hallpass simulate", () => {
  it("shows the table of the README: the function runs once, and both usual authorizers are wrong", async () => {
    const simulation = await json(...asReader, "--compare", "exact", "--compare", "star", ...readme)
    expect(simulation).toMatchObject({
      caller: "reader",
      api: { kind: "rest", resultTtlSeconds: 300, identitySources: ["method.request.header.Authorization"] },
      functionCalls: { hallpass: 1, exact: 1, star: 1 },
    })
    const { requests } = simulation
    expect(requests.map((row: { status: number }) => row.status)).toEqual([200, 200, 403])
    expect(requests.map((row: { answeredFrom: string }) => row.answeredFrom)).toEqual(["function", "cache", "cache"])
    const others = requests.map(
      ({ compare: { exact, star } }: { compare: Record<string, { status: number; wrong?: string }> }) => [
        ...[exact?.status, exact?.wrong, star?.status, star?.wrong],
      ],
    )
    expect(others).toEqual([
      [200, undefined, 200, undefined],
      [403, "blocked", 200, undefined],
      [403, undefined, 200, "opened"],
    ])
    expect(requests[2]).toMatchObject({ outcome: "forbidden", reason: "scope_missing", freshStatus: 403 })
  })

  it("prints it as a table of at most 80 columns", async () => {
    const { code, stdout } = await command(["simulate", ...asReader, "--compare", "star", ...readme])
    expect(code).toBe(0)
    expect(stdout).toContain("DELETE /orders/7  cache        403       200 opened")
    expect(stdout).toContain("hallpass: 3 requests, 1 asked the function, 2 from the cache.")
    expect(stdout).toContain("*: opened 1 that must be refused, blocked 0 that must pass.")
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("asks again when the TTL is over, and each time if it is 0", async () => {
    const later = await json(...asReader, "--every", "200", "GET /orders", "GET /orders", "GET /orders")
    expect(later.requests.map((row: { answeredFrom: string }) => row.answeredFrom)).toEqual([
      "function",
      "cache",
      "function",
    ])
    const off = file("off.json", { issuers, routes, gateway: { resultTtlSeconds: 0 } })
    const { functionCalls } = await json("-c", off, "--cases", cases, "--caller", "reader", ...readme)
    expect(functionCalls).toEqual({ hallpass: 3 })
  })

  it("takes claims: whole ones with iss, others on a token of the first issuer", async () => {
    const few = file("few.json", { scp: ["orders:admin"] })
    expect((await json("-c", config, "--caller", few, "DELETE /orders/7")).requests[0]).toMatchObject({ status: 200 })
    const inline = await json("-c", config, "--caller", '{ "scp": ["orders:read"] }', "GET /orders/7")
    expect(inline).toMatchObject({ caller: '{ "scp": ["orders:read"] }', requests: [{ status: 200 }] })
    const whole = file("whole.json", { iss: "https://other.example", sub: "ann", exp: 4_000_000_000 })
    const { requests } = await json("-c", config, "--caller", whole, "DELETE /orders/7")
    expect(requests[0]).toMatchObject({ status: 401, reason: "issuer_unknown" })
  })

  it("nobody has no token; API Gateway answers a REST API's request itself", async () => {
    const { requests } = await json("-c", config, "--caller", "nobody", "GET", "/orders")
    expect(requests[0]).toMatchObject({ request: "GET /orders", answeredFrom: "gateway", status: 401 })
  })

  it("simple responses and WebSocket connections have their own rules", async () => {
    const simple = file("simple.json", {
      ...{ issuers, routes: { ...routes, $connect: {} } },
      gateway: { api: "http", responses: "simple", identitySources: ["token", "route"] },
    })
    const words = ["-c", simple, "--cases", cases, "--caller", "reader", "--compare", "star"]
    const { api, requests } = await json(...words, "GET /orders/7", "DELETE /orders/7", "$connect", "$connect")
    expect(api.kind).toBe("http")
    expect(requests.map((row: { status: number }) => row.status)).toEqual([200, 403, 200, 200])
    expect(requests[3]).toMatchObject({ answeredFrom: "function", route: "$connect" })
  })

  it("reads requests from standard input", async () => {
    const { code, stdout } = await hallpass(
      ["simulate", ...asReader, "--json", "-"],
      {},
      "# the morning\nGET /orders/7\r\n\nDELETE /orders/7\n",
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout).requests).toHaveLength(2)
  })

  it.each<[string, string[], string]>([
    ["no caller", ["-c", config, "GET /orders"], "--caller"],
    ["no request", ["-c", config, "--caller", "nobody"], "requests"],
    ["a request that is none", ["-c", config, "--caller", "nobody", "/orders"], "/orders is no request"],
    ["an unknown caller", [...asReader.slice(0, 5), "writer", "GET /orders"], "it has reader, nobody"],
    [
      "a caller named like a prototype's member",
      [...asReader.slice(0, 5), "constructor", "GET /orders"],
      "has no caller",
    ],
    ["another authorizer", [...asReader, "--compare", "best", "GET /orders"], "exact, star"],
    ["a pace that is none", [...asReader, "--every", "-1", "GET /orders"], "--every must be"],
    ["inline claims that are no JSON", ["-c", config, "--caller", "{", "GET /orders"], "--caller"],
    ["a name without a cases file", ["-c", config, "--caller", "reader", "GET /orders"], "give --cases, too"],
    ["claims that are a list", ["-c", config, "--caller", file("list.json", []), "GET /orders"], "has no claims"],
    ["a refused configuration", ["-c", file("bad.json", { issuers: [] }), "--caller", "nobody", "GET /a"], "refused"],
    ["standard input twice", ["-c", "-", "--caller", "nobody", "-"], "one thing only"],
    [
      "a cases file with a mistake",
      ["-c", config, "--cases", file("bad.yaml", "callers: 1"), "--caller", "a", "GET /a"],
      "callers",
    ],
  ])("%s is one line and exit code 2", async (_, words, text) => {
    const { code, stdout, stderr } = await command(["simulate", ...words])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^[^\n]+\n$/)
  })

  it("no sequence of a request or a file reaches the terminal", async () => {
    const evil = file("evil.json", { scp: ["orders:read"], name: "\u001b[2J" })
    const { stdout } = await command(["simulate", "-c", config, "--caller", evil, "GET /orders/\u001b[31m7"])
    expect(stdout).not.toContain("\u001b")
  })
})
