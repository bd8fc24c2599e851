import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createIotAuthorizer, type IotOptions, type IotPolicyDocument, type IotStatement } from "../../src/aws.ts"
import type { AuthorizerConfig, AuthorizerParts } from "../../src/http.ts"
import { ConfigurationError, type DecisionRecord } from "../../src/index.ts"
import { recordHash } from "../../src/observe.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { seeded, worth } from "../support/seed.ts"
import { recorded } from "./recorded.ts"
import { clock, issuer, noObjects, nowMs, throwing } from "./world.ts"

// 18, section 8, "… IoT …": one recorded event in, the exact shape of the answer out, and the pattern of principalId.

const arn = "arn:aws:iot:eu-west-1:123456789012"
const connect = (Resource: string | readonly string[], more: Partial<IotStatement> = {}): IotPolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "iot:Connect", Resource, ...more }],
})
const config = { issuers: [issuer.config], routes: { $connect: { scopes: ["devices"] } } }
const options: IotOptions = {
  policies: [{ document: connect(`${arn}:client/{device}`) }],
  substitutions: { device: "device_id" },
}
const claims = { scp: ["devices"], sub: "ann", uid: "00u1", cid: "0oa1", device_id: "lamp-7" }
const good = issuer.token(claims)
const name = "aws-lambda-go__iot-custom-auth-request"
const refused = {
  isAuthenticated: false,
  principalId: "unauthenticated",
  policyDocuments: [],
  disconnectAfterInSeconds: 300,
  refreshAfterInSeconds: 300,
}
const base64 = (text: string): string => Buffer.from(text).toString("base64")
const authorizer = (
  changes: Partial<IotOptions> = {},
  others: Partial<AuthorizerConfig> = {},
  parts: AuthorizerParts = {},
) => createIotAuthorizer({ ...config, ...others }, { ...options, ...changes }, { clock, ...parts })
const { handler } = authorizer()
const withToken = (token: unknown): { [member: string]: unknown } => ({ ...recorded(name), token })

function problemsOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ path, message }) => `${path} ${message}`).join("\n")
    throw error
  }
  return ""
}

describe("18: IoT, the recorded event", () => {
  it("is refused with its own token, which is no JWT", async () => {
    expect(await handler(recorded(name))).toEqual(refused)
  })

  it("is allowed with a good token", async () => {
    expect(await handler(withToken(good))).toEqual({
      isAuthenticated: true,
      principalId: "8eef28121da5348b40582a74328b8cb5bed5aebcd6d4bf316dd6ea120c4fa04b",
      policyDocuments: [
        {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "iot:Connect", Resource: `${arn}:client/lamp-7` }],
        },
      ],
      disconnectAfterInSeconds: 3600,
      refreshAfterInSeconds: 300,
    })
  })

  it("is refused without the right, and says nothing about why", async () => {
    expect(await handler(withToken(issuer.token({ ...claims, scp: ["other"] })))).toEqual(refused)
  })
})

describe("18: IoT, principalId", () => {
  it("matches [a-zA-Z0-9]{1,128} for every caller, and is the same for the same caller only", async () => {
    const { handler } = authorizer({
      policies: [{ document: connect(`${arn}:client/{principalId}`) }],
      substitutions: {},
    })
    const seen = new Map<string, string>()
    const uid = fc.oneof(
      { weight: 8, arbitrary: fc.string({ minLength: 2, unit: "grapheme" }) },
      { weight: 1, arbitrary: fc.constantFrom("a|b", "é", "*", "${iot:ClientId}") },
    )
    await fc.assert(
      fc.asyncProperty(uid, async (uid) => {
        const { isAuthenticated, principalId, policyDocuments } = await handler(
          withToken(issuer.token({ ...claims, uid })),
        )
        expect(principalId).toMatch(/^[a-zA-Z0-9]{1,128}$/)
        if (!isAuthenticated) return
        expect(seen.get(principalId) ?? uid).toBe(uid)
        seen.set(principalId, uid)
        expect(policyDocuments[0]?.Statement[0]?.Resource).toBe(`${arn}:client/${principalId}`)
      }),
      seeded("principalId", { numRuns: 200 }),
    )
    expect(seen.size).toBeGreaterThan(worth(100))
  })

  it("begins with what records call the caller, whatever principalId the gateway is given", async () => {
    const answer = await authorizer({}, { principalId: "subject" }).handler(withToken(good))
    expect(answer.principalId.slice(0, 16)).toBe(recordHash("https://acme.okta.com/oauth2/default|00u1"))
    expect(answer).toEqual(await handler(withToken(issuer.token({ ...claims, cid: "0oa2" }))))
  })
})

