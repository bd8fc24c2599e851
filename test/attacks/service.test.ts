import { connect, type Socket } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { HttpDialect } from "../../src/http/dialect.ts"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { question } from "../http/question.ts"
import { bearer, clock, config } from "../http/world.ts"
import { readAll, sendRaw } from "../support/raw-http.ts"

// 18, bad input: what no client library sends, on raw sockets. Nothing here may become an allow.

const services: { [dialect: string]: AuthorizationServer } = {}
beforeAll(async () => {
  for (const dialect of ["envoy", "nginx", "caddy", "traefik", "gloo"] as const)
    services[dialect] = await createAuthorizationServer(config, { dialect, port: 0 }, { clock })
})
afterAll(async () => {
  for (const service of Object.values(services)) await service.close()
})
const portOf = (dialect: string): number => Number(new URL(services[dialect]?.url ?? "").port)
const authorization = `Authorization: ${bearer("reader")}`
const host = "Host: orders.example.com"
const close = "Connection: close"

/** The lines of a neighbour's question. */
function asked(dialect: HttpDialect, method: string, target: string): string[] {
  const { headers, ...own } = question(dialect, method, target)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`${own.method} ${own.path} HTTP/1.1`, host, ...lines]
}
const statusOf = async (dialect: HttpDialect, lines: readonly string[], body = ""): Promise<number> =>
  (await sendRaw(portOf(dialect), [...lines, close], body)).status

describe.each(["envoy", "nginx", "caddy", "traefik", "gloo"] as const)("18: %s, targets", (dialect) => {
  it("the plain one is allowed, so that a refusal means something", async () => {
    expect(await statusOf(dialect, [...asked(dialect, "GET", "/orders/7"), authorization])).toBe(200)
  })

  it.each([
    "http://orders.example.com/orders/7",
    "//orders/7",
    "///orders/7",
    "/orders/../orders/7",
    "/orders/./7",
    "/orders/7/..",
    "/orders/%2e%2e/7",
    "/orders/%2E/7",
    "/orders%2f7",
    "/%6frders/7",
    "/orders/%37",
    "/orders/7%252f8",
    "/orders/7;v=1",
    "/orders\\7",
    "/orders/7#fragment",
    "/orders/7%23",
    "/orders/%5c7",
    "/orders/\u00f6",
    "/orders/%",
    "*",
    "orders/7",
    "",
    `/orders/${"a".repeat(17_000)}`,
  ])("%s", async (target) => {
    const status = await statusOf(dialect, [...asked(dialect, "GET", target), authorization])
    // What one reader may take for one segment is one; everything else is refused.
    const isOneSegment = target === "/orders/7%23" || target === "/orders/%"
    expect(isOneSegment ? [200, 403] : [400, 403, 431, 503], String(status)).toContain(status)
  })

  it.each(["get", "GETT", "G ET", "", "GET\tX", "CONNECT", "TRACE", "POST"])("the method %j", async (method) => {
    const status = await statusOf(dialect, [...asked(dialect, method, "/orders/7"), authorization])
    expect([400, 403, 503, Number.NaN]).toContainEqual(status)
  })
})

