import { once } from "node:events"
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2"
import { connect as connectTcp, type Socket } from "node:net"
import * as grpc from "@grpc/grpc-js"
import * as loader from "@grpc/proto-loader"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createGrpcPort, type GrpcTimes } from "../../src/http/grpc/server.ts"
import { OpenPorts } from "../../src/http/open-ports.ts"
import { createService } from "../../src/http/service.ts"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { checkRequest, envoyClient } from "../http/envoy.ts"
import { bearer, clock, config } from "../http/world.ts"
import { sendRaw } from "../support/raw-http.ts"

// 18, bad input: gRPC from a client that does not keep the rules. Nothing here may become an allow, or stay forever.

const check = "/envoy.service.auth.v3.Authorization/Check"
const sound = () => checkRequest("GET", "/orders/7", { authorization: bearer("reader") })
const headers = { ":method": "POST", ":path": check, "content-type": "application/grpc", te: "trailers" }

let service: AuthorizationServer
beforeAll(async () => {
  service = await createAuthorizationServer(config, { dialect: "envoy-grpc", port: 0 }, { clock })
})
afterAll(() => service.close())
const httpUrl = ({ url }: { readonly url: string }): string => url.replace("grpc:", "http:")
const portOf = (url: string): number => Number(new URL(url.replace("grpc:", "http:")).port)

/** A gRPC port with other limits. */
async function started(times: Partial<GrpcTimes>, maxConnections = 10, service = createService(config, { clock })) {
  const ports = new OpenPorts(0)
  const usual = { keepAliveMs: 600_000, answerMs: 600_000, questionMs: 600_000 }
  const port = await createGrpcPort({ grpc, loader }, service, { tls: undefined, maxConnections }, undefined, {
    ...usual,
    ...times,
  })
  return { url: `grpc://${await ports.bind(port, "127.0.0.1", 0)}`, close: () => ports.close() }
}
const open = async (url: string): Promise<Socket> => {
  const socket = connectTcp(portOf(url), "127.0.0.1")
  await once(socket, "connect")
  return socket
}
const ended = (socket: Socket): Promise<unknown> =>
  new Promise((done) =>
    socket
      .on("close", done)
      .on("error", () => undefined)
      .resume(),
  )

/** Sends bytes as one question; what came back: HTTP status, and gRPC status if there is one. */
async function asked(session: ClientHttp2Session, own: object, ...chunks: readonly Buffer[]): Promise<string> {
  const stream = session.request({ ...headers, ...own })
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  return await statusOf(stream)
}
function statusOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let seen: IncomingHttpHeaders = {}
    stream.on("response", (given) => (seen = { ...seen, ...given }))
    stream.on("trailers", (given) => (seen = { ...seen, ...given }))
    stream.on("error", () => undefined)
    stream.on("close", () => resolve(`${seen[":status"] ?? "none"} ${seen["grpc-status"] ?? "none"}`))
    stream.resume()
  })
}
const message = (flag: number, length: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt8(flag, 0)
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, body])
}