describe("18: IoT, the times", () => {
  it.each([
    [{}, 3600, 3600, 300],
    [{}, 100_000, 86_400, 300],
    [{ refreshSeconds: 1800 }, 3600, 3600, 1800],
    [{ refreshSeconds: 1800 }, 900, 900, 900],
    [{ disconnectSeconds: 600 }, 3600, 600, 300],
    [{}, 299, 300, 300],
    [{}, 1, 300, 300],
    [{ refreshSeconds: 86_400 }, 200_000, 86_400, 86_400],
  ])("%j and %s seconds of the token", async (changes, left, disconnect, refresh) => {
    const token = issuer.token({ ...claims, exp: nowMs / 1000 + left })
    expect(await authorizer(changes).handler(withToken(token))).toMatchObject({
      isAuthenticated: true,
      disconnectAfterInSeconds: disconnect,
      refreshAfterInSeconds: refresh,
    })
  })

  it("are 300 if the clock reads no number any more", async () => {
    let now = nowMs
    const check = () => {
      now = Number.NaN
      return true
    }
    const { handler } = authorizer({ refreshSeconds: 86_400 }, {}, { clock: () => now, check })
    const times = { disconnectAfterInSeconds: 300, refreshAfterInSeconds: 300 }
    expect(await handler(withToken(good))).toMatchObject({ isAuthenticated: true, ...times })
  })

  it("are whole numbers from 300 to 86400 in every answer", async () => {
    const left = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    await fc.assert(
      fc.asyncProperty(left, async (left) => {
        const answer = await handler(withToken(issuer.token({ ...claims, exp: Math.floor(nowMs / 1000 + left) })))
        for (const seconds of [answer.disconnectAfterInSeconds, answer.refreshAfterInSeconds])
          expect(Number.isInteger(seconds) && seconds >= 300 && seconds <= 86_400).toBe(true)
      }),
      seeded("times of IoT", { numRuns: 100 }),
    )
  })
})

describe("18: IoT, the rules", () => {
  it.each(["deny", "authenticated"] as const)("without $connect, unmatched %s decides", async (unmatched) => {
    const { handler } = authorizer({}, { routes: { "GET /x": {} }, unmatched })
    expect((await handler(withToken(good))).isAuthenticated).toBe(unmatched === "authenticated")
  })

  it("a rule of a path is not the rule of a connection", async () => {
    for (const route of ["GET /$connect", "ANY /{proxy+}", "ANY /"]) {
      const { handler } = authorizer({}, { routes: { [route]: {} } })
      expect(await handler(withToken(good)), route).toEqual(refused)
    }
  })

  it("the custom check narrows, beside the check of the policies", async () => {
    const { handler } = authorizer({}, {}, { check: ({ subject }) => subject === "00u2" })
    expect(await handler(withToken(good))).toEqual(refused)
    expect((await handler(withToken(issuer.token({ ...claims, uid: "00u2" })))).isAuthenticated).toBe(true)
  })
})

