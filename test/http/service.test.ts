import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { signEdgeRequest } from "../../src/edge.ts"
import type { HttpDialect } from "../../src/http/dialect.ts"
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type AuthorizerConfig,
  createAuthorizationServer,
  type ServiceParts,
} from "../../src/http.ts"
import { ConfigurationError } from "../../src/index.ts"
import { question } from "./question.ts"
import { bearer, clock, config, issuer, tokens } from "./world.ts"

const dialects: readonly HttpDialect[] = ["envoy", "nginx", "caddy", "traefik", "gloo"]

const started: AuthorizationServer[] = []
async function serviceOf(
  given: AuthorizerConfig = config,
  options: Partial<AuthorizationServerOptions> = {},
  parts: ServiceParts = {},
): Promise<AuthorizationServer> {
  const service = await createAuthorizationServer(given, { dialect: "nginx", port: 0, ...options }, { clock, ...parts })
  started.push(service)
  return service
}
afterEach(async () => {
  for (const service of started.splice(0)) await service.close()
})

async function ask(service: AuthorizationServer, dialect: HttpDialect, first: string, headers: object = {}) {
  const [method = "", target = ""] = first.split(" ")
  const asked = question(dialect, method, target)
  return await fetch(service.url + asked.path, { method: asked.method, headers: { ...asked.headers, ...headers } })
}

describe.each(dialects)("18-2: the dialect %s", (dialect) => {
  let service: AuthorizationServer
  beforeAll(async () => {
    service = await createAuthorizationServer(config, { dialect, port: 0 }, { clock })
  })
  afterAll(() => service.close())

  it("allows with every identity header, empty if there is no value", async () => {
    const answer = await ask(service, dialect, "GET /orders/7?x=1", { authorization: bearer("plain") })
    expect(answer.status).toBe(200)
    const identity = Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith("x-hallpass-")))
    expect(identity).toEqual({
      "x-hallpass-principal": "https://test.okta.com/oauth2/default|00u2",
      "x-hallpass-sub": "bea",
      "x-hallpass-issuer": issuer.issuer,
      "x-hallpass-tokenkind": "user",
      "x-hallpass-clientid": expect.any(String),
      "x-hallpass-tenant": "",
      "x-hallpass-exp": expect.stringMatching(/^\d+$/),
      "x-hallpass-groupsincomplete": "",
      "x-hallpass-scopes": "orders:read",
      "x-hallpass-roles": "",
      "x-hallpass-groups": "",
      "x-hallpass-permissions": "",
      "x-hallpass-contextomitted": "",
      "x-hallpass-email": "",
    })
    expect(answer.headers.get("cache-control")).toBe("no-store")
  })

  it.each([
    ["no credential", {}, 'Bearer realm="hallpass"'],
    ["two words", { authorization: "Bearer a b" }, 'Bearer realm="hallpass", error="invalid_request"'],
    ["no token", { authorization: "Bearer x" }, 'Bearer realm="hallpass", error="invalid_token"'],
    [
      "an expired token",
      { authorization: `Bearer ${issuer.token({}, "expired")}` },
      'Bearer realm="hallpass", error="invalid_token"',
    ],
  ])("answers 401 with a challenge by RFC 6750: %s", async (_what, headers, challenge) => {
    const answer = await ask(service, dialect, "GET /orders/7", headers)
    expect([answer.status, answer.headers.get("www-authenticate"), await answer.text()]).toEqual([401, challenge, ""])
  })

  it("answers 403 that names no claim, and no reason", async () => {
    const answer = await ask(service, dialect, "GET /orders/7", { authorization: bearer("writer") })
    expect([answer.status, await answer.text(), answer.headers.get("www-authenticate")]).toEqual([403, "", null])
    expect([...answer.headers.keys()].toSorted()).toEqual([
      "cache-control",
      "connection",
      "content-length",
      "date",
      "keep-alive",
    ])
  })

  it.each(["X-Hallpass-Principal", "x_hallpass_principal", "X.Hallpass-Email", "X-HALLPASS_", "x-hallpass-new"])(
    "does not believe a neighbour that forgets to strip %s",
    async (name) => {
      const answer = await ask(service, dialect, "GET /orders/7", { authorization: bearer("reader"), [name]: "root" })
      expect([answer.status, [...answer.headers.values()].includes("root")]).toEqual([403, false])
    },
  )

  it.each([
    "/orders/../admin",
    "//orders/7",
    "/orders/7;v=1",
    "/orders/%2e%2e",
    "/%6Frders/7",
    "/orders/7%5c",
    "/orders/7%2F1",
  ])("refuses the ambiguous path %s", async (path) => {
    const [method, headers] = ["GET", { authorization: bearer("reader") }]
    if (dialect === "envoy" && path.includes("..")) return // fetch resolves it; test/attacks/service.test.ts does not
    expect((await ask(service, dialect, `${method} ${path}`, headers)).status).toBe(403)
  })

  it("reads the original request from its own headers only", async () => {
    const others = {
      "X-Original-Method": "GET",
      "X-Original-URI": "/orders/7",
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Uri": "/orders/7",
      "X-Original-URL": "/orders/7",
      "X-Rewrite-URL": "/orders/7",
      Forwarded: "for=1.2.3.4",
    }
    const asked = question(dialect, "DELETE", "/admin/x")
    const answer = await fetch(service.url + asked.path, {
      method: asked.method,
      headers: { ...others, ...asked.headers, authorization: bearer("reader") },
    })
    expect(answer.status).toBe(403)
  })

  it("is no place for health and metrics: every path is a question", async () => {
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      const answer = await fetch(service.url + path)
      expect([answer.status, await answer.text()]).toEqual([dialect === "envoy" ? 401 : 503, ""])
    }
  })
})

