import { createHash } from "node:crypto"
import { describe, expect, it, vi } from "vitest"
import { type AuthorizerConfig, type AuthorizerParts, createAuthorizer } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import type { ObserveOptions } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, issuer, mint, segments } from "../support/mint.ts"
import { allWritten } from "../support/observer.ts"
import { type Line, outputOfEachTest } from "../support/output.ts"

const token = mint()
const bearer = `Bearer ${token}`
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16)
const xray = "1-5759e988-bd862e3fe1be46a994272793"
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
const invocation = { awsRequestId: "00000000-0000-4000-8000-000000000001" }

const config: AuthorizerConfig = {
  issuers: [oidcIssuer()],
  routes: { "GET /x": {}, "PUT /x": { scopes: ["more"] }, $connect: {} },
  gateway: { resultTtlSeconds: 0 },
}

const output = outputOfEachTest()

/** The records of these requests. */
async function recordsOf(
  events: readonly object[],
  observe: ObserveOptions = {},
  context: unknown = invocation,
  parts: AuthorizerParts = {},
): Promise<Line[]> {
  const observer = createPowertoolsObserver({ clock })
  const { handler } = createAuthorizer(
    { ...config, observe: { sampleAllows: 1, ...observe } },
    { clock, observer, ...parts },
  )
  for (const event of events) await handler(event, context).catch(() => undefined)
  await allWritten(observer)
  return output.records()
}

const at = (method: string, headers = {}) => http2(bearer, { method, path: "/x", headers })

describe("the record of a decision", () => {
  it("of an allow has everything that finds and explains it", async () => {
    const [record, again] = await recordsOf([at("GET", { traceparent }), at("GET")])
    const { timestamp, latencyUs, ...rest } = record as Line
    expect(rest).toEqual({
      ...{ level: "INFO", message: "request allowed", service: "hallpass", sampling_rate: 0 },
      ...{ outcome: "allow", reason: "ok", issuer, principal: hash(`${issuer}|canary-subject`), route: "GET /x" },
      ...{ eventKind: "http-2.0", apiId: "abc123def4", stage: "$default", requestId: "ZhNHJhhLjoEEPiw=" },
      ...{ lambdaRequestId: invocation.awsRequestId, traceparent, tokenCacheHit: false },
      ...{
        kid: "rsa-1",
        tokenHash: hash(token),
        method: "GET",
        answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/),
      },
    })
    expect(again).toMatchObject({ tokenCacheHit: true, tokenHash: hash(token) })
    expect(again).not.toHaveProperty("traceparent")
    expect(Object.keys(latencyUs as object).toSorted()).toEqual(["answer", "credential", "route", "token", "total"])
    const { total, ...stages } = latencyUs as { [stage: string]: number }
    expect(Object.values(stages).every((micros) => micros >= 0)).toBe(true)
    expect(Object.values(stages).reduce((sum, micros) => sum + micros, 0)).toBeLessThanOrEqual((total ?? 0) + 1)
  })

  it("of a forbidden route names the caller, and one of a bad token does not", async () => {
    const bad = http2(`Bearer ${mint({ exp: 1 })}`, { path: "/x" })
    const [forbidden, expired, missing] = await recordsOf([at("PUT"), bad, http2(undefined, { path: "/x" })])
    expect(forbidden).toMatchObject({
      ...{ message: "request refused", outcome: "forbidden", reason: "scope_missing", route: "PUT /x" },
      principal: hash(`${issuer}|canary-subject`),
    })
    expect(expired).toMatchObject({ reason: "token_expired", issuer, kid: "rsa-1", tokenCacheHit: false })
    expect(expired).not.toHaveProperty("principal")
    expect(missing).toMatchObject({ reason: "credential_missing" })
    for (const member of ["kid", "tokenHash", "tokenCacheHit", "issuer"]) expect(missing).not.toHaveProperty(member)
    expect(Object.keys(missing?.latencyUs as object).toSorted()).toEqual(["answer", "credential", "total"])
  })

  it.each(eventKinds)("of an event of kind %s", async (kind) => {
    const event = eventBuilders[kind](bearer, { method: "GET", path: "/x" })
    const [record] = await recordsOf([event])
    expect(record).toMatchObject({
      outcome: "allow",
      eventKind: kind,
      apiId: "abc123def4",
      lambdaRequestId: expect.any(String),
    })
  })

  it("of what is no event at all", async () => {
    const [record] = await recordsOf([[]])
    expect(record).toMatchObject({ level: "ERROR", reason: "event_unknown", lambdaRequestId: invocation.awsRequestId })
  })

  it("names the caller as configured", async () => {
    const subject = mint({ sub: "00u1" })
    const event = http2(`Bearer ${subject}`, { path: "/x" })
    const [byId] = await recordsOf([event], { principal: "id" })
    expect(byId?.principal).toBe(`${issuer}|00u1`)
    const [, unnamed] = await recordsOf([event], { principal: "none" })
    expect(unnamed).not.toHaveProperty("principal")
    expect(unnamed).toMatchObject({ tokenHash: hash(subject) })
  })

  it("says how old the key set is, when it was fetched", async () => {
    let nowMs = clock()
    const { jwks: _, ...remote } = oidcIssuer({ jwksUri: "https://issuer.example/keys" })
    const body = JSON.stringify({ keys: [testKey().jwk] })
    const observer = createPowertoolsObserver({ clock: () => nowMs, sampleAllows: 1 })
    const fetchKeySet = () => Promise.resolve({ status: 200, headers: {}, body })
    const { handler } = createAuthorizer(
      { ...config, issuers: [remote] },
      { clock: () => nowMs, observer, fetchKeySet },
    )
    await handler(at("GET"))
    await allWritten(observer)
    nowMs += 70_000
    await handler(at("GET"))
    await allWritten(observer)
    expect(output.records().map(({ keySetAgeSeconds }) => keySetAgeSeconds)).toEqual([0, 70])
  })

  it("times the custom check, and the wait for keys with the token", async () => {
    const [record] = await recordsOf([at("GET")], {}, invocation, { check: async () => true })
    expect(Object.keys(record?.latencyUs as object).toSorted()).toEqual([
      ...["answer", "check", "credential", "route", "token", "total"],
    ])
  })
})

