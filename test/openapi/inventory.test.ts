import { load } from "js-yaml"
import { describe, expect, it } from "vitest"
import { templateSchema } from "../../src/cli/check/template-tags.ts"
import { ConfigurationError, type InventoryOptions, inventory } from "../../src/openapi.ts"

const schema = await templateSchema()
const yaml = (text: string): unknown => load(text, { schema, maxDepth: 100 })
/** One line per route: the kind, the route, the authorizer. */
const rows = (document: unknown, options: InventoryOptions = {}): string[] =>
  inventory(document, options).routes.map(({ kind, route, authorizer }) => `${kind} ${route}: ${authorizer}`)
const errors = (document: unknown, options: InventoryOptions = {}): string[] =>
  inventory(document, options)
    .findings.filter(({ severity }) => severity === "error")
    .map(({ route, message }) => `${route} ${message}`)

const template = (resources: string, more = ""): unknown => yaml(`Resources:\n${resources}\n${more}`)
const lambda = (name: string, more = ""): string =>
  `{ type: request, identitySource: method.request.header.Authorization, authorizerUri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${name}/invocations"${more} }`
const apiKey = "type: apiKey, in: header"

describe("15-7: OpenAPI documents", () => {
  const rest = (operation: string, more = ""): unknown =>
    yaml(`
openapi: 3.0.1
paths: { /x: { get: ${operation} } }
components:
  securitySchemes:
    custom: { ${apiKey}, name: Authorization, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: ${lambda("f")} }
    pool: { ${apiKey}, name: Authorization, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [] } }
    jwt: { type: oauth2, x-amazon-apigateway-authorizer: { type: jwt, jwtConfiguration: { issuer: https://x } } }
    sigv4: { ${apiKey}, name: Authorization, x-amazon-apigateway-authtype: awsSigv4 }
    key: { ${apiKey}, name: x-api-key }
    oauth: { type: oauth2 }
    gone: { ${apiKey}, name: Authorization, x-amazon-apigateway-authtype: custom }
x-amazon-apigateway-gateway-responses: {}
${more}`)

  it.each<[string, string]>([
    ["{ security: [{ custom: [] }] }", "hallpass"],
    ["{ security: [{ custom: [] }, { key: [] }] }", "hallpass"],
    ["{ security: [{ key: [] }, { custom: [] }] }", "hallpass"],
    ["{ security: [{ custom: [], key: [] }] }", "hallpass"],
    ["{ security: [{ pool: [] }] }", "cognito"],
    ["{ security: [{ jwt: [] }] }", "jwt"],
    ["{ security: [{ sigv4: [] }] }", "iam"],
    ["{ security: [{ key: [] }] }", "api-key"],
    ["{ security: [{ oauth: [] }] }", "none"],
    ["{ security: [] }", "none"],
    ["{ security: [{ custom: [] }, {}] }", "none"],
    ["{ security: [{ gone: [] }] }", "unknown"],
    ["{ security: [{ missing: [] }] }", "unknown"],
    ["{ security: [{ constructor: [] }] }", "unknown"],
    ["{ security: [{ custom: [] }], x-amazon-apigateway-auth: { type: NONE } }", "none"],
    ["{ x-amazon-apigateway-auth: { type: AWS_IAM } }", "iam"],
    ["{}", "none"],
    ["null", "none"],
  ])("of API Gateway: %s is %s", (operation, authorizer) => {
    const document = rest(operation)
    expect(rows(document)).toEqual([`rest GET /x: ${authorizer}`])
    const isError = authorizer === "none" || authorizer === "api-key" || authorizer === "unknown"
    expect(errors(document).length > 0).toBe(isError)
  })

  it("API Gateway ignores the security of the root; a plain document means it", () => {
    expect(rows(rest("{}", "security: [{ custom: [] }]"))).toEqual(["rest GET /x: none"])
    const plain = (operation: string) =>
      yaml(`
openapi: 3.1.0
security: [{ o: [] }]
paths: { /x: { get: ${operation} } }
components: { securitySchemes: { o: { type: openIdConnect }, b: { type: http, scheme: basic }, k: { ${apiKey}, name: X-API-Key } } }
`)
    expect(rows(plain("{}"))).toEqual(["unknown GET /x: hallpass"])
    expect(rows(plain("{ security: [] }"))).toEqual(["unknown GET /x: none"])
    expect(rows(plain("{ security: [{ o: [] }, { k: [] }] }")), "the weakest of the alternatives").toEqual([
      "unknown GET /x: api-key",
    ])
    expect(rows(plain("{ security: [{ o: [], k: [] }] }"))).toEqual(["unknown GET /x: hallpass"])
    expect(rows(plain("{ security: [{ b: [] }] }"))).toEqual(["unknown GET /x: unknown"])
  })

  it("any method, the default route, references, and versions without quotes", () => {
    const document = yaml(`
swagger: 2.0
paths:
  /{proxy+}: { x-amazon-apigateway-any-method: { security: [{ a: [] }] } }
  /y: { $ref: "#/x-shared/item" }
  x-extension: {}
x-shared: { item: { GET: {}, trace: {}, parameters: [] } }
securityDefinitions: { a: { $ref: "#/x-shared-scheme" } }
x-shared-scheme: { ${apiKey}, name: Authorization, x-amazon-apigateway-authorizer: ${lambda("f")} }
`)
    expect(rows(document)).toEqual(["rest ANY /{proxy+}: hallpass", "rest GET /y: none"])
    const http = yaml(
      `openapi: "3.0.1"\npaths: { /$default: { x-amazon-apigateway-any-method: { isDefaultRoute: true } } }\nx-amazon-apigateway-importexport-version: "1.0"\n`,
    )
    expect(rows(http)).toEqual(["http $default: none"])
  })

  it("shows how its Lambda authorizers are set", () => {
    const token = yaml(`
swagger: "2.0"
paths: { /x: { get: { security: [{ a: [] }] } } }
securityDefinitions:
  a: { ${apiKey}, name: X-Token, x-amazon-apigateway-authorizer: { type: token, authorizerUri: x } }
x-amazon-apigateway-policy: { Statement: { Effect: Allow } }
`)
    expect(inventory(token).apis).toMatchObject([
      {
        resourcePolicy: "allows",
        authorizers: [
          { settings: { form: "TOKEN", resultTtlSeconds: 300, identitySources: ["method.request.header.X-Token"] } },
        ],
      },
    ])
    const http = yaml(`
openapi: 3.0.1
paths: { /x: { get: { security: [{ a: [] }] } } }
components:
  securitySchemes:
    a: { ${apiKey}, name: Authorization, x-amazon-apigateway-authorizer: { type: request, identitySource: "$request.header.A,$context.routeKey", authorizerPayloadFormatVersion: 2.0, enableSimpleResponses: true, authorizerResultTtlInSeconds: 60 } }
`)
    expect(inventory(http).apis[0]?.authorizers[0]?.settings).toEqual({
      form: "REQUEST",
      resultTtlSeconds: 60,
      identitySources: ["$request.header.A", "$context.routeKey"],
      payloadFormatVersion: "2.0",
      simpleResponses: true,
    })
  })
})