describe("18-2: the original request", () => {
  it("is undecided if the neighbour is not set up", async () => {
    for (const dialect of dialects.filter((each) => each !== "envoy")) {
      const service = await serviceOf(config, { dialect })
      const { headers } = question(dialect, "GET", "/orders/7")
      for (const name of Object.keys(headers)) {
        const rest = Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
        const answer = await fetch(`${service.url}/orders/7`, { headers: { ...rest, authorization: bearer("reader") } })
        expect([dialect, answer.status]).toEqual([dialect, 503])
      }
    }
  })

  it("ignores the gateway block, whatever it says", async () => {
    const gateway = { resultTtlSeconds: 0, authorizerType: "token", unauthorized: "deny" } as const
    const service = await serviceOf({ ...config, gateway })
    expect((await ask(service, "nginx", "GET /orders/7", { authorization: bearer("reader") })).status).toBe(200)
    expect((await ask(service, "nginx", "GET /orders/7")).status).toBe(401)
  })

  it("refuses a slash at the end if a catch-all with another rule could take the path", async () => {
    const statuses = async (routes: object): Promise<number[]> => {
      const service = await serviceOf({ ...config, routes: { "GET /a/{x}": {}, ...routes } })
      const asked = ["/a/7", "/a/7/"].map((path) =>
        ask(service, "nginx", `GET ${path}`, { authorization: bearer("plain") }),
      )
      return (await Promise.all(asked)).map(({ status }) => status)
    }
    expect(await statuses({ "ANY /{proxy+}": { groups: ["ops"] } })).toEqual([200, 403])
    expect(await statuses({ "ANY /{proxy+}": {} })).toEqual([200, 200])
    expect(await statuses({})).toEqual([200, 200])
  })

  it("chooses a route as an HTTP API: a full match before a greedy one", async () => {
    const routes = { "GET /a/{x}/c": { scopes: ["orders:read"] }, "ANY /a/b/{rest+}": { groups: ["ops"] } }
    const service = await serviceOf({ ...config, routes })
    expect((await ask(service, "nginx", "GET /a/b/c", { authorization: bearer("plain") })).status).toBe(200)
    expect((await ask(service, "nginx", "GET /a/b/d", { authorization: bearer("plain") })).status).toBe(403)
  })

  it.each(dialects)("is what an edge has signed, in the dialect %s", async (dialect) => {
    const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
    process.env.HALLPASS_TEST_SERVICE_EDGE = JSON.stringify({ k1: keyHex })
    const hmac = { header: "x-edge-signature", keys: { env: "HALLPASS_TEST_SERVICE_EDGE" } }
    const edge = { role: "identity", headers: { user: "x-edge-user" }, evidence: [{ hmac }] } as const
    const service = await serviceOf({ issuers: [], edge, routes: { "GET /orders/{id}": {} } }, { dialect })
    // fetch sets Host by itself; where it is the neighbour's own, another header has the original one.
    const named = {
      caddy: "X-Forwarded-Host",
      traefik: "X-Forwarded-Host",
      gloo: "X-Original-Host",
      envoy: "",
      nginx: "",
    }
    const host = named[dialect] === "" ? new URL(service.url).host : "api.example.com"
    const signing = { keyId: "k1", key: Buffer.from(keyHex, "hex"), unixSeconds: clock() / 1000, method: "GET", host }
    const signature = signEdgeRequest({ ...signing, path: "/orders/7", headers: { "X-Edge-User": "ann" } })
    const headers = {
      "x-edge-user": "ann",
      "x-edge-signature": signature,
      ...(named[dialect] && { [named[dialect]]: host }),
    }
    const answer = await ask(service, dialect, "GET /orders/7?page=2", headers)
    expect([answer.status, answer.headers.get("x-hallpass-user")]).toEqual([200, "ann"])
    for (const changed of ["GET /orders/8", "PUT /orders/7"])
      expect((await ask(service, dialect, changed, headers)).status).toBe(401)
    delete process.env.HALLPASS_TEST_SERVICE_EDGE
  })

  it("without routes any authenticated caller is allowed, and nobody else", async () => {
    const service = await serviceOf({ issuers: config.issuers })
    expect((await ask(service, "nginx", "PATCH /any/where", { authorization: bearer("reader") })).status).toBe(200)
    expect((await ask(service, "nginx", "PATCH /any/where")).status).toBe(401)
  })

  it("without routes, too, a method is one word", async () => {
    const service = await serviceOf({ issuers: config.issuers })
    for (const method of ["GET, POST", "G@T", "GET/x", "é", "A".repeat(33)]) {
      const headers = { "X-Original-Method": method, "X-Original-URI": "/", authorization: bearer("reader") }
      expect([method, (await fetch(service.url, { headers })).status]).toEqual([method, 403])
    }
  })

  it("finds a credential in the original query string and in a cookie", async () => {
    const service = await serviceOf({ ...config, credential: { query: "token", cookie: "session" } })
    expect((await ask(service, "nginx", `GET /orders/7?token=${tokens.reader}`)).status).toBe(200)
    expect((await ask(service, "nginx", "GET /orders/7", { cookie: `a=b; session=${tokens.reader}` })).status).toBe(200)
    expect((await ask(service, "nginx", `GET /orders/7?token=${tokens.reader}&token=x`)).status).toBe(401)
    expect(
      (await ask(service, "nginx", `GET /orders/7?token=${tokens.reader}`, { cookie: `session=${tokens.reader}` }))
        .status,
    ).toBe(401)
  })

  it("hands lists on as base64url of JSON, and other characters percent-encoded", async () => {
    const service = await serviceOf({ ...config, context: { constructor: "missing", city: "city", blank: "blank" } })
    const claims = { groups: ["ops", "a,b"], city: "Łódź", blank: " x ", scp: ["orders:read"] }
    const answer = await ask(service, "nginx", "GET /orders/7", { authorization: `Bearer ${issuer.token(claims)}` })
    const groups = Buffer.from(answer.headers.get("x-hallpass-groups") ?? "", "base64url").toString()
    expect(JSON.parse(groups)).toEqual(["ops", "a,b"])
    expect(answer.headers.get("x-hallpass-city")).toBe("UTF-8''%C5%81%C3%B3d%C5%BA")
    expect(answer.headers.get("x-hallpass-blank")).toBe("UTF-8''%20x%20")
    expect(answer.headers.get("x-hallpass-constructor")).toBe("")
  })

  it("asks a custom check, and is undecided if it fails", async () => {
    const seen: unknown[] = []
    const service = await serviceOf(
      config,
      {},
      {
        clock,
        check: (_principal, request) => {
          seen.push([request.kind, request.method, request.arn?.path, request.connection?.host])
          if (request.arn?.path === "/orders/9") throw new Error("fails")
          return request.arn?.path === "/orders/7"
        },
      },
    )
    const headers = { authorization: bearer("reader") }
    const statuses: number[] = []
    for (const id of [7, 8, 9]) statuses.push((await ask(service, "nginx", `GET /orders/${id}`, headers)).status)
    expect(statuses).toEqual([200, 403, 503])
    expect(seen[0]).toEqual(["service", "GET", "/orders/7", new URL(service.url).host])
  })

  it("records decisions as an authorizer does, kind service", async () => {
    const records: unknown[] = []
    const observer = {
      decision: ({ outcome, reason, eventKind, route }: object & Record<string, unknown>) =>
        void records.push({ outcome, reason, eventKind, route }),
    }
    const service = await serviceOf(config, {}, { clock, observer: observer as never })
    await ask(service, "nginx", "GET /orders/7", { authorization: bearer("writer") })
    await ask(service, "nginx", "GET /orders/7", { authorization: bearer("reader"), "x-hallpass-sub": "x" })
    expect(records).toEqual([
      { outcome: "forbidden", reason: "scope_missing", eventKind: "service", route: "GET /orders/{id}" },
      { outcome: "forbidden", reason: "identity_header_sent", eventKind: undefined, route: undefined },
    ])
  })
})

