import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { edgeAuthorizer, edgeConfig, edgeEvent, secret, secretPart } from "../support/edge.ts"
import { http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

const token = mint()
const bearer = `Bearer ${token}`
const ttl = (seconds: number, changes: Partial<AuthorizerConfig> = {}) =>
  createAuthorizer(
    { issuers: [oidcIssuer()], ...changes, gateway: { ...changes.gateway, resultTtlSeconds: seconds } },
    { clock },
  )
const cached = ttl(300)
const uncached = ttl(0)
const v2 = (identitySource: unknown, event: object = http2(bearer)) => ({ ...event, identitySource })
/** As the gateway writes payload 1.0: both members hold all sources, joined by commas. */
const v1 = (joined: unknown, event: object = http1(bearer)) => ({
  ...event,
  identitySource: joined,
  authorizationToken: joined,
})

describe("6, SR-143: with a TTL, the credential is among the identity sources of an HTTP API", () => {
  it.each<[string, unknown]>([
    ["alone", [bearer]],
    ["first of several", [bearer, "GET /orders/7", "acme"]],
    ["last of several", ["acme", "a,b", bearer]],
    ["without its scheme", [token]],
    ["in another case of the scheme", [`BEARER ${token}`]],
    ["beside values of another type", [null, 7, {}, [bearer], bearer]],
  ])("payload 2.0: %s", async (_name, sources) => {
    expect(await cached.decide(v2(sources))).toMatchObject({ outcome: "allow" })
  })

  it.each<[string, unknown]>([
    ["another value", ["acme"]],
    ["several others", ["acme", "GET /orders/7", "192.0.2.1"]],
    ["another token", [`Bearer ${mint({ sub: "another" })}`]],
    ["a beginning of the token", [bearer.slice(0, -1)]],
    ["an end of the token", [token.slice(1)]],
    ["the token in capitals", [bearer.toUpperCase()]],
    ["no value", []],
    ["an empty value", [""]],
    ["no list", undefined],
    ["null", null],
    ["a list in a list", [[bearer]]],
    ["an object", { 0: bearer, length: 1 }],
    ["a number", 7],
    ["an object that becomes the token", [{ toString: () => bearer }]],
  ])("payload 2.0: %s is another key", async (_name, sources) => {
    const { trace, ...decision } = await cached.decide(v2(sources), { trace: true })
    expect(decision).toEqual({ outcome: "unavailable", reason: "gateway_mismatch" })
    expect(trace?.at(-1)).toMatchObject({ stage: "gateway", ok: false })
    await expect(cached.handler(v2(sources))).rejects.toMatchObject({ code: "gateway_mismatch" })
    expect(await uncached.decide(v2(sources))).toMatchObject({ outcome: "allow" })
  })

  it.each<[string, unknown, boolean]>([
    ["alone", bearer, true],
    ["joined with others", `acme,${bearer},GET /orders/7`, true],
    ["joined with others that hold commas", `a,b,${bearer},c,d`, true],
    ["another value", "acme", false],
    ["several others", "acme,GET /orders/7", false],
    ["a part of the token", `acme,${token.slice(0, -1)}`, false],
    ["nothing", "", false],
    ["null", null, false],
    ["undefined", undefined, false],
    ["a list without it", ["acme"], false],
  ])("payload 1.0: %s", async (_name, joined, holds) => {
    const expected = holds ? { outcome: "allow" } : { outcome: "unavailable", reason: "gateway_mismatch" }
    expect(await cached.decide(v1(joined))).toMatchObject(expected)
    expect(await uncached.decide(v1(joined))).toMatchObject({ outcome: "allow" })
  })

  it("payload 1.0: either member says it", async () => {
    const { identitySource: _source, ...withToken } = http1(bearer)
    const { authorizationToken: _token, ...withSource } = http1(bearer)
    const { identitySource: _both, ...without } = withSource
    for (const event of [withToken, withSource]) expect(await cached.decide(event)).toMatchObject({ outcome: "allow" })
    expect(await cached.decide(without)).toMatchObject({ reason: "gateway_mismatch" })
    expect(await uncached.decide(without)).toMatchObject({ outcome: "allow" })
    expect(await cached.decide({ ...withSource, identitySource: "acme" })).toMatchObject({ reason: "gateway_mismatch" })
    // The gateway writes one value twice. If the two differ, the first member is the one that names the key.
    expect(await cached.decide({ ...withToken, identitySource: "acme" })).toMatchObject({ reason: "gateway_mismatch" })
  })

  it("a cookie: the source is the whole header", async () => {
    const own = ttl(300, { credential: { cookie: "session" }, gateway: { identitySources: ["token"] } })
    const cookies = ["a=b", `session=${token}`, "c=d"]
    const event = http2(undefined, { cookies })
    for (const sources of [[cookies.join("; ")], [cookies.join(",")], ["acme", `session=${token}`]])
      expect(await own.decide(v2(sources, event)), String(sources)).toMatchObject({ outcome: "allow" })
    for (const sources of [["a=b; c=d"], [`session=${token.slice(0, -1)}`], [], null])
      expect(await own.decide(v2(sources, event))).toMatchObject({ reason: "gateway_mismatch" })
    const header = http1(undefined, { headers: { Cookie: cookies.join("; ") } })
    expect(await own.decide(v1(cookies.join("; "), header))).toMatchObject({ outcome: "allow" })
    expect(await own.decide(v1("a=b", header))).toMatchObject({ reason: "gateway_mismatch" })
  })

  it("a query parameter, and a bare header", async () => {
    const query = ttl(300, { credential: { query: "t" } })
    const bare = ttl(300, { credential: { header: "X-Token", scheme: null } })
    for (const [own, options] of [
      [query, { query: { t: token } }],
      [bare, { headers: { "x-token": token } }],
    ] as const) {
      for (const event of [http2(undefined, options), http1(undefined, options)]) {
        const keyed = "routeArn" in event ? v2 : v1
        const sources = "routeArn" in event ? [token] : token
        expect(await own.decide(keyed(sources, event))).toMatchObject({ outcome: "allow" })
        expect(await own.decide(event)).toMatchObject({ reason: "gateway_mismatch" })
      }
    }
  })

  it("is not looked for where the event does not say it: REST and WebSocket APIs", async () => {
    for (const event of [restToken(bearer), restRequest(bearer), webSocket(bearer)]) {
      expect(await cached.decide(event)).toMatchObject({ outcome: "allow" })
    }
  })

  it.each(["policy", "simple"] as const)("no refusal is kept under another key, with %s answers", async (responses) => {
    const { handler } = ttl(300, { gateway: { responses, unauthorized: "deny" } })
    for (const credential of [bearer, `Bearer ${mint({ exp: 1 })}`, "Bearer x.y.z"]) {
      await expect(handler(v2(["acme"], http2(credential)))).rejects.toMatchObject({ code: "gateway_mismatch" })
      await expect(handler(v1("acme", http1(credential)))).rejects.toMatchObject({ code: "gateway_mismatch" })
    }
  })
})

const header = (name: string): string => `request.header.${name}`
const edgeIssuer = "https://bigip.example"
const issuer = { ...oidcIssuer({ issuer: edgeIssuer }), audience: "https://orders.example" }
const minted = mint({ iss: edgeIssuer, sub: "alice", exp: nowSeconds + 10, scope: undefined, client_id: undefined })
const byToken = await edgeAuthorizer(
  edgeConfig(
    { headers: { user: "x-edge-user" }, evidence: [{ jws: { header: "x-edge-identity", issuer } }] },
    { gateway: { resultTtlSeconds: 300, identitySources: [header("x-edge-identity")] } },
  ),
)
const bySecret = await edgeAuthorizer(
  edgeConfig(
    {
      headers: { user: "x-edge-user", groups: { name: "x-edge-groups", format: "csv", optional: true } },
      evidence: [{ cidrs: ["192.0.2.0/24"], secret: secretPart }],
    },
    {
      gateway: {
        resultTtlSeconds: 300,
        identitySources: [
          ...[header("x-edge-user"), header("x-edge-groups"), header("x-origin-verify")],
          "context.identity.sourceIp",
        ],
      },
    },
  ),
)
const sent = { "x-edge-user": "ann", "x-edge-groups": "a,b", "x-origin-verify": secret }
const values = [...Object.values(sent), "192.0.2.1"]

describe("6, SR-143: with a TTL, so is what an edge is believed by", () => {
  it("a minted token", async () => {
    const headers = { "x-edge-identity": minted }
    const event = edgeEvent("http-2.0", { headers })
    expect(await byToken.decide(v2([minted], event))).toMatchObject({ outcome: "allow" })
    expect(await byToken.decide(v2(["acme", ` ${minted} `], event))).toMatchObject({ outcome: "allow" })
    for (const sources of [[minted.slice(0, -1)], [`${minted}x`], ["ann"], [], null, undefined])
      expect(await byToken.decide(v2(sources, event))).toMatchObject({ reason: "gateway_mismatch" })
    expect(await byToken.decide(v1(`acme,${minted}`, edgeEvent("http-1.0", { headers })))).toMatchObject({
      reason: "ok",
    })
    expect(await byToken.decide(edgeEvent("rest-request", { headers }))).toMatchObject({ reason: "ok" })
  })

  it("a secret, an address, and every identity header", async () => {
    const event = edgeEvent("http-2.0", { headers: sent })
    expect(await bySecret.decide(v2(values, event))).toMatchObject({ outcome: "allow" })
    expect(await bySecret.decide(v2(values.toReversed(), event))).toMatchObject({ outcome: "allow" })
    const old = edgeEvent("http-1.0", { headers: sent })
    expect(await bySecret.decide(v1(values.join(","), old))).toMatchObject({ outcome: "allow" })
    for (const missing of values) {
      const others = values.filter((value) => value !== missing)
      expect(await bySecret.decide(v2(others, event)), missing).toMatchObject({ reason: "gateway_mismatch" })
      expect(await bySecret.decide(v1(others.join(","), old)), missing).toMatchObject({ reason: "gateway_mismatch" })
      // A value that others may choose is not looked for inside of other values.
      const hidden = [...others, `x${missing}`, `${missing}x`]
      expect(await bySecret.decide(v2(hidden, event)), missing).toMatchObject({ reason: "gateway_mismatch" })
    }
  })

  it("an identity header that is not sent is in no key", async () => {
    const { "x-edge-groups": _groups, ...without } = sent
    const event = edgeEvent("http-2.0", { headers: without })
    expect(await bySecret.decide(v2(values, event))).toMatchObject({ reason: "gateway_mismatch" })
    expect(await bySecret.decide(edgeEvent("rest-request", { headers: without }))).toMatchObject({ reason: "ok" })
  })

  it("is not looked for before evidence holds, nor without a TTL", async () => {
    const event = edgeEvent("http-2.0", { headers: { ...sent, "x-origin-verify": "x" } })
    expect(await bySecret.decide(v2(["acme"], event))).toMatchObject({ reason: "edge_secret_invalid" })
    const own = await edgeAuthorizer(edgeConfig({ evidence: [{ cidrs: ["192.0.2.0/24"], secret: secretPart }] }))
    const headers = { ...sent, "x-edge-groups": "| a |" }
    expect(await own.decide(v2(null, edgeEvent("http-2.0", { headers })))).toMatchObject({ reason: "ok" })
  })
})