describe("18: IoT, policies", () => {
  const reader = { document: connect(`${arn}:client/{principalId}`) }
  const publish: IotStatement = { Effect: "Allow", Action: "iot:Publish", Resource: `${arn}:topic/lamps/*` }
  const writer = {
    document: { Version: "2012-10-17", Statement: [publish] } as const,
    rule: { scopes: ["devices:write"] },
  }

  it("a document with a rule is for callers who meet it", async () => {
    const { handler } = authorizer({ policies: [reader, writer], substitutions: {} })
    expect((await handler(withToken(good))).policyDocuments).toHaveLength(1)
    const token = issuer.token({ ...claims, scp: ["devices", "devices:write"] })
    expect((await handler(withToken(token))).policyDocuments[1]).toEqual(writer.document)
  })

  it("a caller for whom there is none is refused, and a record says so", async () => {
    const records: DecisionRecord[] = []
    const observer = { decision: (record: DecisionRecord) => void records.push(record) }
    const { handler } = authorizer({ policies: [writer], substitutions: {} }, {}, { observer })
    expect(await handler(withToken(good))).toEqual(refused)
    expect(records[0]).toMatchObject({ outcome: "forbidden", reason: "check_refused" })
  })

  it("a document that denies is not left out for a caller whose groups are unknown", async () => {
    const entra = createTestIssuer({
      ...{ provider: "entra", tenant: "6babcaad-604b-40ac-a9d7-9fd97c0b779f" },
      ...{ audience: "11111111-2222-4333-8444-555555555555", clock },
    })
    const guests = { groups: ["b1f4c0de-0000-4000-8000-000000000001"] }
    const deny = { ...publish, Effect: "Deny" } as const
    const of = (statement: IotStatement) =>
      createIotAuthorizer(
        { issuers: [entra.config], routes: { $connect: { scopes: ["devices"] } } },
        { policies: [reader, { document: { Version: "2012-10-17", Statement: [statement] }, rule: guests }] },
        { clock },
      ).handler
    const known = withToken(entra.token({ scp: "devices", groups: [] }))
    const unknown = withToken(entra.token({ scp: "devices", hasgroups: true }))
    expect((await of(deny)(known)).policyDocuments).toHaveLength(1)
    expect(await of(deny)(unknown)).toEqual(refused)
    expect((await of(publish)(unknown)).policyDocuments).toHaveLength(1)
  })

  it.each([
    ...["*", "?", "+", "#", "/", "lamp/7", "lamp*", "lam?", "+/7", "lamp-7/#", "$aws", "${iot:ClientId}", "{device}"],
    ...[
      "",
      " ",
      "lamp 7",
      "lamp\n7",
      "lamp-7\u0000",
      "lämp",
      "lamp\u202e7",
      "%2f",
      "a\\b",
      "a,b",
      'a"b',
      "x".repeat(129),
    ],
    ...[undefined, null, true, 1.5, -1, 1e21, Number.MAX_SAFE_INTEGER + 1, ["lamp-7"], [], {}, { device: "x" }],
  ])("the value %j cannot widen a resource: the caller is refused", async (device_id) => {
    expect(await handler(withToken(issuer.token({ ...claims, device_id })))).toEqual(refused)
  })

  it.each([
    ["lamp-7", "lamp-7"],
    ["auth0|x.y_z@a:b", "auth0|x.y_z@a:b"],
    ["x".repeat(128), "x".repeat(128)],
    [42, "42"],
    [0, "0"],
    [".", "."],
  ])("the value %j is written as %s", async (device_id, written) => {
    const { policyDocuments } = await handler(withToken(issuer.token({ ...claims, device_id })))
    expect(policyDocuments[0]?.Statement[0]?.Resource).toBe(`${arn}:client/${written}`)
  })

  it("names of every object are no claims", async () => {
    for (const device of ["__proto__", "constructor", "toString"])
      expect(problemsOf(() => authorizer({ substitutions: { device } }))).toContain("options.substitutions")
    const { handler } = authorizer({ substitutions: { device: ["a", "b"] } })
    expect(await handler(withToken(issuer.token({ ...claims, a: "b" })))).toEqual(refused)
    expect((await handler(withToken(issuer.token({ ...claims, a: { b: "x" } })))).isAuthenticated).toBe(true)
  })

  it("a value that makes a document longer than IoT Core takes is refused", async () => {
    const resources = Array.from({ length: 12 }, (_, at) => `${arn}:topic/${at}/{device}`)
    const { handler } = authorizer({ policies: [{ document: connect(resources) }] })
    expect((await handler(withToken(good))).isAuthenticated).toBe(true)
    expect(await handler(withToken(issuer.token({ ...claims, device_id: "x".repeat(128) })))).toEqual(refused)
  })

  it("no receiver can change what another caller, or the next answer, gets", async () => {
    const Condition = { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } }
    const { handler } = authorizer({ policies: [{ document: connect(`${arn}:client/{device}`, { Condition }) }] })
    const before = await handler(withToken(good))
    const expected = JSON.stringify(before)
    const { Statement } = before.policyDocuments[0] as IotPolicyDocument
    const [statement] = Statement as [IotStatement]
    for (const part of [before.policyDocuments, Statement, statement, statement.Condition?.IpAddress])
      expect(() => Object.assign(part as object, { 0: statement, Resource: "*" })).toThrow(TypeError)
    expect(JSON.stringify(await handler(withToken(good)))).toBe(expected)
  })

  it("every resource of every statement is filled in, and nothing else is touched", async () => {
    const Condition = { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } }
    const document: IotPolicyDocument = {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "iot:Connect", Resource: `${arn}:client/{device}`, Condition },
        {
          Effect: "Allow",
          Action: ["iot:Publish", "iot:Receive"],
          Resource: [`${arn}:topic/d/{device}/{principalId}/*`, `${arn}:topic/$aws/things/{device}/shadow/*`],
        },
        { Effect: "Deny", Action: "iot:*", Resource: `${arn}:topic/admin/*` },
      ],
    }
    const answer = await authorizer({ policies: [{ document }] }).handler(withToken(good))
    expect(answer.policyDocuments[0]?.Statement).toEqual([
      { ...document.Statement[0], Resource: `${arn}:client/lamp-7` },
      {
        ...document.Statement[1],
        Resource: [`${arn}:topic/d/lamp-7/${answer.principalId}/*`, `${arn}:topic/$aws/things/lamp-7/shadow/*`],
      },
      document.Statement[2],
    ])
  })
})

