import { describe, expect, it } from "vitest"
import { type ApiSettings, type AuthorizerSettings, apiSettings, type ClientRequest } from "../../local/gateway/api.ts"
import { evaluatePolicy, resourceMatches, wildcardMatches } from "../../local/gateway/evaluate.ts"
import { ApiGateway, type GatewayOutcome } from "../../local/gateway/gateway.ts"
import { matchRoute } from "../../local/gateway/route-match.ts"

const now = Date.UTC(2026, 0, 15, 12)
type Headers = ClientRequest["headers"]
const bearer: Headers = [["Authorization", "Bearer a"]]
const request = (line: string, headers: Headers = bearer, query = ""): ClientRequest => {
  const [method = "", path = "/"] = line.split(" ")
  return { method, path, query, headers, sourceIp: "192.0.2.7" }
}
const statement = (Effect: string, Resource: unknown): object => ({ Effect, Action: "execute-api:Invoke", Resource })
const policy = (...Statement: object[]): object => ({ Version: "2012-10-17", Statement })
const answering = (policyDocument: unknown, more: object = {}): object => ({
  principalId: "u",
  policyDocument,
  ...more,
})
const allowAll = answering(policy(statement("Allow", "*")))
const methodArn = (event: unknown): string => String(Object(event).methodArn ?? Object(event).routeArn)

/** A gateway whose function answers by the event, counts its calls, and has a clock that can be moved. */
function rig(
  given: Partial<Omit<ApiSettings, "authorizer">> & { authorizer?: Partial<AuthorizerSettings> },
  answer: (event: object) => unknown = () => allowAll,
) {
  const calls: object[] = []
  const clock = { now }
  const api = apiSettings({
    kind: "rest",
    routes: ["GET /orders", "GET /orders/{id}", "DELETE /orders/{id}"],
    ...given,
  })
  const gateway = new ApiGateway(
    api,
    async (event) => {
      calls.push(event)
      return answer(event)
    },
    () => clock.now,
  )
  const send = (line: string, headers?: Headers, query?: string): Promise<GatewayOutcome> =>
    gateway.handle(request(line, headers, query))
  const status = async (line: string, headers?: Headers): Promise<number> =>
    (await send(line, headers)).response?.status ?? 200
  return { calls, clock, gateway, send, status }
}

