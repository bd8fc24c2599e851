import { decodeJwt, decodeProtectedHeader } from "jose"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type DecisionRecord, loadAuthorizer } from "../../src/index.ts"
import type { SecretFetchRecord } from "../../src/types/secret-options.ts"
import { createVerifier } from "../../src/verify.ts"
import { bearer, block, configOf, contextOf, issuer, newKey, nowMs, reader, verified } from "../support/assertion.ts"
import { alice, edgeAuthorizer, edgeConfig, edgeEvent, secrets as edgeSecrets, signature } from "../support/edge.ts"
import { http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { nowSeconds } from "../support/mint.ts"
import { turnsAfterAnswer } from "../support/observer.ts"

const key = newKey()
const jwks = { keys: [key.published] }
const secrets = async (): Promise<{ current: string }> => ({ current: key.pem })
const clock = (): number => nowMs
const event = (token: string, path = "/orders/7", method = "GET"): unknown =>
  restRequest(bearer(token), { method, path, template: path.replace("/7", "/{id}") })

describe("18-4: an assertion in the context", () => {
  it("jose verifies it: ES256, issuer, audience, times, and a subject without a slash", async () => {
    const { assertion } = await contextOf(createAuthorizer(configOf(), { clock, secrets }))
    const { payload, protectedHeader } = await verified(assertion, jwks)
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "JWT", kid: key.published.kid })
    expect(payload).toEqual({
      ...{ iss: block.issuer, aud: block.audience, scope: "orders:read", client_id: "web" },
      sub: "https:%2F%2Ftest.okta.com%2Foauth2%2Fdefault|00u1%2Fa%2525b",
      ...{ iat: nowMs / 1000, exp: nowMs / 1000 + 360 },
    })
  })

  it.each([
    ["rest-token", restToken(bearer(reader)), {}],
    ["rest-request", event(reader), {}],
    ["http-2.0", http2(bearer(reader), { template: "/orders/{id}" }), {}],
    [
      "http-2.0 simple",
      http2(bearer(reader), { template: "/orders/{id}" }),
      { gateway: { resultTtlSeconds: 0, responses: "simple" } },
    ],
    ["websocket", webSocket(bearer(reader)), { routes: { $connect: {} } }],
  ] as [string, unknown, Partial<AuthorizerConfig>][])("is in an answer to %s", async (_kind, given, more) => {
    const { assertion } = await contextOf(createAuthorizer(configOf({}, more), { clock, secrets }), given)
    expect((await verified(assertion, jwks)).payload.sub).toContain("00u1")
  })

  it("the deployed function loads it as well", async () => {
    const { assertion } = await contextOf(await loadAuthorizer(configOf(), { clock, secrets }))
    await verified(assertion, jwks)
  })

  it("lives as long as API Gateway keeps an answer, and marginSeconds longer", async () => {
    for (const [resultTtlSeconds, marginSeconds] of [
      [0, 60],
      [300, 10],
      [3600, 300],
    ] as const) {
      // 0.4 s after a whole second: what is rounded must not make it shorter.
      const at = nowMs + 400
      const config = configOf({ marginSeconds }, { gateway: { resultTtlSeconds } })
      const { assertion } = await contextOf(createAuthorizer(config, { clock: () => at, secrets }))
      const { exp = 0, iat = 0 } = decodeJwt(String(assertion))
      expect(exp * 1000 - at).toBeGreaterThanOrEqual((resultTtlSeconds + marginSeconds) * 1000)
      expect(exp - iat).toBeLessThanOrEqual(resultTtlSeconds + marginSeconds + 1)
    }
  })

  it("has at any time what a kept answer needs, and is made again when half of the margin is gone", async () => {
    let at = nowMs
    const authorizer = createAuthorizer(configOf(), { clock: () => at, secrets })
    const seen = new Set<unknown>()
    for (let second = 0; second < 300; second++, at += 1000) {
      const { assertion } = await contextOf(authorizer)
      seen.add(assertion)
      expect((decodeJwt(String(assertion)).exp ?? 0) * 1000 - at).toBeGreaterThanOrEqual(330_000 - 1000)
    }
    expect(seen.size).toBe(10)
  })

  it("a clock that jumped back gets a new one: none is from the future", async () => {
    let at = nowMs
    const authorizer = createAuthorizer(configOf(), { clock: () => at, secrets })
    await contextOf(authorizer)
    at -= 3000
    expect(decodeJwt(String((await contextOf(authorizer)).assertion)).iat).toBe((nowMs - 3000) / 1000)
  })

  it("says what the configuration names, and nothing that the caller does not have", async () => {
    const config = configOf({ claims: ["roles", "groups", "permissions", "tenant", "scope"] })
    const authorizer = createAuthorizer(config, { clock, secrets })
    const token = issuer.token({ scp: ["orders:read", "b"], groups: ["ops", "ü/x"], uid: "00u9", sub: "a" })
    const claims = decodeJwt(String((await contextOf(authorizer, event(token))).assertion))
    expect(claims).toMatchObject({ scope: "orders:read b", groups: ["ops", "ü/x"] })
    expect(Object.keys(claims)).toEqual(["iss", "sub", "aud", "groups", "scope", "iat", "exp"])
    const bare = createAuthorizer(configOf({ claims: [] }), { clock, secrets })
    expect(Object.keys(decodeJwt(String((await contextOf(bare)).assertion)))).toEqual([
      "iss",
      "sub",
      "aud",
      "iat",
      "exp",
    ])
  })

  it("its subject is what principalId says, and two ids never become one", async () => {
    const short = createAuthorizer(configOf({}, { principalId: "subject" }), { clock, secrets })
    const subjects = new Set<unknown>()
    for (const uid of ["a/b", "a%2Fb", "a%252Fb", "a", "a%b"]) {
      const { assertion } = await contextOf(short, event(issuer.token({ uid, scp: ["orders:read"] })))
      const { sub = "" } = decodeJwt(String(assertion))
      expect(sub).not.toContain("/")
      subjects.add(sub)
    }
    expect(subjects.size).toBe(5)
  })
})