describe("SR-164: what a caller sends", () => {
  it("is in a record only as a short, escaped kid and a hash", async () => {
    const kid = "k\r\n\u001b[31m\u009b\u2028\u{1F600} and so on, for a long time"
    const [header, payload, mac] = segments(mint({}, { header: { kid } }))
    const [record] = await recordsOf([http2(`Bearer ${header}.${payload}.${mac}`, { path: "/x" })])
    expect(record?.kid).toBe("k\\u000d\\u000a\\u001b[31m\\u009b\\u2028\\ud83d\\ude00 and")
    expect(output.text()).not.toMatch(/[^\n -~]/)
    for (const part of [header, payload, mac]) expect(output.text()).not.toContain(part?.slice(0, 20))
  })

  it.each([
    ["a kid that is no text", { kid: { a: 1 } }],
    ["a header that is no object", "[]"],
    ["a header that is not JSON", "{"],
    ["a header that is too long", { kid: "k", x: "x".repeat(5000) }],
  ])("leaves out %s", async (_, header) => {
    const [record] = await recordsOf([http2(`Bearer ${mint({}, { header })}`, { path: "/x" })])
    expect(record).toMatchObject({ outcome: "unauthenticated", tokenHash: expect.stringMatching(/^[0-9a-f]{16}$/) })
    if (typeof header === "string" || "x" in header || typeof header.kid !== "string")
      expect(record).not.toHaveProperty("kid")
  })

  it("8: hold both request ids of REST and WebSocket APIs and of payload 1.0, and the one of payload 2.0", async () => {
    const uuid = "141d6671-99b4-40ca-9997-7a22f01eac74"
    for (const [event, ids] of [
      [restRequest("Bearer x.y.z"), { requestId: uuid, extendedRequestId: "ZhFsxGQDDoEEMig=" }],
      [http1("Bearer x.y.z"), { requestId: uuid, extendedRequestId: "ZhFsxGQDDoEEMig=" }],
      [webSocket("Bearer x.y.z"), { requestId: "abc123", extendedRequestId: "XYZ123=" }],
      [http2("Bearer x.y.z"), { requestId: "ZhNHJhhLjoEEPiw=" }],
      [restToken("Bearer x.y.z"), {}],
    ] as const) {
      const record = (await recordsOf([event])).at(-1)
      expect({ requestId: record?.requestId, extendedRequestId: record?.extendedRequestId }).toEqual(ids)
    }
  })

  it.each([
    ["a terminal's commands", "\u001b[2J"],
    ["a line break", "a\nb"],
    ["a token", mint()],
    ["a blank", "a b"],
    ["letters beyond ASCII", "é"],
    ["129 characters", "x".repeat(129)],
    ["nothing", ""],
    ["no text", 7],
  ])("8, SR-164: leave out a request id with %s, which the client can have chosen", async (_name, id) => {
    for (const name of ["requestId", "extendedRequestId"] as const) {
      const event = restRequest(bearer, { path: "/x" })
      const requestContext = { ...(event.requestContext as object), [name]: id }
      const record = (await recordsOf([{ ...event, requestContext }])).at(-1)
      expect(record).not.toHaveProperty(name)
      expect(record).toHaveProperty(name === "requestId" ? "extendedRequestId" : "requestId")
    }
  })
})