describe("15-7: SAM", () => {
  const sam = (resources: string, globals = ""): unknown =>
    yaml(
      `Transform: AWS::Serverless-2016-10-31\n${globals}\nParameters: { P: { Type: String, Default: hallpass-f } }\nResources:\n${resources}`,
    )
  const auth = "DefaultAuthorizer: A, Authorizers: { A: { FunctionArn: !GetAtt F.Arn } }"
  const events = (...list: string[]): string =>
    `  F: { Type: AWS::Serverless::Function, Properties: { Events: { ${list.map((each, at) => `E${at}: ${each}`).join(", ")} } } }\n`

  it("the implicit APIs take their authorizers from Globals", () => {
    const globals = `Globals: { Api: { Auth: { ${auth} } }, HttpApi: { Auth: { ${auth} } } }`
    const list = ["Api", "HttpApi"].map((type) => `{ Type: ${type}, Properties: { Path: /x, Method: get } }`)
    expect(rows(sam(events(...list), globals))).toEqual(["rest GET /x: hallpass", "http GET /x: hallpass"])
    expect(rows(sam(events(...list)))).toEqual(["rest GET /x: none", "http GET /x: none"])
  })

  it("an API's own Auth is merged over that of Globals", () => {
    const globals = `Globals: { Api: { Auth: { ${auth} } } }`
    const event = "{ Type: Api, Properties: { RestApiId: !Ref Api, Path: /x, Method: any } }"
    const api = (more: string): string => `  Api: { Type: AWS::Serverless::Api, Properties: { Auth: ${more} } }\n`
    expect(rows(sam(api("{ ApiKeyRequired: true }") + events(event), globals))).toEqual(["rest ANY /x: hallpass"])
    expect(rows(sam(api("{ DefaultAuthorizer: AWS_IAM }") + events(event), globals))).toEqual(["rest ANY /x: iam"])
    expect(rows(sam(api("{ DefaultAuthorizer: NONE, ApiKeyRequired: true }") + events(event), globals))).toEqual([
      "rest ANY /x: api-key",
    ])
  })

  it("preflights: Cors adds OPTIONS, with the default authorizer unless it is switched off", () => {
    const api = (more: string): string =>
      `  Api: { Type: AWS::Serverless::Api, Properties: { Cors: "'*'", Auth: { ${auth}${more} } } }\n`
    const event = "{ Type: Api, Properties: { RestApiId: !Ref Api, Path: /x, Method: get } }"
    const document = sam(api("") + events(event))
    expect(rows(document)).toEqual(["rest GET /x: hallpass", "rest OPTIONS /x: hallpass"])
    expect(inventory(document).findings).toMatchObject([{ severity: "warning", route: "OPTIONS /x" }])
    const off = sam(api(", AddDefaultAuthorizerToCorsPreflight: false") + events(event))
    expect(rows(off)).toEqual(["rest GET /x: hallpass", "rest OPTIONS /x: none"])
    expect(inventory(off).findings).toMatchObject([{ severity: "info", route: "OPTIONS /x" }])
  })

  it("$default of an HTTP API, a condition, and an authorizer that is not there", () => {
    const api = `  Api: { Type: AWS::Serverless::HttpApi, Properties: { Auth: { ${auth} } } }\n`
    const event = (more: string): string => `{ Type: HttpApi, Properties: { ApiId: !Ref Api${more} } }`
    expect(rows(sam(api + events(event(""))))).toEqual(["http $default: hallpass"])
    const conditional = sam(api + events(event(", Auth: { Authorizer: !If [Open, NONE, A] }")))
    expect(rows(conditional)).toEqual(["http $default: none"])
    expect(errors(conditional)).toEqual(["$default has no authorizer: Authorizer: NONE, under a condition"])
    expect(errors(sam(api + events(event(", Auth: { Authorizer: B }"))))).toEqual([
      "$default has no authorizer that works: it names B, which Auth.Authorizers does not have",
    ])
  })

  const body = "{ openapi: 3.0.1, paths: { /a: { get: {} }, /b: { get: { security: [{ NONE: [] }] }, options: {} } } }"
  it("DefinitionBody and AWS::Include get the authorizers of Auth", () => {
    const found = ["rest GET /a: hallpass", "rest GET /b: none", "rest OPTIONS /b: hallpass"]
    const api = (definition: string): unknown =>
      sam(`  Api: { Type: AWS::Serverless::Api, Properties: { ${definition}, Auth: { ${auth} } } }\n`)
    expect(rows(api(`DefinitionBody: ${body}`))).toEqual(found)
    const files = new Map([["api.yaml", yaml(body)]])
    // SAM refuses Auth with a document in a file.
    const alone = ["rest GET /a: none", "rest GET /b: none", "rest OPTIONS /b: none"]
    expect(rows(api("DefinitionUri: api.yaml"), { files })).toEqual(alone)
    const include = "DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: api.yaml } } }"
    expect(rows(api(include), { files })).toEqual(found)
    for (const definition of ["DefinitionUri: s3://bucket/key", include]) {
      const { routes, findings } = inventory(api(definition))
      expect(routes).toEqual([])
      expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining("was not read") }])
    }
  })

  it("events beside a document: they change a REST API by OverrideApiAuth only, and add to an HTTP API", () => {
    const event = (more: string): string =>
      `{ Type: Api, Properties: { RestApiId: Api, Path: /a, Method: get${more} } }`
    const extra = "{ Type: Api, Properties: { RestApiId: Api, Path: /c, Method: get } }"
    const api = `  Api: { Type: AWS::Serverless::Api, Properties: { DefinitionBody: ${body}, Auth: { ${auth} } } }\n`
    const first = (more: string): string | undefined => rows(sam(api + events(event(more), extra)))[0]
    expect(first(", Auth: { Authorizer: NONE }")).toBe("rest GET /a: hallpass")
    expect(first(", Auth: { Authorizer: NONE, OverrideApiAuth: true }")).toBe("rest GET /a: none")
    expect(rows(sam(api + events(extra)))).toHaveLength(3)
    const merged = api.replace("DefinitionBody", "MergeDefinitions: true, DefinitionBody")
    expect(rows(sam(merged + events(extra)))).toContain("rest GET /c: hallpass")
    const elsewhere = "  Api: { Type: AWS::Serverless::Api, Properties: { DefinitionUri: s3://bucket/key } }\n"
    expect(rows(sam(elsewhere + events(extra)))).toEqual(["rest GET /c: unknown"])
    const http = `  Api: { Type: AWS::Serverless::HttpApi, Properties: { DefinitionBody: ${body}, Auth: { ${auth} } } }\n`
    const more = events(extra.replace("Type: Api", "Type: HttpApi").replace("RestApiId", "ApiId"))
    expect(rows(sam(http + more))).toEqual([
      "http GET /a: hallpass",
      "http GET /b: none",
      "http OPTIONS /b: none",
      "http GET /c: hallpass",
    ])
  })

  it("a key that Auth demands, bodies that are none, and an authorizer that is called AWS_IAM", () => {
    const key = `  Api: { Type: AWS::Serverless::Api, Properties: { DefinitionBody: ${body}, Auth: { ApiKeyRequired: true } } }\n`
    expect(rows(sam(key))).toEqual(["rest GET /a: api-key", "rest GET /b: api-key", "rest OPTIONS /b: none"])
    const fake = sam("  Api: { Type: AWS::Serverless::Api, Properties: { DefinitionBody: { this: is fake } } }\n")
    expect(inventory(fake).findings).toMatchObject([
      { severity: "warning", message: expect.stringContaining("no OpenAPI") },
    ])
    const own = "Auth: { DefaultAuthorizer: AWS_IAM, Authorizers: { AWS_IAM: { JwtConfiguration: {} } } }"
    const event = "{ Type: HttpApi, Properties: { ApiId: !Ref H, Path: /$default, Method: any } }"
    const http = `  H: { Type: AWS::Serverless::HttpApi, Properties: { ${own} } }\n`
    expect(rows(sam(http + events(event)))).toEqual(["http $default: jwt"])
    const options = "{ Type: HttpApi, Properties: { ApiId: !Ref H, Path: /x, Method: options } }"
    expect(rows(sam(http + events(options))), "preflights of HTTP APIs get no default").toEqual([
      "http OPTIONS /x: none",
    ])
  })

  it("the document that SAM makes: $default without a slash, NONE, and conditions at every level", () => {
    const made = template(`  A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: { openapi: 3.0.1,
    components: { securitySchemes: { c: { ${apiKey}, name: A, x-amazon-apigateway-authorizer: ${lambda("f")} }, api_key: { ${apiKey}, name: x-api-key } } },
    paths: {
      $default: { x-amazon-apigateway-any-method: { isDefaultRoute: true, security: [{ c: [] }] } },
      /none: { get: { security: [{ NONE: [] }] }, put: { security: [{ NONE: [] }, { api_key: [] }] } },
      /item: !If [C, { get: { security: [{ c: [] }] } }, !Ref AWS::NoValue],
      /operation: { get: !If [C, { security: [{ c: [] }] }, { security: [] }] },
      /list: { get: { security: !If [C, [{ c: [] }], !Ref AWS::NoValue] } },
      /entry: { get: { security: [!If [C, { c: [] }, !Ref AWS::NoValue]] } },
      /same: { get: { security: [!If [C, { c: [] }, { c: [] }]] } } } } } }`)
    expect(rows(made).map((row) => row.replace("rest ", ""))).toEqual([
      "$default: hallpass",
      "GET /none: none",
      "PUT /none: api-key",
      "GET /item: hallpass",
      "GET /operation: none",
      "GET /list: none",
      "GET /entry: none",
      "GET /same: hallpass",
    ])
  })

  it("the settings of its authorizers, with the prefixes that SAM writes", () => {
    const settings = (type: string, authorizer: string): unknown => {
      const event = `{ Type: ${type}, Properties: { ${type === "Api" ? "RestApiId" : "ApiId"}: !Ref X, Path: /x, Method: get } }`
      const api = `  X: { Type: AWS::Serverless::${type}, Properties: { Auth: { DefaultAuthorizer: A, Authorizers: { A: ${authorizer} } } } }\n`
      return inventory(sam(api + events(event))).apis[0]?.authorizers[0]?.settings
    }
    expect(settings("Api", "{ FunctionArn: x }")).toEqual({
      form: "TOKEN",
      resultTtlSeconds: 300,
      identitySources: ["method.request.header.Authorization"],
    })
    const identity =
      "Identity: { Headers: [A], QueryStrings: [q], Context: [httpMethod], StageVariables: [s], ReauthorizeEvery: 0 }"
    expect(settings("Api", `{ FunctionArn: x, FunctionPayloadType: REQUEST, ${identity} }`)).toEqual({
      form: "REQUEST",
      resultTtlSeconds: 0,
      identitySources: [
        "method.request.header.A",
        "method.request.querystring.q",
        "stageVariables.s",
        "context.httpMethod",
      ],
    })
    expect(settings("HttpApi", `{ FunctionArn: x, AuthorizerPayloadFormatVersion: 2.0, ${identity} }`)).toEqual({
      form: "REQUEST",
      resultTtlSeconds: 0,
      payloadFormatVersion: "2.0",
      simpleResponses: false,
      identitySources: ["$request.header.A", "$request.querystring.q", "$stageVariables.s", "$context.httpMethod"],
    })
  })

  it("WebSocketApi: AuthType is about $connect, and the other routes follow", () => {
    const api = (more: string): unknown =>
      sam(
        `  W: { Type: AWS::Serverless::WebSocketApi, Properties: { Routes: { $connect: {}, send: {} }, Auth: { ${more} } } }\n`,
      )
    expect(rows(api("AuthType: CUSTOM, AuthArn: x"))).toEqual([
      "websocket $connect: hallpass",
      "websocket send: hallpass",
    ])
    expect(errors(api("AuthType: NONE"))).toEqual(["$connect has no authorizer"])
  })
})

