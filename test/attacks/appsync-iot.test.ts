import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type AppSyncAnswer, createAppSyncAuthorizer, createIotAuthorizer, type IotAnswer } from "../../src/aws.ts"
import type { AuthorizerConfig, AuthorizerParts } from "../../src/http.ts"
import { createTestIssuer, tokenDefects } from "../../src/testing.ts"
import { recorded } from "../aws/recorded.ts"
import { clock, issuer, nowMs } from "../aws/world.ts"
import { seeded } from "../support/seed.ts"

// 18: what an attacker can send to AppSync and IoT Core. Nothing here may become an allow.

const arn = "arn:aws:iot:eu-west-1:123456789012"
const iotOptions = {
  policies: [
    {
      document: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "iot:Connect", Resource: `${arn}:client/{device}` }],
      },
    },
  ],
  substitutions: { device: "device_id" },
} as const
const config: AuthorizerConfig = {
  issuers: [issuer.config],
  routes: { "POST /graphql": { scopes: ["go"] }, $connect: { scopes: ["go"] } },
}
const claims = { scp: ["go"], sub: "ann", uid: "00u1", device_id: "lamp-7" }
const good = issuer.token(claims)
const appSyncEvent = recorded("aws-lambda-java__appsync_authorizer_event")
const iotEvent = recorded("aws-lambda-go__iot-custom-auth-request")

interface Asked {
  readonly ask: (token: unknown, more?: object) => Promise<AppSyncAnswer | IotAnswer>
  readonly raw: (event: unknown) => Promise<AppSyncAnswer | IotAnswer>
}

/** Both services: asked with an event that has this token, and with an event as it is. */
const services: {
  readonly [name in "AppSync" | "IoT"]: (parts?: AuthorizerParts, changes?: Partial<AuthorizerConfig>) => Asked
} = {
  AppSync(parts, changes) {
    const { handler } = createAppSyncAuthorizer({ ...config, ...changes }, { ttlSeconds: 300 }, { clock, ...parts })
    return { ask: (token, more) => handler({ ...appSyncEvent, ...more, authorizationToken: token }), raw: handler }
  },
  IoT(parts, changes) {
    const { handler } = createIotAuthorizer({ ...config, ...changes }, iotOptions, { clock, ...parts })
    return { ask: (token, more) => handler({ ...iotEvent, ...more, token }), raw: handler }
  },
}
const allowed = (answer: AppSyncAnswer | IotAnswer): boolean =>
  "isAuthorized" in answer ? answer.isAuthorized : answer.isAuthenticated