describe("18-4: a shared answer holds what is right for all of its requests", () => {
  it("the same for each route of a caller, also beside a refusal that allows other routes", async () => {
    const authorizer = createAuthorizer(configOf(), { clock, secrets })
    const read = await contextOf(authorizer)
    const write = await contextOf(authorizer, event(reader, "/orders", "POST"))
    expect(write.assertion).toBe(read.assertion)
    expect(Object.keys(decodeJwt(String(read.assertion)))).not.toContain("route")
  })

  it("another caller has another one", async () => {
    const authorizer = createAuthorizer(configOf(), { clock, secrets })
    const other = issuer.token({ scp: ["orders:read"], uid: "00u2" })
    const subjects = [await contextOf(authorizer), await contextOf(authorizer, event(other))].map(
      ({ assertion }) => decodeJwt(String(assertion)).sub,
    )
    expect(new Set(subjects).size).toBe(2)
  })

  it("no refusal has one", async () => {
    const config = configOf({}, { gateway: { resultTtlSeconds: 0, unauthorized: "deny" } })
    const authorizer = createAuthorizer(config, { clock, secrets })
    for (const refused of [
      event(issuer.token({}, "expired")),
      event(reader, "/orders", "POST"),
      event(reader, "/other"),
      restRequest(),
    ])
      expect(await contextOf(authorizer, refused)).not.toHaveProperty("assertion")
  })

  it("trace ids are beside it and never in it: a client sends what it likes", async () => {
    const config = configOf({}, { gateway: { resultTtlSeconds: 0 }, observe: { traceContext: true } })
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    const root = "1-5759e988-bd862e3fe1be46a994272793"
    const headers = { traceparent, "X-Amzn-Trace-Id": `Root=${root};Sampled=1` }
    const given = restRequest(bearer(reader), { template: "/orders/{id}", headers })
    const { assertion, ...others } = await contextOf(createAuthorizer(config, { clock, secrets }), given)
    expect(others).toMatchObject({ traceparent, xrayTraceId: root })
    expect(JSON.stringify(decodeJwt(String(assertion)))).not.toMatch(/0af7651916cd|5759e988/)
  })
})