describe("18: IoT, the one place of the credential", () => {
  const data = (changes: object): object => ({ ...(recorded(name).protocolData as object), ...changes })
  const everywhere = { ...recorded(name), token: good }
  const headers = { Authorization: `Bearer ${good}`, token: good }
  const all = {
    ...everywhere,
    protocolData: data({
      http: { headers, queryString: `?token=${good}` },
      mqtt: { username: `x?token=${good}`, password: base64(good), clientId: good },
    }),
  }
  const places = ["token", "mqtt-password", { header: "Authorization" }, { query: "token" }] as const
  const without = (place: (typeof places)[number]): object => {
    const event = structuredClone(all) as { token?: string; protocolData: { http: object; mqtt: object } }
    if (place === "token") delete event.token
    else if (place === "mqtt-password") event.protocolData.mqtt = { username: `x?token=${good}` }
    else if ("header" in place) event.protocolData.http = { headers: { token: good }, queryString: `?token=${good}` }
    else event.protocolData.http = { headers, queryString: `?Token=${good}&tokens=${good}` }
    return event
  }

  it.each(places)("SR-003: %j is read, and no other place", async (credential) => {
    const { handler } = authorizer({ credential })
    expect((await handler(all)).isAuthenticated).toBe(true)
    expect(await handler(without(credential))).toEqual(refused)
  })

  it.each([
    ...["", " ", `Bearer ${good}`, `${good} `, ` ${good}`, `${good},${good}`, `${good}\n`, "a.b.c", `${good}.`],
    ...[null, undefined, 0, true, [good], { token: good }, [], {}],
  ])("SR-001, SR-002: token %# is refused", async (token) => {
    expect(await handler(withToken(token))).toEqual(refused)
  })

  it.each([
    ...[
      good,
      `${base64(good)}=`,
      `${base64(good)}\n`,
      ` ${base64(good)}`,
      base64(`Bearer ${good}`),
      base64(`${good} `),
    ],
    ...[base64(`${good}\u0000`), base64(`${good}\u00e9`), base64(`${good}\n`), base64(""), "=", "====", "*", "%"],
    ...[base64(good).replaceAll("=", ""), base64(good).replace(/.$/, "*"), `${base64(good)}${base64(good)}`],
    ...[Buffer.from(`${good}.`).toString("base64url"), base64(base64(good)), "A".repeat(5_000_000)],
    ...[null, undefined, 0, true, [base64(good)], { password: base64(good) }],
  ])("the password of MQTT %# is refused", async (password) => {
    const { handler } = authorizer({ credential: "mqtt-password" })
    // Some base64 has no padding to change.
    if (password === base64(good)) return
    const event = { ...all, protocolData: data({ mqtt: { username: "x", password } }) }
    expect(await handler(event)).toEqual(refused)
  })

  it("base64 that uses other bits for the same bytes is refused", async () => {
    const { handler } = authorizer({ credential: "mqtt-password" })
    const token = [good, issuer.token({ ...claims, x: "1" }), issuer.token({ ...claims, x: "12" })].find(
      (each) => each.length % 3 !== 0,
    ) as string
    const text = base64(token)
    const last = text.replace(/=+$/, "").length - 1
    const other = `${text.slice(0, last)}${String.fromCharCode(text.charCodeAt(last) + 1)}${text.slice(last + 1)}`
    expect(Buffer.from(other, "base64").toString()).toBe(token)
    const event = (password: string) => ({ ...all, protocolData: data({ mqtt: { password } }) })
    expect((await handler(event(text))).isAuthenticated).toBe(true)
    expect(await handler(event(other))).toEqual(refused)
  })

  it.each<[string, unknown]>([
    ["twice, in two spellings", { Authorization: `Bearer ${good}`, authorization: `Bearer ${good}` }],
    ["twice, joined", { Authorization: `Bearer ${good}, Bearer ${good}` }],
    ["bare", { Authorization: good }],
    ["in a list", { Authorization: [`Bearer ${good}`, `Bearer ${good}`] }],
    ["by an inherited name", Object.create({ Authorization: `Bearer ${good}` })],
    ["in a list of headers", [{ Authorization: `Bearer ${good}` }]],
    ["in a text", `Authorization: Bearer ${good}`],
    ["as an object", { Authorization: { toString: `Bearer ${good}` } }],
    ["by a name that is alike", { "Authorization ": `Bearer ${good}`, "X-Authorization": `Bearer ${good}` }],
    ["nowhere", {}],
    ["nowhere at all", undefined],
  ])("a header %s is refused", async (_how, headers) => {
    const { handler } = authorizer({ credential: { header: "authorization" } })
    expect(await handler({ ...all, protocolData: { http: { headers, queryString: "" } } })).toEqual(refused)
  })

  it.each([
    { header: "X-Device-Token", scheme: null },
    { header: "x-device-token", scheme: "Device" },
  ])("a header of its own, %j, is read with its scheme only", async (credential) => {
    const { handler } = authorizer({ credential })
    const written = { bare: good, device: `Device ${good}`, bearer: `Bearer ${good}` }
    const isIn = async (token: string): Promise<boolean> => {
      const http = { headers: { "X-DEVICE-Token": token } }
      return (await handler({ ...all, protocolData: { http } })).isAuthenticated
    }
    const own = credential.scheme === null
    expect([await isIn(written.bare), await isIn(written.device), await isIn(written.bearer)]).toEqual([
      own,
      !own,
      false,
    ])
  })

  it.each<[string, unknown]>([
    ["twice", `?token=${good}&token=${good}`],
    ["twice, once escaped", `?token=${good}&tok%65n=${good}`],
    ["with a blank", `?token=Bearer+${good}`],
    ["in another case", `?TOKEN=${good}`],
    ["after a semicolon", `?x=1;token=${good}`],
    ["empty", "?token="],
    ["without a value", "?token"],
    ["as a list", [`?token=${good}`]],
    ["as an object", { token: good }],
    ["beyond every limit", `?${"x=1&".repeat(1_000_000)}token=${good}`],
    ["nowhere", "?x=1"],
    ["in a name of every object", `?__proto__=${good}&constructor=${good}`],
  ])("a query string with the token %s is refused", async (_how, queryString) => {
    const { handler } = authorizer({ credential: { query: "token" } })
    expect(await handler({ ...all, protocolData: { http: { queryString } } })).toEqual(refused)
  })

  it.each([`?token=${good}`, `token=${good}`, `?x=1&token=${encodeURIComponent(good)}`, `?to%6ben=${good}`])(
    "a query string %# is read",
    async (queryString) => {
      const { handler } = authorizer({ credential: { query: "token" } })
      expect((await handler({ ...all, protocolData: { http: { queryString } } })).isAuthenticated).toBe(true)
    },
  )
})

