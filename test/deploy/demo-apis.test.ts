import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { explainAccessLog } from "../../src/cli/explain/access-log.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { answerTableHash } from "../../src/policy.ts"
import { mutualTls, okta, parameterSets, privateDemo, Routes } from "./parameter-sets.ts"
import { deployedEnvironment, deployedResources, type Resource, resource, type Values } from "./template.ts"

type Properties = { readonly [name: string]: unknown }
interface SamAuthorizer {
  readonly FunctionArn: string
  readonly Identity: { readonly Headers: string[]; readonly Context: string[]; readonly ReauthorizeEvery: number }
}
interface SamAuth {
  readonly DefaultAuthorizer: string
  readonly Authorizers: { readonly [name: string]: SamAuthorizer }
}

function propertiesOf(name: string, values: Values): Properties {
  const found = deployedResources(values)[name]
  if (found === undefined) throw new Error(`${name} is not deployed`)
  return found.Properties
}
const ofType = (type: string, values: Values): [string, Resource][] =>
  Object.entries(deployedResources(values)).filter(([, { Type }]) => Type === type)
const samAuthorizer = (api: string, values: Values): SamAuthorizer | undefined => {
  const { DefaultAuthorizer, Authorizers } = propertiesOf(api, values).Auth as SamAuth
  return Authorizers[DefaultAuthorizer]
}
const functionArn = "arn:aws:lambda:eu-west-1:123456789012:function:AuthorizerFunction"
const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`
const roleArn = { AuthorizerCredentialsArn: expect.stringContaining("InvokeRole") }

const withDemos = Object.entries(parameterSets).filter(([, { DeployDemoApis }]) => DeployDemoApis !== "false")

test("the demo APIs are of all three kinds, and are left out as a whole", () => {
  const kinds = (values: Values): string[] =>
    Object.entries(deployedResources(values))
      .filter(([, { Type }]) => /^AWS::(?:Serverless::Api|ApiGateway\w*::\w+)$/.test(Type))
      .map(([name]) => name)
  expect(kinds(okta)).toEqual(expect.arrayContaining(["RestDemoApi", "HttpDemoApi", "WebSocketDemoApi"]))
  expect(kinds(okta)).not.toContain("PrivateDemoApi")
  expect(kinds(privateDemo)).toContain("PrivateDemoApi")
  expect(kinds({ ...okta, DeployDemoApis: "false" })).toEqual([])
})

describe.each(withDemos)("%s", (_what, values) => {
  const environment = deployedEnvironment(values)

  test("REST: the authorizer on every route; the TTL that hallpass is told, and a key that fits it (SR-143)", () => {
    for (const api of ["RestDemoApi", ...(values.DeployPrivateDemoApi === "true" ? ["PrivateDemoApi"] : [])]) {
      const { FunctionArn, Identity } = samAuthorizer(api, values) ?? {}
      expect(FunctionArn).toBe(functionArn)
      // The route is among them whatever IdentitySources says: a finer key is right as well.
      expect(Identity).toEqual({
        Headers: ["Authorization"],
        Context: ["httpMethod", "resourcePath"],
        ReauthorizeEvery: Number(environment.HALLPASS_RESULT_TTL_SECONDS),
      })
    }
  })

  test("HTTP: the TTL, the identity sources and the form of answers that hallpass is told (SR-143)", () => {
    const simple = environment.HALLPASS_RESPONSES === "simple"
    const route = environment.HALLPASS_IDENTITY_SOURCES === "token,route"
    expect(propertiesOf("HttpDemoAuthorizer", values)).toMatchObject({
      AuthorizerType: "REQUEST",
      AuthorizerUri: uri,
      ...roleArn,
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: simple,
      AuthorizerResultTtlInSeconds: Number(environment.HALLPASS_RESULT_TTL_SECONDS),
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
})

describe("every route has the authorizer", () => {
  test("of a REST API: all of them by default, and none turns it off", () => {
    const { Events } = propertiesOf("DemoBackendFunction", okta) as {
      Events: { [name: string]: { Properties: object } }
    }
    expect(Object.keys(Events)).toHaveLength(3)
    expect(Object.values(Events).filter(({ Properties }) => "Auth" in Properties)).toEqual([])
    const { DefinitionBody } = propertiesOf("PrivateDemoApi", privateDemo) as { DefinitionBody: { paths: object } }
    expect(JSON.stringify(DefinitionBody.paths)).not.toMatch(/security/)
  })

  test("of an HTTP API, $default included, but for CORS preflights; of a WebSocket API, $connect", () => {
    const routes = ofType("AWS::ApiGatewayV2::Route", okta).map(([, { Properties }]) => [
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
  const open = ofType("AWS::ApiGatewayV2::Route", okta)
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

test("REST: preflights need no token, and refusals carry CORS headers and a challenge (RFC 6750 section 3)", () => {
  const { Auth, GatewayResponses } = resource("RestDemoApi").Properties
  expect(Auth).toMatchObject({ AddDefaultAuthorizerToCorsPreflight: false })
  const cors = { ResponseParameters: { Headers: { "Access-Control-Allow-Origin": "'*'" } } }
  const challenge = { ResponseParameters: { Headers: { "WWW-Authenticate": `'Bearer realm="hallpass"'` } } }
  expect(GatewayResponses).toMatchObject({
    UNAUTHORIZED: { StatusCode: 401, ...cors },
    ACCESS_DENIED: { StatusCode: 403, ...cors },
    DEFAULT_4XX: cors,
    DEFAULT_5XX: cors,
  })
  expect(GatewayResponses).toMatchObject({ UNAUTHORIZED: challenge })
})

describe("the private API", () => {
  test("answers through the named endpoints only, and hallpass knows that its policy allows", () => {
    expect(propertiesOf("PrivateDemoApi", privateDemo)).toMatchObject({
      EndpointConfiguration: { Type: "PRIVATE", VPCEndpointIds: ["vpce-0a1b2c3d"] },
      Policy: {
        Statement: [
          { Effect: "Allow" },
          { Effect: "Deny", Condition: { StringNotEquals: { "aws:SourceVpce": ["vpce-0a1b2c3d"] } } },
        ],
      },
    })
    expect(deployedEnvironment(privateDemo).HALLPASS_RESOURCE_POLICY_ALLOWS).toBe("true")
  })
})

describe("mutual TLS", () => {
  test("is demanded by the domain, and nobody comes past it", () => {
    expect(propertiesOf("DemoDomain", mutualTls)).toMatchObject({
      DomainName: "api.example.test",
      DomainNameConfigurations: [{ EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" }],
      MutualTlsAuthentication: { TruststoreUri: "s3://truststore/clients.pem" },
    })
    for (const api of ["RestDemoApi", "HttpDemoApi"]) {
      expect(propertiesOf(api, mutualTls).DisableExecuteApiEndpoint).toBe(true)
      expect(propertiesOf(api, okta).DisableExecuteApiEndpoint).toBe(false)
    }
    expect(ofType("AWS::ApiGatewayV2::ApiMapping", mutualTls).map(([, { Properties }]) => Properties.ApiId)).toEqual([
      "HttpDemoApi",
      "RestDemoApi",
    ])
    expect(ofType("AWS::ApiGatewayV2::DomainName", okta)).toEqual([])
  })
})

describe("access logs", () => {
  const written = (values: Values): string[] =>
    Object.entries(deployedResources(values))
      .filter(([, { Properties }]) => (Properties.AccessLogSetting ?? Properties.AccessLogSettings) !== undefined)
      .map(([name]) => name)

  test("are those of HTTP APIs, unless the account has a role for the others", () => {
    expect(written(okta)).toEqual(["HttpDemoStage"])
    expect(written({ ...okta, DemoAccessLogs: "none" })).toEqual([])
    expect(written({ ...okta, DemoAccessLogs: "all" })).toEqual(["RestDemoApi", "HttpDemoStage", "WebSocketDemoStage"])
    expect(Object.keys(deployedResources({ ...okta, DemoAccessLogs: "none" }))).not.toContain("DemoAccessLogGroup")
  })

  test("are JSON of $context variables, with what the authorizer said, and without token and subject", () => {
    const all = deployedResources({ ...okta, DemoAccessLogs: "all" })
    for (const name of written({ ...okta, DemoAccessLogs: "all" })) {
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
    const { AccessLogSetting, AccessLogSettings } = propertiesOf(name, { ...okta, DemoAccessLogs: "all" }) as {
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

test("routes with the defaults of API Gateway: one answer for all of them, as policies (SR-143)", () => {
  const values = { ...okta, Routes, HttpResponses: "policy" }
  expect(propertiesOf("HttpDemoAuthorizer", values)).toMatchObject({
    EnableSimpleResponses: false,
    AuthorizerResultTtlInSeconds: 300,
    IdentitySource: ["$request.header.Authorization"],
  })
})

describe("the backend", () => {
  const entry: { handler?: (event: object) => Promise<{ statusCode: number; headers?: object }> } = {}
  new Function("exports", String(resource("DemoBackendFunction").Properties.InlineCode))(entry)
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
