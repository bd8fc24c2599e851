import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import Provider from "oidc-provider"
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { type Authorizer, createAuthorizer } from "../../src/index.ts"
import type { AuthorizerConfig, OidcIssuer } from "../../src/types/configuration.ts"
import { eventBuilders, eventKinds, http2 } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { requestToken } from "./request-token.ts"

// An independent, certified authorization server in this process; discovery and keys come over loopback HTTP.

const audience = "https://orders.example"
const client = { id: "batch", secret: "s3cr3t-of-the-test" }
const lifeSeconds = 300
const server = createServer()
/** Paths that were asked for, in order. */
const asked: string[] = []
let issuer = ""
let token = ""

const resourceServer = {
  scope: "orders:read orders:write",
  audience,
  accessTokenFormat: "jwt",
  accessTokenTTL: lifeSeconds,
  jwt: { sign: { alg: "RS256" } },
}

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined) // notices about its development defaults
  vi.spyOn(console, "info").mockImplementation(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey, kid } = testKey("rsa", "oidc-provider")
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => resourceServer },
    },
  })
  const answer = provider.callback()
  server.on("request", (request, response) => {
    asked.push(request.url ?? "")
    answer(request, response)
  })
  token = await requestToken(issuer, { resource: audience, scope: "orders:read" }, client)
})

afterAll(async () => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

beforeEach(() => {
  asked.length = 0
})

function authorizer(changes: Partial<OidcIssuer> = {}, clock: () => number = Date.now): Authorizer {
  const config: AuthorizerConfig = {
    issuers: [{ provider: "oidc", issuer, audience, requireAtJwt: true, ...changes }],
    routes: {
      "GET /orders/{id}": { scopes: ["orders:read"] },
      "POST /orders": { scopes: ["orders:write"] },
      $connect: { scopes: ["orders:read"], kind: "app" },
    },
    gateway: { resultTtlSeconds: 0, identitySources: [] },
    keys: { allowHttpLoopback: true },
  }
  return createAuthorizer(config, { clock })
}

const read = { method: "GET", path: "/orders/7", template: "/orders/{id}" }
const write = { method: "POST", path: "/orders", template: "/orders" }

describe("tokens of oidc-provider (RS256, at+jwt)", () => {
  it.each(eventKinds)("%s: the token is allowed for its route", async (kind) => {
    const answer = await authorizer().handler(eventBuilders[kind](`Bearer ${token}`, read))
    expect(answer).toMatchObject({
      principalId: `${issuer}|${client.id}`,
      policyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "execute-api:Invoke" }] },
      context: { sub: client.id, clientId: client.id, issuer, tokenKind: "app", scopes: "orders:read" },
    })
  })

  it.each(eventKinds.filter((kind) => kind !== "websocket"))("%s: another route's scope is missing", async (kind) => {
    const { handler, decide } = authorizer()
    const event = eventBuilders[kind](`Bearer ${token}`, write)
    expect(await decide(event)).toMatchObject({ outcome: "forbidden", reason: "scope_missing", route: "POST /orders" })
    expect(await handler(event)).toMatchObject({ policyDocument: { Statement: [{ Effect: "Deny" }] } })
  })

  it("discovery and keys are fetched once for all requests, together or one after another", async () => {
    const { handler, warmUp } = authorizer()
    const event = http2(`Bearer ${token}`, read)
    await Promise.all([warmUp(), handler(event), handler(event), handler(event)])
    await handler(event)
    expect(asked).toEqual(["/.well-known/openid-configuration", "/jwks"])
  })

  it("SR-065: it ends when its issuer says so", async () => {
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { exp: number }
    let seconds = exp - 1
    const { decide, handler } = authorizer({}, () => seconds * 1000)
    const event = http2(`Bearer ${token}`, read)
    expect(await decide(event)).toMatchObject({ outcome: "allow", principal: { expiresAt: exp } })
    seconds = exp + 5 // the default tolerance
    expect(await decide(event)).toMatchObject({ outcome: "unauthenticated", reason: "token_expired" })
    await expect(handler(event)).rejects.toThrow(/^Unauthorized$/)
  })

  it("SR-063: it is for no other audience", async () => {
    const event = http2(`Bearer ${token}`, read)
    const decision = await authorizer({ audience: "https://other.example" }).decide(event)
    expect(decision).toMatchObject({ outcome: "unauthenticated", reason: "audience_mismatch" })
  })

  it("SR-040: one changed octet of payload or signature is refused", async () => {
    const { decide } = authorizer()
    const [header = "", payload = "", mac = ""] = token.split(".")
    const admin = Buffer.from(payload, "base64url").toString().replace("orders:read", "orders:write")
    const octets = Buffer.from(mac, "base64url")
    octets[0] = (octets[0] ?? 0) ^ 1
    for (const forged of [
      `${header}.${Buffer.from(admin).toString("base64url")}.${mac}`,
      `${header}.${payload}.${octets.toString("base64url")}`,
    ]) {
      expect(await decide(http2(`Bearer ${forged}`, read))).toMatchObject({ reason: "signature_invalid" })
    }
  })
})

describe("its metadata", () => {
  it("SR-091: must name the configured issuer exactly, else nothing is decided", async () => {
    const discoveryUrl = `${issuer}/.well-known/openid-configuration`
    // The token itself is of the configured issuer; only the metadata names another.
    const other = issuer.replace("127.0.0.1", "localhost")
    const { decide, handler } = authorizer({ issuer: other, discoveryUrl })
    const [header, , mac] = token.split(".")
    const claims = { iss: other, aud: audience, sub: "x", exp: Math.floor(Date.now() / 1000) + 3600 }
    const event = http2(`Bearer ${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${mac}`, read)
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "keys_unavailable" })
    await expect(handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "keys_unavailable" })
    expect(asked).not.toContain("/jwks")
  })

  it("SR-090: over plain http it is refused unless loopback is allowed", () => {
    const issuers = [{ provider: "oidc", issuer, audience }] as const
    expect(() => createAuthorizer({ issuers })).toThrow(/issuers\[0\]\.discoveryUrl/)
  })

  it("SR-062: a token of an unknown issuer fetches nothing", async () => {
    const { decide } = authorizer({ issuer: "http://127.0.0.1:9/other" })
    expect(await decide(http2(`Bearer ${token}`, read))).toMatchObject({ reason: "issuer_unknown" })
    expect(asked).toEqual([])
  })
})
