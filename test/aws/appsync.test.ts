import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type AppSyncAnswer, type AppSyncOptions, createAppSyncAuthorizer } from "../../src/aws.ts"
import type { AuthorizerConfig, AuthorizerParts } from "../../src/http.ts"
import { ConfigurationError, type DecisionRecord } from "../../src/index.ts"
import { seeded } from "../support/seed.ts"
import { recorded } from "./recorded.ts"
import { clock, issuer, noObjects, nowMs, throwing } from "./world.ts"

// 18, section 8, "ALB, AppSync, …": one recorded event in, the exact shape of the answer out, always with ttlOverride.

const config = { issuers: [issuer.config], routes: { "POST /graphql": { scopes: ["orders:read"] } } }
const claims = { scp: ["orders:read"], sub: "ann", uid: "00u1", cid: "0oa1" }
const good = issuer.token(claims)
const refused = { isAuthorized: false, ttlOverride: 0 }
const resolverContext = {
  sub: "ann",
  issuer: "https://acme.okta.com/oauth2/default",
  tokenKind: "user",
  clientId: "0oa1",
  exp: "1790003600",
  scopes: "orders:read",
}
const names = [
  "aws-lambda-go__appsync-lambda-auth-request",
  "aws-lambda-java__appsync_authorizer_event",
  "powertools-py__appSyncAuthorizerEvent",
]
const base = recorded("powertools-py__appSyncAuthorizerEvent")
const eventWith = (authorizationToken: unknown): { [member: string]: unknown } => ({ ...base, authorizationToken })

const authorizer = (options?: AppSyncOptions, changes: Partial<AuthorizerConfig> = {}, parts: AuthorizerParts = {}) =>
  createAppSyncAuthorizer({ ...config, ...changes }, options, { clock, ...parts })
const { handler } = authorizer({ ttlSeconds: 300 })

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ path, message }) => `${path} ${message}`)
    throw error
  }
  return []
}

describe.each(names)("18: AppSync, the recorded event %s", (name) => {
  it("is refused with its own token, which is no JWT", async () => {
    expect(await handler(recorded(name))).toEqual(refused)
  })

  it("is allowed with a good token", async () => {
    expect(await handler({ ...recorded(name), authorizationToken: good })).toEqual({
      isAuthorized: true,
      resolverContext,
      deniedFields: [],
      ttlOverride: 300,
    })
  })
})

describe("18: AppSync, ttlOverride", () => {
  it.each([
    [300, 3600, 300],
    [3600, 3600, 3600],
    [3600, 600, 600],
    [300, 1, 1],
    [300, -3, 0], // within the tolerance of the clock
    [0, 3600, 0],
    [0.9, 3600, 0],
    [undefined, 3600, 0],
  ])("ttlSeconds %s and %s seconds of the token make %s", async (ttlSeconds, left, expected) => {
    const token = issuer.token({ ...claims, exp: nowMs / 1000 + left })
    const { handler } = authorizer(ttlSeconds === undefined ? {} : { ttlSeconds })
    expect(await handler(eventWith(token))).toMatchObject({ isAuthorized: true, ttlOverride: expected })
  })

  it("counts from the time of the answer, also for a token that was verified before", async () => {
    let now = nowMs
    const { handler } = authorizer({ ttlSeconds: 300 }, {}, { clock: () => now })
    const token = issuer.token({ ...claims, exp: nowMs / 1000 + 310 })
    expect((await handler(eventWith(token))).ttlOverride).toBe(300)
    now += 100_400
    expect((await handler(eventWith(token))).ttlOverride).toBe(209)
    now += 300_000
    expect(await handler(eventWith(token))).toEqual(refused)
  })

  it("is 0 if the clock reads no number any more", async () => {
    let now = nowMs
    const check = () => {
      now = Number.NaN
      return true
    }
    const { handler } = authorizer({ ttlSeconds: 300 }, {}, { clock: () => now, check })
    expect(await handler(eventWith(good))).toMatchObject({ isAuthorized: true, ttlOverride: 0 })
  })

  it("is there in every answer, a whole number from 0 to 3600, and 0 in every refusal", async () => {
    const { handler } = authorizer({ ttlSeconds: 3600 })
    const token = fc.oneof(
      fc.integer({ min: -5000, max: 10_000 }).map((left) => issuer.token({ ...claims, exp: nowMs / 1000 + left })),
      fc.constantFrom(good, issuer.token({ ...claims, scp: [] }), issuer.token(claims, "wrongAudience")),
      fc.string(),
      fc.anything(),
    )
    await fc.assert(
      fc.asyncProperty(token, async (authorizationToken) => {
        const { isAuthorized, ttlOverride } = await handler(eventWith(authorizationToken))
        expect(Number.isInteger(ttlOverride) && ttlOverride >= 0 && ttlOverride <= 3600).toBe(true)
        if (!isAuthorized) expect(ttlOverride).toBe(0)
      }),
      seeded("ttlOverride", { numRuns: 300 }),
    )
  })
})

