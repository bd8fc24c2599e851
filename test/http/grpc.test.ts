import * as grpc from "@grpc/grpc-js"
import { fromJSON } from "@grpc/proto-loader"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { extAuthzDescriptor } from "../../src/http/grpc/ext-authz.ts"
import { type AuthorizationServer, createAuthorizationServer } from "../../src/http.ts"
import { applied, checkRequest, definitions, type EnvoyClient, envoyClient } from "./envoy.ts"
import { bearer, clock, config, issuer } from "./world.ts"

let service: AuthorizationServer
let envoy: EnvoyClient
beforeAll(async () => {
  service = await createAuthorizationServer(config, { dialect: "envoy-grpc", port: 0 }, { clock })
  envoy = envoyClient(service.url)
})
afterAll(async () => {
  envoy.close()
  await service.close()
})

describe("18-2: Envoy's ext_authz over gRPC", () => {
  it("allows, and overwrites every identity header, also those without a value", async () => {
    const response = await envoy.check(checkRequest("GET", "/orders/7?x=1", { authorization: bearer("plain") }))
    expect([response.status.code, response.http_response]).toEqual([0, "ok_response"])
    const spoofed = { "x-hallpass-email": "root", "x-hallpass-sub": "root", accept: "*/*" }
    expect(applied(spoofed, response)).toMatchObject({
      accept: "*/*",
      "x-hallpass-principal": "https://test.okta.com/oauth2/default|00u2",
      "x-hallpass-sub": "bea",
      "x-hallpass-scopes": "orders:read",
      "x-hallpass-email": "",
      "x-hallpass-groups": "",
    })
    expect(response.ok_response?.headers.every(({ keep_empty_value }) => keep_empty_value)).toBe(true)
  })

  it("denies with 401 and a challenge, and with 403 and nothing", async () => {
    const denied = async (method: string, path: string, headers: { [name: string]: string }) => {
      const { status, denied_response, http_response } = await envoy.check(checkRequest(method, path, headers))
      expect(http_response).toBe("denied_response")
      const shown = denied_response?.headers.map(({ header }) => `${header.key}: ${header.value}`)
      return [status.code, denied_response?.status.code, shown]
    }
    expect(await denied("GET", "/orders/7", {})).toEqual([
      16,
      "Unauthorized",
      ['www-authenticate: Bearer realm="hallpass"'],
    ])
    expect(await denied("GET", "/orders/7", { authorization: `Bearer ${issuer.token({}, "tampered")}` })).toEqual([
      16,
      "Unauthorized",
      ['www-authenticate: Bearer realm="hallpass", error="invalid_token"'],
    ])
    expect(await denied("GET", "/orders/7", { authorization: bearer("writer") })).toEqual([7, "Forbidden", []])
    expect(await denied("GET", "/orders/../admin", { authorization: bearer("reader") })).toEqual([7, "Forbidden", []])
  })

  it("a question that cannot be decided is a denial with 503, and never an error that a filter may let pass", async () => {
    const { denied_response, status } = await envoy.check({})
    expect([status.code, denied_response?.status.code]).toEqual([14, "ServiceUnavailable"])
    const empty = await envoy.check({
      attributes: { request: { http: { headers: { authorization: bearer("reader") } } } },
    })
    expect(empty.denied_response?.status.code).toBe("ServiceUnavailable")
  })

  it.each(["x-hallpass-principal", "x_hallpass_principal", "x.hallpass.email"])(
    "does not believe an Envoy that forgets to strip %s, in either form of headers",
    async (name) => {
      const authorization = bearer("reader")
      const joined = await envoy.check(checkRequest("GET", "/orders/7", { authorization, [name]: "root" }))
      expect(joined.denied_response?.status.code).toBe("Forbidden")
      const raw = [
        { key: ":path", value: "/orders/7" },
        { key: "authorization", raw_value: Buffer.from(authorization) },
        { key: name.toUpperCase(), raw_value: Buffer.from("root") },
      ]
      const asked = checkRequest("GET", "/orders/7", {}, { headers: {}, header_map: { headers: raw } })
      expect((await envoy.check(asked)).denied_response?.status.code).toBe("Forbidden")
    },
  )

  it("reads raw headers, and refuses a credential that is there twice or joined", async () => {
    const asked = (...values: string[]) => {
      const headers = values.map((value) => ({ key: "authorization", raw_value: Buffer.from(value) }))
      return envoy.check(checkRequest("GET", "/orders/7", {}, { headers: {}, header_map: { headers } }))
    }
    expect((await asked(bearer("reader"))).status.code).toBe(0)
    expect((await asked(bearer("reader"), bearer("reader"))).status.code).toBe(16)
    const joined = checkRequest("GET", "/orders/7", { authorization: `${bearer("reader")},${bearer("reader")}` })
    expect((await envoy.check(joined)).status.code).toBe(16)
  })

  it("has no header of the prototype, and reads fields that it does not know as absent", async () => {
    const odd = { ["__proto__"]: "x", constructor: "x", authorization: bearer("reader") }
    const response = await envoy.check(
      checkRequest("GET", "/orders/7", odd, { body: "{}", fragment: "x", query: "y=z" }),
    )
    expect(response.status.code).toBe(0)
  })

  it("refuses messages above the limit, and goes on", async () => {
    const long = checkRequest("GET", "/orders/7", { authorization: bearer("reader") }, { body: "x".repeat(300_000) })
    await expect(envoy.check(long)).rejects.toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED })
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-n${at}`, "1"]))
    const response = await envoy.check(checkRequest("GET", "/orders/7", { authorization: bearer("reader"), ...many }))
    expect(response.denied_response?.status.code).toBe("Forbidden")
    expect((await envoy.check(checkRequest("GET", "/orders/7", { authorization: bearer("reader") }))).status.code).toBe(
      0,
    )
  })

  it("gives up a question whose deadline has passed", async () => {
    const slow = await createAuthorizationServer(
      config,
      { dialect: "envoy-grpc", port: 0, closeTimeoutMs: 0 },
      { clock, check: () => new Promise(() => undefined) },
    )
    const client = envoyClient(slow.url)
    const asked = checkRequest("GET", "/orders/7", { authorization: bearer("reader") })
    await expect(client.check(asked, { deadline: Date.now() + 50 })).rejects.toMatchObject({
      code: grpc.status.DEADLINE_EXCEEDED,
    })
    client.close()
    await slow.close()
  })

  it("is there beside HTTP, with the same answers", async () => {
    const both = await createAuthorizationServer(
      config,
      { dialect: "envoy", port: 0, grpcPort: 0, adminPort: 0 },
      { clock },
    )
    const client = envoyClient(both.grpcUrl ?? "")
    const headers = { authorization: bearer("reader") }
    const { ok_response } = await client.check(checkRequest("GET", "/orders/7", headers))
    const answer = await fetch(`${both.url}/orders/7`, { headers })
    for (const { header } of ok_response?.headers ?? []) expect(answer.headers.get(header.key)).toBe(header.value)
    expect(await (await fetch(`${both.adminUrl}/metrics`)).text()).toContain('{outcome="allow",reason="ok"} 2')
    client.close()
    await both.close()
  })

  it("its address and certificate of the client are evidence for an edge", async () => {
    const edge = {
      role: "identity",
      headers: { user: "x-edge-user" },
      evidence: [{ cidrs: ["192.0.2.0/24"], secret: { header: "x-origin", values: { env: "HALLPASS_TEST_ORIGIN" } } }],
    } as const
    process.env.HALLPASS_TEST_ORIGIN = JSON.stringify(["0123456789abcdef0123456789abcdef"])
    const other = await createAuthorizationServer({ issuers: [], edge }, { dialect: "envoy-grpc", port: 0 }, { clock })
    const client = envoyClient(other.url)
    const headers = { "x-edge-user": "ann", "x-origin": "0123456789abcdef0123456789abcdef" }
    const { ok_response, status } = await client.check(checkRequest("GET", "/", headers))
    expect(status.code).toBe(0)
    expect(ok_response?.headers.find(({ header }) => header.key === "x-hallpass-user")?.header.value).toBe("ann")
    expect((await client.check(checkRequest("GET", "/", { "x-edge-user": "ann" }))).status.code).toBe(16)
    client.close()
    await other.close()
    delete process.env.HALLPASS_TEST_ORIGIN
  })
})

describe("18-2: the descriptor", () => {
  it("has the numbers and types of the published definitions, field by field", () => {
    type Message = {
      readonly type: { readonly field: readonly { name: string; number: number; type: string; label: string }[] }
    }
    const own = fromJSON(extAuthzDescriptor, { keepCase: true }) as never as { readonly [name: string]: Message }
    const all = definitions as never as { readonly [name: string]: Message }
    const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    let compared = 0
    for (const [name, { type }] of Object.entries(own)) {
      if (type?.field === undefined || name.endsWith("Entry")) continue
      for (const field of type.field) {
        const published = all[name]?.type.field.find((each) => each.name === snake(field.name))
        // An enum is a varint, as int32 is.
        const kind = published?.type === "TYPE_ENUM" ? "TYPE_INT32" : published?.type
        expect([name, field.name, field.number, field.type, field.label]).toEqual([
          name,
          field.name,
          published?.number,
          kind,
          published?.label,
        ])
        compared++
      }
    }
    expect(compared).toBeGreaterThan(20)
  })
})
