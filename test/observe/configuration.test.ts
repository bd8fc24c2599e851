import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, configFromEnvironment, createAuthorizer, loadAuthorizer } from "../../src/index.ts"
import type { ObserveOptions } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http2, restRequest, restToken } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const base: AuthorizerConfig = { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }
const token = mint({ sub: "00u1", client_id: "c", scope: "s" })
const bearer = `Bearer ${token}`
const xray = "1-5759e988-bd862e3fe1be46a994272793"
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

describe("the observe block", () => {
  const told = (config: AuthorizerConfig): unknown[] => {
    const seen: unknown[] = []
    createAuthorizer(config, { clock, observer: { configure: (options) => void seen.push(options) } })
    return seen
  }

  it("is told to the observer as it stands, and only if there is one", () => {
    const observe: ObserveOptions = {
      ...{ sampleAllows: 0.01, principal: "none", audit: "ocsf", flushAfterSeconds: 0, flushAfterCount: 10 },
      traceContext: true,
    }
    expect(told({ ...base, observe })).toEqual([observe])
    expect(told({ ...base, observe: {} })).toEqual([{}])
    expect(told(base)).toEqual([])
  })

  it.each([
    [{ sampleAllows: 1.01 }, "observe.sampleAllows: must be a number from 0 to 1"],
    [{ sampleAllows: -0.1 }, "observe.sampleAllows"],
    [{ sampleAllows: Number.NaN }, "observe.sampleAllows"],
    [{ sampleAllows: "0.5" }, "observe.sampleAllows"],
    [{ principal: "name" }, 'observe.principal: must be one of: "hash", "id", "none"'],
    [{ audit: true }, 'observe.audit: must be one of: "none", "ocsf"'],
    [{ flushAfterSeconds: 301 }, "observe.flushAfterSeconds: must be a number from 0 to 300"],
    [{ flushAfterCount: 0 }, "observe.flushAfterCount: must be a number from 1 to 100000"],
    [{ traceContext: "yes" }, "observe.traceContext: must be true or false"],
    [{ colour: "red" }, "observe.colour: is not a known option"],
    [{ audit: undefined }, "observe.audit: is undefined"],
    [[], "observe: must be an object"],
    [null, "observe: must be an object"],
  ])("SR-160: %o is refused", async (observe, message) => {
    const config = { ...base, observe } as unknown as AuthorizerConfig
    expect(() => createAuthorizer(config)).toThrow(message)
    await expect(loadAuthorizer(config)).rejects.toThrow(message)
  })

  it("SR-143: trace ids in the context and a cache are refused together", () => {
    const observe = { traceContext: true }
    for (const gateway of [undefined, {}, { resultTtlSeconds: 1 }]) {
      const config = { issuers: base.issuers, observe, ...(gateway && { gateway }) }
      expect(() => createAuthorizer(config)).toThrow("observe.traceContext: needs gateway.resultTtlSeconds 0")
    }
    expect(() => createAuthorizer({ ...base, observe, context: { traceparent: "sub" } })).toThrow("context.traceparent")
    expect(() => createAuthorizer({ ...base, observe: {}, context: { traceparent: "sub" } })).not.toThrow()
  })
})

describe("observe.traceContext", () => {
  const headers = { traceparent, "X-Amzn-Trace-Id": `Root=${xray}` }

  it.each([createAuthorizer, loadAuthorizer])("puts the ids into the context of each answer (%o)", async (create) => {
    const { handler } = await create({ ...base, observe: { traceContext: true } }, { clock })
    for (const kind of eventKinds) {
      const first = await handler(eventBuilders[kind](bearer, { headers }))
      const second = await handler(eventBuilders[kind](bearer), { xRayTraceId: `Root=${xray.replace("5", "6")}` })
      const ids = kind === "rest-token" ? {} : { xrayTraceId: xray, traceparent }
      expect(first.context).toMatchObject({ sub: "00u1", ...ids })
      expect(second.context).toMatchObject({ sub: "00u1", xrayTraceId: xray.replace("5", "6") })
      expect(second.context).not.toHaveProperty("traceparent")
    }
  })

  it("and of a refusal that has one", async () => {
    const config: AuthorizerConfig = {
      ...base,
      routes: { "GET /x": { scopes: ["more"] } },
      observe: { traceContext: true },
    }
    const { handler } = createAuthorizer(config, { clock })
    const answer = await handler(restRequest(bearer, { path: "/x", headers }))
    expect(answer.context).toMatchObject({ reason: "scope_missing", xrayTraceId: xray, traceparent })
  })

  it("with simple responses, and nothing where nobody is told anything", async () => {
    const gateway = { ...base.gateway, responses: "simple" as const }
    const { handler } = createAuthorizer({ ...base, gateway, observe: { traceContext: true } }, { clock })
    expect(await handler(http2(bearer, { headers }))).toMatchObject({ isAuthorized: true, context: { traceparent } })
    expect(await handler(http2("Bearer x.y.z", { headers }))).toEqual({ isAuthorized: false })
  })

  it("leaves room for the ids in a full answer", async () => {
    const names = Array.from({ length: 8 }, (_, at) => `claim${at}`)
    const claims = Object.fromEntries(names.map((name) => [name, "x".repeat(1200)]))
    const context = Object.fromEntries(names.map((name) => [name, name]))
    const { handler } = createAuthorizer({ ...base, context, observe: { traceContext: true } }, { clock })
    const answer = await handler(restRequest(`Bearer ${mint({ sub: "00u1", client_id: "c", ...claims })}`, { headers }))
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(8192)
    expect(answer.context).toMatchObject({ traceparent, contextOmitted: expect.any(String) })
  })

  it("is off by default", async () => {
    const { handler } = createAuthorizer(base, { clock })
    expect((await handler(restRequest(bearer, { headers }))).context).not.toHaveProperty("traceparent")
    expect((await handler(restToken(bearer))).context).not.toHaveProperty("xrayTraceId")
  })
})

