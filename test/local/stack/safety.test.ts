import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { controlRoutes } from "../../../local/server/control-api.ts"
import { closed, listenOnLoopback } from "../../../local/server/listen.ts"
import { serveStack } from "../../../local/server/serve.ts"
import { demoConfiguration } from "../../../local/stack/demo.ts"
import { LocalStack } from "../../../local/stack/stack.ts"
import { raw, rig } from "./served.ts"

const { served, call, token, gateway } = rig()

/** Names that reach a loopback server under DNS rebinding, and names that only look like loopback. */
const foreignHosts = [
  "evil.example",
  "evil.example:3000",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "127.0.0.1@evil.example",
  "192.168.0.1:3000",
  "0.0.0.0",
  "127.1",
  "2130706433",
  "[::]",
]
const foreignOrigins = [
  "https://evil.example",
  "null",
  "http://localhost.evil.example",
  "file://",
  "http://127.0.0.1:1",
]

describe("16 bad input: DNS rebinding and other sites", () => {
  it.each(foreignHosts)("the Host %j is refused by the page, its API, each gateway and each issuer", async (host) => {
    const { page, gateways, token: secret } = served()
    const [issuer] = (await call<{ issuers: { jwksUri: string }[] }>("GET /api/stack")).issuers
    const urls = [`${page}/`, `${page}/page.js`, `${page}/api/stack`, `${page}/api/state`, issuer?.jwksUri ?? ""]
    for (const [name, url] of gateways) if (name !== "websocket") urls.push(`${url}/orders/7`)
    for (const url of urls) {
      const { status, text } = await raw(url, { headers: { host, "x-hallpass-token": secret } })
      expect(status, url).toBeGreaterThanOrEqual(400)
      expect(text).not.toContain(secret)
    }
  })

  it.each(["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])("the Host %s is this machine", async (name) => {
    const { port } = new URL(served().page)
    expect((await raw(`${served().page}/api/stack`, { headers: { host: `${name}:${port}` } })).status).toBe(200)
  })

  it.each(foreignOrigins)("the Origin %s is refused by the page and its API, stack included", async (origin) => {
    for (const path of ["/", "/page.js", "/api/stack", "/api/state"]) {
      const headers = { origin, "x-hallpass-token": served().token }
      expect((await raw(`${served().page}${path}`, { headers })).status, path).toBe(403)
    }
  })

  it("a page of this machine may call the gateways, and one of another site may not", async () => {
    const headers = { authorization: `Bearer ${await token({ issuer: "okta" })}` }
    const ask = (origin: string) => raw(`${gateway("http-2.0")}/orders/7`, { headers: { ...headers, origin } })
    expect((await ask("http://localhost:5173")).status).toBe(200)
    for (const origin of foreignOrigins.slice(0, 4)) expect((await ask(origin)).status, origin).toBe(403)
  })

  it("a cross-site request without an Origin is refused by what the browser says of it", async () => {
    for (const site of ["cross-site", "same-site"]) {
      const headers = { "sec-fetch-site": site, "x-hallpass-token": served().token }
      expect((await raw(`${served().page}/api/stack`, { headers })).status).toBe(403)
    }
  })

  it("a WebSocket of another site is refused before the authorizer is asked", async () => {
    const before = (await call<unknown[]>("GET /api/requests")).length
    const socket = new WebSocket(gateway("websocket"), { origin: "https://evil.example" })
    const [error] = (await once(socket, "error")) as [Error]
    expect(error.message).toContain("403")
    expect(await call<unknown[]>("GET /api/requests")).toHaveLength(before)
  })
})

describe("16-4.4: the control token", () => {
  it.each(Object.values(controlRoutes).filter((route) => route !== "GET /api/stack"))("%s needs it", async (route) => {
    const [method = "", path = ""] = route.split(" ")
    const body = method === "POST" ? "{}" : undefined
    for (const given of [undefined, "", "wrong", `${served().token}x`, served().token.slice(1)]) {
      const headers = given === undefined ? {} : { "x-hallpass-token": given }
      const { status } = await raw(`${served().page}${path}`, { method, headers, ...(body && { body }) })
      expect(status, String(given)).toBe(403)
    }
  })

  it("is in the page's own document, which no other site can read", async () => {
    const { text, headers } = await raw(`${served().page}/`)
    expect(text).toContain(`<meta name="hallpass-token" content="${served().token}">`)
    expect(headers["access-control-allow-origin"]).toBeUndefined()
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'")
  })

  it("is another one for every stack", async () => {
    const options = { mode: "demo", source: "x", config: demoConfiguration, localIssuers: false } as const
    const other = await serveStack(await LocalStack.start(options), 0)
    expect(other.token).not.toBe(served().token)
    await other.close()
  })
})

describe("16 bad input: requests that no client library sends", () => {
  it.each([
    ["no JSON", "{", 400],
    ["a list", "[]", 400],
    ["null", "null", 400],
    ["deep nesting", "[".repeat(100_000), 400],
    ["an own __proto__", '{"__proto__":{"issuer":"okta"}}', 400],
  ])("a body that is %s is a %s", async (_, body) => {
    const headers = { "x-hallpass-token": served().token }
    const { status } = await raw(`${served().page}/api/tokens`, { method: "POST", headers, body })
    expect(status).toBe(400)
  })

  it.each(["/api/", "/api/nothing", "/api/constructor", "/api/__proto__", "/api/state/"])(
    "%s is a 404",
    async (path) => {
      const headers = { "x-hallpass-token": served().token }
      expect((await raw(`${served().page}${path}`, { headers })).status).toBe(404)
    },
  )

  it("another method is a 405, and paths out of the page's files are 404", async () => {
    const headers = { "x-hallpass-token": served().token }
    expect((await raw(`${served().page}/api/tokens`, { headers })).status).toBe(405)
    for (const path of ["/../package.json", "/%2e%2e/package.json", "/page.js/../../package.json", "/favicon.ico"])
      expect((await raw(`${served().page}${path}`)).status, path).toBe(404)
  })

  it("a body of more than 10 MB is a 413 of the gateway", async () => {
    const headers = { authorization: "Bearer x", "content-length": String(11 * 1024 * 1024) }
    const { status } = await raw(`${gateway("rest-token")}/orders`, { method: "POST", headers })
    expect(status).toBe(413)
  })
})

describe("16 bad input: a port in use", () => {
  it("leads to the next free one, and 0 to any", async () => {
    const taken = createServer()
    const port = await listenOnLoopback(taken, 0)
    expect((taken.address() as AddressInfo).address).toBe("127.0.0.1")
    const other = createServer()
    expect(await listenOnLoopback(other, port)).toBeGreaterThan(port)
    await Promise.all([closed(taken), closed(other)])
  })

  it("every server of a stack listens on loopback only", () => {
    for (const url of [served().page, ...served().gateways.values()]) expect(new URL(url).hostname).toBe("127.0.0.1")
  })
})