describe("16-2: events", () => {
  it("REST: headers keep the client's spelling, the last value is the one, and all are in the multi-value map", async () => {
    const { calls, send } = rig({})
    await send("GET /orders", [...bearer, ["X-mIxEd", "1"], ["x-mixed", "2"]], "a=1&a=2&b=")
    expect(calls[0]).toMatchObject({
      headers: { "X-mIxEd": "2", Authorization: "Bearer a" },
      multiValueHeaders: { "X-mIxEd": ["1", "2"] },
      ...{ queryStringParameters: { a: "2", b: "" }, multiValueQueryStringParameters: { a: ["1", "2"], b: [""] } },
    })
  })

  it("REST: maps without a value are empty objects", async () => {
    const { calls, send } = rig({})
    await send("GET /orders")
    expect(calls[0]).toMatchObject({ queryStringParameters: {}, pathParameters: {}, stageVariables: {} })
    expect(calls[0]).not.toHaveProperty("body")
  })

  it("HTTP 1.0: the identity sources are one text, joined with commas", async () => {
    const identitySources = ["$request.header.Authorization", "$request.header.X-Tenant"]
    const { calls, send } = rig({ kind: "http", authorizer: { payload: "1.0", identitySources } })
    await send("GET /orders", [...bearer, ["X-Tenant", "t,u"]])
    expect(calls[0]).toMatchObject({ identitySource: "Bearer a,t,u", authorizationToken: "Bearer a,t,u" })
  })

  it("HTTP 1.0: resourceId is the route key, by which hallpass tells ANY from a method", async () => {
    const { calls, send } = rig({ kind: "http", routes: ["ANY /orders/{id}"], authorizer: { payload: "1.0" } })
    await send("GET /orders/7")
    expect(calls[0]).toMatchObject({
      requestContext: { resourceId: "ANY /orders/{id}", resourcePath: "/orders/{id}", httpMethod: "GET" },
    })
  })

  it("HTTP 2.0: names in lower case, repeated headers joined, and what is empty is absent", async () => {
    const { calls, send } = rig({ kind: "http" })
    await send("GET /orders", [...bearer, ["X-A", "1"], ["x-a", "2"]])
    const [event] = calls as { headers: object }[]
    expect(event?.headers).toMatchObject({ "x-a": "1,2", authorization: "Bearer a" })
    for (const name of ["cookies", "queryStringParameters", "pathParameters", "stageVariables"])
      expect(event).not.toHaveProperty(name)
    expect(event).toMatchObject({ identitySource: ["Bearer a"], routeKey: "GET /orders" })
  })

  it("HTTP: the default stage is $default in the ARN, and the default route is $default as the route key", async () => {
    const { calls, send } = rig({ kind: "http", routes: ["$default"] })
    await send("POST /any/path")
    expect(calls[0]).toMatchObject({
      routeArn: "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/$default/POST/any/path",
      routeKey: "$default",
    })
  })

  it("the ARN has the path as it was requested: a wildcard in it stays one, and the root ends with a slash", async () => {
    const { calls, send } = rig({ routes: ["GET /", "GET /{proxy+}"], authorizer: { resultTtlSeconds: 0 } })
    for (const path of ["/", "/a/*", "/a%2Fb", "/a:b"]) await send(`GET ${path}`)
    expect(calls.map((event) => methodArn(event).split("/prod/")[1])).toEqual([
      "GET/",
      "GET/a/*",
      "GET/a%2Fb",
      "GET/a:b",
    ])
  })

  it("the gateway appends the peer to X-Forwarded-For and sets port, protocol and trace id", async () => {
    const { calls, send } = rig({})
    await send("GET /orders", [...bearer, ["X-Forwarded-For", "203.0.113.9"], ["X-Forwarded-Proto", "http"]])
    expect(Object(calls[0]).headers).toMatchObject({
      ...{ "X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443" },
      "X-Amzn-Trace-Id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    })
  })
})

describe("16-2: routes", () => {
  const matched = (kind: "rest" | "http", routes: readonly string[], line: string): string | undefined =>
    matchRoute(apiSettings({ kind, routes }), request(line))?.key

  it("REST: literals before parameters before greedy ones, level by level; a resource without the method hides others", () => {
    const routes = ["GET /a/{x}", "GET /a/b", "ANY /{proxy+}", "POST /a/c"]
    expect(matched("rest", routes, "GET /a/b")).toBe("GET /a/b")
    expect(matched("rest", routes, "GET /a/z")).toBe("GET /a/{x}")
    expect(matched("rest", routes, "PUT /z/y")).toBe("ANY /{proxy+}")
    expect(matched("rest", routes, "GET /a/c")).toBeUndefined()
  })

  it("REST: one slash at the end is dropped; HTTP: it makes another path", () => {
    expect(matched("rest", ["GET /a"], "GET /a/")).toBe("GET /a")
    expect(matched("http", ["GET /a"], "GET /a/")).toBeUndefined()
  })

  it("HTTP: complete matches before greedy ones, a method before ANY, and $default last", () => {
    const routes = ["ANY /a/{x}", "GET /a/{x}", "GET /a/{proxy+}", "$default"]
    expect(matched("http", routes, "GET /a/1")).toBe("GET /a/{x}")
    expect(matched("http", routes, "PUT /a/1")).toBe("ANY /a/{x}")
    expect(matched("http", routes, "GET /a/1/2")).toBe("GET /a/{proxy+}")
    expect(matched("http", routes, "PUT /b")).toBe("$default")
  })

  it("a route without an authorizer asks none, and an unknown one is a 403 of REST and a 404 of HTTP APIs", async () => {
    for (const [kind, unknown] of [
      ["rest", 403],
      ["http", 404],
    ] as const) {
      const { calls, send, status } = rig({ kind, openRoutes: ["GET /health"] })
      expect(await send("GET /health", [])).toMatchObject({ cache: "gateway", route: { key: "GET /health" } })
      expect(await status("GET /nothing")).toBe(unknown)
      expect(calls).toEqual([])
    }
  })
})

describe("16-2: the cache of answers", () => {
  it("is keyed by all identity sources together, and by nothing else", async () => {
    const identitySources = ["method.request.header.Authorization", "method.request.querystring.tenant"]
    const { send } = rig({ authorizer: { identitySources } })
    const cached = async (line: string, headers: Headers, query: string) => (await send(line, headers, query)).cache
    expect(await cached("GET /orders", bearer, "tenant=1")).toBe("miss")
    expect(await cached("DELETE /orders/7", bearer, "tenant=1")).toBe("hit")
    expect(await cached("GET /orders", bearer, "tenant=2")).toBe("miss")
    expect(await cached("GET /orders", [["authorization", "Bearer a"]], "tenant=1")).toBe("hit")
  })

  it("16 bad input: an identity source with a prototype's name is missing unless it is sent", async () => {
    const identitySources = ["method.request.querystring.constructor", "context.toString"]
    for (const source of identitySources) {
      const { send, calls } = rig({ authorizer: { identitySources: [source] } })
      expect((await send("GET /orders")).response?.status, source).toBe(401)
      expect(calls).toEqual([])
    }
    const { send } = rig({ authorizer: { identitySources: identitySources.slice(0, 1) } })
    expect((await send("GET /orders", bearer, "constructor=1")).cache).toBe("miss")
  })

  it("the caller's agent and the API's ids are identity sources", async () => {
    const identitySources = ["context.identity.userAgent", "context.accountId", "context.domainPrefix"]
    const { send } = rig({ authorizer: { identitySources } })
    expect((await send("GET /orders", [["User-Agent", "curl/8"]])).cache).toBe("miss")
    expect((await send("GET /orders", [["user-agent", "curl/8"]])).cache).toBe("hit")
    expect((await send("GET /orders", [["User-Agent", "curl/9"]])).cache).toBe("miss")
  })

  it("holds the route if the route is an identity source", async () => {
    const rest = rig({
      authorizer: {
        identitySources: ["method.request.header.Authorization", "context.httpMethod", "context.resourcePath"],
      },
    })
    const http = rig({
      kind: "http",
      authorizer: { identitySources: ["$request.header.Authorization", "$context.routeKey"] },
    })
    for (const { send } of [rest, http]) {
      expect((await send("GET /orders/7")).cache).toBe("miss")
      expect((await send("GET /orders/8")).cache).toBe("hit")
      expect((await send("DELETE /orders/7")).cache).toBe("miss")
    }
  })

  it("ends at the TTL, is off at 0, and does not exist for $connect", async () => {
    const { send, clock, calls } = rig({ authorizer: { resultTtlSeconds: 60 } })
    await send("GET /orders")
    clock.now += 59_999
    expect((await send("GET /orders")).cache).toBe("hit")
    clock.now += 1
    expect((await send("GET /orders")).cache).toBe("miss")
    expect(calls).toHaveLength(2)
    expect((await rig({ authorizer: { resultTtlSeconds: 0 } }).send("GET /orders")).cache).toBe("off")
    const connect = rig({ kind: "websocket", routes: ["$connect"] })
    await connect.send("GET /")
    expect((await connect.send("GET /")).cache).toBe("off")
  })

  it("keeps a policy, which is judged again for every request's own ARN", async () => {
    const { status, calls } = rig({}, (event) => answering(policy(statement("Allow", methodArn(event)))))
    expect(await status("GET /orders/7")).toBe(200)
    expect(await status("GET /orders")).toBe(403)
    expect(calls).toHaveLength(1)
  })

  it("keeps a simple response as one boolean for every route", async () => {
    const { status, calls } = rig({ kind: "http", authorizer: { simpleResponses: true } }, () => ({
      isAuthorized: true,
    }))
    expect(await status("GET /orders/7")).toBe(200)
    expect(await status("DELETE /orders/7")).toBe(200)
    expect(calls).toHaveLength(1)
  })

  it("keeps a Deny, and keeps neither an error nor an answer that is malformed", async () => {
    const denying = rig({}, () => answering(policy(statement("Deny", "*"))))
    await denying.send("GET /orders")
    expect((await denying.send("GET /orders")).cache).toBe("hit")
    for (const answer of [() => Promise.reject(new Error("Unauthorized")), () => ({}), () => answering(policy())]) {
      const { send, calls } = rig({}, answer)
      await send("GET /orders")
      await send("GET /orders")
      expect(calls).toHaveLength(2)
    }
  })

  it("keeps nothing without an identity source", async () => {
    const { send, calls } = rig({ authorizer: { identitySources: [] } })
    await send("GET /orders")
    await send("GET /orders")
    expect(calls).toHaveLength(2)
  })

  it("a missing or empty identity source is a 401, and the function is not asked", async () => {
    for (const kind of ["rest", "http"] as const) {
      const { status, calls } = rig({ kind })
      expect(await status("GET /orders", [])).toBe(401)
      expect(await status("GET /orders", [["Authorization", ""]])).toBe(401)
      expect(calls).toEqual([])
    }
  })

  it("a TOKEN that the validation expression does not match as a whole is a 401, and the function is not asked", async () => {
    const { status, calls } = rig({ authorizer: { type: "TOKEN", validationExpression: "Bearer [a-z]+" } })
    expect(await status("GET /orders", [["Authorization", "Bearer a1"]])).toBe(401)
    expect(await status("GET /orders", [["Authorization", "x Bearer a"]])).toBe(401)
    expect(calls).toEqual([])
    expect(await status("GET /orders")).toBe(200)
  })

  it("is empty after a flush", async () => {
    const { send, gateway } = rig({})
    await send("GET /orders")
    gateway.cache.clear()
    expect((await send("GET /orders")).cache).toBe("miss")
  })

  it("16 bad input: holds 10,000 answers at most, whatever the clients send", async () => {
    const { send, gateway } = rig({})
    for (let at = 0; at < 10_100; at++) await send("GET /orders", [["Authorization", `Bearer ${at}`]])
    expect(gateway.cache.size).toBe(10_000)
  })
})

describe("16-2: policies", () => {
  const arn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders/7"
  const stage = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod"

  it("an explicit Deny wins over every Allow, wherever it stands, and what nothing allows is not allowed", () => {
    const [allow, deny] = [statement("Allow", "*"), statement("Deny", `${stage}/GET/orders/?*`)]
    expect(evaluatePolicy(policy(allow, deny), arn)).toMatchObject({ verdict: "deny", statement: deny })
    expect(evaluatePolicy(policy(deny, allow), arn).verdict).toBe("deny")
    expect(evaluatePolicy(policy(statement("Allow", `${stage}/POST/*`)), arn).verdict).toBe("silent")
  })

  it("* crosses slashes, ? is one character, and both stay within a part of the ARN but for the last", () => {
    for (const [pattern, matches] of [
      ...([
        [`${stage}/GET/*`, true],
        [`${stage}/*/7`, true],
        [`${stage}/GET/orders/?`, true],
        ["*", true],
      ] as const),
      ...([
        [`${stage}/GET/orders/??`, false],
        ["arn:*", false],
        ["arn:aws:execute-api:*:*:*/prod/GET/*", true],
      ] as const),
      ...([
        [`${stage}/GET/orders/$\{*}`, false],
        [`${stage}/get/orders/7`, false],
      ] as const),
    ])
      expect(resourceMatches(pattern, arn), pattern).toBe(matches)
    expect(resourceMatches(`${stage}/*/*`, `${stage}/$connect`)).toBe(false)
    expect(resourceMatches(`${stage}/GET/a$\{*}b`, `${stage}/GET/a*b`)).toBe(true)
  })

  it("16 bad input: a pattern of many stars takes no exponential time", () => {
    expect(wildcardMatches(`${"*a".repeat(2000)}b`, "a".repeat(4000))).toBe(false)
  })

  it("a condition that cannot be judged makes an Allow not apply, and a Deny apply", () => {
    const unknown = { NumericLessThan: { "aws:MultiFactorAuthAge": "1" } }
    const [allow, deny] = ["Allow", "Deny"].map((effect) => ({ ...statement(effect, "*"), Condition: unknown }))
    expect(evaluatePolicy(policy(allow as object), arn).verdict).toBe("silent")
    expect(evaluatePolicy(policy(statement("Allow", "*"), deny as object), arn).verdict).toBe("deny")
  })

  it("16 bad input: an operator or a key with a prototype's name holds nothing", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      const conditions = [
        JSON.parse(`{"${name}":{"aws:SourceIp":"x"}}`),
        JSON.parse(`{"StringLike":{"${name}":"*"}}`),
      ] as const
      for (const Condition of conditions)
        expect(evaluatePolicy(policy({ ...statement("Allow", "*"), Condition }), arn).verdict, name).toBe("silent")
    }
  })

  it("a resource policy sees address, time, agent and referer of the request, and keys in any case", async () => {
    const headers: Headers = [...bearer, ["User-Agent", "curl/8"], ["Referer", "https://a.example/"]]
    for (const [Condition, expected] of [
      [{ IpAddress: { "AWS:sourceip": "192.0.2.0/24" } }, 403],
      [{ StringLike: { "aws:UserAgent": "curl/*" } }, 403],
      [{ StringEquals: { "aws:Referer": "https://a.example/" } }, 403],
      [{ DateGreaterThan: { "aws:CurrentTime": "2026-01-15T11:00:00Z" } }, 403],
      [{ DateGreaterThan: { "aws:EpochTime": String(now / 1000 + 60) } }, 200],
      [{ Bool: { "aws:securetransport": "false" } }, 200],
    ] as const) {
      const resourcePolicy = policy({ ...statement("Deny", "*"), Condition })
      const { response } = await rig({ resourcePolicy }).send("GET /orders", headers)
      expect(response?.status ?? 200, JSON.stringify(Condition)).toBe(expected)
    }
  })

  it.each([
    // the authorizer's answer, the resource policy, what the client sees
    ["Allow", "Allow", 200],
    ["Allow", "silent", 200],
    ["silent", "Allow", 200],
    ["silent", "silent", 403],
    ["Deny", "Allow", 403],
    ["Allow", "Deny", 403],
  ])(
    "merge: an authorizer that says %s and a resource policy that says %s is a %i",
    async (own, resource, expected) => {
      const said = (effect: string): object =>
        effect === "silent" ? policy(statement("Allow", "arn:aws:s3:::none")) : policy(statement(effect, "*"))
      const { status, calls } = rig({ resourcePolicy: said(resource) }, () => answering(said(own)))
      expect(await status("GET /orders")).toBe(expected)
      // An explicit Deny of the resource policy comes first.
      expect(calls).toHaveLength(resource === "Deny" ? 0 : 1)
    },
  )
})

