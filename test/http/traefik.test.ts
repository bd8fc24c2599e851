import { request } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { identityHeaders } from "../../src/http/identity-headers.ts"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { recipe } from "./neighbours/recipes.ts"
import { bearer, clock, config } from "./world.ts"

// 18-2: an HTTP client that plays Traefik's ForwardAuth by its contract, with the recipe of docs/serve.md.

type Headers = { readonly [name: string]: string }
const { forwardAuth } = parse(recipe("Traefik", "yaml")[0] ?? "").http.middlewares.hallpass as {
  forwardAuth: { authResponseHeaders: readonly string[]; trustForwardHeader?: boolean; authRequestHeaders?: string[] }
}
const handedOn = forwardAuth.authResponseHeaders.map((name) => name.toLowerCase())

let service: AuthorizationServer
beforeAll(async () => {
  service = await createAuthorizationServer(config, { dialect: "traefik", port: 0 }, { clock })
})
afterAll(() => service.close())

/** What Traefik does with a request: what the upstream is sent, or what the client gets. */
async function through(
  first: string,
  sent: Headers,
): Promise<{ upstream?: Headers; status?: number; challenge?: string }> {
  const [method = "", uri = ""] = first.split(" ")
  const lower = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]))
  const forwarded = {
    "x-forwarded-method": method,
    "x-forwarded-uri": uri,
    "x-forwarded-host": "orders.example.com",
    "x-forwarded-proto": "http",
    "x-forwarded-for": "192.0.2.7",
  }
  // Without trustForwardHeader, Traefik's own values replace those of the client.
  const asked = forwardAuth.trustForwardHeader === true ? { ...forwarded, ...lower } : { ...lower, ...forwarded }
  const { status, headers } = await new Promise<{ status: number; headers: Headers }>((resolve, reject) => {
    const options = { host: "127.0.0.1", port: new URL(service.url).port, agent: false as const, headers: asked }
    request(options, (response) => {
      response.resume()
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers as Headers }))
    })
      .on("error", reject)
      .end()
  })
  if (status < 200 || status >= 300) {
    const challenge = headers["www-authenticate"]
    return { status, ...(challenge !== undefined && { challenge }) }
  }
  const rest = Object.entries(lower).filter(([name]) => !handedOn.includes(name))
  const own = handedOn.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  return { upstream: Object.fromEntries([...rest, ...own]) }
}

describe("18-2: Traefik's ForwardAuth", () => {
  const authorization = bearer("plain")

  it("hands the identity on, and the answer of a refusal back", async () => {
    const { upstream } = await through("GET /orders/7?x=1", { authorization, accept: "*/*" })
    expect(upstream).toMatchObject({ accept: "*/*", "x-hallpass-scopes": "orders:read", "x-hallpass-email": "" })
    expect(await through("GET /orders/7", {})).toEqual({ status: 401, challenge: 'Bearer realm="hallpass"' })
    expect(await through("DELETE /admin/x", { authorization })).toEqual({ status: 403 })
  })

  it("never hands on an identity header of the client's own, in any spelling", async () => {
    expect(forwardAuth.authRequestHeaders).toBeUndefined() // so that the service sees every header
    for (const own of [...identityHeaders(config).names, "x-hallpass-new"])
      for (const spelled of [own, own.toUpperCase(), own.replaceAll("-", "_"), own.replaceAll("-", ".")])
        expect([spelled, await through("GET /orders/7", { authorization, [spelled]: "root" })]).toEqual([
          spelled,
          { status: 403 },
        ])
  })

  it("asks about the client's own method and path, whatever the client's headers say", async () => {
    const lies = { "X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/orders/7", "X-Original-URI": "/orders/7" }
    expect(await through("DELETE /admin/x", { authorization, ...lies })).toEqual({ status: 403 })
  })
})
