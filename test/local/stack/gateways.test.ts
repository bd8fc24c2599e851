import { once } from "node:events"
import { createServer } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { closed, listenOnLoopback } from "../../../local/server/listen.ts"
import { type ServedStack, serveStack } from "../../../local/server/serve.ts"
import { demoConfiguration } from "../../../local/stack/demo.ts"
import { httpBackend } from "../../../local/stack/http-backend.ts"
import { apiFromOpenApi } from "../../../local/stack/open-api.ts"
import { LocalStack } from "../../../local/stack/stack.ts"
import { tokenFor } from "../../../local/stack/tokens.ts"
import { now, raw, rig } from "./served.ts"

const { token, gateway } = rig()
const bearer = async (wish: object): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await token(wish)}`,
})

describe("16-2: every kind of API over HTTP", () => {
  it.each([
    // name, wrong scope, expired, no token, no such route
    ["rest-token", 403, 401, 401, 403],
    ["rest-request", 403, 401, 401, 403],
    ["http-1.0", 403, 403, 401, 404],
    ["http-2.0", 403, 403, 401, 404],
    ["http-2.0-simple", 403, 403, 401, 404],
  ])("%s answers with the documented statuses", async (name, forbidden, expired, missing, unknown) => {
    const url = gateway(name)
    const good = await bearer({ issuer: "auth0" })
    const status = async (path: string, headers: object, method = "GET"): Promise<number> =>
      (await raw(url + path, { headers, method })).status
    expect(await status("/orders/7", good)).toBe(200)
    expect(await status("/orders", good, "POST")).toBe(forbidden)
    expect(await status("/orders/7", await bearer({ issuer: "auth0", defects: ["expired"] }))).toBe(expired)
    expect(await status("/orders/7", {})).toBe(missing)
    expect(await status("/nothing", good)).toBe(unknown)
  })

  it("the demo backend echoes the request and what the authorizer said, in the shape of each kind", async () => {
    const headers = { ...(await bearer({ issuer: "entra" })), "X-Custom": "ä".normalize().replace("ä", "a") }
    const echo = async (
      name: string,
    ): Promise<{ authorizer: Record<string, unknown>; path: string; headers: object }> =>
      JSON.parse((await raw(`${gateway(name)}/orders/7?full=1`, { headers })).text)
    for (const name of ["rest-token", "rest-request"]) {
      const { authorizer, path, headers: got } = await echo(name)
      expect(path).toBe("/orders/7")
      expect(got).toMatchObject({ "x-custom": "a" })
      expect(authorizer).toMatchObject({
        principalId: expect.any(String),
        exp: expect.any(String),
        integrationLatency: 0,
      })
    }
    expect((await echo("http-1.0")).authorizer).toMatchObject({ principalId: expect.any(String) })
    expect((await echo("http-2.0")).authorizer).toMatchObject({ lambda: { exp: expect.any(Number) } })
  })

  it("a WebSocket opens with the right scope, and its messages see what the authorizer said", async () => {
    const socket = new WebSocket(gateway("websocket"), {
      headers: await bearer({ issuer: "okta", claims: { scp: ["chat"] } }),
    })
    await once(socket, "open")
    socket.send("hello")
    const [data] = (await once(socket, "message")) as [Buffer]
    expect(JSON.parse(String(data))).toMatchObject({ body: "hello", authorizer: { scopes: "chat" } })
    socket.terminate()
  })

  it("a stack with open WebSockets stops", async () => {
    const options = { mode: "demo", source: "x", config: demoConfiguration, localIssuers: true } as const
    const other = await serveStack(await LocalStack.start(options), 0)
    const { token: text } = JSON.parse(
      (
        await raw(`${other.page}/api/tokens`, {
          method: "POST",
          headers: { "x-hallpass-token": other.token },
          body: JSON.stringify({ issuer: "okta", claims: { scp: ["chat"] } }),
        })
      ).text,
    )
    const socket = new WebSocket(other.gateways.get("websocket") ?? "", {
      headers: { authorization: `Bearer ${text}` },
    })
    await once(socket, "open")
    const gone = once(socket, "close")
    await Promise.all([other.close(), gone])
  })

  it.each([
    ["the wrong scope", { issuer: "okta" }, 403],
    ["an expired token", { issuer: "okta", claims: { scp: ["chat"] }, defects: ["expired"] }, 401],
    ["no token", undefined, 401],
  ])("a WebSocket with %s gets the status in place of the upgrade", async (_, wish, status) => {
    const headers = wish === undefined ? {} : await bearer(wish)
    const socket = new WebSocket(gateway("websocket"), { headers })
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(status)
    socket.on("error", () => undefined)
    socket.terminate()
  })

  it("a WebSocket API answers plain HTTP with 426", async () => {
    expect((await raw(gateway("websocket").replace("ws:", "http:"))).status).toBe(426)
  })
})

describe("16-5: a backend of the user, and an API from an OpenAPI document", () => {
  const document = {
    openapi: "3.0.1",
    info: { title: "orders", version: "1" },
    components: { securitySchemes: { login: { type: "http", scheme: "bearer" } } },
    paths: {
      "/orders/{id}": { get: { security: [{ login: [] }], responses: {} } },
      "/health": { get: { security: [], responses: {} } },
    },
    "x-amazon-apigateway-cors": {
      ...{ allowOrigins: ["http://localhost:5173"], allowMethods: ["GET"], allowHeaders: ["authorization"] },
      ...{ maxAge: 60, allowCredentials: true, exposeHeaders: ["etag"] },
    },
    "x-amazon-apigateway-gateway-responses": {
      ACCESS_DENIED: {
        statusCode: 404,
        responseParameters: {
          "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
          "gatewayresponse.header.X-Asked": "method.request.path.id",
          "gatewayresponse.header.X-Route": "context.resourcePath",
        },
        responseTemplates: { "application/json": '{"why":$context.error.messageString}' },
      },
    },
  }
  const seen: { url: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = []
  const backend = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    seen.unshift({ url: request.url ?? "", headers: request.headers, body })
    response.writeHead(401, {
      ...{ "WWW-Authenticate": 'Bearer realm="x"', ETag: "1", "Access-Control-Allow-Origin": "https://evil.example" },
      Server: "theirs",
    })
    response.end("from the backend")
  })
  let [stack, served]: [LocalStack?, ServedStack?] = []
  let authorization = ""
  beforeAll(async () => {
    const port = await listenOnLoopback(backend, 0)
    stack = await LocalStack.start({
      ...{ mode: "dev", source: "x", config: demoConfiguration, localIssuers: true, clock: () => now },
      backend: httpBackend(new URL(`http://127.0.0.1:${port}/base/`)),
      further: apiFromOpenApi(document).settings,
    })
    served = await serveStack(stack, 0)
    authorization = `Bearer ${await tokenFor(stack, { issuer: "okta", claims: { scp: ["orders:read"] } })}`
  })
  afterAll(async () => {
    await served?.close()
    backend.closeAllConnections()
    backend.close()
  })
  const at = (name: string): string => served?.gateways.get(name as never) ?? ""

  it("gets path, query and body as they were sent, and the authorizer's word in a header that no client can send", async () => {
    const headers = { authorization, "X-Amzn-Request-Context": '{"authorizer":"forged"}', "content-length": "4" }
    await raw(`${at("rest-request")}/orders/7%20b?a=b%20c`, { headers, body: "data" })
    expect(seen[0]).toMatchObject({ url: "/base/orders/7%20b?a=b%20c", body: "data" })
    expect(seen[0]?.headers).toMatchObject({ "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" })
    const context = JSON.parse(String(seen[0]?.headers["x-amzn-request-context"]))
    expect(context.authorizer).toMatchObject({ scopes: "orders:read", principalId: expect.any(String) })
  })

  it("WWW-Authenticate and Server of the backend are renamed by REST APIs only", async () => {
    const rest = await raw(`${at("rest-request")}/orders/7`, { headers: { authorization } })
    expect(rest.headers).toMatchObject({
      "x-amzn-remapped-www-authenticate": 'Bearer realm="x"',
      "x-amzn-remapped-server": "theirs",
    })
    expect(rest.headers).not.toHaveProperty("www-authenticate")
    const http = await raw(`${at("http-2.0")}/orders/7`, { headers: { authorization } })
    expect(http.headers).toMatchObject({ "www-authenticate": 'Bearer realm="x"' })
  })

  it("an HTTP API answers a preflight itself, and replaces the backend's CORS headers", async () => {
    const origin = "http://localhost:5173"
    const before = seen.length
    const preflight = await raw(`${at("http-2.0")}/orders/7`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "GET" },
    })
    expect({ status: preflight.status, seen: seen.length }).toEqual({ status: 204, seen: before })
    expect(preflight.headers).toMatchObject({
      ...{ "access-control-allow-origin": origin, "access-control-allow-methods": "GET" },
      ...{ "access-control-max-age": "60", "access-control-allow-credentials": "true" },
    })
    const answer = await raw(`${at("http-2.0")}/orders/7`, { headers: { origin, authorization } })
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "etag",
    })
    const denied = await raw(`${at("http-2.0")}/orders/7`, { headers: { origin } })
    expect(denied.headers).not.toHaveProperty("access-control-allow-origin")
  })

  it("a REST API applies its gateway responses to denials", async () => {
    const other = `Bearer ${await tokenFor(stack as LocalStack, { issuer: "okta", claims: { scp: ["none"] } })}`
    const { status, text, headers } = await raw(`${at("rest-request")}/orders/7`, { headers: { authorization: other } })
    expect({ status, why: JSON.parse(text).why }).toEqual({
      status: 404,
      why: "User is not authorized to access this resource with an explicit deny",
    })
    expect(headers).toMatchObject({
      ...{ "access-control-allow-origin": "*", "x-asked": "7", "x-route": "/orders/{id}" },
    })
  })

  it("a route without security goes to the backend without an authorizer; a route that the document lacks is none", async () => {
    const open = await raw(`${at("http-2.0")}/health`)
    expect(open).toMatchObject({ status: 401, text: "from the backend" })
    expect(seen[0]?.headers["x-amzn-request-context"]).toBe('{"authorizer":null}')
    expect((await raw(`${at("http-2.0")}/orders`, { headers: { authorization } })).status).toBe(404)
  })

  it("16 bad input: a busy backend: what is more than it may have at a time is a 429", async () => {
    let release: () => void = () => undefined
    const busy = createServer((_, response) => {
      release = () => response.end("late")
    })
    const arrived = once(busy, "request")
    const port = await listenOnLoopback(busy, 0)
    const limited = httpBackend(new URL(`http://127.0.0.1:${port}`), 1)
    const request = { method: "GET", path: "/", query: "", headers: [], sourceIp: "192.0.2.1" }
    const asked = { kind: "rest", request, authorizer: null, body: Buffer.alloc(0) } as const
    const first = limited.respond(asked)
    await arrived
    expect((await limited.respond(asked)).status).toBe(429)
    release()
    expect(String((await first).body)).toBe("late")
    limited.close?.()
    await closed(busy)
  })

  it("a backend that does not answer is a 502 of REST and a 503 of HTTP APIs", async () => {
    backend.closeAllConnections()
    backend.close()
    await once(backend, "close")
    expect((await raw(`${at("rest-request")}/orders/7`, { headers: { authorization } })).status).toBe(502)
    expect((await raw(`${at("http-2.0")}/orders/7`, { headers: { authorization } })).status).toBe(503)
  })
})