describe("18-2: Gloo's pass-through question", () => {
  it("has a JSON body or none, any method and path of its own, and allowed headers only", async () => {
    const service = await serviceOf(config, { dialect: "gloo" })
    const headers = { authorization: bearer("reader"), "X-Original-Method": "GET", "X-Original-URI": "/orders/7" }
    const body = JSON.stringify({ state: { a: 1 }, filterMetadata: {}, body: "x".repeat(20_000) })
    for (const asked of [{ method: "POST", body }, { method: "POST" }, { method: "GET" }]) {
      const answer = await fetch(`${service.url}/auth`, { headers, ...asked })
      expect([answer.status, answer.headers.get("connection")]).toEqual([200, "keep-alive"])
    }
    const other = { ...headers, "X-Original-URI": "/admin/x" }
    expect((await fetch(`${service.url}/orders/7`, { headers: other, method: "POST", body })).status).toBe(403)
  })
})

describe("18-2: what a service refuses to start with", () => {
  const problems = async (...args: Parameters<typeof createAuthorizationServer>): Promise<readonly string[]> => {
    const error = await createAuthorizationServer(...args).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as ConfigurationError).problems.map(({ path }) => path)
  }

  it("unknown options and dialects, all at once", async () => {
    const options = { dialect: "apache", prot: 1, port: 70_000, maxConnections: 0, tls: { cert: "", keys: 1 } } as never
    expect(await problems(config, options)).toEqual([
      "prot",
      "dialect",
      "tls.keys",
      "tls.cert",
      "tls.key",
      "port",
      "maxConnections",
    ])
  })

  it("a shadow block, and every problem of a configuration", async () => {
    const shadow = { acknowledge: "hallpass decides nothing in this mode" } as const
    expect(await problems({ ...config, shadow }, { dialect: "nginx", port: 0 })).toEqual(["shadow"])
    expect(await problems({ issuers: [], colour: "red" } as never, { dialect: "nginx", port: 0 })).toEqual(
      expect.arrayContaining(["colour", "issuers"]),
    )
  })

  it("context keys that come to one header", async () => {
    const context = { user_id: "uid", USER_ID: "sub", principal: "sub", Email: "email" }
    expect(await problems({ ...config, context }, { dialect: "nginx", port: 0 })).toEqual([
      "context.USER_ID",
      "context.principal",
    ])
  })

  it("a port that is taken", async () => {
    const first = await serviceOf()
    const port = Number(new URL(first.url).port)
    await expect(createAuthorizationServer(config, { dialect: "nginx", port })).rejects.toThrow("EADDRINUSE")
  })

  it("a package that is missing, with what to install", async () => {
    const loadPackage = () => Promise.reject(Object.assign(new Error("no"), { code: "ERR_MODULE_NOT_FOUND" }))
    await expect(
      createAuthorizationServer(config, { dialect: "nginx", port: 0, adminPort: 0 }, { loadPackage }),
    ).rejects.toThrow("The package prom-client is missing, and an admin port needs it. Run: npm install prom-client")
    await expect(
      createAuthorizationServer(config, { dialect: "envoy-grpc", port: 0 }, { loadPackage }),
    ).rejects.toThrow("@grpc/grpc-js")
  })
})

