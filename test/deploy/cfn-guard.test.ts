import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { binary, check, type Judged, ruleNames } from "./cfn-guard.ts"
import { root, run } from "./external-tools.ts"
import { demoSets, edgeSets, hmac, mutualTls, privateSets, setsOf } from "./parameter-sets.ts"
import { core, type Deployable, demo, deployables, edge, privateApi, type Values } from "./template.ts"

type Resources = { [name: string]: { Type: string; Properties: { [name: string]: unknown } } }

test("the rules hold for every template, and each of them has something to judge", () => {
  const results = check(...deployables.map(({ text }) => text))
  expect(ruleNames).toHaveLength(22)
  for (const [index, { broken }] of results.entries()) expect(broken, deployables[index]?.path).toEqual([])
  // Their REST APIs are OpenAPI documents, so they have no method resources, no events and no URLs. Those are judged below.
  const others = ["method_has_an_authorizer", "event_has_an_authorizer", "function_url_has_an_authorizer"]
  const judged = ruleNames.filter((name) => !others.includes(name))
  expect([...new Set(results.flatMap(({ kept }) => kept))].toSorted()).toEqual(judged.toSorted())
})

test("the command at the head of the rules runs, and finds nothing", () => {
  const rules = readFileSync(join(root, "guard/hallpass.guard"), "utf8")
  const [, words = ""] = /^#\s+cfn-guard (validate .*)$/m.exec(rules) ?? []
  const { code, output } = run("sh", ["-c", `"$0" ${words}`, binary], { cwd: root })
  expect({ code, output: code === 0 ? "" : output.slice(-500) }).toEqual({ code: 0, output: "" })
})

test("they hold for what each set of parameters deploys", () => {
  const texts = deployables.flatMap((one) =>
    Object.values(setsOf[one.path] ?? {}).map((values) => JSON.stringify({ Resources: one.deployedResources(values) })),
  )
  const results = check(...texts)
  expect(results).toHaveLength(texts.length)
  expect(results.flatMap(({ broken }) => broken)).toEqual([])
})

test("they hold for the example that attaches to existing APIs", () => {
  const [attached] = check(readFileSync(join(root, "examples/attach-existing-api.yaml"), "utf8"))
  expect(attached).toEqual({ broken: [], kept: ["http_authorizer_says_how_it_caches", "ttl_is_as_configured"] })
})