describe("18: IoT, the signature of the token", () => {
  it.each([false, undefined, null, 1, "true", [], {}])("signatureVerified %j is refused", async (signatureVerified) => {
    const records: DecisionRecord[] = []
    const observer = { decision: (record: DecisionRecord) => void records.push(record) }
    const { handler } = authorizer({}, {}, { observer })
    expect(await handler({ ...withToken(good), signatureVerified })).toEqual(refused)
    expect(records[0]).toMatchObject({ outcome: "unauthenticated", reason: "signature_invalid" })
  })

  it("is not asked for if the options say that signing is off", async () => {
    const { handler } = authorizer({ tokenSigning: false })
    expect((await handler({ ...withToken(good), signatureVerified: false })).isAuthenticated).toBe(true)
    expect(await handler({ ...withToken("x"), signatureVerified: true })).toEqual(refused)
  })
})

describe("18: IoT, what cannot be decided", () => {
  it.each([
    ...noObjects,
    throwing,
    {},
    { token: good },
    { token: good, protocols: ["mqtt"] },
    Object.create({ ...recorded(name), token: good }) as object,
    { type: "TOKEN", methodArn: "arn:aws:execute-api:eu-west-1:123456789012:a/b/GET/", authorizationToken: good },
    { authorizationToken: good, requestContext: { apiId: "x" } },
  ])("SR-151: event %# is none of IoT Core", async (event) => {
    await expect(handler(event)).rejects.toMatchObject({ code: "event_unknown" })
  })

  it("rejects without a word of the token", async () => {
    const { handler } = createIotAuthorizer(
      { issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] },
      options,
      { clock, fetchKeySet: () => Promise.reject(new Error("the network is down")) },
    )
    const error = await handler(withToken(good)).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: "Unavailable", code: "keys_unavailable" })
    expect(`${error}${JSON.stringify(error)}`).not.toContain(good.slice(0, 20))
  })

  it("records have the id of the connection", async () => {
    const records: DecisionRecord[] = []
    const observer = { decision: (record: DecisionRecord) => void records.push(record) }
    await authorizer({}, {}, { observer }).handler(withToken(good))
    expect(records[0]).toMatchObject({
      ...{ outcome: "allow", route: "$connect", requestId: "e56f08c3-c559-490f-aa9f-7e8427d0f57b" },
    })
  })

  it.each([good, "x".repeat(129), "", 7, null, { toString: () => "x" }])(
    "SR-163: records show no %j as that id",
    async (id) => {
      const records: DecisionRecord[] = []
      const observer = { decision: (record: DecisionRecord) => void records.push(record) }
      const event = { ...withToken(good), connectionMetadata: { id } }
      expect((await authorizer({}, {}, { observer }).handler(event)).isAuthenticated).toBe(true)
      expect(records[0]?.requestId).toBeUndefined()
    },
  )
})

