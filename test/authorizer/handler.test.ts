import { describe, expect, it } from "vitest"
import { createAuthorizer, type DecisionRecord, loadAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const bearer = `Bearer ${mint()}`
const base = {
  issuers: [oidcIssuer()],
  routes: { "GET /x": { scopes: ["orders:read"] }, "PUT /x": { scopes: ["no"] } },
  gateway: { resultTtlSeconds: 0 },
}
const at = (method: string): unknown => http2(bearer, { method, path: "/x" })

describe("createAuthorizer", () => {
  it("gives a handler that works on its own", async () => {
    const { handler } = createAuthorizer(base, { clock })
    expect(await handler(at("GET"), {})).toMatchObject({ principalId: "https://issuer.example/tenant|canary-subject" })
  })

  it("and loadAuthorizer gives the same one, with the presets that the configuration names", async () => {
    const { decide } = await loadAuthorizer(base, { clock })
    expect(await decide(at("GET"))).toMatchObject({ outcome: "allow", route: "GET /x" })
    const unknown = { issuers: [{ provider: "google" }, { provider: "toString" }, null] }
    await expect(loadAuthorizer(unknown as never)).rejects.toThrow(/issuers\[1\]\.provider: must be one of/)
  })

  it("is not changed by later changes of the configuration object", async () => {
    const config = structuredClone(base)
    const { decide } = createAuthorizer(config, { clock })
    config.routes["PUT /x"].scopes[0] = "orders:read"
    expect(await decide(at("PUT"))).toMatchObject({ reason: "scope_missing" })
  })
})

describe("a refusal that is thrown", () => {
  it("has the one text that API Gateway turns into a 401, and no stack, which would be logged each time", async () => {
    const { handler } = createAuthorizer(base, { clock })
    const { stackTraceLimit } = Error
    const refused = await handler(http2("Bearer x", { path: "/x" })).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Error)
    expect(refused).toMatchObject({ message: "Unauthorized", stack: "Error: Unauthorized" })
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  })
})

describe("decide", () => {
  it("returns the decision as data and never rejects", async () => {
    const { decide } = createAuthorizer(base, { clock })
    expect(await decide(at("GET"))).toMatchObject({
      outcome: "allow",
      reason: "ok",
      route: "GET /x",
      principal: { subject: "canary-subject" },
    })
    expect(await decide(at("PUT"))).toMatchObject({
      outcome: "forbidden",
      reason: "scope_missing",
      route: "PUT /x",
      principal: { subject: "canary-subject" },
    })
    expect(await decide(http2("Bearer x", { path: "/x" }))).toEqual({
      outcome: "unauthenticated",
      reason: "token_opaque",
    })
    expect(await decide(7)).toEqual({ outcome: "unavailable", reason: "event_unknown" })
  })

  it("names every check when asked, without a claim value", async () => {
    const { decide } = createAuthorizer(base, { clock })
    const { trace = [], missing } = await decide(at("PUT"), { trace: true })
    expect(missing).toEqual({ scopes: ["no"] })
    expect([...new Set(trace.map(({ stage }) => stage))]).toEqual(["event", "arn", "credential", "token", "route"])
    const checks = trace.filter(({ stage }) => stage === "token").map(({ check }) => check)
    for (const check of ["form", "issuer", "algorithm", "key", "signature", "times", "audience.aud", "sender.cnf"])
      expect(checks).toContain(check)
    expect(trace.at(-1)).toEqual({
      ...{ stage: "route", check: "scopes", ok: false },
      ...{ expected: { all: ["no"] }, reason: "scope_missing" },
    })
    expect(trace.every((entry) => !("found" in entry))).toBe(true)
    expect(await decide(at("GET"))).not.toHaveProperty("trace")
    const failed = async (event: unknown): Promise<unknown> =>
      (await decide(event, { trace: true })).trace?.find(({ ok }) => !ok)
    expect(await failed({})).toMatchObject({ stage: "event", check: "kind", reason: "event_unknown" })
    expect(await failed({ ...restToken(bearer), methodArn: "x" })).toMatchObject({
      stage: "arn",
      reason: "arn_invalid",
    })
    expect(await failed(http2("x", { path: "/x" }))).toMatchObject({
      ...{ stage: "credential", check: "place", reason: "credential_malformed" },
      expected: ["header Authorization: Bearer TOKEN"],
    })
    expect(await failed(http2(`Bearer ${mint({ exp: 1 })}`, { path: "/x" }))).toMatchObject({
      ...{ stage: "token", check: "times", reason: "token_expired" },
    })
    expect(await failed(http2(bearer, { path: "/y" }))).toMatchObject({ stage: "route", reason: "route_unmatched" })
  })
})