describe("18: AppSync, the rules", () => {
  it("the rule of POST /graphql decides, and says nothing about why", async () => {
    expect(await handler(eventWith(issuer.token({ ...claims, scp: ["other"] })))).toEqual(refused)
  })

  it.each(["deny", "authenticated"] as const)("without that route, unmatched %s decides", async (unmatched) => {
    const { handler } = authorizer({}, { routes: { "GET /graphql": {} }, unmatched })
    expect((await handler(eventWith(good))).isAuthorized).toBe(unmatched === "authenticated")
  })

  it("without a table every authenticated principal is allowed", async () => {
    const { handler } = createAppSyncAuthorizer({ issuers: [issuer.config] }, {}, { clock })
    expect((await handler(eventWith(issuer.token({ ...claims, scp: ["x"] })))).isAuthorized).toBe(true)
    expect(await handler(eventWith("x"))).toEqual(refused)
  })

  const fields = {
    "Mutation.createOrder": { scopes: ["orders:write"] },
    "Query.audit": { groups: ["ops"] },
    "Query.orders": { scopes: ["orders:read"] },
  }
  it.each([
    [["orders:read"], undefined, ["Mutation.createOrder", "Query.audit"]],
    [["orders:read", "orders:write"], undefined, ["Query.audit"]],
    [["orders:read", "orders:write"], ["ops"], []],
  ])("scopes %s and groups %s are denied the fields %s", async (scp, groups, deniedFields) => {
    const { handler } = authorizer({ fields })
    expect(await handler(eventWith(issuer.token({ ...claims, scp, groups })))).toMatchObject({
      isAuthorized: true,
      deniedFields,
    })
  })

  it("the custom check narrows", async () => {
    const { handler } = authorizer({}, {}, { check: ({ subject }) => subject !== "00u1" })
    expect(await handler(eventWith(good))).toEqual(refused)
    expect((await handler(eventWith(issuer.token({ ...claims, uid: "00u2" })))).isAuthorized).toBe(true)
  })

  it("the gateway block and the place of the credential are ignored, as they describe a gateway", async () => {
    const gateway = { resultTtlSeconds: 3600, identitySources: ["token", "route"], responses: "simple" } as const
    const { handler } = authorizer({ ttlSeconds: 60 }, { gateway, credential: { cookie: "session" } })
    expect(await handler(eventWith(good))).toMatchObject({ isAuthorized: true, ttlOverride: 60 })
  })

  it("the length limit of the credential holds", async () => {
    const { handler } = authorizer({}, { credential: { maxLength: 256 } })
    expect(await handler(eventWith(good))).toEqual(refused)
  })
})

describe("18: AppSync, the context", () => {
  it("holds texts only, of the configured claims and of the caller's lists", async () => {
    const context = { email: "email", level: "level", admin: "admin", nested: "nested", none: "none" }
    const { handler } = authorizer({}, { context })
    const token = issuer.token({ ...claims, email: "ann@example.com", level: 7, admin: true, nested: { a: ["b"] } })
    const answer = await handler(eventWith(token))
    expect(answer.resolverContext).toEqual({
      ...resolverContext,
      ...{ email: "ann@example.com", level: "7", admin: "true" },
      nested: Buffer.from('{"a":["b"]}').toString("base64url"),
    })
  })

  it("stays within 8 KB, and names what was left out", async () => {
    const context = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`key${at}`, `key${at}`]))
    const long = Object.fromEntries(Object.keys(context).map((key) => [key, "x".repeat(1900)]))
    const { resolverContext } = await authorizer({}, { context }).handler(
      eventWith(issuer.token({ ...claims, ...long })),
    )
    expect(JSON.stringify(resolverContext).length).toBeLessThanOrEqual(8192)
    expect(resolverContext?.contextOmitted).toContain("key4")
  })
})