describe("18: IoT, options", () => {
  const document = connect(`${arn}:client/{device}`)
  const oneOf = (Statement: unknown): Partial<IotOptions> =>
    ({ policies: [{ document: { Version: "2012-10-17", Statement } }] }) as Partial<IotOptions>
  const statement = (changes: object): Partial<IotOptions> => oneOf([{ ...document.Statement[0], ...changes }])
  const resource = (Resource: unknown, more: object = {}): Partial<IotOptions> => statement({ Resource, ...more })
  const first = "options.policies[0].document"

  it.each<[unknown, string]>([
    [{ policies: undefined }, "options.policies"],
    [{ policies: [] }, "options.policies must be a list of 1 to 10 policies"],
    [{ policies: Array.from({ length: 11 }, () => ({ document })) }, "options.policies must be a list of 1 to 10"],
    [{ policies: [document] }, "options.policies[0].Version is not a known option"],
    [{ policies: [null] }, "options.policies[0] must be an object"],
    [{ policies: [{}] }, `${first} is missing`],
    [{ policies: [{ document, rule: { scope: [] } }] }, "options.policies[0].rule.scope is not a known option"],
    [{ policies: [{ document: { ...document, Version: "2008-10-17" } }] }, `${first}.Version must be one of`],
    [{ policies: [{ document: { ...document, Id: "x" } }] }, `${first}.Id is not a known option`],
    [oneOf([]), `${first}.Statement must be a list of at least one statement`],
    [oneOf({}), `${first}.Statement must be a list of at least one statement`],
    [statement({ Effect: "allow" }), `${first}.Statement[0].Effect must be one of: "Allow", "Deny"`],
    [statement({ NotAction: "iot:Connect" }), `${first}.Statement[0].NotAction is not a known option`],
    [statement({ NotResource: "*" }), `${first}.Statement[0].NotResource is not a known option`],
    [statement({ Principal: "*" }), `${first}.Statement[0].Principal is not a known option`],
    [statement({ Action: [] }), `${first}.Statement[0].Action must be a text, or a list of at least one text`],
    [statement({ Action: "s3:GetObject" }), `${first}.Statement[0].Action is no action of AWS IoT Core`],
    [statement({ Action: "*" }), `${first}.Statement[0].Action is no action of AWS IoT Core`],
    [statement({ Action: "iot:Connect {device}" }), `${first}.Statement[0].Action is no action of AWS IoT Core`],
    [resource("*", { Action: "iot:*" }), `${first}.Statement[0].Action allows actions by a wildcard`],
    [
      resource(`${arn}:*`, { Action: ["iot:Connect", "iot:Pub*"] }),
      `${first}.Statement[0].Action[1] allows actions by`,
    ],
    [
      resource(`${arn}:topic/*`, { Action: "iot:?ublish" }),
      `${first}.Statement[0].Action allows actions by a wildcard`,
    ],
    [resource("arn:aws:s3:::bucket/x"), `${first}.Statement[0].Resource must be an ARN such as`],
    [resource(`${arn}:{device}/x`), `${first}.Statement[0].Resource must be an ARN such as`],
    [resource("arn:aws:iot:{device}:123456789012:client/x"), `${first}.Statement[0].Resource must be an ARN such as`],
    [resource([`${arn}:client/x`, 7]), `${first}.Statement[0].Resource must be a text, or a list`],
    [resource("{device}"), `${first}.Statement[0].Resource must be an ARN such as`],
    [resource(`${arn}:client/{device}*`), `${first}.Statement[0].Resource has a substitution beside a wildcard`],
    [resource(`${arn}:client/{device}-*`), `${first}.Statement[0].Resource has a substitution beside a wildcard`],
    [resource(`${arn}:topic/?{device}/x`), `${first}.Statement[0].Resource has a substitution beside a wildcard`],
    [resource(`${arn}:topic/{device}-{device}`), `${first}.Statement[0].Resource has a substitution beside`],
    [resource(`${arn}:topic/{device}\${iot:ClientId}`), `${first}.Statement[0].Resource has a substitution beside`],
    [
      resource(`${arn}:client/\${device}`),
      `${first}.Statement[0].Resource has a variable that AWS IoT Core does not know`,
    ],
    [resource(`${arn}:client/\${*}`), `${first}.Statement[0].Resource has a variable that AWS IoT Core does not know`],
    [resource(`${arn}:client/{device}/\${iot:ClientId}-*`), `${first}.Statement[0].Resource has the client id beside`],
    [resource(`${arn}:topic/*/{device}/*`), `${first}.Statement[0].Resource has a substitution between two *`],
    [resource(`${arn}:topic/a*/{device}/x*`), `${first}.Statement[0].Resource has a substitution between two *`],
    [resource(`${arn}:topic/*/\${iot:ClientId}/*`), `${first}.Statement[0].Resource has a substitution between two *`],
    [resource(`${arn}:client/{device}/{device`), `${first}.Statement[0].Resource has a brace that belongs to no name`],
    [resource(`${arn}:client/{{device}}`), `${first}.Statement[0].Resource has a brace that belongs to no name`],
    [statement({ Condition: { StringEquals: { "{device}": "x" } } }), "Condition has a name in braces"],
    [statement({ Condition: { "{device}": { x: "x" } } }), "Condition has a name in braces"],
    [statement({ Condition: { StringEquals: { x: ["a", "${device}"] } } }), "Condition has a variable that AWS IoT"],
    [
      resource(`${arn}:client/{devise}`),
      `${first}.Statement[0].Resource has a name in braces that substitutions do not`,
    ],
    [
      resource(`${arn}:client/{}`),
      `${first}.Statement[0].Resource has a name in braces that substitutions do not have`,
    ],
    [resource(`${arn}:client/{toString}`), `${first}.Statement[0].Resource has a name in braces that substitutions do`],
    [resource(`${arn}:client/x`), "options.substitutions.device is in no resource"],
    [statement({ Condition: { StringEquals: { "iot:ClientId": "{device}" } } }), "Condition has a name in braces"],
    [
      statement({ Condition: { Bool: { x: true } } }),
      `${first}.Statement[0].Condition.Bool must be an object of texts`,
    ],
    [statement({ Condition: [] }), `${first}.Statement[0].Condition must be an object`],
    [resource(Array.from({ length: 40 }, () => `${arn}:client/{device}`)), `${first} must not be longer than 2048`],
    [{ substitutions: { device: "email" } }, 'options.substitutions["device"] is a name that can change hands'],
    [{ substitutions: { device: "upn" } }, 'options.substitutions["device"] is a name that can change hands'],
    [{ substitutions: { device: [] } }, 'options.substitutions["device"] must not be empty'],
    [{ substitutions: { device: 7 } }, 'options.substitutions["device"] must be text'],
    [{ substitutions: { principalId: "sub" } }, 'options.substitutions["principalId"] is there already'],
    [{ substitutions: { "a b": "sub" } }, 'options.substitutions["a b"] must be a name of letters and digits'],
    [{ credential: "password" }, 'options.credential must be "token", "mqtt-password"'],
    [{ credential: {} }, 'options.credential must be "token", "mqtt-password"'],
    [{ credential: { header: "a", query: "b" } }, 'options.credential must be "token", "mqtt-password"'],
    [{ credential: { header: "a b" } }, "options.credential.header must be an RFC 9110 token"],
    [{ credential: { header: "a", scheme: "a b" } }, "options.credential.scheme must be one word"],
    [{ credential: { header: "a", scheme: 7 } }, "options.credential.scheme must be one word"],
    [{ credential: { header: "a", schema: null } }, "options.credential.schema is not a known option"],
    [{ credential: { query: "" } }, "options.credential.query must be text"],
    [{ tokenSigning: "false" }, "options.tokenSigning must be true or false"],
    [{ disconnectSeconds: 299 }, "options.disconnectSeconds must be a number from 300 to 86400 (seconds)"],
    [{ refreshSeconds: 86_401 }, "options.refreshSeconds must be a number from 300 to 86400 (seconds)"],
    [{ policyDocuments: [] }, "options.policyDocuments is not a known option"],
    [{ policies: [{ document, rule: () => true }] }, "options must be plain data"],
    [{ refreshSeconds: 300n }, "options must be plain data"],
  ])("%# is refused", (changes, problem) => {
    expect(problemsOf(() => authorizer(changes as Partial<IotOptions>))).toContain(problem)
  })

  it("a client that may choose its id must not choose what it may do", () => {
    const publish = { Effect: "Allow", Action: "iot:Publish", Resource: `${arn}:topic/\${iot:ClientId}/x` }
    for (const open of ["*", `${arn}:client/*`, `${arn}:client/\${iot:ClientId}`, `${arn}:*`]) {
      const any = { Effect: "Allow", Action: "iot:Connect", Resource: open }
      const changes = { ...oneOf([any, publish]), substitutions: {} }
      expect(
        problemsOf(() => authorizer(changes)),
        open,
      ).toContain("lets the client choose any")
    }
    const own = { Effect: "Allow", Action: "iot:Connect", Resource: `${arn}:client/{principalId}-*` }
    expect(problemsOf(() => authorizer({ ...oneOf([own, publish]), substitutions: {} }))).toBe("")
  })

  const connecting = (to: string) => ({ Effect: "Allow", Action: "iot:Connect", Resource: `${arn}:client/${to}` })
  const dependent = { Effect: "Allow", Action: "iot:Publish", Resource: `${arn}:topic/\${iot:ClientId}/x` }

  it.each(["lamp-*", "*-7", "lamp-?", "lamps/*", "*{principalId}", "**", "x?{device}"])(
    "a client must not choose its id in %s either, where its id says what it may do",
    (to) => {
      const text = problemsOf(() => authorizer(oneOf([connecting(to), dependent, connecting("{device}")])))
      expect(text).toContain(`Statement[1].Resource is for the client id, and ${first}.Statement[0].Resource lets`)
    },
  )

  it.each(["{device}", "{device}/*", "{principalId}-*", "{principalId}*", "lamp-{principalId}/?"])(
    "a client may choose among its own ids in %s",
    (to) => {
      expect(problemsOf(() => authorizer(oneOf([connecting(to), dependent, connecting("{device}")])))).toBe("")
    },
  )

  it("nor must it choose what is denied to it, or which condition holds", () => {
    const deny = { Effect: "Deny", Action: "iot:Publish", Resource: `${arn}:topic/\${iot:ClientId}/x` }
    const condition = { StringEquals: { "iot:LastWillTopic": "${iot:clientid}/gone" } }
    const devices = connecting("{device}")
    for (const [statement, place] of [
      [deny, "Resource"],
      [{ ...devices, Condition: condition }, "Condition"],
    ] as const)
      expect(problemsOf(() => authorizer(oneOf([connecting("lamp-*"), statement, devices])))).toContain(
        `${first}.Statement[1].${place} is for the client id`,
      )
  })

  it("several callers may have the same rule for their id", () => {
    const same = connecting("${iot:ClientId}")
    expect(problemsOf(() => authorizer(oneOf([same, same, connecting("{device}")])))).toBe("")
  })

  it("a list with a hole is refused like a list with nothing in it", () => {
    const hole = Array(1)
    expect(problemsOf(() => authorizer(oneOf(hole)))).toContain(`${first}.Statement[0] is missing`)
    expect(problemsOf(() => authorizer(resource(hole)))).toContain(`${first}.Statement[0].Resource must be a text, or`)
    expect(problemsOf(() => authorizer(statement({ Action: hole })))).toContain(
      "Statement[0].Action must be a text, or",
    )
  })

  const other = createTestIssuer({ provider: "okta", domain: "other.okta.com", audience: "api://orders" })
  const two = { issuers: [issuer.config, other.config] }
  const entra = { provider: "entra", audience: "11111111-2222-4333-8444-555555555555" } as const
  const tenants = ["6babcaad-604b-40ac-a9d7-9fd97c0b779f", "7babcaad-604b-40ac-a9d7-9fd97c0b779f"]
  const severalTenants = { issuers: [{ ...entra, tenant: "organizations", allowedTenants: tenants }] } as const
  const apart = `${first}.Statement[0].Resource has a claim in it that two issuers may give to two callers alike`

  it("SR-145: with several issuers a claim alone is no resource of one caller", () => {
    expect(problemsOf(() => authorizer({}, two))).toContain(apart)
    expect(problemsOf(() => authorizer({}, severalTenants))).toContain(apart)
    const issuers = ["acme", "other"].map((name) => `https://${name}.okta.com/oauth2/default`)
    const ruled = (rule: object) => problemsOf(() => authorizer({ policies: [{ document, rule }] }, two))
    expect(ruled({ issuers })).toContain(apart)
    expect(ruled({ issuers: issuers.slice(0, 1) })).toBe("")
  })

  it("SR-145: principalId tells callers of several issuers apart, and tid those of the tenants of Entra", () => {
    const resources = resource([`${arn}:topic/{device}/{principalId}`, `${arn}:topic/x`])
    expect(problemsOf(() => authorizer(resources, two))).toBe("")
    const byTenant = { ...resource(`${arn}:topic/{tenant}/{device}`), substitutions: { tenant: "tid", device: "oid" } }
    expect(problemsOf(() => authorizer(byTenant, severalTenants))).toBe("")
    expect(problemsOf(() => authorizer(byTenant, two))).toContain(apart)
    const denied = oneOf([connecting("{principalId}"), { ...document.Statement[0], Effect: "Deny" }])
    expect(problemsOf(() => authorizer(denied, two))).toBe("")
  })

  it.each([
    resource(`${arn}:client/{device}`),
    resource([`${arn}:client/{device}`, "*"]),
    resource(`arn:aws-cn:iot:*:*:client/{device}`),
    resource([`${arn}:topic/*/{device}`, `${arn}:topic/*/{device}/x`, `arn:aws:iot:*:*:topic/{device}/*/*`]),
    resource([`${arn}:topic/{device}/*`, `${arn}:topic/*/{principalId}/*`]),
    resource(`${arn}:topic/{device}/{principalId}-*/x`),
    resource(`${arn}:topicfilter/{device}/+/#`, { Action: "iot:Subscribe" }),
    resource(`${arn}:topic/{device}/*`, { Action: "iot:*" }),
    statement({ Condition: { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } } }),
    statement({ Condition: { StringEquals: { "iot:LastWillTopic": "x/${iot:ClientId}" } } }),
    statement({ Effect: "Deny", Action: "iot:*", Resource: [`${arn}:client/{device}`, "*"] }),
  ])("%j is accepted", (changes) => {
    expect(problemsOf(() => authorizer(changes))).toBe("")
  })

  it("what an event cannot prove is refused, and all problems are reported at once", () => {
    const others = { edge: {}, assertion: {}, issuers: [] } as unknown as Partial<AuthorizerConfig>
    const text = problemsOf(() => authorizer({ refreshSeconds: 1, ...resource("x") }, others))
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "issuers",
      `${first}.Statement[0].Resource`,
      "options.refreshSeconds",
      "edge",
      "assertion",
    ])
    expect(text).toContain("edge is not for AWS IoT Core: its events prove no header and no connection. Leave")
  })
})
