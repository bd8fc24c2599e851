import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { fastify } from "fastify"
import { Hono } from "hono"
import { afterEach, describe, expect, it } from "vitest"
import {
  type FastifyReplyLike,
  fastifyGuard,
  type GuardedIdentity,
  type GuardedRequest,
  guard,
  honoGuard,
} from "../../src/http.ts"
import { sendRaw } from "../support/raw-http.ts"
import { bearer, clock, config, issuer } from "./world.ts"

// 18-5: three lines guard a service, with the same configuration, reasons and challenges.

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening")
  closing.push(() => {
    server.closeAllConnections()
    return server.close()
  })
  return (server.address() as AddressInfo).port
}

const shown = (identity: GuardedIdentity | undefined): string =>
  JSON.stringify([identity?.principal.subject, identity?.route, identity?.headers["x-hallpass-scopes"]])

/** Each framework with the guard in front of one route that shows who called. */
const frameworks: { readonly [name: string]: () => Promise<number> } = {
  "node:http": async () => {
    const allow = guard(config, { clock })
    const server = createServer(async (request: GuardedRequest, response) => {
      if (await allow(request, response)) response.end(shown(request.hallpass))
    })
    return await listening(server)
  },
  Express: async () => {
    const app = express()
    app.use(guard(config, { clock }))
    app.use((request, response) => void response.send(shown((request as GuardedRequest).hallpass)))
    return await listening(createServer(app))
  },
  "Express, mounted": async () => {
    const app = express()
    app.use(
      "/orders",
      guard(config, { clock }),
      (request, response) => void response.send(shown((request as GuardedRequest).hallpass)),
    )
    return await listening(createServer(app))
  },
  Fastify: async () => {
    const app = fastify()
    app.addHook("onRequest", fastifyGuard(config, { clock }))
    app.all("*", async (request) => shown((request as { hallpass?: GuardedIdentity }).hallpass))
    await app.listen({ port: 0, host: "127.0.0.1" })
    closing.push(() => app.close())
    return (app.server.address() as AddressInfo).port
  },
  Hono: async () => {
    const app = new Hono<{ Variables: { hallpass: GuardedIdentity } }>()
    app.use(honoGuard(config, { clock }))
    app.all("*", (context) => context.text(shown(context.get("hallpass"))))
    // As @hono/node-server does it: the request of Node.js is in the environment.
    const server = createServer(async (incoming, outgoing) => {
      const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as [string, string]] : [],
      )
      const url = `http://${incoming.headers.host}${incoming.url?.startsWith("/") ? incoming.url : "/"}`
      const response = await app.fetch(new Request(url, { method: incoming.method ?? "", headers }), {
        incoming,
        outgoing,
      })
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text())
    })
    return await listening(server)
  },
}

describe.each(Object.keys(frameworks))("18-5: the guard of %s", (name) => {
  const start = frameworks[name] as () => Promise<number>
  const send = async (first: string, ...headers: string[]) => {
    const answer = await sendRaw(await start(), [
      `${first} HTTP/1.1`,
      "Host: orders.example.com",
      "Connection: close",
      ...headers,
    ])
    return { ...answer, challenge: /^www-authenticate: (.*)$/im.exec(answer.head)?.[1] }
  }
  const authorization = `Authorization: ${bearer("reader")}`

  it("lets an allowed request through, with the identity", async () => {
    const { status, body } = await send("GET /orders/7?x=1", authorization)
    expect([status, body]).toEqual([200, expect.stringContaining('["00u1","GET /orders/{id}","orders:read"]')])
  })

  it("answers refusals with the service's statuses and challenges, and the route is not reached", async () => {
    expect(await send("GET /orders/7")).toMatchObject({ status: 401, challenge: 'Bearer realm="hallpass"' })
    const expired = `Authorization: Bearer ${issuer.token({}, "expired")}`
    expect(await send("GET /orders/7", expired)).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="hallpass", error="invalid_token"',
    })
    const forbidden = await send("GET /orders/7", `Authorization: ${bearer("writer")}`)
    expect([forbidden.status, forbidden.challenge, forbidden.body.replaceAll(/\s|0/g, "")]).toEqual([
      403,
      undefined,
      "",
    ])
  })

  it.each([
    ["a second credential", "GET /orders/7", `authorization: ${bearer("operator")}`],
    ["an identity header", "GET /orders/7", "X-Hallpass-Principal: root"],
    ["another spelling of one", "GET /orders/7", "x_hallpass.principal: root"],
    ["dot segments", "GET /orders/../orders/7", "Accept: */*"],
    ["escaped dots", "GET /orders/%2e%2e/admin", "Accept: */*"],
    ["an empty segment", "GET /orders//7", "Accept: */*"],
  ])("refuses %s", async (_what, first, line) => {
    const { status, body } = await send(first, authorization, line)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(body).not.toContain("00u")
  })
})