describe("18: AppSync, the credential", () => {
  it.each([good, `Bearer ${good}`, `bearer ${good}`, `BEARER  ${good}`])(
    "is taken with or without Bearer, %#",
    async (token) => {
      expect((await handler(eventWith(token))).isAuthorized).toBe(true)
    },
  )

  it.each([
    ...["", " ", "Bearer", "Bearer ", `Bearer Bearer ${good}`, `Basic ${good}`, `${good} ${good}`, `${good},${good}`],
    ...[`${good}, Bearer ${good}`, ` ${good}`, `${good} `, `${good}\n`, `\t${good}`, `Bearer\t${good}`, `"${good}"`],
    ...[`Bearer${good}`, `${good}.`, `.${good}`, "a.b.c", "null", "undefined", "[object Object]", "x".repeat(100_000)],
    ...[null, undefined, 0, 1, true, [], [good], {}, { token: good }, [good, good]],
  ])("SR-001, SR-002: value %# is refused", async (token) => {
    expect(await handler(eventWith(token))).toEqual(refused)
  })

  it("a very long one is refused before it is looked at", async () => {
    expect(await handler(eventWith(`${good}${"A".repeat(5_000_000)}`))).toEqual(refused)
  })

  it("a missing one is refused", async () => {
    const { authorizationToken: _, ...event } = base
    expect(await handler(event)).toEqual(refused)
  })

  it("has exactly the configured prefix, if there is one", async () => {
    const { handler } = authorizer({ tokenPrefix: "hallpass-" })
    expect((await handler(eventWith(`hallpass-${good}`))).isAuthorized).toBe(true)
    for (const token of [
      good,
      `Bearer ${good}`,
      `Bearer hallpass-${good}`,
      `HALLPASS-${good}`,
      `hallpass-Bearer ${good}`,
    ])
      expect(await handler(eventWith(token)), token.slice(0, 20)).toEqual(refused)
    for (const token of [`hallpass-hallpass-${good}`, `hallpass- ${good}`, "hallpass-", `x,hallpass-${good}`])
      expect(await handler(eventWith(token)), token.slice(0, 20)).toEqual(refused)
  })
})

describe("18: AppSync, what cannot be decided", () => {
  it("rejects without a word of the token, so that AppSync keeps nothing", async () => {
    const { handler } = createAppSyncAuthorizer(
      { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] },
      {},
      { clock, fetchKeySet: () => Promise.reject(new Error("the network is down")) },
    )
    const error = await handler(eventWith(good)).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: "Unavailable", code: "keys_unavailable" })
    expect(`${error}${JSON.stringify(error)}`).not.toContain(good.slice(0, 20))
  })

  it("a check that throws is a fault", async () => {
    const check = (): never => {
      throw new Error(good)
    }
    await expect(authorizer({}, {}, { check }).handler(eventWith(good))).rejects.toMatchObject({ code: "internal" })
  })

  it.each([
    ...noObjects,
    throwing,
    {},
    { authorizationToken: good },
    { authorizationToken: good, requestContext: null },
    { authorizationToken: good, requestContext: [] },
    { authorizationToken: good, requestContext: "x" },
    { authorizationToken: good, requestContext: {} },
    { authorizationToken: good, requestContext: { apiId: 7 } },
    { authorizationToken: good, requestContext: throwing },
    Object.create({ ...base, authorizationToken: good }) as object,
    { authorizationToken: good, requestContext: Object.create({ apiId: "x" }) as object },
    { type: "TOKEN", methodArn: "arn:aws:execute-api:eu-west-1:123456789012:a/b/GET/", authorizationToken: good },
  ])("SR-151: event %# is none of AppSync", async (event) => {
    await expect(handler(event)).rejects.toMatchObject({ code: "event_unknown" })
  })

  it("an event of an Event API is none, since its answer has another form", async () => {
    const requestContext = { apiId: "x", accountId: "1", requestId: "r", operation: "EVENT_SUBSCRIBE", channel: "/a/b" }
    await expect(handler({ authorizationToken: good, requestContext })).rejects.toMatchObject({ code: "event_unknown" })
  })

  it("warming up fetches the keys, and does not reject", async () => {
    const fetched: string[] = []
    const fetchKeySet = (url: string): Promise<never> => {
      fetched.push(url)
      return Promise.reject(new Error("down"))
    }
    const okta = { provider: "okta", domain: "acme.okta.com", audience: "api://orders" } as const
    await createAppSyncAuthorizer({ issuers: [okta] }, {}, { clock, fetchKeySet }).warmUp()
    expect(fetched.length).toBeGreaterThan(0)
  })
})