describe("16-2: what the client sees", () => {
  const seen = async (kind: "rest" | "http", answer: (event: object) => unknown) => {
    const { send } = rig({ kind }, answer)
    const { response } = await send("GET /orders")
    return response && [response.status, response.body, response.headers["x-amzn-errortype"]]
  }

  it.each([
    [
      "Unauthorized",
      () => Promise.reject(new Error("Unauthorized")),
      [401, '{"message":"Unauthorized"}', "UnauthorizedException"],
    ],
    [
      "another error",
      () => Promise.reject(new Error("Unauthorized: expired")),
      [500, '{"message":null}', "AuthorizerConfigurationException"],
    ],
    [
      "a Deny",
      () => answering(policy(statement("Deny", "*"))),
      [
        403,
        '{"Message":"User is not authorized to access this resource with an explicit deny"}',
        "AccessDeniedException",
      ],
    ],
    [
      "no match",
      () => answering(policy(statement("Allow", "arn:aws:s3:::x"))),
      [403, '{"Message":"User is not authorized to access this resource"}', "AccessDeniedException"],
    ],
    ["null", () => null, [500, '{"message":null}', "AuthorizerConfigurationException"]],
    ["a proxy answer", () => ({ statusCode: 401 }), [500, '{"message":null}', "AuthorizerConfigurationException"]],
    [
      "no principalId",
      () => ({ policyDocument: policy(statement("Allow", "*")) }),
      [500, '{"message":null}', "AuthorizerConfigurationException"],
    ],
    [
      "an object in the context",
      () => ({ ...allowAll, context: { a: {} } }),
      [500, '{"message":null}', "AuthorizerConfigurationException"],
    ],
  ])("REST: %s", async (_, answer, expected) => {
    expect(await seen("rest", answer)).toEqual(expected)
  })

  it.each([
    [
      "Unauthorized",
      () => Promise.reject(new Error("Unauthorized")),
      [500, '{"message":"Internal Server Error"}', undefined],
    ],
    ["another error", () => Promise.reject(new Error("x")), [500, '{"message":"Internal Server Error"}', undefined]],
    ["a Deny", () => answering(policy(statement("Deny", "*"))), [403, '{"message":"Forbidden"}', undefined]],
    [
      "a simple response that is not configured",
      () => ({ isAuthorized: true }),
      [500, '{"message":"Internal Server Error"}', undefined],
    ],
    ["an object in the context", () => ({ ...allowAll, context: { a: {} } }), undefined],
  ])("HTTP 2.0: %s", async (_, answer, expected) => {
    expect(await seen("http", answer)).toEqual(expected)
  })

  it("HTTP 2.0 simple: the text false is no boolean, and a policy is no simple response", async () => {
    for (const answer of [{ isAuthorized: "false" }, { isAuthorized: "true" }, allowAll, {}]) {
      const { status } = rig({ kind: "http", authorizer: { simpleResponses: true } }, () => answer)
      expect(await status("GET /orders")).toBe(500)
    }
    const { status } = rig({ kind: "http", authorizer: { simpleResponses: true } }, () => ({ isAuthorized: false }))
    expect(await status("GET /orders")).toBe(403)
  })

  it("WebSocket: an answer of more than 8 KB is a 500", async () => {
    const large = { ...allowAll, context: { a: "x".repeat(8192) } }
    expect(await rig({ kind: "websocket", routes: ["$connect"] }, () => large).status("GET /")).toBe(500)
    expect(await rig({ kind: "websocket", routes: ["$connect"] }).status("GET /")).toBe(200)
  })

  it("a policy with a resource of more than 512 characters is no answer that API Gateway takes", async () => {
    const start = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/"
    const resource = (length: number): string => `${start}${"a".repeat(length - start.length)}`
    for (const kind of ["rest", "http"] as const)
      for (const [length, expected] of [
        [512, 200],
        [513, 500],
      ] as const) {
        const answer = answering(policy(statement("Allow", "*"), statement("Deny", ["x", resource(length)])))
        expect(await rig({ kind }, () => answer).status("GET /orders"), `${kind} ${length}`).toBe(expected)
      }
  })

  it("an ARN of more than 1,600 bytes is a 414, and the function is not asked", async () => {
    const { status, calls } = rig({ routes: ["GET /{proxy+}"] })
    expect(await status(`GET /${"a".repeat(1600)}`)).toBe(414)
    expect(calls).toEqual([])
  })

  it("REST: gateway responses change status, headers and body; their own type goes before DEFAULT_4XX", async () => {
    const gatewayResponses = {
      ACCESS_DENIED: {
        statusCode: 404,
        headers: { "X-Why": "$context.authorizer.reason" },
        template: '{"type":"$context.error.responseType","text":$context.error.messageString,"id":"$context.none"}',
      },
      DEFAULT_4XX: { headers: { "WWW-Authenticate": "Bearer" } },
    }
    const denying = answering(policy(statement("Deny", "*")), { context: { reason: "scope_missing" } })
    const { send } = rig({ gatewayResponses }, () => denying)
    const { response } = await send("GET /orders")
    expect(response).toMatchObject({ status: 404, headers: { "x-why": "scope_missing" } })
    expect(JSON.parse(response?.body ?? "")).toEqual({
      ...{ type: "ACCESS_DENIED", id: "" },
      text: "User is not authorized to access this resource with an explicit deny",
    })
    const missing = await send("GET /orders", [])
    expect(missing.response).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } })
    // HTTP APIs have none.
    const http = rig({ kind: "http", gatewayResponses }, () => denying)
    expect((await http.send("GET /orders")).response?.status).toBe(403)
  })

  it("REST: a gateway response names parts of the request and of the context, and a header takes no line end", async () => {
    const gatewayResponses = {
      ACCESS_DENIED: {
        headers: {
          "X-Agent": "$method.request.header.user-agent",
          "X-Query": "$method.request.querystring.q",
          "X-Id": "$method.request.path.id",
          "X-None": "$method.request.querystring.constructor$stageVariables.a$context.constructor",
        },
        template: "$context.stage $context.resourcePath $context.httpMethod $context.identity.sourceIp $context.path.",
      },
    }
    const { send } = rig({ gatewayResponses }, () => answering(policy(statement("Deny", "*"))))
    const headers: Headers = [...bearer, ["User-Agent", "curl/8"]]
    const { response } = await send("GET /orders/7", headers, "q=a%0D%0AX-Evil:%20%E2%80%AE1")
    expect(response?.body).toBe("prod /orders/{id} GET 192.0.2.7 /prod/orders/7.")
    expect(response?.headers).toMatchObject({ "x-agent": "curl/8", "x-query": "aX-Evil: 1", "x-id": "7", "x-none": "" })
    expect(response?.headers).not.toHaveProperty("x-evil")
  })
})