describe("trace ids", () => {
  const root = (text: string) => ({ "X-Amzn-Trace-Id": text })

  it.each([
    ["the request's own", root(`Root=${xray}`), {}, undefined, xray],
    ["the request's own, among other members", root(`Self=1-aaa;Root=${xray};Sampled=1`), {}, undefined, xray],
    [
      "the invocation's, from the context",
      {},
      { xRayTraceId: `Root=${xray};Parent=53995c3f42cd8ad8;Sampled=0` },
      undefined,
      xray,
    ],
    ["the invocation's, from the environment", {}, {}, `Root=${xray};Sampled=0`, xray],
    ["none: not of that form", root("Root=1-zzzzzzzz-bd862e3fe1be46a994272793"), {}, undefined, undefined],
    ["none: longer", root(`Root=${xray}0`), {}, undefined, undefined],
    ["none: too long a header", root(`Root=${xray};x=${"x".repeat(1000)}`), {}, undefined, undefined],
    ["none: text around it", root(`canary Root=${xray}`), {}, undefined, undefined],
  ])("of X-Ray: %s", async (_, headers, context, variable, expected) => {
    vi.stubEnv("_X_AMZN_TRACE_ID", variable)
    const [record] = await recordsOf([restRequest(bearer, { path: "/x", headers })], {}, context)
    expect(record?.xrayTraceId).toBe(expected)
  })

  it.each([
    [traceparent, true],
    ["cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true],
    ["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false],
    ["00-00000000000000000000000000000000-00f067aa0ba902b7-01", false],
    ["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false],
    ["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false],
    [`${traceparent}-more`, false],
    [`${traceparent}\n`, false],
    ["canary", false],
  ])("W3C: %j fits the grammar: %s", async (sent, fits) => {
    const [record] = await recordsOf([at("GET", { TraceParent: sent })])
    expect(record?.traceparent).toBe(fits ? sent : undefined)
  })

  it("sent twice are none", async () => {
    const multiValueHeaders = { Authorization: [bearer], traceparent: [traceparent, traceparent.replace("4b", "5b")] }
    const [record] = await recordsOf([restRequest(bearer, { path: "/x", multiValueHeaders })])
    expect(record).not.toHaveProperty("traceparent")
  })
})

describe("what is recorded of an edge", () => {
  it("is timed as a stage of its own", async () => {
    vi.stubEnv("EDGE_SECRET", "Correct-Horse-Battery-Staple-42")
    const observer = createPowertoolsObserver({ clock, sampleAllows: 1 })
    const { handler } = createAuthorizer(
      {
        issuers: [],
        edge: {
          role: "identity",
          headers: { user: "x-edge-user" },
          evidence: [
            {
              vpceIds: ["vpce-0a1b2c3d4e5f67890"],
              secret: { header: "x-origin-verify", values: { env: "EDGE_SECRET" } },
            },
          ],
        },
        gateway: { resultTtlSeconds: 0 },
      },
      { clock, observer },
    )
    const event = restRequest(undefined, {
      headers: { "x-edge-user": "canary-user", "x-origin-verify": "Correct-Horse-Battery-Staple-42" },
    })
    const { identity, ...requestContext } = event.requestContext as { identity: object }
    const vpceId = "vpce-0a1b2c3d4e5f67890"
    await handler({ ...event, requestContext: { ...requestContext, identity: { ...identity, vpceId } } })
    await allWritten(observer)
    expect(output.records()).toMatchObject([
      { outcome: "allow", issuer: "edge", latencyUs: { edge: expect.any(Number) } },
    ])
    expect(output.records()[0]).not.toHaveProperty("tokenHash")
  })
})

describe("without an observer of decisions", () => {
  it("nothing is timed", async () => {
    const now = vi.spyOn(process, "hrtime")
    const other = vi.spyOn(performance, "now") // which Node loads a module for
    for (const observer of [undefined, {}, { keyFetch: () => undefined }]) {
      const { handler } = createAuthorizer(config, { clock, ...(observer && { observer }) })
      await handler(at("GET"))
    }
    expect(now).not.toHaveBeenCalled()
    const { handler } = createAuthorizer(config, { clock, observer: { decision: () => undefined } })
    await handler(at("GET"))
    expect(now).toHaveBeenCalled()
    expect(other).not.toHaveBeenCalled()
  })
})

describe("what an observer is handed", () => {
  it("holds no part of the token or of the event, however it is looked at, and says more when asked", async () => {
    const seen: unknown[] = []
    const { handler } = createAuthorizer(config, { clock, observer: { decision: (record) => void seen.push(record) } })
    await handler(at("GET", { "x-canary": "canary" }), invocation)
    const [record] = seen as [{ details(principal: "id"): object; durationUs: number }]
    const { inspect } = await import("node:util")
    expect(inspect(record, { depth: 9, showHidden: true, getters: true })).not.toMatch(/canary|eyJ/)
    expect(JSON.stringify(record)).not.toMatch(/canary|eyJ/)
    expect(record.durationUs).toBeGreaterThan(0)
    expect(record.details("id")).toMatchObject({
      ...{ principal: `${issuer}|canary-subject`, method: "GET", sourceIp: "192.0.2.1" },
      ...{ accountId: "123456789012", region: "eu-west-1" },
    })
  })
})
