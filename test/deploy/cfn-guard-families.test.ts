import { describe, expect, test } from "vitest"
import { check } from "./cfn-guard.ts"

// The four faults of a template that the issue names, in each form in which CloudFormation and SAM take them.

type Resource = { readonly Type: string; readonly Properties: object }
const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/key" }
const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }
const policy = (Statement: unknown) => ({ PolicyName: "p", PolicyDocument: { Statement } })
const role = (Statement: unknown, Policies: unknown = [policy(Statement)]): Resource => ({
  Type: "AWS::IAM::Role",
  Properties: { AssumeRolePolicyDocument: { Statement: [trust] }, Policies },
})
const trusting = (Statement: unknown): Resource => ({
  Type: "AWS::IAM::Role",
  Properties: { AssumeRolePolicyDocument: { Statement } },
})
const onResource = (Resource: unknown, Action: unknown = statement.Action): Resource =>
  role([{ ...statement, Action, Resource }])
const noValue = { Ref: "AWS::NoValue" }
const documentInBranch = (...branches: unknown[]) => [
  { PolicyName: "p", PolicyDocument: { "Fn::If": ["C", ...branches] } },
]
const identity = (name: string, Properties: object): Resource => ({ Type: `AWS::IAM::${name}`, Properties })
const inBranch = (...branches: unknown[]) => [{ "Fn::If": ["C", ...branches] }]

const limits = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 5 }
const everyMethod = { HttpMethod: "*", ResourcePath: "/*", ...limits }
const stage = (...MethodSettings: object[]): Resource => ({
  Type: "AWS::ApiGateway::Stage",
  Properties: { MethodSettings },
})
const httpStage = (Properties: object): Resource => ({ Type: "AWS::ApiGatewayV2::Stage", Properties })
const deployment = (Properties: object): Resource => ({ Type: "AWS::ApiGateway::Deployment", Properties })

const secured = { security: [{ Hallpass: [] }] }
const scheme = (ttl: unknown) => ({
  ...{ type: "apiKey", name: "Authorization", in: "header" },
  "x-amazon-apigateway-authorizer": {
    ...{ type: "request", identitySource: "method.request.header.Authorization" },
    ...(ttl !== undefined && { authorizerResultTtlInSeconds: ttl }),
  },
})
const document = (get: object, ttl: unknown = 300) => ({
  ...{ openapi: "3.0.1", paths: { "/orders": { get } } },
  components: { securitySchemes: { Hallpass: scheme(ttl) } },
})
const swagger = (ttl: unknown) => ({
  ...{ swagger: "2.0", paths: { "/orders": { get: secured } } },
  securityDefinitions: { Hallpass: scheme(ttl) },
})
const rest = (Body: object): Resource => ({ Type: "AWS::ApiGateway::RestApi", Properties: { Body } })
const http = (Body: object): Resource => ({
  Type: "AWS::ApiGatewayV2::Api",
  Properties: { ProtocolType: "HTTP", Body },
})
const samRest = (more: object): Resource => ({
  Type: "AWS::Serverless::Api",
  Properties: { MethodSettings: [everyMethod], ...more },
})
const samHttp = (more: object): Resource => ({
  Type: "AWS::Serverless::HttpApi",
  Properties: { DefaultRouteSettings: limits, ...more },
})
const defaults = (ReauthorizeEvery: number) => ({
  Auth: { DefaultAuthorizer: "Hallpass", Authorizers: { Hallpass: { Identity: { ReauthorizeEvery } } } },
})
const samFunction = (more: object): Resource => ({
  Type: "AWS::Serverless::Function",
  Properties: {
    ...{ Role: "r", Runtime: "nodejs24.x", Timeout: 5, Handler: "orders.handler", LoggingConfig: { LogGroup: "g" } },
    ...more,
  },
})
const event = (Type: string, Properties: object) => ({ Events: { Orders: { Type, Properties } } })
const route = (RouteKey: unknown, more: object = {}): Resource => ({
  Type: "AWS::ApiGatewayV2::Route",
  Properties: { RouteKey, ...more },
})
const guarded = { AuthorizationType: "CUSTOM", AuthorizerId: "a" }
const authorizer = (ttl: unknown): Resource => ({
  Type: "AWS::ApiGateway::Authorizer",
  Properties: { Type: "TOKEN", IdentitySource: "method.request.header.A", AuthorizerResultTtlInSeconds: ttl },
})