describe("15-7: CloudFormation and the CDK", () => {
  const authorizer =
    "  A: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref H, AuthorizerType: REQUEST, Name: a, AuthorizerUri: !Sub '${F.Arn}' } }\n"
  const route = (key: string, auth: string): string =>
    `  R: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref H, RouteKey: ${key}${auth} } }\n`

  it.each<[string, string]>([
    ["", "none"],
    [", AuthorizationType: NONE", "none"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !Ref A", "hallpass"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !GetAtt A.AuthorizerId", "hallpass"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !Sub '${A}'", "hallpass"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !ImportValue elsewhere", "hallpass"],
    [", AuthorizationType: CUSTOM, AuthorizerId: abc123", "hallpass"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !Ref B", "unknown"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !Ref R", "unknown"],
    [", AuthorizationType: CUSTOM, AuthorizerId: !GetAtt Nested.Outputs.Id", "hallpass"],
    [", AuthorizationType: CUSTOM", "unknown"],
    [", AuthorizerId: !Ref A", "none"],
    [", AuthorizationType: JWT, AuthorizerId: !Ref A", "unknown"],
    [", AuthorizationType: AWS_IAM", "iam"],
    [", AuthorizationType: !If [C, CUSTOM, NONE], AuthorizerId: !Ref A", "none"],
    [", AuthorizationType: !If [C, CUSTOM, !Ref AWS::NoValue], AuthorizerId: !Ref A", "none"],
    [", AuthorizationType: !If [C, CUSTOM, CUSTOM], AuthorizerId: !Ref A", "hallpass"],
    [", AuthorizationType: !FindInMap [a, b, c]", "unknown"],
  ])("a route with %s is %s", (auth, expected) => {
    const nested = "  Nested: { Type: AWS::CloudFormation::Stack }\n"
    expect(rows(template(nested + authorizer + route("GET /x", auth)))).toEqual([`http GET /x: ${expected}`])
  })

  it("paths of a REST API follow their parents, over several templates", () => {
    const first = template(
      `  Api: { Type: AWS::ApiGateway::RestApi }
  V: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: v1 } }
  Root: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt [Api, RootResourceId], HttpMethod: ANY } }`,
      "Outputs: { V: { Value: !Ref V, Export: { Name: v } }, A: { Value: !Ref Api, Export: { Name: api } } }",
    )
    const second = template(
      `  O: { Type: AWS::ApiGateway::Resource, Properties: { ParentId: !ImportValue v, PathPart: orders } }
  M: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !ImportValue api, ResourceId: !Ref O, HttpMethod: get, AuthorizationType: AWS_IAM, ApiKeyRequired: true } }`,
    )
    expect(rows([second, first])).toEqual(["rest GET /v1/orders: iam", "rest ANY /: none"])
    expect(inventory([second, first]).apis.map(({ name }) => name)).toEqual(["Api"])
    expect(rows(second)).toEqual(["rest GET …/orders: iam"])
    const cycle = template(
      `  A: { Type: AWS::ApiGateway::Resource, Properties: { ParentId: !Ref B, PathPart: a } }
  B: { Type: AWS::ApiGateway::Resource, Properties: { ParentId: !Ref A, PathPart: b } }
  M: { Type: AWS::ApiGateway::Method, Properties: { ResourceId: !Ref A, HttpMethod: GET } }`,
    )
    expect(errors(cycle)).toEqual(["GET …/a/b/a/b/a has no authorizer"])
  })

  it("bodies, quick creates, policies and private APIs", () => {
    const body = "{ openapi: 3.0.1, paths: { /x: { get: {} } } }"
    expect(rows(template(`  A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: ${body} } }`))).toEqual([
      "rest GET /x: none",
    ])
    expect(rows(template(`  A: { Type: AWS::ApiGatewayV2::Api, Properties: { Body: ${body} } }`))).toEqual([
      "http GET /x: none",
    ])
    const quick = template(
      "  A: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP, Target: https://x } }",
    )
    expect(errors(quick)).toEqual(["$default has no authorizer"])
    const policy = (more: string): unknown =>
      inventory(template(`  A: { Type: AWS::ApiGateway::RestApi, Properties: { Body: ${body}, ${more} } }`)).apis[0]
        ?.resourcePolicy
    expect(policy("Policy: { Statement: [{ Effect: Deny }] }")).toBe("silent")
    expect(policy("Policy: { Statement: [{ Effect: Deny }, { Effect: Allow }] }")).toBe("allows")
    expect(policy("EndpointConfiguration: { Types: [PRIVATE] }")).toBe("allows")
  })

  it("WebSocket: $connect decides, and an API without it is open", () => {
    const socket = "  H: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: WEBSOCKET } }\n"
    const custom = ", AuthorizationType: CUSTOM, AuthorizerId: !Ref A"
    const second = "  S: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref H, RouteKey: send } }\n"
    expect(rows(template(socket + authorizer + route("$connect", custom) + second))).toEqual([
      "websocket $connect: hallpass",
      "websocket send: hallpass",
    ])
    expect(errors(template(socket + route("$connect", "") + second))).toEqual(["$connect has no authorizer"])
    expect(errors(template(socket + second))).toEqual(["$connect H has no $connect route, so every client can connect"])
  })

  it("a managed override sets the route of a quick create; a document in a bucket is read if it is given", () => {
    const quick = "  H: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP, Target: https://x } }\n"
    const override = (auth: string): string =>
      `  O: { Type: AWS::ApiGatewayV2::ApiGatewayManagedOverrides, Properties: { ApiId: !Ref H, Route: { ${auth} } } }\n`
    const custom = "AuthorizationType: CUSTOM, AuthorizerId: !Ref A"
    expect(rows(template(quick + authorizer + override(custom)))).toEqual(["http $default: hallpass"])
    expect(rows(template(quick + override("Target: y")))).toEqual(["http $default: none"])
    const bucket = template(
      "  A: { Type: AWS::ApiGateway::RestApi, Properties: { BodyS3Location: { Bucket: b, Key: 7.json } } }",
    )
    expect(inventory(bucket).findings).toMatchObject([{ severity: "warning" }])
    const files = new Map([["7.json", { openapi: "3.0.1", paths: { "/x": { get: {} } } }]])
    expect(rows(bucket, { files })).toEqual(["rest GET /x: none"])
  })

  it("exports that lead to each other's imports, and values that nest, end", () => {
    const circle = (own: string, other: string): unknown =>
      template(
        route("GET /x", `, AuthorizationType: CUSTOM, AuthorizerId: !ImportValue ${other}`),
        `Outputs: { O: { Value: !ImportValue ${other}, Export: { Name: ${own} } } }`,
      )
    expect(rows([circle("a", "b"), circle("b", "a")])).toEqual(["http GET /x: hallpass", "http GET /x: hallpass"])
    let nested: unknown = "x"
    for (let depth = 0; depth < 20_000; depth++) nested = [nested]
    const deep = { Resources: { R: { Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey: nested } } } }
    expect(rows(deep)).toEqual(["http the route of R: none"])
  })

  it("what a macro makes is reported as not read", () => {
    const { findings } = inventory(
      template(`  "Fn::ForEach::Routes": [R, [a], {}]\n${route("GET /x", ", AuthorizationType: AWS_IAM")}`),
    )
    expect(findings.map(({ message }) => message)).toContainEqual(expect.stringContaining("Fn::ForEach::Routes"))
  })
})