describe.each(["AppSync", "IoT"] as const)("18: attacks on %s", (name) => {
  const service = services[name]
  const { ask, raw } = service()

  it("the good token is let in, so that a refusal means something", async () => {
    expect(allowed(await ask(good))).toBe(true)
  })

  it.each(tokenDefects)("SR-140: a token with the defect %s is refused", async (defect) => {
    expect(allowed(await ask(issuer.token(claims, defect)))).toBe(false)
  })

  it("a token of another issuer with the same names is refused", async () => {
    const other = createTestIssuer({ provider: "okta", domain: "acme.okta.com", audience: "api://orders", clock })
    expect(allowed(await ask(other.token(claims)))).toBe(false)
  })

  it("names of the prototype are members of no event", async () => {
    const hidden = JSON.stringify({ ...appSyncEvent, ...iotEvent, authorizationToken: good, token: good })
    for (const text of [
      `{"__proto__":${hidden}}`,
      `{"constructor":{"prototype":${hidden}}}`,
      `{"prototype":${hidden}}`,
    ])
      await expect(raw(JSON.parse(text))).rejects.toMatchObject({ code: "event_unknown" })
    const nested = { requestContext: JSON.parse(`{"__proto__":{"apiId":"x"}}`), authorizationToken: good }
    await expect(raw({ ...nested, protocolData: undefined, token: good })).rejects.toMatchObject({
      code: "event_unknown",
    })
  })

  it("a polluted prototype lends no event a token", async () => {
    const lent = { authorizationToken: good, token: good, requestContext: { apiId: "x" }, protocolData: {} }
    const asked = { AppSync: { requestContext: { apiId: "x" } }, IoT: { signatureVerified: true, protocolData: {} } }[
      name
    ]
    let [answer, rejected]: unknown[] = []
    Object.assign(Object.prototype, lent)
    try {
      answer = await raw(asked)
      rejected = await raw({}).catch((error: unknown) => error)
    } finally {
      for (const each of Object.keys(lent)) Reflect.deleteProperty(Object.prototype, each)
    }
    expect(allowed(answer as AppSyncAnswer | IotAnswer)).toBe(false)
    expect(rejected).toMatchObject({ code: "event_unknown" })
  })

  it("no other member of an event makes a bad token good, or changes the answer to a good one", async () => {
    const expected = await ask(good)
    const headers = { authorization: `Bearer ${good}`, "x-hallpass-principal": "root", "x-forwarded-for": "127.0.0.1" }
    const context = { apiId: "a", accountId: "1", requestId: "r" }
    const more = fc.record(
      {
        requestHeaders: fc.oneof(fc.constant(headers), fc.anything()),
        requestContext: fc
          .record({ queryString: fc.anything(), operationName: fc.anything(), variables: fc.anything() })
          .map((others) => ({ ...others, ...context, identity: headers })),
        protocols: fc.anything(),
        protocolData: fc.record({ http: fc.constant({ headers, queryString: `?token=${good}` }), mqtt: fc.anything() }),
        connectionMetadata: fc.anything(),
        isAuthorized: fc.constant(true),
        principalId: fc.constant("root"),
      },
      { requiredKeys: ["requestContext", "protocolData"] },
    )
    await fc.assert(
      fc.asyncProperty(more, async (more) => {
        expect(await ask(good, more)).toEqual(expected)
        expect(allowed(await ask("x.y.z", more))).toBe(false)
        expect(allowed(await ask(undefined, more))).toBe(false)
      }),
      seeded(`members of ${name}`, { numRuns: 200 }),
    )
  })

  it("SR-140, SR-166: a fault of any part is no allow, and the next request works", async () => {
    let fails = false
    const broken = (): never => {
      throw new Error("canary")
    }
    const parts: AuthorizerParts = {
      clock: () => (fails ? broken() : nowMs),
      observer: { decision: broken, fault: broken },
      check: () => (fails ? broken() : true),
    }
    const { ask } = service(parts)
    expect(allowed(await ask(good))).toBe(true)
    fails = true
    await expect(ask(good)).rejects.toThrow(/^(?!.*canary)/)
    fails = false
    expect(allowed(await ask(good))).toBe(true)
  })

  it("SR-163, SR-164: neither answer, nor error, nor record shows the token or a claim", async () => {
    const seen: unknown[] = []
    const note = (record: unknown): void => void seen.push(record)
    const { ask } = service({ observer: { decision: note, fault: note } })
    const canary = { ...claims, uid: "canary-uid", sub: "canary-sub", device_id: "canary/*", exp: nowMs / 1000 - 99 }
    for (const token of [issuer.token(canary), `canary.${good}`, { canary: good }, ["canary"]])
      seen.push(await ask(token).catch((error: unknown) => `${error}`))
    const text = JSON.stringify(seen)
    expect(text).not.toMatch(/canary/)
    for (const part of good.split(".")) expect(text).not.toContain(part)
  })

  it("callers who ask at once are not mixed up", async () => {
    const callers = Array.from({ length: 40 }, (_, at) => `caller-${at}`)
    const answers = await Promise.all(callers.map((uid) => ask(issuer.token({ ...claims, uid, sub: uid }))))
    const named = answers.map((answer) => ("isAuthorized" in answer ? answer.resolverContext?.sub : answer.principalId))
    expect(new Set(named).size).toBe(callers.length)
    if (name === "AppSync") expect(named).toEqual(callers)
  })
})

describe("18: attacks on the policies of IoT", () => {
  it("whatever the claim says, a resource is the one that is meant, or the caller is refused", async () => {
    const { ask } = services.IoT()
    const part = fc.constantFrom(
      "*",
      "?",
      "+",
      "#",
      "/",
      "$",
      "{",
      "}",
      "${iot:ClientId}",
      "{device}",
      "lamp",
      "\u0000",
      "é",
    )
    const claim = fc.oneof(
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join("")),
      fc.string(),
      fc.jsonValue(),
    )
    await fc.assert(
      fc.asyncProperty(claim, async (device_id) => {
        const answer = (await ask(issuer.token({ ...claims, device_id }))) as IotAnswer
        if (!answer.isAuthenticated) return
        const [resource] = [answer.policyDocuments[0]?.Statement[0]?.Resource].flat()
        expect(resource).toBe(`${arn}:client/${device_id}`)
        expect(resource?.slice(arn.length + ":client/".length)).toMatch(/^[0-9A-Za-z_.:@|-]{1,128}$/)
      }),
      seeded("resources of IoT", { numRuns: 300 }),
    )
  })

  it("two issuers with one subject are two callers", async () => {
    const other = createTestIssuer({ provider: "okta", domain: "other.okta.com", audience: "api://orders", clock })
    const issuers = [issuer.config, other.config]
    // For one issuer each, since the two callers have the same device id as well.
    const names = ["acme", "other"].map((name) => `https://${name}.okta.com/oauth2/default`)
    const policies = names.map((name) => ({ ...iotOptions.policies[0], rule: { issuers: [name] } }))
    const { handler } = createIotAuthorizer({ ...config, issuers }, { ...iotOptions, policies }, { clock })
    const ask = (token: unknown) => handler({ ...iotEvent, token })
    const [first, second] = (await Promise.all([ask(good), ask(other.token(claims))])) as IotAnswer[]
    expect([first?.isAuthenticated, second?.isAuthenticated]).toEqual([true, true])
    expect(first?.principalId).not.toBe(second?.principalId)
  })
})