describe("18-2: the admin port", () => {
  it("says that the process lives, whether it knows the key sets, and what it counted", async () => {
    const { jwks: _jwks, ...remote } = issuer.config as { jwks?: object }
    let down = true
    const fetchKeySet = async () => {
      if (down) throw new Error("down")
      return { status: 200, headers: {}, body: JSON.stringify(issuer.jwks) }
    }
    let nowMs = clock()
    const service = await serviceOf(
      { ...config, issuers: [remote as never] },
      { adminPort: 0 },
      { clock: () => nowMs, fetchKeySet },
    )
    const admin = async (path: string) => await fetch(`${service.adminUrl}${path}`)
    expect((await admin("/healthz")).status).toBe(200)
    const notReady = await admin("/readyz")
    expect([notReady.status, await notReady.json()]).toEqual([
      503,
      { ready: false, keySets: [{ issuer: issuer.issuer, usable: false }] },
    ])
    expect((await ask(service, "nginx", "GET /orders/7", { authorization: bearer("reader") })).status).toBe(503)
    down = false
    nowMs += 60_000
    await admin("/readyz") // fetches
    const ready = await admin("/readyz")
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, keySets: [{ issuer: issuer.issuer, usable: true }] },
    ])
    expect((await ask(service, "nginx", "GET /orders/7", { authorization: bearer("reader") })).status).toBe(200)
    const metrics = await (await admin("/metrics")).text()
    expect(metrics).toContain('hallpass_decisions_total{outcome="allow",reason="ok"} 1')
    expect(metrics).toContain('hallpass_decisions_total{outcome="unavailable",reason="keys_unavailable"} 1')
    expect(metrics).toContain("hallpass_decision_duration_seconds_count 2")
    expect(metrics).toContain(`hallpass_key_fetches_total{issuer="${issuer.issuer}",result="ok"} 1`)
    expect(metrics).toContain(`hallpass_key_set_usable{issuer="${issuer.issuer}"} 1`)
    expect(metrics).not.toContain("00u1")
    expect((await admin("/other")).status).toBe(404)
    expect((await fetch(`${service.adminUrl}/healthz`, { method: "POST" })).status).toBe(405)
  })
})

describe("18-2: the end", () => {
  it("a request under way is answered, new ones are not taken, and close returns once", async () => {
    let go = (): void => undefined
    const waiting = new Promise<boolean>((resolve) => {
      go = () => resolve(true)
    })
    let asked = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      asked = resolve
    })
    const service = await serviceOf(
      config,
      { adminPort: 0 },
      {
        clock,
        check: () => {
          asked()
          return waiting
        },
      },
    )
    const under = ask(service, "nginx", "GET /orders/7", { authorization: bearer("reader") })
    await begun
    const closing = service.close()
    expect((await fetch(`${service.adminUrl}/readyz`)).status).toBe(503)
    await expect(ask(service, "nginx", "GET /orders/7")).rejects.toThrow()
    go()
    const answer = await under
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"])
    await closing
    await service.close()
    await expect(fetch(`${service.adminUrl}/healthz`)).rejects.toThrow()
  })
})
