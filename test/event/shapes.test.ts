import { describe, expect, it } from "vitest"
import { readRequest } from "../../src/event/read.ts"
import { createAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders, eventKinds, http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const { decide } = createAuthorizer({ issuers: [oidcIssuer()] }, { clock })
const bearer = `Bearer ${mint()}`
const without = (event: object, ...names: string[]): object =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name)))
const context = (event: { [name: string]: unknown }, changes: object): object => ({
  ...event,
  requestContext: { ...(event.requestContext as object), ...changes },
})

describe("every kind of event", () => {
  it.each(eventKinds)("%s with a good token is allowed", async (kind) => {
    expect(await decide(eventBuilders[kind](bearer))).toMatchObject({ outcome: "allow", reason: "ok" })
  })

  it.each([
    ["unknown members", (event: object) => ({ ...event, novelty: { a: 1 }, isBase64Encoded: false, body: null })],
    [
      "empty maps as null",
      (event: object) => ({ ...event, pathParameters: null, stageVariables: null, queryStringParameters: null }),
    ],
    [
      "absent maps",
      (event: object) =>
        without(event, "pathParameters", "stageVariables", "queryStringParameters", "multiValueQueryStringParameters"),
    ],
  ])("is read with %s", async (_name, change) => {
    for (const kind of eventKinds.filter((each) => each !== "rest-token")) {
      expect(await decide(change(eventBuilders[kind](bearer))), kind).toMatchObject({ outcome: "allow" })
    }
  })
})

describe("SR-151: no known shape, or two at once, is unavailable and never a guess", () => {
  const token = restToken(bearer)
  const request = restRequest(bearer)
  const mixed: [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["a text", "event"],
    ["a list", [token]],
    ["an empty object", {}],
    ["an integration event", without(request, "type", "methodArn")],
    ["another type", { ...request, type: "request" }],
    ["TOKEN with headers", { ...token, headers: { Authorization: bearer } }],
    ["TOKEN with a route ARN", { ...token, routeArn: token.methodArn }],
    ["TOKEN without an ARN", without(token, "methodArn")],
    ["both ARNs", { ...http2(bearer), methodArn: token.methodArn }],
    ["REQUEST with version 2.0 and a method ARN only", { ...request, version: "2.0" }],
    ["REST with two methods", { ...request, httpMethod: "DELETE" }],
    ["REST with two templates", { ...request, resource: "/{proxy+}" }],
    ["REST without a context", without(request, "requestContext")],
    ["REST with WebSocket marks", context(request, { connectionId: "x" })],
    ["HTTP 1.0 with WebSocket marks", context(http1(bearer), { eventType: "CONNECT" })],
    ["HTTP 2.0 with WebSocket marks", context(http2(bearer), { connectionId: "x" })],
    ["HTTP 2.0 without a method", context(http2(bearer), { http: {} })],
    ["WebSocket with an HTTP method", { ...webSocket(bearer), httpMethod: "GET" }],
    ["WebSocket MESSAGE", context(webSocket(bearer), { eventType: "MESSAGE" })],
    ["WebSocket with the ARN of a method", { ...webSocket(bearer), methodArn: token.methodArn }],
  ]
  const marks: [string, string, unknown][] = [
    ...["routeArn", "version", "identitySource", "headers", "multiValueHeaders", "requestContext"].map(
      (name): [string, string, unknown] => ["TOKEN", name, { ...token, [name]: name === "version" ? "2.0" : {} }],
    ),
    ...["connectionId", "eventType", "http"].map((name): [string, string, unknown] => [
      "REST in its context",
      name,
      context(request, { [name]: "x" }),
    ]),
    ...["connectionId", "eventType"].flatMap((name): [string, string, unknown][] => [
      ["payload 1.0 in its context", name, context(http1(bearer), { [name]: "x" })],
      ["payload 2.0 in its context", name, context(http2(bearer), { [name]: "x" })],
    ]),
    ...["httpMethod", "resource", "rawPath", "cookies"].map((name): [string, string, unknown] => [
      "WebSocket",
      name,
      { ...webSocket(bearer), [name]: [] },
    ]),
  ]
  it.each(marks)("9: %s with %s, one foreign mark alone", async (_kind, name, event) => {
    expect(await decide(event)).toEqual({ outcome: "unavailable", reason: "event_unknown" })
    // Null is how a gateway may write that there is none.
    const clean = JSON.parse(JSON.stringify(event), (key, value) => (key === name ? null : value))
    expect(await decide(clean)).toMatchObject({ outcome: "allow" })
  })

  it.each(mixed)("%s", async (_name, event) => {
    expect(await decide(event)).toEqual({ outcome: "unavailable", reason: "event_unknown" })
  })
})

