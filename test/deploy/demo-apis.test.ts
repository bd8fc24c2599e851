import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { explainAccessLog } from "../../src/cli/explain/access-log.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { answerTableHash } from "../../src/policy.ts"
import { demoSets, mutualTls, okta, outputs, privateSets } from "./parameter-sets.ts"
import { core, demo, deployedEnvironment, privateApi, type Resource, type Values } from "./template.ts"

type Properties = { readonly [name: string]: unknown }
interface Operation {
  readonly security?: readonly object[]
  readonly "x-amazon-apigateway-integration": { readonly type: string }
}
interface Definition {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly securitySchemes: { readonly Hallpass: { readonly [member: string]: unknown } } }
  readonly "x-amazon-apigateway-gateway-responses": object
}

function propertiesOf(name: string, values: Values, one = demo): Properties {
  const found = one.deployedResources(values)[name]
  if (found === undefined) throw new Error(`${name} is not deployed`)
  return found.Properties
}
const ofType = (type: string, values: Values): [string, Resource][] =>
  Object.entries(demo.deployedResources(values)).filter(([, { Type }]) => Type === type)
const definitionOf = (api: string, values: Values, one = demo): Definition =>
  propertiesOf(api, values, one).DefinitionBody as Definition
const restAuthorizer = (api: string, values: Values, one = demo): Properties =>
  definitionOf(api, values, one).components.securitySchemes.Hallpass["x-amazon-apigateway-authorizer"] as Properties