describe("the variables of observation", () => {
  const okta = { HALLPASS_PROVIDER: "okta", HALLPASS_DOMAIN: "acme.okta.com", HALLPASS_AUDIENCE: "a" }
  const observing = {
    HALLPASS_SAMPLE_ALLOWS: "0.01",
    HALLPASS_LOG_PRINCIPAL: "none",
    HALLPASS_AUDIT: "ocsf",
    HALLPASS_FLUSH_AFTER_SECONDS: "0",
    HALLPASS_TRACE_CONTEXT: "true",
  }
  const observe = { sampleAllows: 0.01, principal: "none", audit: "ocsf", flushAfterSeconds: 0, traceContext: true }

  it("go with the simple variables", () => {
    expect(configFromEnvironment({ ...okta, ...observing, HALLPASS_RESULT_TTL_SECONDS: "0" })).toMatchObject({
      observe,
    })
  })

  it("are set over the object in HALLPASS_CONFIG, and over a bundled one", () => {
    const config: AuthorizerConfig = { ...base, observe: { sampleAllows: 1, flushAfterCount: 5 } }
    const expected = { ...config, observe: { ...observe, flushAfterCount: 5 } }
    expect(configFromEnvironment({ HALLPASS_CONFIG: JSON.stringify(config), ...observing })).toEqual(expected)
    expect(configFromEnvironment(observing, config)).toEqual(expected)
    expect(configFromEnvironment({}, config)).toBe(config)
    expect(configFromEnvironment(okta, config)).toMatchObject({ issuers: [{ provider: "okta" }] })
  })

  it("configure no decision by themselves", () => {
    expect(configFromEnvironment(observing)).toBeUndefined()
  })

  it.each(["1e-2", "a", " ", ".", "-1", "0x1", "1,5", "0.01%"])(
    "a share of %j is refused, never read as another",
    (text) => {
      const config = configFromEnvironment({ ...okta, HALLPASS_SAMPLE_ALLOWS: text })
      expect(() => createAuthorizer(config as AuthorizerConfig)).toThrow("observe.sampleAllows")
    },
  )

  it.each(["0", "1", "1.0", ".5", "0.001"])("a share of %j is read", (text) => {
    expect(configFromEnvironment({ ...okta, HALLPASS_SAMPLE_ALLOWS: text })?.observe).toEqual({
      sampleAllows: Number(text),
    })
  })

  it.each(["1", "yes", "TRUE"])("%j is neither true nor false", (text) => {
    const config = configFromEnvironment({ ...okta, HALLPASS_RESULT_TTL_SECONDS: "0", HALLPASS_TRACE_CONTEXT: text })
    expect(() => createAuthorizer(config as AuthorizerConfig)).toThrow("observe.traceContext: must be true or false")
  })

  it("what is no object is left to the check of the configuration", () => {
    for (const config of ['"text"', "[]", "null", '{"observe":"x"}', '{"observe":[]}']) {
      const read = configFromEnvironment({ HALLPASS_CONFIG: config, ...observing })
      expect(JSON.stringify(read)).toBe(config)
      expect(() => createAuthorizer(read as AuthorizerConfig)).toThrow(/must be an object/)
    }
  })
})

it("everything that is wrong with the variables is said at once", () => {
  const environment = {
    ...{ HALLPASS_CONFIG: "{", HALLPASS_ROUTES: "[", HALLPASS_COLOUR: "red", HALLPASS_constructor: "x" },
    HALLPASS_DOMAIN: "acme.okta.com",
  }
  const problems = (() => {
    try {
      return configFromEnvironment(environment)
    } catch (error) {
      return (error as { problems: { path: string }[] }).problems.map(({ path }) => path)
    }
  })()
  expect(problems).toEqual([
    ...["HALLPASS_CONFIG", "HALLPASS_ROUTES", "HALLPASS_COLOUR", "HALLPASS_constructor"],
    "HALLPASS_ROUTES, HALLPASS_DOMAIN",
  ])
})