describe("18-4: whose identity goes onward", () => {
  it("a user of an edge, who has no token that a mesh could verify", async () => {
    const keys = async (reference: Parameters<typeof edgeSecrets>[0], limits: Parameters<typeof edgeSecrets>[1]) =>
      Object.values(reference).includes("mesh/signing") ? { current: key.pem } : edgeSecrets(reference, limits)
    const config = edgeConfig({}, { assertion: { ...block, claims: ["groups"] } })
    const authorizer = await edgeAuthorizer(config, { secrets: keys })
    const sent = (user: string) => {
      const headers = { ...alice, "x-edge-user": user }
      return edgeEvent("http-2.0", { headers: { ...headers, "x-edge-signature": signature("http-2.0", headers) } })
    }
    const { assertion } = await contextOf(authorizer, sent("alice"))
    const { payload } = await verified(assertion, jwks, nowSeconds * 1000)
    expect(payload).toMatchObject({ sub: "edge|alice", groups: ["Ops", "Comptes_éditeurs"] })
    // Each request of an edge is a principal of its own; the same identity has the same assertion.
    expect((await contextOf(authorizer, sent("alice"))).assertion).toBe(assertion)
    expect((await contextOf(authorizer, sent("bob"))).assertion).not.toBe(assertion)
  })

  it("a backend without a mesh verifies it with hallpass/verify", async () => {
    const { assertion } = await contextOf(createAuthorizer(configOf(), { clock, secrets }))
    const trusted = {
      provider: "oidc",
      issuer: block.issuer,
      audience: block.audience,
      jwks,
      algorithms: ["ES256"],
    } as const
    const { scopes, claims } = await createVerifier({ issuers: [trusted] }, { clock }).verify(String(assertion))
    expect([scopes, claims.client_id]).toEqual([["orders:read"], "web"])
  })
})