describe.each(["envoy", "nginx", "caddy", "traefik", "gloo"] as const)("18: %s, headers", (dialect) => {
  const question = asked(dialect, "GET", "/orders/7")

  it.each([
    ["two credentials", [authorization, authorization]],
    ["two different ones", [authorization, `authorization: ${bearer("operator")}`]],
    ["two in one", [`${authorization}, ${bearer("operator")}`]],
    ["a folded line", [`${authorization}`, " and: more"]],
    ["blanks before the colon", [authorization.replace(":", " :")]],
    ["a NUL", [`${authorization}\u0000`]],
    ["a bare CR", [`${authorization}\rX-A: b`]],
    ["a header without a name", [authorization, ": value"]],
    ["an identity header", [authorization, "X-Hallpass-Sub: root"]],
    ["with an underscore", [authorization, "X_Hallpass_Sub: root"]],
    ["with dots", [authorization, "x.hallpass.sub: root"]],
    ["mixed", [authorization, "X-HALLPASS_sub.Name: root"]],
    ["an identity header without a value", [authorization, "X-Hallpass-Sub:"]],
    ["129 headers", [authorization, ...Array.from({ length: 129 }, (_, at) => `X-N${at}: 1`)]],
    ["a head of 64 KB", [authorization, `X-Long: ${"a".repeat(65_536)}`]],
    [
      "hundreds of identity headers past a limit",
      [authorization, ...Array.from({ length: 2100 }, () => "a: b"), "X-Hallpass-Sub: root"],
    ],
    ["two hosts", [authorization, "Host: other.example.com"]],
  ])("%s", async (_what, lines) => {
    const { status, head } = await sendRaw(portOf(dialect), [...question, ...lines, close])
    expect(status, head).not.toBe(200)
    expect(head).not.toContain("root")
  })

  it("more than it takes is 431, and said before anything is decided", async () => {
    const many = Array.from({ length: 129 }, (_, at) => `X-N${at}: 1`)
    for (const lines of [many, [`X-Long: ${"a".repeat(65_536)}`]])
      expect(await statusOf(dialect, [...question, authorization, ...lines])).toBe(431)
  })

  it("a header name of the prototype is a header like any other", async () => {
    const names = ["__proto__", "constructor", "toString", "refused", "hasOwnProperty"].map((name) => `${name}: x`)
    expect(await statusOf(dialect, [...question, authorization, ...names])).toBe(200)
  })
})

describe.each([
  ["nginx", "X-Original-Method", "X-Original-URI"],
  ["caddy", "X-Forwarded-Method", "X-Forwarded-Uri"],
  ["traefik", "X-Forwarded-Method", "X-Forwarded-Uri"],
  ["gloo", "X-Original-Method", "X-Original-URI"],
] as const)("18: %s, the names of the original request twice", (dialect, method, uri) => {
  it.each([
    ["the path", `${uri}: /admin/x`],
    ["the path, the same", `${uri}: /orders/7`],
    ["the method", `${method}: DELETE`],
    ["the method, in small letters", `${method.toLowerCase()}: GET`],
  ])("%s", async (_what, line) => {
    expect(await statusOf(dialect, [...asked(dialect, "GET", "/orders/7"), line, authorization])).toBe(403)
  })

  it("other spellings are not the header", async () => {
    for (const name of [uri.replaceAll("-", "_"), uri.replaceAll("-", ".")]) {
      const lines = ["GET / HTTP/1.1", host, `${method}: GET`, `${name}: /orders/7`, authorization]
      expect(await statusOf(dialect, lines)).toBe(503)
    }
  })
})