describe("16-2: resource policies of REST APIs", () => {
  const anyone = { Principal: "*", Action: "execute-api:Invoke" }
  const seen = async (Statement: object | object[], given: object = {}, line = "GET /orders") => {
    const { send, calls } = rig({ resourcePolicy: { Version: "2012-10-17", Statement }, ...given })
    const { response } = await send(line)
    return [response?.status ?? 200, calls.length, response?.body] as const
  }

  it("the short form execute-api:/stage/method/path is the API's own ARN", async () => {
    for (const Resource of ["execute-api:/*", "execute-api:/prod/GET/orders", ["execute-api:/prod/*/orders"]]) {
      const [status, calls, body] = await seen({ ...anyone, Effect: "Deny", Resource })
      expect([status, calls]).toEqual([403, 0])
      expect(JSON.parse(body ?? "")).toEqual({
        Message:
          "User: anonymous is not authorized to perform: execute-api:Invoke on resource: " +
          "arn:aws:execute-api:eu-west-1:********9012:abcdef1234/prod/GET/orders with an explicit deny",
      })
    }
    expect(await seen({ ...anyone, Effect: "Deny", Resource: "execute-api:/test/*" })).toEqual([200, 1, undefined])
  })

  it("a statement for a named principal of AWS is not for this caller, who is anonymous", async () => {
    const silent = () => answering(policy(statement("Allow", "arn:aws:s3:::none")))
    const merged = async (more: object): Promise<number> =>
      rig({ resourcePolicy: policy({ ...statement("Allow", "*"), ...more }) }, silent).status("GET /orders")
    expect(await merged({ Principal: { AWS: ["*"] } })).toBe(200)
    for (const Principal of [{ AWS: "arn:aws:iam::123456789012:root" }, { Service: "lambda.amazonaws.com" }, {}, null])
      expect(await merged({ Principal })).toBe(403)
    const deny = { ...anyone, Effect: "Deny", Resource: "*" }
    expect((await seen({ ...deny, Principal: { AWS: "123456789012" } }))[0]).toBe(200)
    const others = { Effect: "Deny", Action: "*", Resource: "*", NotPrincipal: { AWS: "123456789012" } }
    expect((await seen(others))[0]).toBe(403)
  })

  it("a route without an authorizer is open only to what the policy allows", async () => {
    const given = { openRoutes: ["GET /health"] }
    const allow = { ...anyone, Effect: "Allow", Resource: "execute-api:/*" }
    expect(await seen(allow, given, "GET /health")).toEqual([200, 0, undefined])
    const elsewhere = { ...allow, Condition: { IpAddress: { "aws:SourceIp": "198.51.100.0/24" } } }
    expect((await seen(elsewhere, given, "GET /health")).slice(0, 2)).toEqual([403, 0])
    expect((await seen({ ...allow, Effect: "Deny" }, given, "GET /health"))[0]).toBe(403)
  })

  it("HTTP and WebSocket APIs have none", async () => {
    const deny = { ...anyone, Effect: "Deny", Resource: "*" }
    expect((await seen(deny, { kind: "http" }))[0]).toBe(200)
    expect((await seen(deny, { kind: "websocket", routes: ["$connect"] }, "GET /"))[0]).toBe(200)
  })
})