describe("18: AppSync, records", () => {
  it("each decision is recorded with its reason and the id of the request", async () => {
    const records: DecisionRecord[] = []
    const { handler } = authorizer({}, {}, { observer: { decision: (record) => void records.push(record) } })
    await handler(eventWith(good), { awsRequestId: "lambda-1" })
    await handler(eventWith("x"))
    await handler(eventWith(issuer.token({ ...claims, scp: ["other"] })))
    await handler(null).catch(() => undefined)
    expect(records.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ["allow", "ok"],
      ["unauthenticated", "token_opaque"],
      ["forbidden", "scope_missing"],
      ["unavailable", "event_unknown"],
    ])
    expect(records[0]).toMatchObject({ requestId: "b80ed838-14c6-4500-b4c3-b694c7bef086", route: "POST /graphql" })
  })
})

describe("18: AppSync, options", () => {
  it.each<[unknown, string]>([
    [{ ttlSeconds: -1 }, "options.ttlSeconds must be a number from 0 to 3600 (seconds)"],
    [{ ttlSeconds: 3601 }, "options.ttlSeconds must be a number from 0 to 3600 (seconds)"],
    [{ ttlSeconds: Number.NaN }, "options.ttlSeconds must be a number from 0 to 3600 (seconds)"],
    [{ ttlSeconds: "300" }, "options.ttlSeconds must be a number from 0 to 3600 (seconds)"],
    [{ ttl: 300 }, "options.ttl is not a known option"],
    [{ ttlSeconds: undefined }, "options.ttlSeconds is undefined"],
    [{ fields: {} }, "options.fields must name a field"],
    [{ fields: [] }, "options.fields must be an object"],
    [{ fields: { createOrder: {} } }, 'options.fields["createOrder"] is not the name of a field. Write Type.field'],
    [{ fields: { "Query.": {} } }, 'options.fields["Query."] is not the name of a field'],
    [{ fields: { "Query.a.b": {} } }, 'options.fields["Query.a.b"] is not the name of a field'],
    [{ fields: { "Query.a*": {} } }, 'options.fields["Query.a*"] is not the name of a field'],
    [{ fields: { "Query.__schema": {} } }, 'options.fields["Query.__schema"] is not the name of a field'],
    [{ fields: { "Query.a": { scope: ["x"] } } }, 'options.fields["Query.a"].scope is not a known option'],
    [{ fields: { "Query.a": { scopes: [] } } }, 'options.fields["Query.a"].scopes must not be empty'],
    [{ fields: { "Query.a": null } }, 'options.fields["Query.a"] must be an object'],
    [{ tokenPrefix: "" }, "options.tokenPrefix must be text"],
    [{ tokenPrefix: "a b" }, "options.tokenPrefix must be 1 to 64 visible characters"],
    [{ tokenPrefix: "a," }, "options.tokenPrefix must be 1 to 64 visible characters"],
    [{ fields: () => undefined }, "options must be plain data"],
    [null, "options must be an object"],
    ["x", "options must be an object"],
  ])("%j is refused", (options, problem) => {
    expect(problemsOf(() => authorizer(options as AppSyncOptions)).join("\n")).toContain(problem)
  })

  it("what an event cannot prove is refused, with path and remedy", () => {
    const edge = { role: "identity", headers: { user: "x-user" }, evidence: [] } as unknown
    const changes = { edge, assertion: {}, observe: { traceContext: true } } as Partial<AuthorizerConfig>
    expect(problemsOf(() => authorizer({}, changes))).toEqual([
      "edge is not for AppSync: its events prove no header and no connection. Leave the block out of this configuration",
      "assertion is not for AppSync, whose answer has no place for it. Leave the block out",
      "observe.traceContext is not for AppSync, whose answer shows no trace ids. Leave it out",
    ])
  })

  it("all problems of configuration and options are reported at once", () => {
    const changes = { issuers: [], routes: { "POST graphql": {} } } as unknown as Partial<AuthorizerConfig>
    const problems = problemsOf(() => authorizer({ ttlSeconds: -1, fields: {} }, changes))
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      'routes["POST',
      "issuers",
      "options.ttlSeconds",
      "options.fields",
    ])
  })

  it.each([null, undefined, 7, "x", []])("the configuration %j is refused", (wrong) => {
    expect(() => createAppSyncAuthorizer(wrong as unknown as AuthorizerConfig)).toThrow(ConfigurationError)
  })

  it("options are copied: what becomes of the object later changes nothing", async () => {
    const fields: { [field: string]: { scopes: string[] } } = { "Query.a": { scopes: ["none"] } }
    const { handler } = authorizer({ fields })
    fields["Query.a"] = { scopes: ["orders:read"] }
    const answer: AppSyncAnswer = await handler(eventWith(good))
    expect(answer.deniedFields).toEqual(["Query.a"])
  })
})