describe("15-7: Terraform", () => {
  const of = (type: string, name: string, values: object): object => ({
    address: `${type}.${name}`,
    mode: "managed",
    type,
    name,
    values,
  })
  const authorizer = of("aws_api_gateway_authorizer", "a", { id: "auth", name: "a", type: "TOKEN" })
  const method = (values: object): object =>
    of("aws_api_gateway_method", "m", { rest_api_id: "r", resource_id: "root", http_method: "GET", ...values })
  const resources = [
    of("aws_api_gateway_rest_api", "r", {
      id: "r",
      name: "orders",
      root_resource_id: "root",
      policy: '{"Statement":[{"Effect":"Allow"}]}',
    }),
    of("aws_api_gateway_resource", "o", { id: "o", parent_id: "root", path_part: "orders", path: "/orders" }),
  ]
  const state = (...more: object[]): unknown => ({
    format_version: "1.0",
    values: { root_module: { resources: [...resources, ...more] } },
  })

  it.each<[object, string]>([
    [{ authorization: "NONE" }, "none"],
    [{}, "none"],
    [{ authorization: "CUSTOM", authorizer_id: "auth" }, "hallpass"],
    [{ authorization: "CUSTOM", authorizer_id: "another" }, "hallpass"],
    [{ authorization: "CUSTOM", authorizer_id: null }, "unknown"],
    [{ authorization: "AWS_IAM", authorizer_id: "" }, "iam"],
    [{ authorization: "COGNITO_USER_POOLS", authorizer_id: "pool" }, "cognito"],
    [{ authorization: "NONE", api_key_required: true }, "api-key"],
  ])("a method of a state with %j is %s", (values, expected) => {
    expect(rows(state(authorizer, method(values)))).toEqual([`rest GET /: ${expected}`])
  })

  it("states have ids: paths, policies, bodies and the defaults of the provider", () => {
    const document = state(authorizer, method({ resource_id: "o", authorization: "CUSTOM", authorizer_id: "auth" }))
    expect(rows(document)).toEqual(["rest GET /orders: hallpass"])
    expect(inventory(document).apis).toEqual([
      {
        name: "orders",
        kind: "rest",
        resourcePolicy: "allows",
        authorizers: [
          {
            name: "a",
            settings: {
              form: "TOKEN",
              resultTtlSeconds: 300,
              identitySources: ["method.request.header.Authorization"],
            },
          },
        ],
      },
    ])
    const body = JSON.stringify({ openapi: "3.0.1", paths: { "/b": { get: {} } } })
    expect(errors(state(of("aws_apigatewayv2_api", "h", { id: "h", name: "h", protocol_type: "HTTP", body })))).toEqual(
      ["GET /b has no authorizer"],
    )
    expect(
      errors(state(of("aws_apigatewayv2_api", "h", { id: "h", protocol_type: "HTTP", target: "https://x" }))),
    ).toEqual(["$default has no authorizer"])
  })

  it("a stored state has the same resources in another form", () => {
    const stored = (type: string, instances: object[], module?: string) => ({
      ...{ mode: "managed", type, name: "x", instances },
      ...(module && { module }),
    })
    const method = (index_key: string, attributes: object) => ({
      index_key,
      attributes: { http_method: "GET", ...attributes },
    })
    const document = {
      version: 4,
      terraform_version: "1.13.5",
      resources: [
        stored("aws_api_gateway_rest_api", [{ attributes: { id: "r", name: "orders" } }], "module.api"),
        stored("aws_api_gateway_resource", [{ attributes: { id: "o", path: "/orders" } }], "module.api"),
        stored("aws_api_gateway_method", [
          method("a", { rest_api_id: "r", resource_id: "o", authorization: "NONE" }),
          method("b", {
            rest_api_id: "r",
            resource_id: "o",
            authorization: "CUSTOM",
            authorizer_id: "x",
            http_method: "PUT",
          }),
        ]),
        { ...stored("aws_api_gateway_authorizer", [{ attributes: { id: "y" } }]), mode: "data" },
      ],
    }
    expect(rows(document)).toEqual(["rest GET /orders: none", "rest PUT /orders: hallpass"])
    expect(inventory(document).routes.map(({ api }) => api)).toEqual(["orders", "orders"])
  })

  it("a plan without planned_values says the same in its changes; what is destroyed does not count", () => {
    const change = (resource: object, after: unknown) => ({ ...resource, change: { actions: ["create"], after } })
    const document = {
      format_version: "1.2",
      resource_changes: [
        change(method({}), { http_method: "GET", authorization: "NONE", resource_id: "x" }),
        change(method({}), null),
      ],
    }
    expect(rows(document)).toEqual(["rest GET …/: none"])
  })

  it("a document that is known after apply, or that is no JSON, is reported", () => {
    const api = of("aws_api_gateway_rest_api", "r", { name: "orders" })
    const planned_values = { root_module: { resources: [api] } }
    const resource_changes = [{ address: "aws_api_gateway_rest_api.r", change: { after_unknown: { body: true } } }]
    const unknown = inventory({ format_version: "1.2", planned_values, resource_changes }).findings
    expect(unknown).toMatchObject([{ severity: "warning", message: expect.stringContaining("known after apply") }])
    const { findings } = inventory(
      state(of("aws_apigatewayv2_api", "h", { id: "h", protocol_type: "HTTP", body: "a: b" })),
    )
    expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining("not JSON in the plan") }])
  })

  it("for_each and modules in modules: each route gets the authorizer of its own index", () => {
    const planned = (index: string) => ({
      address: `module.api["${index}"]`,
      resources: [
        {
          ...of("aws_apigatewayv2_api", "h", { name: index, protocol_type: "HTTP" }),
          address: `module.api["${index}"].aws_apigatewayv2_api.h`,
        },
        {
          ...of("aws_apigatewayv2_route", "r", { route_key: "GET /x", authorization_type: "CUSTOM" }),
          address: `module.api["${index}"].aws_apigatewayv2_route.r`,
        },
      ],
      child_modules: [
        {
          address: `module.api["${index}"].module.auth`,
          resources: [
            {
              ...of("aws_apigatewayv2_authorizer", "a", {
                name: `authorizer of ${index}`,
                authorizer_type: index === "b" ? "JWT" : "REQUEST",
              }),
              address: `module.api["${index}"].module.auth.aws_apigatewayv2_authorizer.a`,
            },
          ],
        },
      ],
    })
    const block = (type: string, name: string, expressions: object) => ({
      address: `${type}.${name}`,
      mode: "managed",
      type,
      name,
      expressions,
    })
    const references = (...names: string[]) => ({ references: names })
    const document = {
      format_version: "1.2",
      planned_values: { root_module: { child_modules: [planned("a"), planned("b")] } },
      configuration: {
        root_module: {
          module_calls: {
            api: {
              for_each_expression: {},
              module: {
                resources: [
                  block("aws_apigatewayv2_api", "h", {}),
                  block("aws_apigatewayv2_route", "r", {
                    api_id: references("aws_apigatewayv2_api.h.id", "aws_apigatewayv2_api.h"),
                    authorizer_id: references("module.auth.id", "module.auth"),
                  }),
                ],
                module_calls: {
                  auth: {
                    module: {
                      outputs: {
                        id: {
                          expression: references("aws_apigatewayv2_authorizer.a.id", "aws_apigatewayv2_authorizer.a"),
                        },
                      },
                      resources: [block("aws_apigatewayv2_authorizer", "a", {})],
                    },
                  },
                },
              },
            },
          },
        },
      },
    }
    expect(
      inventory(document).routes.map(({ api, route, authorizer, detail }) => [api, route, authorizer, detail]),
    ).toEqual([
      ["a", "GET /x", "hallpass", "authorizer of a"],
      ["b", "GET /x", "jwt", "authorizer of b"],
    ])
  })
})

