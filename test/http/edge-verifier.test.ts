import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createEdgeVerifier, type EdgeVerifier, type GuardedRequest, signEdgeRequest } from "../../src/edge.ts"
import { ConfigurationError } from "../../src/index.ts"
import { bearer, clock, config, nowMs } from "./world.ts"

// 18-5: hallpass/edge verifies trusted edge headers in any backend.

const keyHex = "e270f4e63ef29495044fae84349f1b94e925c12365f8bb70db0ee3ef71df56f1"
const variable = "HALLPASS_TEST_EDGE_VERIFIER"
const edge = {
  role: "identity",
  headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "csv", optional: true } },
  evidence: [{ hmac: { header: "x-edge-signature", keys: { env: variable } } }],
} as const
let verifier: EdgeVerifier
beforeAll(() => {
  process.env[variable] = JSON.stringify({ k1: keyHex })
  verifier = createEdgeVerifier({ issuers: [], edge }, { clock })
})
afterAll(() => {
  delete process.env[variable]
})

/** A request as the edge sends it, with changes on the way. */
function request(
  changes: { method?: string; url?: string; host?: string; headers?: readonly string[]; ageSeconds?: number } = {},
): GuardedRequest {
  const signature = signEdgeRequest({
    keyId: "k1",
    key: Buffer.from(keyHex, "hex"),
    unixSeconds: nowMs / 1000 - (changes.ageSeconds ?? 0),
    method: "GET",
    host: "api.example.com",
    path: "/orders",
    headers: { "X-Edge-User": "ann", "X-Edge-Groups": "ops,dev" },
  })
  const headers = changes.headers ?? ["X-Edge-User", "ann", "X-Edge-Groups", "ops,dev"]
  const rawHeaders = ["Host", changes.host ?? "api.example.com", ...headers, "X-Edge-Signature", signature]
  return { method: changes.method ?? "GET", url: changes.url ?? "/orders?page=2", rawHeaders, socket: {} }
}
const refusal = async (given: GuardedRequest): Promise<unknown> =>
  await verifier.verify(given).then(
    ({ subject }) => subject,
    ({ name, code }) => `${name} ${code}`,
  )

describe("18-5: a verifier of edge headers", () => {
  it("returns the principal that the edge asserts", async () => {
    const principal = await verifier.verify(request())
    expect(principal).toMatchObject({ provider: "edge", subject: "ann", groups: ["ops", "dev"] })
    expect(Object.isFrozen(principal)).toBe(true)
  })

  it.each([
    ["another user", { headers: ["X-Edge-User", "eve", "X-Edge-Groups", "ops,dev"] }, "edge_signature_invalid"],
    ["a header left out", { headers: ["X-Edge-User", "ann"] }, "edge_signature_invalid"],
    ["another method", { method: "POST" }, "edge_signature_invalid"],
    ["another path", { url: "/admin" }, "edge_signature_invalid"],
    ["another host", { host: "admin.example.com" }, "edge_signature_invalid"],
    ["an old signature", { ageSeconds: 61 }, "edge_signature_stale"],
    ["a header twice", { headers: ["X-Edge-User", "ann", "X-Edge-User", "eve"] }, "edge_header_duplicate"],
    ["an alias", { headers: ["X-Edge-User", "ann", "X_Edge_User", "eve"] }, "edge_header_alias"],
  ])("refuses %s", async (_what, changes, code) => {
    expect(await refusal(request(changes))).toBe(`TokenRefused ${code}`)
  })

  it("refuses a request without evidence, and one that is no request of HTTP/1.1", async () => {
    const bare = { method: "GET", url: "/orders", rawHeaders: ["X-Edge-User", "ann"], socket: {} }
    expect(await refusal(bare)).toMatch(/^TokenRefused edge_/)
    expect(await refusal(request({ url: "http://api.example.com/orders" }))).toBe("TokenRefused path_ambiguous")
  })

  it("works after a service of hallpass has set its own headers", async () => {
    const { rawHeaders = [], ...rest } = request()
    expect(await refusal({ ...rest, rawHeaders: [...rawHeaders, "X-Hallpass-Principal", "edge|ann"] })).toBe("ann")
  })

  it("adds attributes to a verified token with role attributes", async () => {
    const attributes = { ...edge, role: "attributes", subjectClaim: "sub" } as const
    const both = createEdgeVerifier({ issuers: config.issuers, edge: attributes }, { clock })
    const { rawHeaders = [], ...rest } = request()
    const principal = await both.verify({ ...rest, rawHeaders: [...rawHeaders, "Authorization", bearer("reader")] })
    expect(principal).toMatchObject({ subject: "00u1", groups: ["ops", "dev"], scopes: ["orders:read"] })
  })

  it("reads a request of node:http", async () => {
    const server = createServer((incoming, response) => {
      verifier.verify(incoming).then(
        ({ subject }) => response.end(subject),
        ({ code }) => response.end(code),
      )
    })
    await once(server.listen(0, "127.0.0.1"), "listening")
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/orders`, { headers: { "x-edge-user": "ann" } })
    expect(await answer.text()).toMatch(/^edge_/)
    server.close()
  })

  it("is Unavailable while its secret cannot be fetched, and refuses a wrong configuration where it is created", async () => {
    const evidence = [{ hmac: { header: "x-edge-signature", keys: { secretsManager: "edge/hmac" } } }]
    const secrets = () => Promise.reject(new Error("down"))
    const without = createEdgeVerifier({ issuers: [], edge: { ...edge, evidence } }, { clock, secrets })
    await expect(without.verify(request())).rejects.toMatchObject({ name: "Unavailable", code: "secrets_unavailable" })
    await without.warmUp()
    expect(() => createEdgeVerifier({ issuers: [], edge: { ...edge, evidence: [] } })).toThrow(ConfigurationError)
  })
})
