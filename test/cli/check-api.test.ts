import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { check } from "../../src/cli/check.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { inventory } from "../../src/openapi.ts"
import { compareApi } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"
import { runHere } from "./account.ts"
import { folder, hallpass } from "./hallpass.ts"

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const config = example("openapi/authorizer.json")
const file = (name: string, content: string | Uint8Array | object): string => {
  mkdirSync(join(folder, name, ".."), { recursive: true })
  const isRaw = typeof content === "string" || content instanceof Uint8Array
  writeFileSync(join(folder, name), isRaw ? content : JSON.stringify(content))
  return join(folder, name)
}

describe("15-7: hallpass check --api", () => {
  it("lists the routes, the public ones and the findings, and fits 80 columns", async () => {
    const { code, stdout, stderr } = await hallpass(["check", "-c", config, "--api", example("openapi/rest-api.yaml")])
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    expect(stdout).toBe(`Routes of the API (5)
  route             authorizer           rule
  GET /orders       hallpass (hallpass)  GET /orders
  POST /orders      hallpass (hallpass)  POST /orders
  OPTIONS /orders   none
  ANY /orders/{id}  hallpass (hallpass)  GET /orders/{id}
  GET /health       none

Public routes (2)
  OPTIONS /orders  preflights
  GET /health

Findings: errors (1)
  ✗  GET /health has no authorizer.
     Give it the authorizer, or list it with --public if everyone may call it.

Findings: warnings (1)
  !  $connect has a rule, and the API has no such route.
     Remove the rule, or correct it: a misspelt rule protects nothing.

Findings: to know (1)
  ·  OPTIONS /orders has no authorizer, which is right for preflights: browsers
     send them without a token.
     Let its backend do nothing but answer preflights.

The configuration is sound.
`)
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80)
  })

  it("docs/unprotected-routes.md shows what it prints", async () => {
    const page = readFileSync(new URL("../../docs/unprotected-routes.md", import.meta.url), "utf8")
    const [, shown = "nothing"] = /```text\n([\s\S]*?)```/.exec(page) ?? []
    const options = { config, api: [example("openapi/rest-api.yaml")], public: ["GET /health"] }
    expect((await runHere(check, options)).text).toContain(shown)
  })

  it("--json has the shape of the contract", async () => {
    const options = { config, api: [example("openapi/rest-api.yaml")], public: ["GET /health"] }
    const { code, document } = await runHere(check, options, true)
    expect(code).toBe(0)
    expect(Object.keys(document as object)).toEqual(["sound", "problems", "conflicts", "warnings", "routes", "api"])
    const { api } = document as { api: object }
    expect(api).toEqual({
      routes: expect.arrayContaining([
        {
          route: "GET /orders",
          kind: "rest",
          authorizer: "hallpass",
          detail: "hallpass",
          rule: "GET /orders",
          api: "orders",
        },
        { route: "GET /health", kind: "rest", authorizer: "none", api: "orders" },
      ]),
      findings: [
        { severity: "warning", route: "$connect", message: expect.any(String), remedy: expect.any(String) },
        { severity: "info", route: "OPTIONS /orders", message: expect.any(String), remedy: expect.any(String) },
      ],
    })
  })

  it("--strict counts warnings; without a configuration only the API is judged", async () => {
    const api = [example("openapi/rest-api.yaml")]
    expect((await runHere(check, { config, api, public: ["GET /health"], strict: true })).code).toBe(1)
    expect((await runHere(check, { api, public: ["GET /health"], strict: true })).code).toBe(0)
    expect((await runHere(check, { api })).code).toBe(1)
  })

  it("the environment can hold the configuration; variables of its records alone are none", async () => {
    const args = ["check", "--api", example("openapi/plain.yaml"), "--public", "GET /health", "--json"]
    const of = async (environment: NodeJS.ProcessEnv) => {
      const { code, stdout, stderr } = await hallpass(args, environment)
      return { code, stderr, rules: stderr === "" ? (stdout.match(/"rule"/g) ?? []).length : 0 }
    }
    expect(await of({ HALLPASS_LOG_PRINCIPAL: "hash" })).toEqual({ code: 0, stderr: "", rules: 0 })
    const given = readFileSync(config, "utf8")
    expect(await of({ HALLPASS_CONFIG: given })).toEqual({ code: 0, stderr: "", rules: 3 })
    expect((await of({ HALLPASS_CONFIG: "{" })).code).toBe(2)
  })

  it("several files are one question; a refused configuration is told as well", async () => {
    const api = [example("openapi/rest-api.yaml"), example("terraform/plan.json")]
    const { text } = await runHere(check, { api, public: ["GET /health"] })
    expect(text).toContain("orders-socket  $connect")
    const wrong = file("wrong.json", { issuers: [] })
    expect((await runHere(check, { config: wrong, api, public: ["GET /health"] })).code).toBe(1)
  })

  it("reads the folder of cdk synth, with nested assemblies and stacks", async () => {
    const stack = (templateFile: string) => ({ type: "aws:cloudformation:stack", properties: { templateFile } })
    const method = (RouteKey: string) => ({ Type: "AWS::ApiGatewayV2::Route", Properties: { RouteKey, ApiId: "x" } })
    file("out/manifest.json", {
      version: "1",
      artifacts: {
        a: stack("a.json"),
        b: { type: "cdk:cloud-assembly", properties: { directoryName: "b" } },
        tree: { type: "cdk:tree" },
      },
    })
    const nested = { Type: "AWS::CloudFormation::Stack", Properties: {}, Metadata: { "aws:asset:path": "n.json" } }
    file("out/a.json", { Resources: { R: method("GET /a"), N: nested } })
    file("out/n.json", { Resources: { R: method("GET /n") } })
    file("out/b/manifest.json", { version: "1", artifacts: { b: stack("b.json") } })
    file("out/b/b.json", { Resources: { R: method("GET /b") } })
    const { document } = await runHere(check, { api: [join(folder, "out")] }, true)
    const { routes } = (document as { api: { routes: { route: string }[] } }).api
    expect(routes.map(({ route }) => route).toSorted()).toEqual(["GET /a", "GET /b", "GET /n"])
    expect((await runHere(check, { api: [join(folder, "out/manifest.json")] }, true)).document).toEqual(document)
  })

  it("reads the documents of APIs that a plan has as YAML, and that cdk synth leaves beside a template", async () => {
    const body = "openapi: 3.0.1\npaths: { /y: { get: {} } }\n"
    const resource = { address: "aws_apigatewayv2_api.h", mode: "managed", type: "aws_apigatewayv2_api", name: "h" }
    const resources = [{ ...resource, values: { name: "h", protocol_type: "HTTP", body } }]
    const plan = file("plan.json", { format_version: "1.2", planned_values: { root_module: { resources } } })
    expect((await runHere(check, { api: [plan] })).text).toContain("GET /y has no authorizer")
    file("synth/asset.0a1b.yaml", "openapi: 3.0.1\npaths: { /z: { get: {} } }\n")
    const api = { Type: "AWS::ApiGateway::RestApi", Properties: { BodyS3Location: { Bucket: "b", Key: "0a1b.yaml" } } }
    const synth = file("synth/stack.template.json", { Resources: { Api: api } })
    expect((await runHere(check, { api: [synth] })).text).toContain("GET /z has no authorizer")
  })

  it("reads the files that a template names, and standard input", async () => {
    file("sam/api.yaml", "openapi: 3.0.1\npaths: { /x: { get: {} } }\n")
    const template = file(
      "sam/template.yaml",
      "Resources:\n  A: { Type: AWS::Serverless::Api, Properties: { DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./api.yaml } } }, Auth: { DefaultAuthorizer: H, Authorizers: { H: { FunctionArn: !GetAtt F.Arn } } } } }\n",
    )
    const { text } = await runHere(check, { api: [template] })
    expect(text).toContain("GET /x  hallpass (H)")
    const { code, stdout } = await hallpass(["check", "--api", "-"], {}, "openapi: 3.0.1\npaths: { /y: { get: {} } }\n")
    expect(code).toBe(1)
    expect(stdout).toContain("GET /y has no authorizer")
  })
})