describe("18-4: without an assertion nothing is allowed", () => {
  const failing: [string, () => Promise<{ current: string }>, string][] = [
    ["a secret that cannot be reached", () => Promise.reject(new Error("canary: no route")), "secrets_unavailable"],
    ["a secret that never comes", () => new Promise(() => {}), "secrets_unavailable"],
    ["a secret that is no key", async () => ({ current: '{"canary":"0123"}' }), "secrets_unavailable"],
    ["a key of another curve", async () => ({ current: "-----BEGIN canary" }), "secrets_unavailable"],
  ]
  it.each(failing)("%s", async (_what, fetch, reason) => {
    const records: DecisionRecord[] = []
    const fetches: SecretFetchRecord[] = []
    const observer = {
      decision: (record: DecisionRecord) => void records.push(record),
      secretFetch: (record: SecretFetchRecord) => void fetches.push(record),
    }
    const config = configOf({}, { secrets: { timeoutMs: 100 } })
    const authorizer = createAuthorizer(config, { clock, secrets: fetch, observer })
    await expect(authorizer.handler(event(reader))).rejects.toMatchObject({ name: "Unavailable", code: reason })
    // Beside the refusal of one route the answer would allow others, and it would be kept.
    await expect(authorizer.handler(event(reader, "/orders", "POST"))).rejects.toMatchObject({ code: reason })
    expect(await authorizer.decide(event(reader))).toMatchObject({ outcome: "unavailable", reason })
    expect(records.map((record) => record.reason)).toEqual([reason, reason])
    expect(fetches[0]).toMatchObject({ secret: "secretsManager:mesh/signing", ok: false })
    expect(JSON.stringify([records, fetches])).not.toContain("canary")
  })

  it("the trace names the stage", async () => {
    const authorizer = createAuthorizer(configOf(), { clock, secrets: () => Promise.reject(new Error()) })
    const { trace } = await authorizer.decide(event(reader), { trace: true })
    expect(trace?.at(-1)).toEqual({ stage: "assertion", check: "signed", ok: false, reason: "secrets_unavailable" })
    const sound = createAuthorizer(configOf(), { clock, secrets })
    const { trace: good } = await sound.decide(event(reader), { trace: true })
    expect(good?.at(-1)).toEqual({ stage: "assertion", check: "signed", ok: true })
  })

  it("it recovers when the secret can be reached again", async () => {
    let [at, isDown] = [nowMs, true]
    const parts = { clock: () => at, secrets: () => (isDown ? Promise.reject(new Error()) : secrets()) }
    const authorizer = createAuthorizer(configOf(), parts)
    await expect(authorizer.handler(event(reader))).rejects.toMatchObject({ code: "secrets_unavailable" })
    ;[at, isDown] = [nowMs + 120_000, false]
    await verified((await contextOf(authorizer)).assertion, jwks, at)
  })

  it("an assertion that no context can hold is undecided, and never left out", async () => {
    const authorizer = createAuthorizer(configOf({ claims: ["groups"] }), { clock, secrets })
    const groups = Array.from({ length: 60 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`)
    const token = issuer.token({ scp: ["orders:read"], groups, uid: "00u1" })
    await expect(authorizer.handler(event(token))).rejects.toMatchObject({ code: "assertion_too_large" })
    await contextOf(authorizer, event(reader)) // another caller
  })
})

describe("18-4: sizes", () => {
  it("an answer with the longest assertion, name and policy stays within maxAnswerBytes", async () => {
    const routes = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [
        `GET /some/long/path/of/a/resource/${at}/{id}`,
        { scopes: ["orders:read"] },
      ]),
    )
    const config = configOf({ claims: ["groups"] }, { routes, gateway: { tooLarge: "unavailable" } })
    const authorizer = createAuthorizer(config, { clock, secrets })
    let largest = 0
    for (let count = 0; count < 40; count++) {
      const groups = Array.from({ length: count }, (_, at) => `group-${at}-${"x".repeat(16)}`)
      const token = issuer.token({ scp: ["orders:read"], groups, uid: "u".repeat(200) })
      const answer = await authorizer.handler(event(token)).catch(({ code }) => code as string)
      if (typeof answer !== "string") largest = Math.max(largest, Buffer.byteLength(JSON.stringify(answer)))
      else expect(answer).toMatch(/^(?:assertion|policy)_too_large$/)
    }
    expect(largest).toBeGreaterThan(2500)
    expect(largest).toBeLessThanOrEqual(8192)
  })
})

describe("18-4: rotation with overlap", () => {
  const next = newKey()
  const set = (...keys: (typeof key)[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })
  const kidOf = async (config: AuthorizerConfig, current: string, previous?: string): Promise<string | undefined> => {
    const fetch = async () => ({ current, ...(previous && { previous }) })
    const { assertion } = await contextOf(createAuthorizer(config, { clock, secrets: fetch }))
    return decodeProtectedHeader(String(assertion)).kid
  }

  it("the first key of the current version signs: a new one waits behind it", async () => {
    expect(await kidOf(configOf(), set(key, next))).toBe(key.published.kid)
    expect(await kidOf(configOf(), set(next, key), set(key, next))).toBe(next.published.kid)
  })

  it("the first entry of assertion.keys signs, and the others are not even fetched", async () => {
    const asked: unknown[] = []
    const fetch = async (reference: object) => {
      asked.push(reference)
      return { current: next.pem }
    }
    const config = configOf({ keys: [{ ssm: "/mesh/next" }, { secretsManager: "mesh/signing" }] })
    const authorizer = createAuthorizer(config, { clock, secrets: fetch })
    await authorizer.warmUp()
    expect(decodeProtectedHeader(String((await contextOf(authorizer)).assertion)).kid).toBe(next.published.kid)
    expect(asked).toEqual([{ ssm: "/mesh/next" }])
  })

  it("a new version is used after secrets.refreshAfterSeconds, without a request that waits", async () => {
    let [at, current] = [nowMs, set(key, next)]
    const authorizer = createAuthorizer(configOf(), { clock: () => at, secrets: async () => ({ current }) })
    const kids: (string | undefined)[] = []
    const ask = async (): Promise<void> => {
      kids.push(decodeProtectedHeader(String((await contextOf(authorizer)).assertion)).kid)
      await turnsAfterAnswer()
    }
    await ask()
    current = set(next, key)
    for (const seconds of [301, 400]) {
      at = nowMs + seconds * 1000
      await ask()
    }
    expect(kids).toEqual([key.published.kid, key.published.kid, next.published.kid])
  })
})