const broken: { readonly [rule: string]: { readonly [what: string]: Resource } } = {
  no_action_is_a_wildcard: {
    "everything, in a statement by itself": role({ ...statement, Action: "*" }),
    "in the first branch": role(inBranch({ ...statement, Action: "*" }, noValue)),
    "in a value with branches": role([{ ...statement, Action: { "Fn::If": ["C", "*", "s3:GetObject"] } }]),
    "with a question mark": role([{ ...statement, Action: "lambda:?nvokeFunction" }]),
    "in a policy with branches": role([], inBranch(policy([{ ...statement, Action: "s3:*" }]), noValue)),
    "in a list of policies with branches": role([], {
      "Fn::If": ["C", [policy([{ ...statement, Action: "*" }])], noValue],
    }),
    "in a document with branches": role(
      [],
      documentInBranch({ Statement: [{ ...statement, Action: "*" }] }, { Statement: [statement] }),
    ),
    "in a condition in a condition": role(
      inBranch({ "Fn::If": ["D", { ...statement, Action: "*" }, statement] }, statement),
    ),
    "of a user": identity("User", { Policies: [policy([{ ...statement, Action: "*" }])] }),
    "of a group": identity("Group", { Policies: [policy([{ ...statement, Action: "*" }])] }),
    ...Object.fromEntries(
      ["Policy", "ManagedPolicy", "RolePolicy", "UserPolicy", "GroupPolicy"].map((name) => [
        `in a ${name} without a role`,
        { Type: `AWS::IAM::${name}`, Properties: policy([{ ...statement, Action: "*" }]) },
      ]),
    ),
  },
  no_resource_is_a_wildcard: {
    "two stars": onResource("**"),
    "a star and a question mark": onResource("?*"),
    "everything of a service": onResource("arn:aws:s3:::*"),
    "in Fn::Sub": onResource({ "Fn::Sub": "*" }),
    "everything of a service in Fn::Sub": onResource({
      "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:*",
    }),
    "in Fn::Sub with values": onResource({ "Fn::Sub": ["arn:aws:lambda:${Place}:*:*", { Place: "eu-west-1" }] }),
    "in a list": onResource(["arn:aws:s3:::a", { "Fn::Sub": "*" }]),
    "in Fn::If": onResource({ "Fn::If": ["C", "*", "arn:aws:s3:::a"] }),
    "in Fn::Join": onResource({ "Fn::Join": ["", ["*"]] }),
    "everything in Fn::Join": onResource({ "Fn::Join": ["", ["arn:aws:lambda:", { Ref: "AWS::Region" }, ":1:*"]] }),
    "every ARN": onResource("arn:*"),
    "every ARN of a partition": onResource("arn:aws:*"),
    "Fn::Sub in Fn::If": onResource({ "Fn::If": ["C", { "Fn::Sub": "*" }, "arn:aws:s3:::a"] }),
    "a list in Fn::If": onResource({ "Fn::If": ["C", ["*"], ["arn:aws:s3:::a"]] }),
    "Fn::If in Fn::If": onResource({ "Fn::If": ["C", { "Fn::If": ["D", "*", "a"] }, "arn:aws:s3:::a"] }),
    "of a group": identity("Group", { Policies: [policy([{ ...statement, Resource: "*" }])] }),
    "in a list of policies with branches": role([], {
      "Fn::If": ["C", [policy([{ ...statement, Resource: "*" }])], noValue],
    }),
    "in a statement by itself": role({ ...statement, Resource: "*" }),
    "in the second branch": role(inBranch(noValue, { ...statement, Resource: "*" })),
    "with X-Ray as a pretext": onResource("*", ["xray:PutTraceSegments", "s3:GetObject"]),
    "everything of a service, with X-Ray as a pretext": onResource("arn:aws:s3:::*", ["xray:Put", "s3:GetObject"]),
  },
  role_has_no_managed_policies: {
    "a user": identity("User", { ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
  },
  role_trusts_one_service: {
    "a list with everyone": trusting([{ ...trust, Principal: { Service: ["lambda.amazonaws.com", "*"] } }]),
    "every account": trusting([{ ...trust, Principal: { AWS: "*" } }]),
    "a service and every account": trusting([{ ...trust, Principal: { ...trust.Principal, AWS: "*" } }]),
    "a federation": trusting([{ ...trust, Principal: { ...trust.Principal, Federated: "accounts.example" } }]),
    "everyone, in a statement by itself": trusting({ ...trust, Principal: "*" }),
  },
  rest_stage_has_a_throttle: {
    "a limit that is a text": stage({ ...everyMethod, ThrottlingRateLimit: "0" }),
    "a limit that turns it off": stage({ ...everyMethod, ThrottlingRateLimit: -1 }),
    "one method without a limit": stage(everyMethod, {
      HttpMethod: "GET",
      ResourcePath: "/a",
      ThrottlingRateLimit: -1,
    }),
    "settings without limits": stage({ HttpMethod: "*", ResourcePath: "/*" }, { ...everyMethod, HttpMethod: "GET" }),
    "the stage of a deployment": deployment({ RestApiId: "r", StageName: "prod" }),
    "the stage of a deployment, one limit": deployment({
      ...{ RestApiId: "r", StageName: "prod", StageDescription: { ThrottlingRateLimit: 5 } },
    }),
  },
  http_stage_has_a_throttle: {
    "no settings": httpStage({}),
    "a branch that turns it off": httpStage({
      DefaultRouteSettings: { ...limits, ThrottlingRateLimit: { "Fn::If": ["C", 0, 5] } },
    }),
    "a route that turns it off": httpStage({
      ...{ DefaultRouteSettings: limits, RouteSettings: { "GET /a": { ThrottlingRateLimit: 0 } } },
    }),
    "a WebSocket API of SAM": { Type: "AWS::Serverless::WebSocketApi", Properties: { Auth: { AuthType: "CUSTOM" } } },
  },
  connect_has_an_authorizer: {
    "a WebSocket API of SAM": { Type: "AWS::Serverless::WebSocketApi", Properties: { DefaultRouteSettings: limits } },
  },
  operation_has_an_authorizer: {
    "a REST API without security": rest(document({})),
    "the word of SAM for open": rest(document({ security: [{ NONE: [] }] })),
    "the same before the transform": samRest({ DefinitionBody: document({ security: [{ NONE: [] }] }) }),
    "the same beside a default authorizer": samRest({
      ...{ ...defaults(300), DefinitionBody: document({ security: [{ NONE: [] }] }) },
    }),
    "an API key alone": rest(document({ security: [{ api_key: [] }] })),
    "an extension that opens": rest(document({ ...secured, "x-amazon-apigateway-auth": { type: "none" } })),
    "a document in a bucket": { Type: "AWS::ApiGateway::RestApi", Properties: { BodyS3Location: { Bucket: "b" } } },
    "a document of an HTTP API in a bucket": {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: { ProtocolType: "HTTP", BodyS3Location: { Bucket: "b" } },
    },
    "a path with branches": rest({ paths: { "/orders": { "Fn::If": ["C", { get: {} }, noValue] } } }),
    "a method in capitals": rest({ paths: { "/orders": { GET: {} } } }),
    "an HTTP API without security": http(document({})),
    "an HTTP API that is open": http(document({ security: [{ NONE: [] }] })),
    "an HTTP API of SAM": samHttp({ DefinitionBody: document({}) }),
    "a default authorizer that is none": samHttp({ Auth: { DefaultAuthorizer: "NONE" } }),
  },
  route_has_an_authorizer: {
    "a key in Fn::Sub": route({ "Fn::Sub": "GET /${Path}" }, { AuthorizationType: "NONE" }),
    "a key that is a parameter": route({ Ref: "Key" }),
    "quick create": { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "HTTP", Target: "arn" } },
  },
  event_has_an_authorizer: {
    "the word NONE": samFunction(event("HttpApi", { ApiId: "a", Auth: { Authorizer: "NONE" } })),
    "SAM's own REST API": samFunction(event("Api", { Method: "GET", Path: "/a" })),
    "SAM's own HTTP API": samFunction(event("HttpApi", {})),
  },
  function_url_has_an_authorizer: {
    "a URL": { Type: "AWS::Lambda::Url", Properties: { AuthType: "NONE" } },
    "a URL of SAM": samFunction({ FunctionUrlConfig: { AuthType: "NONE" } }),
  },
  ttl_is_as_configured: {
    "an hour in a REST API": rest(document(secured, 3600)),
    "a text": rest(document(secured, "3600")),
    none: rest(document(secured, null)),
    "an hour in Swagger 2.0": rest(swagger(3600)),
    "an hour in an HTTP API": http(document(secured, 3600)),
    "an hour in an HTTP API of SAM": samHttp({ DefinitionBody: document(secured, 3600) }),
    "an hour in a document beside a default authorizer": samRest({
      ...{ ...defaults(300), DefinitionBody: document(secured, 3600) },
    }),
    "ReauthorizeEvery of a REST API": samRest(defaults(3600)),
    "ReauthorizeEvery of an HTTP API": samHttp(defaults(3600)),
    "an hour that is a text": authorizer("3600"),
    "an hour in one branch": authorizer({ "Fn::If": ["C", 3600, 0] }),
    "an authorizer without a payload version": {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: { AuthorizerType: "REQUEST", AuthorizerResultTtlInSeconds: 3600, IdentitySource: ["a"] },
    },
  },
}

const kept: { readonly [what: string]: Resource } = {
  "a role": role([statement]),
  "a statement by itself": role(statement),
  "a trust by itself": trusting(trust),
  "a condition in a policy": role(inBranch(statement, noValue)),
  "a list of policies with branches": role([], { "Fn::If": ["C", [policy([statement])], noValue] }),
  "a user": identity("User", { Policies: [policy([statement])] }),
  "a resource with branches": onResource({ "Fn::If": ["C", { "Fn::Sub": "arn:${AWS::Partition}:s3:::a" }, noValue] }),
  "a limit with branches": httpStage({
    DefaultRouteSettings: { ...limits, ThrottlingRateLimit: { "Fn::If": ["C", 1, { Ref: "Rate" }] } },
  }),
  "X-Ray": onResource("*", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
  "all versions of a function": onResource({ "Fn::Sub": "${Function.Arn}:*" }),
  "all keys of a bucket": onResource("arn:aws:s3:::bucket/*"),
  "a REST API": rest(document(secured)),
  "an authorizer and an API key": rest(document({ security: [{ Hallpass: [] }, { api_key: [] }] })),
  "both in one requirement": rest(document({ security: [{ Hallpass: [], api_key: [] }] })),
  "IAM by the extension": rest(document({ "x-amazon-apigateway-auth": { type: "AWS_IAM" } })),
  "Swagger 2.0": rest(swagger(60)),
  "an HTTP API": http(document(secured)),
  "a native JWT authorizer, which keeps no answers": http({
    ...document({ security: [{ Jwt: [] }] }),
    components: { securitySchemes: { Jwt: { "x-amazon-apigateway-authorizer": { type: "jwt" } } } },
  }),
  "a default authorizer of SAM": samHttp(defaults(300)),
  "operations without security under it": samRest({ ...defaults(0), DefinitionBody: document({}) }),
  "an event": samFunction(event("HttpApi", { ApiId: "a", Method: "GET", Path: "/a" })),
  "events of two kinds": samFunction({
    Events: {
      ...event("Api", { RestApiId: "r", Auth: { Authorizer: "Hallpass" } }).Events,
      Other: { Type: "HttpApi", Properties: { ApiId: "a" } },
    },
  }),
  "a URL with IAM": { Type: "AWS::Lambda::Url", Properties: { AuthType: "AWS_IAM" } },
  "a route": route("GET /a", guarded),
  "a route whose key is a parameter": route({ Ref: "Key" }, guarded),
  "a message of a WebSocket API": route("sendMessage"),
  "a deployment": deployment({ RestApiId: "r" }),
  "a stage": stage(everyMethod, { HttpMethod: "GET", ResourcePath: "/a", MetricsEnabled: true }),
}

const faultyText = (Faulty: Resource): string => JSON.stringify({ Resources: { Faulty } })
const soundText = (Sound: Resource): string => JSON.stringify({ Resources: { Sound } })
// One process judges all of them: it takes longer to start than to judge one.
check(
  ...Object.values(broken).flatMap((templates) => Object.values(templates).map(faultyText)),
  ...Object.values(kept).map(soundText),
)

describe.each(Object.entries(broken))("17: the rule %s finds", (rule, templates) => {
  const judged = check(...Object.values(templates).map(faultyText))

  test.each(Object.keys(templates).map((what, index): [string, number] => [what, index]))("%s", (_, index) => {
    expect(judged[index]?.broken).toEqual([rule])
  })
})

describe("17: the rules keep", () => {
  const judged = check(...Object.values(kept).map(soundText))

  test.each(Object.keys(kept).map((what, index): [string, number] => [what, index]))("%s", (_, index) => {
    expect(judged[index]?.broken).toEqual([])
  })
})