const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${outputs.AuthorizerFunctionArn}/invocations`
const roleArn = { AuthorizerCredentialsArn: outputs.InvokeRoleArn }

test("the demo APIs are of all three kinds", () => {
  const kinds = Object.entries(demo.deployedResources(outputs))
    .filter(([, { Type }]) => /^AWS::(?:Serverless::Api|ApiGatewayV2::Api)$/.test(Type))
    .map(([name]) => name)
  expect(kinds).toEqual(["RestDemoApi", "HttpDemoApi", "WebSocketDemoApi"])
})

test("17-1: with the defaults of both templates the demo APIs cache as hallpass expects (SR-143)", () => {
  const environment = deployedEnvironment(okta)
  const http = propertiesOf("HttpDemoAuthorizer", outputs)
  expect(http).toMatchObject({
    EnableSimpleResponses: environment.HALLPASS_RESPONSES === "simple",
    AuthorizerResultTtlInSeconds: Number(environment.HALLPASS_RESULT_TTL_SECONDS),
    IdentitySource: ["$request.header.Authorization"],
  })
  expect(environment.HALLPASS_IDENTITY_SOURCES).toBe("token")
  for (const name of ["ResultTtlSeconds", "IdentitySources", "HttpResponses"])
    expect(demo.template.Parameters[name]?.Default).toBe(core.template.Parameters[name]?.Default)
})

describe.each(Object.entries(demoSets))("%s", (_what, values) => {
  const { ResultTtlSeconds, IdentitySources, HttpResponses } = demo.withDefaults(values)

  test("REST: the TTL of the parameter, the invoke role, and a key that fits (SR-143)", () => {
    expect(restAuthorizer("RestDemoApi", values)).toEqual({
      type: "request",
      authorizerUri: uri,
      authorizerCredentials: outputs.InvokeRoleArn,
      authorizerResultTtlInSeconds: ResultTtlSeconds,
      // The route is among them whatever IdentitySources says: a finer key is right as well.
      identitySource: "method.request.header.Authorization, context.httpMethod, context.resourcePath",
    })
  })

  test("HTTP: the TTL, the identity sources and the form of answers of the parameters (SR-143)", () => {
    const route = IdentitySources === "token,route"
    expect(propertiesOf("HttpDemoAuthorizer", values)).toMatchObject({
      AuthorizerType: "REQUEST",
      AuthorizerUri: uri,
      ...roleArn,
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: HttpResponses === "simple",
      AuthorizerResultTtlInSeconds: ResultTtlSeconds,
      IdentitySource: ["$request.header.Authorization", ...(route ? ["$context.routeKey", "$context.httpMethod"] : [])],
    })
  })

  test("WebSocket: no TTL and no payload version, which API Gateway refuses there", () => {
    const { ApiId, Name, ...properties } = propertiesOf("WebSocketDemoAuthorizer", values)
    expect({ ApiId, Name }).toEqual({ ApiId: "WebSocketDemoApi", Name: "hallpass" })
    expect(properties).toEqual({
      AuthorizerType: "REQUEST",
      AuthorizerUri: uri,
      ...roleArn,
      IdentitySource: ["route.request.header.Authorization"],
    })
  })

  test("17-3: every stage has the throttle of the parameters", () => {
    const { ThrottleRate, ThrottleBurst } = demo.withDefaults(values)
    const limits = { ThrottlingRateLimit: ThrottleRate, ThrottlingBurstLimit: ThrottleBurst }
    expect(propertiesOf("RestDemoApi", values).MethodSettings).toEqual([
      { HttpMethod: "*", ResourcePath: "/*", ...limits },
    ])
    const stages = ofType("AWS::ApiGatewayV2::Stage", values)
    expect(stages).toHaveLength(2)
    for (const [, { Properties }] of stages) expect(Properties.DefaultRouteSettings).toEqual(limits)
  })
})

describe("17-3: limits of clients", () => {
  const keyed = demoSets["a usage plan"] ?? {}

  test("a usage plan takes the key from the authorizer, and every method demands one", () => {
    expect(propertiesOf("RestDemoApi", keyed).ApiKeySourceType).toBe("AUTHORIZER")
    for (const [path, method, { security }] of secured(definitionOf("RestDemoApi", keyed)))
      expect(security, `${method} ${path}`).toEqual([{ Hallpass: [] }, { ApiKey: [] }])
    expect(propertiesOf("UsagePlan", keyed)).toMatchObject({
      Throttle: { RateLimit: 100, BurstLimit: 200 },
      Quota: { Limit: 500, Period: "DAY" },
    })
    expect(propertiesOf("UsageApiKey", keyed)).toMatchObject({ Value: keyed.UsageKey, Enabled: true })
    expect(demo.template.Parameters.UsageKey).toMatchObject({ NoEcho: true })
    expect(propertiesOf("RestDemoApi", outputs).ApiKeySourceType).toBe("HEADER")
    expect(ofType("AWS::ApiGateway::UsagePlan", outputs)).toEqual([])
  })

  test("a web ACL is on the stage of the REST API, and the template says that the others take none", () => {
    const values = demoSets["a web ACL"] ?? {}
    expect(propertiesOf("RestWebAcl", values)).toEqual({
      WebACLArn: values.WebAclArn,
      // The ARN has no account and names the stage.
      ResourceArn: "arn:aws:apigateway:eu-west-1::/restapis/RestDemoApi/stages/RestDemoApi.Stage",
    })
    expect(demo.template.Parameters.WebAclArn?.Description).toContain("HTTP and WebSocket APIs take none")
    expect(Object.keys(demo.deployedResources(outputs))).not.toContain("RestWebAcl")
  })
})

const secured = ({ paths }: Definition): [path: string, method: string, operation: Operation][] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== "options")
      .map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  )

describe("every route has the authorizer", () => {
  test("of a REST API: every operation, but for preflights, which answer by themselves", () => {
    const { paths } = definitionOf("RestDemoApi", outputs)
    const operations = secured(definitionOf("RestDemoApi", outputs))
    expect(operations.map(([path, method]) => `${method} ${path}`)).toEqual([
      "get /orders",
      "post /orders",
      "get /orders/{id}",
    ])
    for (const [, , { security }] of operations) expect(security).toEqual([{ Hallpass: [] }])
    for (const { options } of Object.values(paths)) {
      expect(options?.security).toBeUndefined()
      expect(options?.["x-amazon-apigateway-integration"].type).toBe("mock")
    }
  })

  test("of an HTTP API, $default included, but for CORS preflights; of a WebSocket API, $connect", () => {
    const routes = ofType("AWS::ApiGatewayV2::Route", outputs).map(([, { Properties }]) => [
      Properties.ApiId,
      Properties.RouteKey,
      Properties.AuthorizationType,
      Properties.AuthorizerId,
    ])
    expect(routes).toEqual([
      ["HttpDemoApi", "GET /orders", "CUSTOM", "HttpDemoAuthorizer"],
      ["HttpDemoApi", "POST /orders", "CUSTOM", "HttpDemoAuthorizer"],
      ["HttpDemoApi", "GET /orders/{id}", "CUSTOM", "HttpDemoAuthorizer"],
      ["HttpDemoApi", "$default", "CUSTOM", "HttpDemoAuthorizer"],
      ["HttpDemoApi", "OPTIONS /{proxy+}", "NONE", undefined],
      ["HttpDemoApi", "OPTIONS /", "NONE", undefined],
      ["WebSocketDemoApi", "$connect", "CUSTOM", "WebSocketDemoAuthorizer"],
      ["WebSocketDemoApi", "$default", undefined, undefined],
    ])
  })
})

test("13-8: HTTP: a preflight of any path finds a route without the authorizer, the root included", () => {
  const open = ofType("AWS::ApiGatewayV2::Route", outputs)
    .filter(([, { Properties }]) => Properties.AuthorizationType === "NONE")
    .map(([, { Properties }]) => String(Properties.RouteKey).replace("OPTIONS ", ""))
  // A greedy parameter is one segment or more.
  const patterns = open.map((template) => new RegExp(`^${template.replace("{proxy+}", ".+")}$`))
  for (const path of ["/", "/orders", "/orders/7", "/a/b/c"])
    expect(
      patterns.filter((pattern) => pattern.test(path)),
      path,
    ).toHaveLength(1)
  const guide = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8")
  for (const template of open) expect(guide).toContain(`\`OPTIONS ${template}\``)
})