describe("15-7: bad documents end in one line with file and line, exit 2", () => {
  const bomb = `openapi: 3.0.1\na: &a [x,x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[at]}`).join(",")}]`).join("\n")}\n`
  it.each<[string, string, string | Uint8Array, string]>([
    ["a binary file", "binary.yaml", Uint8Array.of(1, 0, 2), "binary.yaml is no text: it has a byte 0"],
    ["another encoding", "latin.json", Uint8Array.of(0x7b, 0xe9, 0x7d), "latin.json is no text in UTF-8"],
    ["50 MB", "huge.json", new Uint8Array(50 * 1024 * 1024).fill(0x20), "huge.json is larger than 32 MB"],
    ["an empty file", "empty.yaml", "\n", "empty.yaml is empty"],
    ["aliases that repeat", "bomb.yaml", bomb, "bomb.yaml:3:8 repeats too much by its aliases"],
    [
      "deep JSON",
      "deep.json",
      `{"openapi":"3.0.1","paths":${"[".repeat(5000)}${"]".repeat(5000)}}`,
      "deep.json:1:127 nests more than 100 deep",
    ],
    ["deep YAML", "deep.yaml", `openapi: 3.0.1\npaths: ${"{a: ".repeat(5000)}`, "deep.yaml:2:"],
    [
      "a member twice in YAML",
      "twice.yaml",
      "openapi: 3.0.1\npaths:\n  /a: {}\n  /a: {}\n",
      "twice.yaml:4:3 has a key that the same object has",
    ],
    [
      "a member twice in JSON",
      "twice.json",
      '{"openapi":"3.0.1",\n"paths":{\n"/a":{},\n"/a":{}}}',
      'twice.json has paths["/a"] twice, again in line 4',
    ],
    ["a cut file", "cut.json", '{"openapi":"3.0.1",\n"paths":{"/a":', "cut.json:2:15 is not JSON: expected a value"],
    [
      "a cyclic reference",
      "cycle.yaml",
      'openapi: 3.0.1\npaths:\n  /a:\n    $ref: "#/paths/~1b"\n  /b: { $ref: "#/paths/~1a" }\n',
      'cycle.yaml:4 paths["/a"].$ref leads to itself',
    ],
    [
      "a method that is misspelt, among good ones",
      "gett.yaml",
      "openapi: 3.0.1\npaths:\n  /a:\n    parameters: []\n    get: {}\n    gett: {}\n",
      'gett.yaml:6 paths["/a"].gett is no method and no other member of a path. Correct or remove it',
    ],
    ["an unknown tag", "tag.yaml", "Resources:\n  A: !Foo x\n", "tag.yaml:2:"],
    ["another kind of document", "other.json", "\n[1]", "other.json:1 document"],
    ["a list of nothing", "list.json", "[]", "list.json:1 document is no OpenAPI document"],
    [
      "a sequence for terminals",
      "ansi.yaml",
      'openapi: 3.0.1\npaths: { "/a\\e[31m\\u202e": { $ref: "x" } }\n',
      "ansi.yaml:2 ",
    ],
  ])("%s", async (_, name, content, message) => {
    const { code, stdout, stderr } = await hallpass(["check", "--api", file(name, content)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^[^\n\p{Cc}\p{Cf}]+\. See hallpass check --help\n$/u)
  })

  it.each<[string, string[], string]>([
    ["a missing file", ["--api", "none.yaml"], "none.yaml cannot be read (ENOENT)"],
    ["a folder without a manifest", ["--api", "."], "is a folder without manifest.json"],
    ["--public without --api", ["-c", config, "--public", "GET /x"], "--public goes with --api or --account"],
    [
      "--public that is no route",
      ["--api", "x.yaml", "--public", "health"],
      '--public takes a route such as "GET /health"',
    ],
    ["--stage without --account", ["--api", "x.yaml", "--stage", "prod"], "--stage goes with --account"],
    ["--api with --account", ["--api", "x.yaml", "--account"], "--api and --account are two questions"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await hallpass(["check", ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain(message)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })

  it("a manifest cannot name files outside its folder", async () => {
    const artifact = { type: "aws:cloudformation:stack", properties: { templateFile: "../../etc/passwd" } }
    file("evil/manifest.json", { version: "1", artifacts: { a: artifact } })
    const { code, stderr } = await hallpass(["check", "--api", "evil"])
    expect(code).toBe(2)
    expect(stderr).toContain("outside its folder")
  })

  it("names from a file are not interpreted by the terminal", async () => {
    const name = file("names.yaml", 'openapi: 3.0.1\npaths: { "/a\\e[31m\\u202e\\n": { get: {} } }\n')
    const { code, stdout } = await hallpass(["check", "--api", name])
    expect(code).toBe(1)
    expect(stdout).toContain("GET /a\\u{1b}[31m\\u{202e}\\u{a} has no authorizer")
    expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it("20,000 paths are read", async () => {
    const paths = Array.from(
      { length: 20_000 },
      (_, at) => `  /p${at}/{id}:\n    get: { security: [{ o: [] }] }\n`,
    ).join("")
    const name = file(
      "long.yaml",
      `openapi: 3.0.1\npaths:\n${paths}components: { securitySchemes: { o: { type: oauth2 } } }\n`,
    )
    const { code, text } = await runHere(check, { api: [name] })
    expect(code).toBe(0)
    expect(text).toContain("Routes of the API (20000)")
    expect(text.length).toBeLessThan(50_000)
  })
})

describe("15-7: an API beside its configuration", () => {
  const template = (resources: object): unknown => ({ Resources: resources })
  const rest = (authorizer: object, api: object = {}): unknown =>
    template({
      Api: { Type: "AWS::ApiGateway::RestApi", Properties: api },
      A: {
        Type: "AWS::ApiGateway::Authorizer",
        Properties: {
          Name: "a",
          Type: "REQUEST",
          IdentitySource: "method.request.header.Authorization",
          ...authorizer,
        },
      },
      M: {
        Type: "AWS::ApiGateway::Method",
        Properties: {
          RestApiId: { Ref: "Api" },
          ResourceId: { "Fn::GetAtt": ["Api", "RootResourceId"] },
          HttpMethod: "GET",
          AuthorizationType: "CUSTOM",
          AuthorizerId: { Ref: "A" },
        },
      },
    })
  const http = (authorizer: object, type = "REQUEST"): unknown =>
    template({
      Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "HTTP" } },
      A: {
        Type: "AWS::ApiGatewayV2::Authorizer",
        Properties: {
          Name: "a",
          AuthorizerType: type,
          IdentitySource: ["$request.header.Authorization"],
          AuthorizerPayloadFormatVersion: "2.0",
          AuthorizerResultTtlInSeconds: 0,
          ...authorizer,
        },
      },
      R: {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: {
          ApiId: { Ref: "Api" },
          RouteKey: "GET /",
          AuthorizationType: type === "JWT" ? "JWT" : "CUSTOM",
          AuthorizerId: { Ref: "A" },
        },
      },
    })
  const configuration = (gateway: object = {}, more: object = {}): AuthorizerConfig =>
    ({ issuers: [oidcIssuer()], routes: { "GET /": { scopes: ["a"] } }, gateway, ...more }) as AuthorizerConfig
  const found = (document: unknown, config: AuthorizerConfig): string[] =>
    compareApi(config, inventory(document)).findings.map(
      ({ severity, route = "", message }) => `${severity} ${route}: ${message}`,
    )

  it("agrees", () => {
    expect(found(rest({}), configuration())).toEqual([])
    expect(found(http({}), configuration())).toEqual([])
    expect(
      found(rest({ IdentitySource: "method.request.header.authorization,context.path" }), configuration()),
    ).toEqual([])
    expect(found(rest({ AuthorizerResultTtlInSeconds: 60 }), configuration())).toEqual([])
  })

  it.each<[string, unknown, AuthorizerConfig, RegExp]>([
    [
      "a longer TTL",
      rest({ AuthorizerResultTtlInSeconds: 301 }),
      configuration(),
      /^error : Api: the authorizer a keeps answers for 301 seconds, and gateway.resultTtlSeconds is 300$/,
    ],
    ["the default TTL", rest({}), configuration({ resultTtlSeconds: 0 }), /keeps answers for 300 seconds/],
    [
      "another header",
      rest({ IdentitySource: "method.request.header.X" }),
      configuration(),
      /^error .*without method.request.header.Authorization in the cache key/,
    ],
    [
      "a header more",
      rest({ IdentitySource: "method.request.header.Authorization,method.request.header.X" }),
      configuration(),
      /^warning .*identity source method.request.header.X, and a request without it gets 401/,
    ],
    [
      "no route in the key",
      rest({}),
      configuration({ identitySources: ["token", "route"] }),
      /^error .*without context.httpMethod, context.resourcePath in the cache key/,
    ],
    [
      "the other type",
      rest({ Type: "TOKEN" }),
      configuration({ resultTtlSeconds: 300, identitySources: ["token", "route"] }),
      /^error .*is of type TOKEN, and the configuration needs REQUEST/,
    ],
    [
      "policies for simple",
      http({}),
      configuration({ responses: "simple", resultTtlSeconds: 0 }),
      /^error .*expects policies, and gateway.responses is "simple"/,
    ],
    [
      "simple for policies",
      http({ EnableSimpleResponses: true }),
      configuration(),
      /^error .*expects simple responses/,
    ],
    [
      "payload 1.0 for simple",
      http({ AuthorizerPayloadFormatVersion: "1.0", EnableSimpleResponses: true }),
      configuration({ responses: "simple", resultTtlSeconds: 0 }),
      /^error .*payload format 1.0, and the configuration needs 2.0/,
    ],
    [
      "no TTL of an HTTP API",
      http({ AuthorizerResultTtlInSeconds: undefined }),
      configuration(),
      /^info .*shows no result TTL/,
    ],
    [
      "another kind of API",
      http({}),
      configuration({ api: "rest" }),
      /^error .*cannot use the configuration: gateway.api is "rest"/,
    ],
    [
      "a policy that allows",
      rest({}, { Policy: { Statement: [{ Effect: "Allow" }] } }),
      configuration(),
      /^error .*the resource policy allows/,
    ],
    ...["context.path", "context.resourcePath", "$context.httpMethod"].map(
      (source): [string, unknown, AuthorizerConfig, RegExp] => [
        `a policy that allows, with ${source} alone beside the token: answers are still for every route (SR-143)`,
        rest({}, { Policy: { Statement: [{ Effect: "Allow" }] } }),
        configuration({ identitySources: ["token", source] }),
        /^error .*the resource policy allows/,
      ],
    ),
    [
      "a policy that does not",
      rest({}),
      configuration({ resourcePolicyAllows: true }),
      /^info .*resource policy allows nothing/,
    ],
    [
      "another authorizer",
      http({}, "JWT"),
      configuration(),
      /^warning GET \/: has the rule GET \/, but hallpass is not asked/,
    ],
    [
      "no rule",
      rest({}),
      configuration({}, { routes: { "POST /": {} } }),
      /^warning GET \/: has no rule, so hallpass refuses every caller/,
    ],
    [
      "no route",
      rest({}),
      configuration({}, { routes: { "GET /": {}, "GET /x": {} } }),
      /^warning GET \/x: has a rule, and the API has no such route/,
    ],
  ])("%s", (_, document, config, message) => {
    expect(found(document, config)).toContainEqual(expect.stringMatching(message))
  })

  it.each([["route"], ["context.routeKey"], ["context.httpMethod", "context.resourcePath"]])(
    "a policy that allows is right if the cache key holds the route: %s, %s (SR-143)",
    (...sources) => {
      const document = rest({}, { Policy: { Statement: [{ Effect: "Allow" }] } })
      const lines = found(document, configuration({ identitySources: ["token", ...sources] }))
      expect(lines.filter((line) => line.includes("resource policy"))).toEqual([])
    },
  )

  it("no rule is needed if any authenticated principal may call", () => {
    expect(found(rest({}), configuration({}, { routes: undefined }))).toEqual([])
    const config = configuration({}, { routes: { "GET /": {} }, unmatched: "authenticated" })
    expect(found(rest({}), config)).toEqual([])
  })

  it("rules of a method and of any method, under other names of parameters; the path decides if matchBy says so", () => {
    const route = (key: string) => ({
      Type: "AWS::ApiGatewayV2::Route",
      Properties: { RouteKey: key, AuthorizationType: "CUSTOM", AuthorizerId: "x", ApiId: "x" },
    })
    const document = template({ A: route("ANY /o/{id}"), B: route("GET /p/{x}") })
    const rules = (routes: object, gateway: object = {}) =>
      compareApi(configuration(gateway, { routes }), inventory(document)).routes.map(({ rule }) => rule)
    expect(rules({ "GET /o/{n}": {}, "POST /o/{m}": {}, "ANY /p/{y}": {}, "GET /p/{z}": {} })).toEqual([
      "GET /o/{n}, POST /o/{m}",
      "GET /p/{z}",
    ])
    expect(rules({ "GET /o/{n}": {}, "GET /o/7": {}, $default: {} }, { matchBy: "path" })).toEqual([
      "GET /o/{n}, GET /o/7, $default",
      "$default",
    ])
  })
})