describe("17-3, 17-6: each rule can be broken:", () => {
  type Change = (resources: Resources) => void
  const deployed = (one: Deployable, values: Values): Resources => one.deployedResources(values) as Resources
  const all: { readonly [what: string]: Resources } = {
    core: deployed(core, hmac),
    demo: deployed(demo, { ...mutualTls }),
    edge: deployed(edge, edgeSets["the defaults"] ?? {}),
    private: deployed(privateApi, privateSets["a private REST API with everything"] ?? {}),
    tls13: deployed(demo, demoSets["a domain with TLS 1.3 only"] ?? {}),
    plain: {
      Stage: {
        Type: "AWS::ApiGateway::Stage",
        Properties: {
          MethodSettings: [{ HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: 5, ThrottlingBurstLimit: 5 }],
        },
      },
      Method: {
        Type: "AWS::ApiGateway::Method",
        Properties: { HttpMethod: "GET", AuthorizationType: "CUSTOM", AuthorizerId: { Ref: "Authorizer" } },
      },
      Preflight: {
        Type: "AWS::ApiGateway::Method",
        Properties: { HttpMethod: "OPTIONS", AuthorizationType: "NONE", Integration: { Type: "MOCK" } },
      },
      Authorizer: {
        Type: "AWS::ApiGateway::Authorizer",
        Properties: {
          Type: "REQUEST",
          AuthorizerResultTtlInSeconds: 300,
          IdentitySource: "method.request.header.Authorization",
        },
      },
      Orders: {
        Type: "AWS::Serverless::Function",
        Properties: {
          ...{ Role: "r", Runtime: "nodejs24.x", Timeout: 5, Handler: "orders.handler" },
          LoggingConfig: { LogGroup: "orders" },
          Events: { Get: { Type: "HttpApi", Properties: { ApiId: "a", Auth: { Authorizer: "Hallpass" } } } },
        },
      },
      Url: { Type: "AWS::Lambda::Url", Properties: { AuthType: "AWS_IAM" } },
      Sam: {
        Type: "AWS::Serverless::HttpApi",
        Properties: {
          Auth: { DefaultAuthorizer: "Hallpass" },
          DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 5 },
        },
      },
    },
  }
  const set =
    (path: string, value: unknown): Change =>
    (resources) => {
      const keys = path.split("/").map((key) => key.replaceAll("~1", "/"))
      const last = keys.pop() ?? ""
      let node: { [key: string]: unknown } = resources
      for (const key of keys) {
        if (typeof node[key] !== "object" || node[key] === null) throw new Error(`There is no ${key} of ${path}`)
        node = node[key] as { [key: string]: unknown }
      }
      if (value === undefined) delete node[last]
      else node[last] = value
    }
  const invoke = "InvokeRole/Properties/Policies/0/PolicyDocument/Statement/0"
  const trust = "InvokeRole/Properties/AssumeRolePolicyDocument/Statement/0"
  const scheduler = { Service: "scheduler.amazonaws.com" }
  const secret = "AuthorizerRole/Properties/Policies/0/PolicyDocument/Statement/2"
  const authorizer = "HttpDemoAuthorizer/Properties"
  const rest = "RestDemoApi/Properties"
  const definition = `${rest}/DefinitionBody/paths/~1orders`
  const openApiAuthorizer = `${rest}/DefinitionBody/components/securitySchemes/Hallpass/x-amazon-apigateway-authorizer`

  const breaches: [rule: string, template: string, what: string, change: Change][] = [
    ["permission_has_source_arn", "demo", "no SourceArn", set("HttpBackendPermission/Properties/SourceArn", undefined)],
    ["permission_has_source_arn", "demo", "another action", set("HttpBackendPermission/Properties/Action", "lambda:*")],
    ["permission_has_source_arn", "demo", "anybody", set("HttpBackendPermission/Properties/Principal", "*")],
    ["role_trusts_one_service", "core", "another service for any account", set(`${trust}/Principal`, scheduler)],
    ["role_trusts_one_service", "core", "anybody", set(`${trust}/Principal`, "*")],
    ["role_trusts_one_service", "core", "an account", set(`${trust}/Principal`, { AWS: "123456789012" })],
    [
      "role_trusts_one_service",
      "core",
      "CodeDeploy of any account",
      set("DeploymentRole/Properties/AssumeRolePolicyDocument/Statement/0/Condition", undefined),
    ],
    [
      "role_has_no_managed_policies",
      "core",
      "one",
      set("InvokeRole/Properties/ManagedPolicyArns", ["arn:aws:iam::aws:policy/x"]),
    ],
    ["no_action_is_a_wildcard", "core", "all of a service", set(`${invoke}/Action`, "lambda:*")],
    [
      "no_action_is_a_wildcard",
      "core",
      "everything, in a list",
      set(`${invoke}/Action`, ["lambda:InvokeFunction", "*"]),
    ],
    ["no_action_is_a_wildcard", "core", "NotAction", set(`${invoke}/Action`, undefined)],
    ["no_action_is_a_wildcard", "core", "in a condition's statement", set(`${secret}/Action`, "secretsmanager:Get*")],
    ["no_resource_is_a_wildcard", "core", "everything", set(`${invoke}/Resource`, "*")],
    ["no_resource_is_a_wildcard", "core", "everything, in a list", set(`${invoke}/Resource`, ["a", "*"])],
    ["no_resource_is_a_wildcard", "core", "NotResource", set(`${invoke}/Resource`, undefined)],
    ["no_resource_is_a_wildcard", "core", "a secret", set(`${secret}/Resource`, "*")],
    ["function_has_a_role_of_its_own", "core", "SAM's role", set("AuthorizerFunction/Properties/Role", undefined)],
    [
      "function_has_a_role_of_its_own",
      "core",
      "SAM's policies",
      set("AuthorizerFunction/Properties/Policies", ["AWSLambdaRole"]),
    ],
    ["log_retention_is_set", "demo", "none", set("AccessLogGroup/Properties/RetentionInDays", undefined)],
    [
      "function_logs_to_a_group_with_retention",
      "edge",
      "Lambda's group",
      set("RotationFunction/Properties/LoggingConfig/LogGroup", undefined),
    ],
    ["runtime_is_supported", "edge", "nodejs20.x", set("RotationFunction/Properties/Runtime", "nodejs20.x")],
    ["timeout_is_below_10_seconds", "core", "10", set("AuthorizerFunction/Properties/Timeout", 10)],
    ["timeout_is_below_10_seconds", "core", "none", set("AuthorizerFunction/Properties/Timeout", undefined)],
    ["timeout_is_below_10_seconds", "core", "a check without end", set("CheckFunction/Properties/Timeout", 900)],
    [
      "http_authorizer_says_how_it_caches",
      "demo",
      "no TTL",
      set(`${authorizer}/AuthorizerResultTtlInSeconds`, undefined),
    ],
    ["http_authorizer_says_how_it_caches", "demo", "no form", set(`${authorizer}/EnableSimpleResponses`, undefined)],
    ["http_authorizer_says_how_it_caches", "demo", "no source", set(`${authorizer}/IdentitySource`, undefined)],
    ["http_authorizer_says_how_it_caches", "demo", "no role", set(`${authorizer}/AuthorizerCredentialsArn`, undefined)],
    ["connect_has_an_authorizer", "demo", "open", set("WebSocketConnect/Properties/AuthorizationType", "NONE")],
    ["connect_has_an_authorizer", "demo", "none", set("WebSocketConnect/Properties/AuthorizerId", undefined)],
    ["secret_is_generated", "edge", "in the template", set("EdgeSecret/Properties/SecretString", "x")],
    ["rest_stage_has_a_throttle", "demo", "none", set(`${rest}/MethodSettings`, undefined)],
    ["rest_stage_has_a_throttle", "demo", "one limit", set(`${rest}/MethodSettings/0/ThrottlingBurstLimit`, undefined)],
    ["rest_stage_has_a_throttle", "demo", "0", set(`${rest}/MethodSettings/0/ThrottlingRateLimit`, 0)],
    ["rest_stage_has_a_throttle", "demo", "of one method", set(`${rest}/MethodSettings/0/ResourcePath`, "/~1orders")],
    ["rest_stage_has_a_throttle", "plain", "a stage", set("Stage/Properties/MethodSettings", [])],
    ["rest_stage_has_a_throttle", "private", "none", set("PrivateApi/Properties/MethodSettings", undefined)],
    ["http_stage_has_a_throttle", "demo", "none", set("HttpDemoStage/Properties/DefaultRouteSettings", undefined)],
    [
      "http_stage_has_a_throttle",
      "demo",
      "of a WebSocket API",
      set("WebSocketDemoStage/Properties/DefaultRouteSettings/ThrottlingRateLimit", undefined),
    ],
    ["http_stage_has_a_throttle", "plain", "SAM", set("Sam/Properties/DefaultRouteSettings", undefined)],
    ["method_has_an_authorizer", "plain", "NONE", set("Method/Properties/AuthorizationType", "NONE")],
    ["method_has_an_authorizer", "plain", "missing", set("Method/Properties/AuthorizationType", undefined)],
    ["method_has_an_authorizer", "plain", "a parameter", set("Method/Properties/AuthorizationType", { Ref: "P" })],
    ["method_has_an_authorizer", "plain", "no authorizer", set("Method/Properties/AuthorizerId", undefined)],
    [
      "method_has_an_authorizer",
      "plain",
      "an open OPTIONS",
      set("Preflight/Properties/Integration/Type", "HTTP_PROXY"),
    ],
    ["route_has_an_authorizer", "demo", "NONE", set("HttpListOrders/Properties/AuthorizationType", "NONE")],
    ["route_has_an_authorizer", "demo", "missing", set("HttpCreateOrder/Properties/AuthorizationType", undefined)],
    ["route_has_an_authorizer", "demo", "$default", set("HttpDefault/Properties/AuthorizationType", "NONE")],
    ["route_has_an_authorizer", "demo", "no authorizer", set("HttpReadOrder/Properties/AuthorizerId", undefined)],
    ["operation_has_an_authorizer", "demo", "no security", set(`${definition}/get/security`, undefined)],
    ["operation_has_an_authorizer", "demo", "empty", set(`${definition}/post/security`, [])],
    ["operation_has_an_authorizer", "demo", "optional", set(`${definition}/post/security`, [{}])],
    [
      "operation_has_an_authorizer",
      "demo",
      "an open OPTIONS",
      set(`${definition}/options/x-amazon-apigateway-integration/type`, "aws_proxy"),
    ],
    ["operation_has_an_authorizer", "demo", "another method", set(`${definition}/delete`, { responses: {} })],
    [
      "operation_has_an_authorizer",
      "private",
      "of a private API",
      set("PrivateApi/Properties/DefinitionBody/paths/~1{proxy+}/x-amazon-apigateway-any-method/security", undefined),
    ],
    ["operation_has_an_authorizer", "plain", "no default", set("Sam/Properties/Auth/DefaultAuthorizer", undefined)],
    [
      "event_has_an_authorizer",
      "plain",
      "NONE",
      set("Orders/Properties/Events/Get/Properties/Auth/Authorizer", "NONE"),
    ],
    ["function_url_has_an_authorizer", "plain", "NONE", set("Url/Properties/AuthType", "NONE")],
    ["ttl_is_as_configured", "demo", "an hour", set(`${authorizer}/AuthorizerResultTtlInSeconds`, 3600)],
    ["ttl_is_as_configured", "demo", "301", set(`${openApiAuthorizer}/authorizerResultTtlInSeconds`, 301)],
    ["ttl_is_as_configured", "demo", "none", set(`${openApiAuthorizer}/authorizerResultTtlInSeconds`, undefined)],
    ["ttl_is_as_configured", "plain", "of REST", set("Authorizer/Properties/AuthorizerResultTtlInSeconds", 900)],
    ["ttl_is_as_configured", "demo", "of nothing", set(`${openApiAuthorizer}/identitySource`, undefined)],
    ["ttl_is_as_configured", "plain", "of nothing", set("Authorizer/Properties/IdentitySource", undefined)],
    ["ttl_is_as_configured", "plain", "none", set("Authorizer/Properties/AuthorizerResultTtlInSeconds", undefined)],
    [
      "domain_has_a_tls_policy",
      "demo",
      "TLS 1.0",
      set("Domain/Properties/DomainNameConfigurations/0/SecurityPolicy", "TLS_1_0"),
    ],
    ["domain_has_a_tls_policy", "tls13", "none", set("RestDomain/Properties/SecurityPolicy", undefined)],
    ["domain_has_a_tls_policy", "tls13", "with mutual TLS", set("RestDomain/Properties/MutualTlsAuthentication", {})],
    ["domain_has_a_tls_policy", "tls13", "no access mode", set("RestDomain/Properties/EndpointAccessMode", undefined)],
  ]

  // One process judges all of them: it takes longer to start than to judge one.
  let judged: Judged[] = []
  beforeAll(() => {
    const changed = breaches.map(([, template, , change]) => {
      const resources = structuredClone(all[template] ?? {})
      change(resources)
      return JSON.stringify({ Resources: resources })
    })
    judged = check(...changed)
  })

  test("the templates that they break are whole", () => {
    const results = check(...Object.values(all).map((resources) => JSON.stringify({ Resources: resources })))
    for (const [at, name] of Object.keys(all).entries()) expect(results[at]?.broken, name).toEqual([])
  })

  test.each(breaches.map(([rule, template, what], at) => [rule, template, what, at] as const))(
    "%s: %s, %s",
    (rule, _template, _what, at) => expect(judged[at]?.broken).toEqual([rule]),
  )

  test("an empty branch of a condition is open as well", () => {
    const text = demo.text.replace("[{ Hallpass: [] }]]", "[]]")
    expect(text).not.toBe(demo.text)
    expect(check(text)[0]?.broken).toEqual(["operation_has_an_authorizer"])
  })

  test("a parameter of another default is a wrong TTL as well", () => {
    const text = demo.text.replace("    Default: 300\n", "    Default: 3600\n")
    expect(text).not.toBe(demo.text)
    expect(check(text)[0]?.broken).toEqual(["ttl_is_as_configured"])
  })

  test("a mutated text of the template is found as well: a role, a throttle, a route", () => {
    const mutations = [
      [
        core,
        "Action: lambda:InvokeFunction, Resource: !Ref AuthorizerAlias",
        'Action: "lambda:*", Resource: !Ref AuthorizerAlias',
        "no_action_is_a_wildcard",
      ],
      [core, "Action: secretsmanager:GetSecretValue", 'Action: "secretsmanager:*"', "no_action_is_a_wildcard"],
      [core, "Resource: !Ref EdgeSecretArn", 'Resource: "*"', "no_resource_is_a_wildcard"],
      [
        privateApi,
        "DefaultRouteSettings: { ThrottlingRateLimit: !Ref ThrottleRate, ThrottlingBurstLimit: !Ref ThrottleBurst }",
        "Description: x",
        "http_stage_has_a_throttle",
      ],
      [privateApi, "AuthorizationType: CUSTOM", "AuthorizationType: NONE", "route_has_an_authorizer"],
      [privateApi, "security: [{ Hallpass: [] }]", "security: []", "operation_has_an_authorizer"],
    ] as const
    const texts = mutations.map(([one, from, to]) => one.text.replace(from, to))
    const results = check(...texts)
    for (const [at, [one, , , rule]] of mutations.entries()) {
      expect(texts[at]).not.toBe(one.text)
      expect(results[at]?.broken, rule).toEqual([rule])
    }
  })

  test("13-8-1: a role of API Gateway keeps them with and without aws:SourceAccount", () => {
    const without = structuredClone(all.core ?? {})
    expect(JSON.stringify(without.InvokeRole)).not.toContain("SourceAccount")
    const demanding = structuredClone(without)
    set(`${trust}/Condition`, { StringEquals: { "aws:SourceAccount": "123456789012" } })(demanding)
    const results = check(...[without, demanding].map((Resources) => JSON.stringify({ Resources })))
    expect(results.map(({ broken }) => broken)).toEqual([[], []])
  })

  test("every rule is among them", () => {
    expect(new Set(breaches.map(([rule]) => rule))).toEqual(new Set(ruleNames))
  })
})