test("REST: refusals carry CORS headers and a challenge (RFC 6750 section 3)", () => {
  const responses = definitionOf("RestDemoApi", outputs)["x-amazon-apigateway-gateway-responses"]
  const cors = { responseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" } }
  const challenge = { responseParameters: { "gatewayresponse.header.WWW-Authenticate": `'Bearer realm="hallpass"'` } }
  expect(responses).toMatchObject({
    UNAUTHORIZED: { statusCode: "401", ...cors },
    ACCESS_DENIED: { statusCode: "403", ...cors },
    DEFAULT_4XX: cors,
    DEFAULT_5XX: cors,
  })
  expect(responses).toMatchObject({ UNAUTHORIZED: challenge })
})

describe("17-4: the private API", () => {
  const values = privateSets["a private REST API with everything"] ?? {}

  test("answers through the named endpoints only, or through the one that the stack makes", () => {
    const answers = (one: Values) => propertiesOf("PrivateApi", one, privateApi)
    const named = ["vpce-0a1b2c3d", "vpce-0123456789abcdef0"]
    for (const [one, endpoints] of [
      [values, named],
      [privateSets["a private REST API"] ?? {}, ["ApiEndpoint"]],
    ] as const)
      expect(answers(one)).toMatchObject({
        EndpointConfiguration: { Type: "PRIVATE", VPCEndpointIds: endpoints },
        Policy: {
          Statement: [
            { Effect: "Allow" },
            { Effect: "Deny", Condition: { StringNotEquals: { "aws:SourceVpce": endpoints } } },
          ],
        },
      })
    expect(Object.keys(privateApi.deployedResources(values))).not.toContain("ApiEndpoint")
  })

  test("its policy allows, so hallpass must know: the page and the template say so", () => {
    expect(privateApi.text).toContain("ResourcePolicyAllows true")
    expect(deployedEnvironment({ ...okta, ResourcePolicyAllows: "true" }).HALLPASS_RESOURCE_POLICY_ALLOWS).toBe("true")
  })
})

describe("17-3: a custom domain", () => {
  test("takes TLS 1.2 and 1.3, with mutual TLS if there is a trust store, and is the only way in", () => {
    expect(propertiesOf("Domain", mutualTls)).toMatchObject({
      DomainName: "api.example.test",
      DomainNameConfigurations: [{ EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" }],
      MutualTlsAuthentication: { TruststoreUri: "s3://truststore/clients.pem" },
    })
    expect(propertiesOf("Domain", demoSets["a domain"] ?? {}).MutualTlsAuthentication).toBeUndefined()
    for (const api of ["RestDemoApi", "HttpDemoApi"]) {
      expect(propertiesOf(api, mutualTls).DisableExecuteApiEndpoint).toBe(true)
      expect(propertiesOf(api, outputs).DisableExecuteApiEndpoint).toBe(false)
    }
    expect(ofType("AWS::ApiGatewayV2::ApiMapping", mutualTls).map(([, { Properties }]) => Properties.ApiId)).toEqual([
      "HttpDemoApi",
      "RestDemoApi",
    ])
    expect(ofType("AWS::ApiGatewayV2::DomainName", outputs)).toEqual([])
  })

  test("takes TLS 1.3 only, where API Gateway can: on a REST API, which then answers there only", () => {
    const values = demoSets["a domain with TLS 1.3 only"] ?? {}
    expect(propertiesOf("RestDomain", values)).toMatchObject({
      SecurityPolicy: "SecurityPolicy_TLS13_1_3_2025_09",
      EndpointAccessMode: "STRICT",
    })
    expect(propertiesOf("RestDemoApi", values).DisableExecuteApiEndpoint).toBe(true)
    expect(propertiesOf("HttpDemoApi", values).DisableExecuteApiEndpoint).toBe(false)
    expect(ofType("AWS::ApiGatewayV2::ApiMapping", values).map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({ ApiId: "RestDemoApi", DomainName: "RestDomain" }),
    ])
  })
})

describe("access logs", () => {
  const written = (values: Values): string[] =>
    Object.entries(demo.deployedResources(values))
      .filter(([, { Properties }]) => (Properties.AccessLogSetting ?? Properties.AccessLogSettings) !== undefined)
      .map(([name]) => name)

  test("are those of HTTP APIs, unless the account has a role for the others", () => {
    expect(written(outputs)).toEqual(["HttpDemoStage"])
    expect(written({ ...outputs, AccessLogs: "none" })).toEqual([])
    expect(written({ ...outputs, AccessLogs: "all" })).toEqual(["RestDemoApi", "HttpDemoStage", "WebSocketDemoStage"])
    expect(Object.keys(demo.deployedResources({ ...outputs, AccessLogs: "none" }))).not.toContain("AccessLogGroup")
  })

  test("are JSON of $context variables, with what the authorizer said, and without token and subject", () => {
    const all = demo.deployedResources({ ...outputs, AccessLogs: "all" })
    for (const name of written({ ...outputs, AccessLogs: "all" })) {
      const { AccessLogSetting, AccessLogSettings } = all[name]?.Properties ?? {}
      const { Format } = (AccessLogSetting ?? AccessLogSettings) as { Format: string }
      const values: string[] = Object.values(JSON.parse(Format))
      expect(values.filter((value) => value.startsWith("$context.authorizer.")).length, name).toBeGreaterThan(3)
      expect(
        values.filter((value) => !/^(?:\$context\.[\w.]+|rest|http|websocket)$/.test(value)),
        name,
      ).toEqual([])
      expect(Format).not.toMatch(/authorization"|principalId|sub"|header|querystring/i)
      expect(Buffer.byteLength(Format)).toBeLessThan(3072)
    }
  })
})

describe("a kept 403", () => {
  const config: AuthorizerConfig = {
    issuers: [{ provider: "oidc", issuer: "https://idp.example", audience: "api" }],
    gateway: { identitySources: ["token"] },
    routes: { "GET /orders": { scopes: ["orders:read"] }, "GET /admin": { groups: ["ops"] }, $connect: {} },
  }
  const values: { readonly [variable: string]: string } = {
    ...{ httpMethod: "GET", path: "/admin", resourcePath: "/admin", routeKey: "GET /admin", status: "403" },
    "authorizer.answer": `v1.${answerTableHash(config)}.gA`,
    "error.message": "User is not authorized to access this resource",
    "error.responseType": "ACCESS_DENIED",
  }
  const lineOf = (format: string, changes: typeof values = {}): string =>
    format.replace(/\$context\.([\w.]+)/g, (_all, name: string) => ({ ...values, ...changes })[name] ?? "-")
  const formatOf = (name: string): string => {
    const { AccessLogSetting, AccessLogSettings } = propertiesOf(name, { ...outputs, AccessLogs: "all" }) as {
      readonly [setting: string]: { readonly Format: string }
    }
    return (AccessLogSetting ?? AccessLogSettings)?.Format ?? ""
  }
  const guide = readFileSync(new URL("../../docs/operate.md", import.meta.url), "utf8")
  const [, recommended = ""] = /### The access log's format[\s\S]*?```json\n([\s\S]*?)```/.exec(guide) ?? []

  test.each([
    ["RestDemoApi", formatOf("RestDemoApi"), "cache"],
    ["HttpDemoStage", formatOf("HttpDemoStage"), "unknown"],
    ["docs/operate.md", recommended, "cache"],
  ])("is explained from one line of %s", (_name, format, answeredFrom) => {
    const explanation = explainAccessLog(config, { name: "line", text: lineOf(format).trim() })
    expect(explanation).toMatchObject({
      ...{ outcome: "forbidden", reason: "group_missing", missing: { groups: ["ops"] } },
      ...{ request: { method: "GET", path: "/admin", route: "GET /admin" }, gateway: { answeredFrom, status: 403 } },
    })
  })

  test("of a WebSocket API's $connect is known as one", () => {
    const changes = { routeKey: "$connect", "authorizer.answer": `v1.${answerTableHash(config)}.IA` }
    const text = lineOf(formatOf("WebSocketDemoStage"), { ...changes, status: "101" })
    expect(explainAccessLog(config, { name: "line", text })).toMatchObject({
      ...{ outcome: "allow", request: { route: "$connect" }, gateway: { answeredFrom: "cache" } },
    })
  })
})

describe("the backend", () => {
  const entry: { handler?: (event: object) => Promise<{ statusCode: number; headers?: object }> } = {}
  new Function("exports", String(demo.resource("BackendFunction").Properties.InlineCode))(entry)
  const answer = (event: object) => entry.handler?.(event)

  test("refuses a request without authorizer context (SR-152)", async () => {
    const status = async (requestContext?: object): Promise<number | undefined> =>
      (await answer({ routeKey: "GET /orders", requestContext }))?.statusCode
    expect(await status()).toBe(403)
    expect(await status({})).toBe(403)
    expect(await status({ authorizer: null })).toBe(403)
    expect(await status({ authorizer: { integrationLatency: 3 } })).toBe(403)
    expect(await status({ authorizer: { lambda: null } })).toBe(403)
    expect(await status({ authorizer: { lambda: {} } })).toBe(403)
    expect(await status({ authorizer: { principalId: "i|s", issuer: "i" } })).toBe(200)
    expect(await status({ authorizer: { lambda: { issuer: "i" } } })).toBe(200)
  })

  test("has nothing at $default, lets preflights be, and answers messages of a connection", async () => {
    const authorizer = { issuer: "i" }
    const http = { http: { method: "GET" }, authorizer: { lambda: authorizer } }
    expect(await answer({ routeKey: "$default", requestContext: http })).toMatchObject({ statusCode: 404 })
    expect(await answer({ routeKey: "OPTIONS /{proxy+}", requestContext: { http: { method: "OPTIONS" } } })).toEqual({
      statusCode: 204,
    })
    expect(await answer({ requestContext: { routeKey: "$default", authorizer } })).toMatchObject({ statusCode: 200 })
    expect(await answer({ requestContext: { routeKey: "$connect", authorizer } })).toMatchObject({ statusCode: 200 })
    expect(await answer({ requestContext: { routeKey: "$default" } })).toMatchObject({ statusCode: 403 })
  })
})