describe("18: messages of gRPC", () => {
  const refused: readonly (readonly [string, object, readonly Buffer[]])[] = [
    ["bytes that are no protocol buffer", {}, [message(0, 4, Buffer.from([0xff, 0xff, 0xff, 0xff]))]],
    ["a length above the limit", {}, [message(0, 300_000, Buffer.alloc(10))]],
    ["a length that is a lie", {}, [message(0, 100, Buffer.from([1]))]],
    ["two messages", {}, [message(0, 0, Buffer.alloc(0)), message(0, 0, Buffer.alloc(0))]],
    ["no message", {}, []],
    ["an encoding that nobody knows", { "grpc-encoding": "zip" }, [message(1, 1, Buffer.from([0]))]],
    ["compression that no header names", {}, [message(1, 1, Buffer.from([0]))]],
    ["another content type", { "content-type": "application/json" }, [message(0, 0, Buffer.alloc(0))]],
    ["another method", { ":path": "/envoy.service.auth.v3.Authorization/Allow" }, [message(0, 0, Buffer.alloc(0))]],
    ["a name of the prototype", { ":path": "/__proto__/constructor" }, [message(0, 0, Buffer.alloc(0))]],
  ]
  it.each(refused)("%s are no allow, and the next question is answered", async (_what, own, chunks) => {
    const session = connect(httpUrl(service))
    session.on("error", () => undefined)
    const status = await asked(session, own, ...chunks)
    session.destroy()
    expect(status).not.toMatch(/ 0$/)
    const envoy = envoyClient(service.url)
    expect((await envoy.check(sound())).status.code).toBe(0)
    envoy.close()
  })

  it("a small message that unpacks to a large one is refused", async () => {
    const { gzipSync } = await import("node:zlib")
    const packed = gzipSync(Buffer.alloc(10_000_000))
    expect(packed.length).toBeLessThan(20_000)
    const session = connect(httpUrl(service))
    expect(await asked(session, { "grpc-encoding": "gzip" }, message(1, packed.length, packed))).toMatch(/ 8$/)
    session.destroy()
  })

  it.each([
    ["100 KB of metadata", Array.from({ length: 100 }, (_, at) => [`x-long-${at}`, "a".repeat(1000)])],
    ["300 headers", Array.from({ length: 300 }, (_, at) => [`x-n${at}`, "1"])],
  ])("%s end the question", async (_what, more) => {
    const session = connect(httpUrl(service))
    session.on("error", () => undefined)
    expect(await asked(session, Object.fromEntries(more), message(0, 0, Buffer.alloc(0)))).toBe("none none")
    session.destroy()
  })

  it("HTTP/1.1 gets no answer of the service", async () => {
    const lines = [`POST ${check} HTTP/1.1`, "Host: a", "Connection: close"]
    expect((await sendRaw(portOf(service.url), lines)).status).not.toBe(200)
  })
})

it("18: a fault before there is a decision is a denial with 503, and no error of gRPC", async () => {
  const decide = () => {
    throw new Error("the text of the fault")
  }
  const { url, close } = await started({}, 10, { ...createService(config, { clock }), decide })
  const client = envoyClient(url)
  try {
    const { status, denied_response } = await client.check(sound())
    expect([status.code, denied_response?.status.code]).toEqual([14, "ServiceUnavailable"])
  } finally {
    client.close()
    await close()
  }
})

describe("18: slow clients and half-open connections over gRPC", () => {
  it("a connection that says nothing is ended, and one that answers stays", async () => {
    const { url, close } = await started({ keepAliveMs: 20, answerMs: 200 })
    const envoy = envoyClient(url)
    expect((await envoy.check(sound())).status.code).toBe(0)
    await ended(await open(url))
    expect((await envoy.check(sound())).status.code).toBe(0)
    envoy.close()
    await close()
  })

  it("a connection that has begun and goes quiet is ended", async () => {
    const { url, close } = await started({ keepAliveMs: 20, answerMs: 200 })
    const socket = await open(url)
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])) // SETTINGS, and no answer to a PING
    await ended(socket)
    await close()
  })

  it("a question that does not come to its end is refused", async () => {
    const { url, close } = await started({ questionMs: 50 })
    const session = connect(url.replace("grpc:", "http:"))
    const stream = session.request(headers)
    stream.write(message(0, 100, Buffer.from([1])))
    expect([await statusOf(stream), stream.rstCode]).toEqual(["none none", 8])
    session.destroy()
    const envoy = envoyClient(url)
    expect((await envoy.check(sound())).status.code).toBe(0)
    envoy.close()
    await close()
  })

  it("connections beyond the limit are dropped", async () => {
    const { url, close } = await started({}, 1)
    const first = await open(url)
    await ended(await open(url))
    expect(first.destroyed).toBe(false)
    first.destroy()
    await close()
  })

  it("close ends connections that never became a session", async () => {
    const { url, close } = await started({})
    const end = ended(await open(url))
    await close()
    await end
  })
})