describe("18-5: the guard", () => {
  it("refuses a wrong configuration where it is created", () => {
    for (const create of [guard, fastifyGuard, honoGuard]) expect(() => create({ issuers: [] })).toThrow("issuers")
  })

  it("reads a request of the Fetch standard", async () => {
    const app = new Hono()
    app.use(honoGuard(config, { clock }))
    app.all("*", (context) => context.text("hello"))
    const ask = async (url: string, headers: [string, string][]) => (await app.request(url, { headers })).status
    expect(await ask("http://a.example/orders/7?x=1", [["authorization", bearer("reader")]])).toBe(200)
    expect(await ask("http://a.example/admin/7", [["authorization", bearer("reader")]])).toBe(403)
    const twice: [string, string][] = [
      ["authorization", bearer("reader")],
      ["authorization", bearer("reader")],
    ]
    expect(await ask("http://a.example/orders/7", twice)).toBe(401)
    expect(
      await ask("http://a.example/orders/7", [
        ["authorization", bearer("reader")],
        ["x-hallpass-sub", "root"],
      ]),
    ).toBe(403)
  })

  it("reads requests that adapters of Function URLs make: without raw headers, and without a connection", async () => {
    const allow = guard(config, { clock })
    const ask = async (headers: GuardedRequest["headers"] & {}, more: object = {}): Promise<unknown[]> => {
      const sent: unknown[] = []
      const response = { writeHead: (status: number) => void sent.push(status), end: () => undefined }
      return [await allow({ method: "GET", url: "/orders/7", headers, ...more }, response), ...sent]
    }
    const authorization = bearer("reader")
    expect(await ask({ authorization })).toEqual([true])
    expect(await ask({ Authorization: authorization }, { rawHeaders: [] })).toEqual([true])
    expect(await ask({})).toEqual([false, 401])
    expect(await ask({ authorization: `${authorization}, ${authorization}` })).toEqual([false, 401])
    expect(await ask({ authorization, Authorization: authorization })).toEqual([false, 401])
    expect(await ask({ authorization, "x-a": ["1", "2"], X_Hallpass_Sub: "root" })).toEqual([false, 403])
    // serverless-http adds the length as a number.
    expect(await ask({ authorization, "content-length": 0 as never })).toEqual([true])
    // What was received counts, and not what Node.js makes of it.
    expect(await ask({ authorization }, { rawHeaders: ["Host", "a"] })).toEqual([false, 401])
  })

  it("never rejects: a request that cannot be read is undecided", async () => {
    const broken = {
      get headers(): never {
        throw new Error("fails")
      },
    }
    const sent: number[] = []
    const response = { writeHead: (status: number) => void sent.push(status), end: () => undefined }
    expect(await guard(config, { clock })(broken, response)).toBe(false)
    const reply: FastifyReplyLike = {
      code(status) {
        sent.push(status)
        return reply
      },
      header: () => reply,
      send: () => undefined,
    }
    await fastifyGuard(config, { clock })({ raw: broken }, reply)
    const body = (_data: null, status: number): unknown => sent.push(status)
    await honoGuard(config, { clock })({ req: { raw: broken as never }, set: () => undefined, body }, async () => {
      throw new Error("the route is reached")
    })
    expect(sent).toEqual([503, 503, 503])
  })

  it("is undecided, and lets nothing through, if a custom check fails", async () => {
    const check = () => {
      throw new Error("fails")
    }
    const allow = guard(config, { clock, check })
    const port = await listening(
      createServer(async (request, response) => void ((await allow(request, response)) && response.end("through"))),
    )
    const answer = await sendRaw(port, [
      "GET /orders/7 HTTP/1.1",
      "Host: a",
      "Connection: close",
      `Authorization: ${bearer("reader")}`,
    ])
    expect([answer.status, answer.body]).toEqual([503, ""])
  })

  it("takes the address of an edge from the connection, and never from a header", async () => {
    const evidence = (cidrs: string[]) => [
      { cidrs, secret: { header: "x-origin", values: { env: "HALLPASS_TEST_GUARD" } } },
    ]
    process.env.HALLPASS_TEST_GUARD = JSON.stringify(["0123456789abcdef0123456789abcdef"])
    closing.push(() => {
      delete process.env.HALLPASS_TEST_GUARD
    })
    const statusFor = async (cidrs: string[]): Promise<number> => {
      const edge = { role: "identity", headers: { user: "x-edge-user" }, evidence: evidence(cidrs) } as const
      const allow = guard({ issuers: [], edge }, { clock })
      const port = await listening(
        createServer(async (request, response) => void ((await allow(request, response)) && response.end())),
      )
      const headers = [
        "X-Edge-User: ann",
        "X-Origin: 0123456789abcdef0123456789abcdef",
        "X-Forwarded-For: 192.0.2.7",
        "X-Real-IP: 192.0.2.7",
      ]
      return (await sendRaw(port, ["GET / HTTP/1.1", "Host: a", "Connection: close", ...headers])).status
    }
    expect(await statusFor(["127.0.0.0/8"])).toBe(200)
    expect(await statusFor(["192.0.2.0/24"])).toBe(401)
  })
})