describe("15-7: which Lambda authorizer is hallpass", () => {
  const document = (names: readonly string[]): unknown =>
    yaml(`
openapi: 3.0.1
paths: { ${names.map((name, at) => `/${at}: { get: { security: [{ "${name}": [] }] } }`).join(", ")} }
components:
  securitySchemes: { ${names.map((name) => `"${name}": { ${apiKey}, name: Authorization, x-amazon-apigateway-authorizer: ${lambda(`f-${name}`)} }`).join(", ")} }
`)
  const kinds = (names: readonly string[], options: InventoryOptions = {}): string[] =>
    inventory(document(names), options).routes.map(({ authorizer }) => authorizer)

  it("every one, if none shows it; then several are a warning", () => {
    expect(kinds(["mine"])).toEqual(["hallpass"])
    expect(kinds(["one", "two"])).toEqual(["hallpass", "hallpass"])
    expect(inventory(document(["one", "two"])).findings).toMatchObject([
      { severity: "warning", message: expect.stringContaining("one, two") },
    ])
  })

  it("the one whose name or function shows it; others are other ones", () => {
    expect(kinds(["Hallpass", "legacy"])).toEqual(["hallpass", "other"])
    const environment = yaml(`
Resources:
  F: { Type: AWS::Serverless::Function, Properties: { Environment: { Variables: { HALLPASS_CONFIG: x } }, Events: {
    A: { Type: Api, Properties: { Path: /a, Method: get, Auth: { Authorizer: One } } },
    B: { Type: Api, Properties: { Path: /b, Method: get, Auth: { Authorizer: Two } } } } } }
Globals: { Api: { Auth: { Authorizers: { One: { FunctionArn: !GetAtt F.Arn }, Two: { FunctionArn: !GetAtt G.Arn } } } } }
`)
    expect(inventory(environment).routes.map(({ authorizer }) => authorizer)).toEqual(["hallpass", "other"])
  })

  it("the named one, by its name or its function, exactly", () => {
    expect(kinds(["one", "two"], { authorizer: "two" })).toEqual(["other", "hallpass"])
    expect(kinds(["one", "two"], { authorizer: "f-one" })).toEqual(["hallpass", "other"])
    expect(kinds(["one", "two"], { authorizer: "on" })).toEqual(["other", "other"])
  })
})

