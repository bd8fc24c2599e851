import { afterEach, describe, expect, it } from "vitest"
import type { Dialect } from "../../src/http/dialect.ts"
import { type AuthorizationServer, createAuthorizationServer, guard } from "../../src/http.ts"
import { type AuthorizerConfig, ConfigurationError } from "../../src/index.ts"
import { exportGloo, exportNginx } from "../../src/mesh.ts"
import { bearer, block, configOf, issuer, newKey, nowMs, reader, verified } from "../support/assertion.ts"
import { applied, checkRequest, envoyClient } from "./envoy.ts"
import { question } from "./question.ts"

const key = newKey()
const jwks = { keys: [key.published] }
const secrets = async (): Promise<{ current: string }> => ({ current: key.pem })
const parts = { clock: () => nowMs, secrets }
const down = { clock: () => nowMs, secrets: () => Promise.reject(new Error("canary")) }
const traced = configOf({}, { observe: { traceContext: true } })
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
const root = "1-5759e988-bd862e3fe1be46a994272793"

const started: AuthorizationServer[] = []
afterEach(async () => {
  for (const service of started.splice(0)) await service.close()
})

async function ask(dialect: Exclude<Dialect, "envoy-grpc">, config: AuthorizerConfig, headers: object, given = parts) {
  const service = await createAuthorizationServer(config, { dialect, port: 0 }, given)
  started.push(service)
  const { path, method, headers: own } = question(dialect, "GET", "/orders/7")
  return await fetch(service.url + path, { method, headers: { ...own, authorization: bearer(reader), ...headers } })
}

describe("18-4: an assertion as a header of the service", () => {
  it.each(["envoy", "nginx", "caddy", "traefik", "gloo"] as const)("%s", async (dialect) => {
    const answer = await ask(dialect, configOf(), {})
    const { payload } = await verified(answer.headers.get("x-hallpass-assertion"), jwks)
    expect(payload).toMatchObject({ scope: "orders:read", client_id: "web" })
    // No gateway keeps an answer here, whatever the gateway block says.
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    expect(answer.headers.get("x-hallpass-scopes")).toBe("orders:read")
    expect([...answer.headers.keys()]).not.toContain("x-hallpass-traceparent")
  })

  it("gRPC: Envoy overwrites the header that its client sent", async () => {
    const service = await createAuthorizationServer(configOf(), { dialect: "envoy-grpc", port: 0 }, parts)
    started.push(service)
    const envoy = envoyClient(service.url)
    const response = await envoy.check(checkRequest("GET", "/orders/7", { authorization: bearer(reader) }))
    envoy.close()
    const headers = applied({ "x-hallpass-assertion": "forged" }, response)
    await verified(headers["x-hallpass-assertion"], jwks)
  })

  it("a guard has it among the headers for passing the request on", async () => {
    const request = { method: "GET", url: "/orders/7", rawHeaders: ["Host", "a", "Authorization", bearer(reader)] }
    const guarded: Parameters<ReturnType<typeof guard>>[0] = request
    expect(await guard(configOf(), parts)(guarded, { writeHead: () => undefined, end: () => undefined })).toBe(true)
    await verified(guarded.hallpass?.headers["x-hallpass-assertion"], jwks)
  })

  it.each(["X-Hallpass-Assertion", "x_hallpass_assertion", "X.Hallpass-Assertion"])(
    "a client that sends %s is refused, with assertions and without",
    async (name) => {
      const { assertion: _, ...without } = configOf()
      for (const config of [configOf(), without]) {
        const answer = await ask("nginx", config, { [name]: "eyJhbGciOiJub25lIn0.e30." })
        expect([answer.status, answer.headers.get("x-hallpass-assertion")]).toEqual([403, null])
      }
    },
  )

  it("without a key that signs the answer is 503 without identity, and never an allow", async () => {
    const answer = await ask("nginx", configOf(), {}, down)
    expect(answer.status).toBe(503)
    expect([...answer.headers.keys()].filter((name) => name.startsWith("x-"))).toEqual([])
  })

  it("the service is not ready without it, and is when it can be fetched", async () => {
    let [at, isDown] = [nowMs, true]
    const parts = { clock: () => at, secrets: () => (isDown ? Promise.reject(new Error()) : secrets()) }
    const service = await createAuthorizationServer(configOf(), { dialect: "nginx", port: 0, adminPort: 0 }, parts)
    started.push(service)
    const ready = async (): Promise<readonly unknown[]> => {
      const answer = await fetch(`${service.adminUrl}/readyz`)
      return [answer.status, ((await answer.json()) as { keySets: unknown }).keySets]
    }
    const states = (usable: boolean): object[] => [
      { issuer: issuer.issuer, usable: true },
      { issuer: block.issuer, usable },
    ]
    expect(await ready()).toEqual([503, states(false)])
    ;[at, isDown] = [nowMs + 120_000, false]
    await ready() // fetches
    expect(await ready()).toEqual([200, states(true)])
  })

  it("a refusal has none", async () => {
    for (const authorization of ["Bearer x", ""]) {
      const answer = await ask("nginx", configOf(), { authorization })
      expect([answer.status, answer.headers.get("x-hallpass-assertion")]).toEqual([401, null])
    }
  })

  it("what names the headers of the service for nginx and Gloo names it as well", () => {
    const texts = [exportNginx, exportGloo].map((exported) => JSON.stringify(exported(traced).documents))
    for (const text of texts)
      for (const name of ["assertion", "traceparent", "xraytraceid"])
        expect(text.toLowerCase().replaceAll("_", "-")).toContain(`x-hallpass-${name}`)
  })

  it("a context key that comes to the same header is refused, with its path", async () => {
    const paths = async (config: AuthorizerConfig): Promise<readonly string[]> => {
      const error: unknown = await createAuthorizationServer(config, { dialect: "nginx", port: 0 }, parts).catch(
        (e) => e,
      )
      return error instanceof ConfigurationError ? error.problems.map(({ path }) => path) : []
    }
    expect(await paths(configOf({}, { context: { Assertion: "email" } }))).toEqual(["context.Assertion"])
    expect(await paths({ ...traced, context: { TRACEPARENT: "email" } })).toEqual(["context.TRACEPARENT"])
  })
})

describe("18-4: trace ids travel with it", () => {
  it("observe.traceContext: traceparent and the X-Ray root are headers beside it", async () => {
    const answer = await ask("nginx", traced, { traceparent, "X-Amzn-Trace-Id": `Root=${root};Sampled=1` })
    expect(answer.headers.get("x-hallpass-traceparent")).toBe(traceparent)
    expect(answer.headers.get("x-hallpass-xraytraceid")).toBe(root)
    await verified(answer.headers.get("x-hallpass-assertion"), jwks)
  })

  it("ids of another form are empty headers, which overwrite the client's own", async () => {
    for (const headers of [{}, { traceparent: "00-canary", "X-Amzn-Trace-Id": "Root=canary" }]) {
      const answer = await ask("caddy", traced, headers)
      expect(answer.status).toBe(200)
      expect(answer.headers.get("x-hallpass-traceparent")).toBe("")
    }
  })

  it("without assertions as well", async () => {
    const { assertion: _, ...config } = traced
    const answer = await ask("nginx", config, { traceparent })
    expect(answer.headers.get("x-hallpass-traceparent")).toBe(traceparent)
  })
})