describe("9, SR-151: an event of payload 1.0 by one mark alone", () => {
  const bare = without(http1(bearer), "version", "identitySource", "authorizationToken")
  const kindOf = (event: unknown): string => {
    const request = readRequest(event)
    return "refused" in request ? request.code : request.kind
  }

  it.each<[string, object, string]>([
    ["its version", { version: "1.0" }, "http-1.0"],
    ["its identity source", { identitySource: bearer }, "http-1.0"],
    ["its token", { authorizationToken: bearer }, "http-1.0"],
    ["an empty identity source", { identitySource: "" }, "http-1.0"],
    ["none: it is a REST request", {}, "rest-request"],
    ["null in place of all: it is a REST request", { version: null, identitySource: null }, "rest-request"],
    ["a list of sources: it is a REST request", { identitySource: [bearer] }, "rest-request"],
    ["another version", { version: "3.0" }, "event_unknown"],
    ["the version of payload 2.0", { version: "2.0" }, "event_unknown"],
    ["a version that is no text", { version: 1 }, "event_unknown"],
  ])("%s", (_name, marks, expected) => {
    expect(kindOf({ ...bare, ...marks })).toBe(expected)
  })

  it("has no identity sources where the event names none", () => {
    for (const [marks, sources] of [
      [{ version: "1.0" }, [undefined]],
      [{ version: "1.0", identitySource: null, authorizationToken: bearer }, [bearer]],
      [{ version: "1.0", identitySource: "a,b", authorizationToken: bearer }, ["a,b"]],
      [{ version: "1.0", identitySource: ["a", "b"] }, ["a", "b"]],
    ] as const)
      expect(readRequest({ ...bare, ...marks })).toMatchObject({ identitySources: sources })
    for (const event of [restRequest(bearer), restToken(bearer), webSocket(bearer)])
      expect(readRequest(event)).toHaveProperty("identitySources", undefined)
  })
})

describe("what sam local makes of HTTP API events", () => {
  it("an authorizer of payload 1.0 on a route of payload 2.0 is read as 1.0", async () => {
    const event = {
      ...without(http2(bearer), "routeArn"),
      methodArn: restToken().methodArn,
      identitySource: bearer,
      authorizationToken: bearer,
    }
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
  })

  it("an authorizer of payload 2.0 on a route of payload 1.0 is read as 2.0", async () => {
    const event = {
      ...without(http1(bearer), "methodArn", "authorizationToken"),
      routeArn: http2().routeArn,
      identitySource: [bearer],
    }
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
  })
})

describe("the ARN of console tests", () => {
  it.each([
    "arn:aws:execute-api:us-west-2:123456789012:ymy8tbxw7b/*/GET/",
    "arn:aws:execute-api:us-east-1:null:abc/null/GET/",
    "arn:aws:execute-api:us-east-1:123456789012:abc/ESTestInvoke stage/GET/",
    "x",
  ])("%s is denied on everything and never echoed, or an error where the Deny would be kept", async (methodArn) => {
    const config = { issuers: [oidcIssuer()], gateway: { resultTtlSeconds: 0 } }
    const event = { ...restToken(bearer), methodArn }
    const kept = createAuthorizer({ issuers: [oidcIssuer()] }, { clock })
    await expect(kept.handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "arn_invalid" })
    const answer = await createAuthorizer(config, { clock }).handler(event)
    expect(answer).toMatchObject({ context: { reason: "arn_invalid" } })
    expect(answer).toHaveProperty("policyDocument.Statement", [
      { Effect: "Deny", Action: "execute-api:Invoke", Resource: ["*"] },
    ])
  })

  it("2.10: the test button's usual stage is one like any other: the answer is the one of a request for GET /", async () => {
    const methodArn = "arn:aws:execute-api:us-east-1:123456789012:abc123def4/ESTestInvoke-stage/GET/"
    for (const [routes, allows] of [
      [{ "GET /": {} }, true],
      [{ "GET /": { roles: ["admin"] } }, false],
    ] as const) {
      const { decide } = createAuthorizer({ issuers: [oidcIssuer()], routes }, { clock })
      // As the console sends it: every map is null.
      const nulls = { headers: null, multiValueHeaders: null, queryStringParameters: null, pathParameters: null }
      const request = { ...restRequest(bearer, { path: "/", stage: "ESTestInvoke-stage" }), methodArn }
      expect((await decide({ ...restToken(bearer), methodArn })).outcome).toBe(allows ? "allow" : "forbidden")
      expect((await decide(request)).outcome).toBe(allows ? "allow" : "forbidden")
      expect((await decide({ ...request, ...nulls })).reason).toBe("credential_missing")
    }
  })
})