describe("15-7: public routes", () => {
  const document = yaml("openapi: 3.0.1\npaths: { /health: { get: {} }, '/docs/{page}': { get: {} } }\n")

  it("are no error; the names of parameters do not count; one that is not there is a warning", () => {
    expect(errors(document)).toEqual(["GET /health has no authorizer", "GET /docs/{page} has no authorizer"])
    expect(errors(document, { public: ["GET /health", "GET /docs/{p}"] })).toEqual([])
    const { findings } = inventory(document, { public: ["GET /health", "GET /docs/{p}", "POST /health"] })
    expect(findings).toMatchObject([{ severity: "warning", route: "POST /health" }])
  })
})

describe("15-7: what is no document of an API", () => {
  it.each<[unknown]>([
    [undefined],
    [null],
    [42],
    ["text"],
    [{}],
    [{ paths: {} }],
    [{ openapi: "2.0" }],
    [[]],
    [[{}, 1]],
  ])("%j", (document) => {
    if (JSON.stringify(document) === "[]")
      expect(inventory(document).findings).toMatchObject([{ severity: "warning", message: "no route was found" }])
    else expect(() => inventory(document)).toThrow(ConfigurationError)
  })

  it("references that lead back, out of the document, or to nothing", () => {
    const wrong = (reference: string): unknown =>
      yaml(`openapi: 3.0.1\npaths: { /a: { $ref: "${reference}" }, /b: { $ref: "#/paths/~1a" } }\n`)
    for (const reference of ["#/paths/~1a", "#/paths/~1b", "other.yaml", "#/none", "#/%zz"])
      expect(() => inventory(wrong(reference)), reference).toThrow(/paths\["\/a"\]\.\$ref/)
  })

  it("hostile members are data", () => {
    const document = JSON.parse(
      '{"openapi":"3.0.1","paths":{"/__proto__":{"get":{"security":[{"__proto__":[]}]}}},"components":{"securitySchemes":{}}}',
    )
    expect(rows(document)).toEqual(["unknown GET /__proto__: unknown"])
    const resources = JSON.parse(
      '{"Resources":{"__proto__":{"Type":"AWS::ApiGatewayV2::Route","Properties":{"RouteKey":"GET /x"}},"A":null,"B":{"Type":7}}}',
    )
    expect(rows(resources)).toEqual(["http GET /x: none"])
  })
})