describe("18: request smuggling", () => {
  const question = [...asked("nginx", "GET", "/orders/7"), authorization]
  const inner = `GET / HTTP/1.1\r\n${host}\r\nX-Original-Method: GET\r\nX-Original-URI: /orders/8\r\n${authorization}\r\n\r\n`

  it.each([
    ["both lengths", ["Content-Length: 4", "Transfer-Encoding: chunked"]],
    ["both lengths, the other way round", ["Transfer-Encoding: chunked", "Content-Length: 4"]],
    ["two lengths", ["Content-Length: 0", "Content-Length: 400"]],
    ["a list of lengths", ["Content-Length: 0, 400"]],
    ["a length with a sign", ["Content-Length: +4"]],
    ["a hexadecimal length", ["Content-Length: 0x4"]],
    ["an encoding that is not the last", ["Transfer-Encoding: chunked, identity"]],
    ["an encoding with a tab", ["Transfer-Encoding:\tchunked", "Content-Length: 4"]],
    ["an encoding that nobody knows", ["Transfer-Encoding: xchunked"]],
    ["a blank before the colon", ["Transfer-Encoding : chunked"]],
    ["a length in the words of another name", ["Content_Length: 4", "Content-Length: 5", "Content-Length: 6"]],
  ])("%s is one request at most, and no allow", async (_what, lines) => {
    const { head, body } = await sendRaw(portOf("nginx"), [...question, ...lines], `0\r\n\r\n${inner}`)
    expect((head + body).match(/HTTP\/1\.1 200/g) ?? []).toEqual([])
  })

  it("a line feed alone ends no line", async () => {
    const socket = connect(portOf("nginx"), "127.0.0.1")
    const { status } = await readAll(socket, `${question.join("\n")}\n${close}\n\n`)
    expect(status).not.toBe(200)
  })

  it("a long body is not read, and the connection does not go on after it", async () => {
    const { status, head } = await sendRaw(portOf("nginx"), [...question, "Content-Length: 10000000"], "x".repeat(1000))
    expect([status, /^connection: close/im.test(head)]).toEqual([200, true])
  })

  it("a body that is announced is not asked for, and the question is answered", async () => {
    const { head } = await sendRaw(portOf("nginx"), [...question, "Expect: 100-continue", "Content-Length: 5", close])
    expect(head).toMatch(/^HTTP\/1\.1 200 /)
    expect(await statusOf("nginx", [...question, "Expect: something"])).toBe(417)
  })

  it("HTTP/1.1 without a Host, HTTP/0.9 and HTTP/2 in plain text are refused", async () => {
    expect(await statusOf("envoy", ["GET /orders/7 HTTP/1.1", authorization])).toBe(400)
    expect(await statusOf("envoy", ["GET /orders/7", authorization])).not.toBe(200)
    expect(await statusOf("envoy", ["PRI * HTTP/2.0", "", "SM", ""])).not.toBe(200)
  })

  it("a tunnel and an upgrade are not opened", async () => {
    expect(await statusOf("envoy", ["CONNECT orders.example.com:443 HTTP/1.1", host, authorization])).not.toBe(200)
    const upgrade = ["GET /orders/7 HTTP/1.1", host, authorization, "Upgrade: websocket", "Connection: upgrade, close"]
    expect((await sendRaw(portOf("envoy"), upgrade)).status).toBe(200) // a question about a handshake is a question
  })

  it("two questions on one connection are answered one by one, in their order", async () => {
    const first = [...asked("nginx", "GET", "/orders/7"), authorization].join("\r\n")
    const second = [...asked("nginx", "GET", "/admin/x"), authorization, close].join("\r\n")
    const { head, body } = await sendRaw(portOf("nginx"), [`${first}\r\n\r\n${second}`])
    expect((head + body).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 403"])
  })
})

describe("18: slow clients and half-open connections", () => {
  const open = (port: number): Promise<Socket> =>
    new Promise((done) => {
      const socket = connect(port, "127.0.0.1", () => done(socket))
    })

  it("a connection that says nothing, or half a head, does not keep others waiting, and close ends it", async () => {
    const service = await createAuthorizationServer(config, { dialect: "nginx", port: 0, closeTimeoutMs: 0 }, { clock })
    const port = Number(new URL(service.url).port)
    const silent = await open(port)
    const half = await open(port)
    half.write("GET / HTTP/1.1\r\nHost: a")
    const ended = Promise.all(
      [silent, half].map((socket) => new Promise((done) => socket.on("close", done).on("error", done).resume())),
    )
    const lines = [...asked("nginx", "GET", "/orders/7"), authorization, close]
    expect((await sendRaw(port, lines)).status).toBe(200)
    await service.close()
    await ended
  })

  it("a client that ends its half after the question gets its answer", async () => {
    const socket = await open(portOf("nginx"))
    const answer = readAll(
      socket,
      `${[...asked("nginx", "GET", "/orders/7"), authorization, close].join("\r\n")}\r\n\r\n`,
    )
    socket.end()
    expect((await answer).status).toBe(200)
  })

  it("heads and requests have limits of time, and connections one of number", async () => {
    const { createMainPort } = await import("../../src/http/main-port.ts")
    const { createService } = await import("../../src/http/service.ts")
    const { server } = await createMainPort(
      "nginx",
      createService(config, { clock }),
      { tls: undefined, maxConnections: 7 },
      undefined,
    )
    expect([server.headersTimeout, server.requestTimeout, server.maxConnections]).toEqual([10_000, 15_000, 7])
    expect([server.keepAliveTimeout > 60_000, server.timeout]).toEqual([true, 30_000])
  })

  it("connections beyond the limit are dropped", async () => {
    const service = await createAuthorizationServer(
      config,
      { dialect: "nginx", port: 0, maxConnections: 1, closeTimeoutMs: 0 },
      { clock },
    )
    const port = Number(new URL(service.url).port)
    const first = await open(port)
    first.write("GET / HTTP/1.1\r\n")
    const lines = [...asked("nginx", "GET", "/orders/7"), authorization, close]
    expect((await sendRaw(port, lines)).status).toBeNaN()
    await service.close()
    first.destroy()
  })
})