describe("a custom check", () => {
  const decide = (check: () => unknown, method = "GET"): Promise<unknown> =>
    createAuthorizer(base, { clock, check: check as () => boolean }).decide(at(method))

  it("can only narrow", async () => {
    expect(await decide(() => true)).toMatchObject({ outcome: "allow" })
    expect(await decide(async () => true)).toMatchObject({ outcome: "allow" })
    expect(await decide(() => true, "PUT")).toMatchObject({ reason: "scope_missing" })
    for (const other of [false, undefined, null, 1, "true", {}, Promise.resolve(false)]) {
      expect(await decide(() => other)).toMatchObject({ outcome: "forbidden", reason: "check_refused" })
    }
  })

  it("SR-140: that throws makes the request unavailable, and the next one works (SR-166)", async () => {
    let broken = true
    const faults: unknown[] = []
    const check = (): boolean => {
      if (broken) throw new Error("backend down")
      return true
    }
    const { handler, decide } = createAuthorizer(base, {
      clock,
      check,
      observer: { fault: (error) => void faults.push(error) },
    })
    expect(await decide(at("GET"))).toMatchObject({ outcome: "unavailable", reason: "internal", route: "GET /x" })
    await expect(handler(at("GET"))).rejects.toMatchObject({ name: "Unavailable", code: "internal" })
    expect(faults).toHaveLength(2)
    broken = false
    expect(await decide(at("GET"))).toMatchObject({ outcome: "allow" })
  })
})

describe("an observer", () => {
  it("gets one record per request, safe to log", async () => {
    const records: DecisionRecord[] = []
    const { handler } = createAuthorizer(base, { clock, observer: { decision: (record) => void records.push(record) } })
    await handler(at("GET"))
    await handler(at("PUT"))
    await expect(handler(restRequest("Bearer x.y.z"))).rejects.toThrow("Unauthorized")
    await expect(handler(null)).rejects.toThrow()
    const api = {
      apiId: "abc123def4",
      stage: "$default",
      eventKind: "http-2.0",
      requestId: "ZhNHJhhLjoEEPiw=",
      issuer: "https://issuer.example/tenant",
    }
    expect(records).toEqual([
      { ...api, outcome: "allow", reason: "ok", route: "GET /x" },
      { ...api, outcome: "forbidden", reason: "scope_missing", route: "PUT /x" },
      {
        outcome: "unauthenticated",
        reason: "token_malformed",
        eventKind: "rest-request",
        apiId: "abc123def4",
        stage: "prod",
        requestId: "141d6671-99b4-40ca-9997-7a22f01eac74",
        extendedRequestId: "ZhFsxGQDDoEEMig=",
      },
      { outcome: "unavailable", reason: "event_unknown" },
    ])
  })

  it("SR-112: whose methods are asynchronous and reject disturbs nobody", async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on("unhandledRejection", note)
    const decision = (): void => Promise.reject(new Error("sink down")) as unknown as undefined
    const { handler } = createAuthorizer(base, { clock, observer: { decision } })
    expect(await handler(at("GET"))).toHaveProperty("policyDocument")
    await new Promise((resolve) => setImmediate(resolve))
    process.off("unhandledRejection", note)
    expect(rejections).toEqual([])
  })

  it("that throws changes nothing", async () => {
    const broken = (): never => {
      throw new Error("observer down")
    }
    const observer = { decision: broken, keySet: broken, keyFetch: broken, fault: broken }
    const { handler } = createAuthorizer(base, { clock, observer })
    expect(await handler(at("GET"))).toHaveProperty("policyDocument")
    await expect(handler(http2("Bearer x", { path: "/x" }))).rejects.toThrow(/^Unauthorized$/)
  })
})

describe("SR-143: a TOKEN event in a configuration whose cache key holds the route", () => {
  it("is unavailable: a TOKEN authorizer's cache key is the token alone", async () => {
    const { decide } = createAuthorizer({ ...base, gateway: { identitySources: ["token", "route"] } }, { clock })
    expect(await decide(restToken(bearer, { path: "/x" }))).toEqual({
      outcome: "unavailable",
      reason: "gateway_mismatch",
    })
    expect(await decide(restRequest(bearer, { path: "/x" }))).toMatchObject({ outcome: "allow" })
  })
})

describe("SR-164: the record of a refused token", () => {
  it("names the configured issuer once it is known, and never the one that a token claims", async () => {
    const issuers: (string | undefined)[] = []
    const observer = { decision: (record: DecisionRecord) => void issuers.push(record.issuer) }
    const { handler } = createAuthorizer(base, { clock, observer })
    for (const token of [mint({ exp: 1 }), mint({ iss: "https://canary.example" })]) {
      await expect(handler(http2(`Bearer ${token}`, { path: "/x" }))).rejects.toThrow("Unauthorized")
    }
    expect(issuers).toEqual(["https://issuer.example/tenant", undefined])
  })
})
