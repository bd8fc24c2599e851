import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { gatewaySettingsText } from "../../src/cli/gateway-settings.ts"
import { type AuthorizerConfig, createAuthorizer } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { terraform } from "../support/tools.ts"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { type Authorizers, type Deployed, withCdk, withTerraform } from "./deployed-authorizers.ts"
import { root } from "./external-tools.ts"
import { evaluate, type Values } from "./intrinsics.ts"
import { okta, outputs } from "./parameter-sets.ts"
import { core, demo, type Template } from "./template.ts"

interface Row {
  readonly configuration: object
  /**
   * The parameters of template.yaml and deploy/demo.yaml that say the same, if there are any. Without them there is
   * `Config`.
   */
  readonly parameters?: Values
  /** The parameters of attach-existing-api.yaml that say the same, if there are any. */
  readonly attached?: Values
}

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }]
const routes = { "GET /orders": { scopes: ["orders:read"] }, "POST /orders": { scopes: ["orders:write"] } }
const Routes = JSON.stringify(routes)
const secret = { header: "x-origin-verify", values: { secretsManager: "edge/origin" } }
const hmac = { hmac: { header: "x-edge-signature", keys: { secretsManager: "edge/hmac" } } }
const edgeIssuer = { provider: "oidc", issuer: "https://bigip.example.test", audience: "https://orders.example.test" }
const jws = {
  jws: { header: "x-edge-identity", issuer: { ...edgeIssuer, jwksUri: "https://bigip.example.test/jwks" } },
}
const edge = (evidence: object, role = "identity") => ({ role, headers: { user: "x-edge-user" }, evidence: [evidence] })
const none = { resultTtlSeconds: 0 }
const simple = { responses: "simple" }
const header = (name: string): string => `method.request.header.${name}`

/** Sound configurations: how hallpass check prints them is what the others are compared with. */
const rows: { readonly [what: string]: Row } = {
  "the defaults": {
    configuration: { issuers },
    parameters: { ...okta },
    attached: {},
  },
  "simple responses": {
    configuration: { issuers, gateway: simple },
    parameters: { ...okta, HttpResponses: "simple" },
    attached: { HttpResponses: "simple" },
  },
  "no cache": {
    configuration: { issuers, routes, gateway: { ...none, ...simple } },
    parameters: { ...okta, Routes, ResultTtlSeconds: 0, HttpResponses: "simple" },
    attached: { ResultTtlSeconds: 0, HttpResponses: "simple" },
  },
  "routes under a cache by token": {
    configuration: { issuers, routes, gateway: { resultTtlSeconds: 60 } },
    parameters: { ...okta, Routes, ResultTtlSeconds: 60 },
    attached: { ResultTtlSeconds: 60 },
  },
  "the word route": {
    configuration: { issuers, routes, gateway: { identitySources: ["token", "route"], ...simple } },
    parameters: { ...okta, Routes, IdentitySources: "token,route", HttpResponses: "simple" },
    attached: { IdentitySources: "token,route", HttpResponses: "simple" },
  },
  "the route as HTTP APIs write it": {
    configuration: {
      issuers,
      routes,
      gateway: { identitySources: ["$request.header.Authorization", "$context.routeKey"], ...simple },
    },
    parameters: { ...okta, Routes, IdentitySources: "$request.header.Authorization,$context.routeKey" },
    attached: { IdentitySources: "$request.header.Authorization,$context.routeKey" },
  },
  "the word token beside it": {
    configuration: { issuers, routes, gateway: { identitySources: ["token", "$context.routeKey"], ...simple } },
    parameters: { ...okta, Routes, IdentitySources: "token,$context.routeKey" },
    attached: { IdentitySources: "token,$context.routeKey" },
  },
  "the route as REST APIs write it": {
    configuration: {
      issuers,
      routes,
      gateway: { identitySources: [header("Authorization"), "context.httpMethod", "context.resourcePath"] },
    },
  },
  "route key and method": {
    configuration: {
      issuers,
      routes,
      gateway: { identitySources: ["token", "$context.routeKey", "$context.httpMethod"] },
    },
  },
  "the method alone": {
    configuration: { issuers, routes, gateway: { identitySources: ["token", "context.httpMethod"] } },
  },
  "a stage variable": { configuration: { issuers, gateway: { identitySources: ["token", "$stageVariables.tier"] } } },
  "an address": {
    configuration: { issuers, gateway: { identitySources: ["token", "context.identity.sourceIp"], ...simple } },
    parameters: { ...okta, IdentitySources: "token,context.identity.sourceIp" },
    attached: { IdentitySources: "token,context.identity.sourceIp" },
  },
  "another header, twice": {
    configuration: {
      issuers,
      gateway: {
        identitySources: ["token", "$request.header.X-Tenant", header("X-Tenant"), "route.request.header.X-B"],
      },
    },
  },
  "a query parameter": { configuration: { issuers, routes: { $connect: {} }, credential: { query: "access_token" } } },
  "a cookie": { configuration: { issuers, credential: { cookie: "session" } } },
  "a bare token": {
    configuration: { issuers, credential: { header: "X-Token", scheme: null }, gateway: simple },
    attached: { TokenHeader: "X-Token", HttpResponses: "simple" },
  },
  "a subprotocol": { configuration: { issuers, credential: { subprotocol: "bearer" } } },
  "several places": { configuration: { issuers, credential: { header: "X-Token", cookie: "t" }, gateway: none } },
  "a TOKEN authorizer": { configuration: { issuers, routes, gateway: { authorizerType: "token" } } },
  "REST APIs only": { configuration: { issuers, gateway: { api: "rest", identitySources: ["token", "route"] } } },
  "HTTP APIs only": { configuration: { issuers, gateway: { api: "http", identitySources: ["token", "route"] } } },
  "an edge that signs": { configuration: { issuers: [], edge: edge(hmac), gateway: none } },
  "an edge beside issuers": { configuration: { issuers, edge: edge(hmac), gateway: none } },
  "an edge that adds to tokens": { configuration: { issuers, edge: edge(hmac, "attributes"), gateway: none } },
  "an edge that mints tokens, under a cache": {
    configuration: { issuers: [], edge: edge(jws), gateway: { identitySources: [header("x-edge-identity")] } },
  },
  "an edge behind an endpoint, under a cache": {
    configuration: {
      issuers: [],
      edge: edge({ vpceIds: ["vpce-0123456789abcdef0"], secret }),
      gateway: { identitySources: [header("x-edge-user"), header("x-origin-verify"), "context.identity.vpceId"] },
    },
  },
}
const configurations = Object.values(rows).map(({ configuration }) => configuration)
const names = Object.keys(rows)

/** What `hallpass check` prints for one kind of API, taken apart. */
interface Printed {
  readonly ttl: number
  readonly rest: Settings | { readonly refused: string }
  readonly http: Settings | { readonly refused: string }
  readonly websocket: Settings | undefined
}
interface Settings {
  readonly form: string
  readonly sources: readonly string[]
}
function printed(configuration: object): Printed {
  const config = configuration as AuthorizerConfig
  const text = gatewaySettingsText(config, compilePolicy(config))
  const line = (api: string): string | undefined => new RegExp(`^  ${api} +(.*)$`, "m").exec(text)?.[1]
  const settings = (api: string) => {
    const found = line(api)
    if (found === undefined) throw new Error(`hallpass check prints nothing for ${api}`)
    const [, refused] = /^cannot use this configuration: (.*)$/.exec(found) ?? []
    return refused === undefined ? settingsIn(found) : { refused }
  }
  const connect = line("WebSocket API")
  return {
    ttl: Number(/\d+/.exec(line("result TTL") ?? "")),
    rest: settings("REST API"),
    http: settings("HTTP API"),
    websocket: connect === undefined ? undefined : settingsIn(connect),
  }
}
function settingsIn(line: string): Settings {
  const [, form = "", list] = /^(.*?);? ?(?:no identity source|identity sources? ([^;]*))(?:;.*)?$/.exec(line) ?? []
  return { form, sources: list === undefined ? [] : list.split(", ") }
}

const example = parseTemplate(readFileSync(join(root, "examples/attach-existing-api.yaml"), "utf8")) as Template

/** What attach-existing-api.yaml makes of parameters; undefined if it does not take them. */
function attached(values: Values): { readonly [name: string]: { readonly [name: string]: unknown } } | undefined {
  for (const [name, { AllowedValues }] of Object.entries(example.Parameters))
    if (name in values && AllowedValues?.includes(String(values[name])) === false) return undefined
  const defaults = Object.entries(example.Parameters).map(([name, { Default }]) => [name, Default])
  const named = { AuthorizerFunctionArn: "f", InvokeRoleArn: "r", RestApiId: "r", HttpApiId: "h", WebSocketApiId: "w" }
  const stack = {
    values: { ...Object.fromEntries(defaults), ...named, ...values },
    conditions: example.Conditions,
    lists: new Set<string>(),
  }
  const resources = Object.entries(example.Resources).filter(([name]) => name.endsWith("Authorizer"))
  return Object.fromEntries(
    resources.map(([name, { Properties }]) => [name, evaluate(Properties, stack) as { [name: string]: unknown }]),
  )
}

/** A finer cache key is right as well: these may be there in addition. */
const finer = ["context.httpMethod", "context.resourcePath", "$context.httpMethod"]
function expectFiner(found: readonly string[], expected: readonly string[]): void {
  expect(found).toEqual(expect.arrayContaining([...expected]))
  expect(found.filter((source) => !expected.includes(source) && !finer.includes(source))).toEqual([])
}
const listOf = (text: unknown): string[] =>
  String(text)
    .split(",")
    .filter((source) => source !== "")

test("13-8-2: there are 20 configurations and more, each of them sound", () => {
  expect(names.length).toBeGreaterThanOrEqual(20)
  for (const [what, { configuration }] of Object.entries(rows))
    expect(() => createAuthorizer(configuration as AuthorizerConfig), what).not.toThrow()
})

test("13-8-2: the template's pattern takes the identity sources that hallpass takes, and no others", () => {
  const pattern = new RegExp(core.template.Parameters.IdentitySources?.AllowedPattern ?? "(?!)")
  const good = configurations.flatMap((each) => (each as AuthorizerConfig).gateway?.identitySources ?? [])
  const bad = ["Token", "ROUTE", "banana", "Authorization", "method.request.path.id", "context.", "$$context.routeKey"]
  const accepted = (source: string): boolean => {
    try {
      createAuthorizer({ issuers, gateway: { identitySources: ["token", source] } } as AuthorizerConfig)
      return true
    } catch {
      return false
    }
  }
  expect(good.length).toBeGreaterThan(15)
  for (const source of [...good, ...bad]) {
    expect(accepted(source), source).toBe(good.includes(source))
    for (const text of [`token,${source}`, `${source},token`])
      expect(pattern.test(text), text).toBe(good.includes(source))
  }
  for (const text of ["", ",", "token,", ",token", "token, route", "token;route"])
    expect(pattern.test(text), text).toBe(false)
})

describe.each(names)("13-8-2: template.yaml and hallpass check agree: %s", (what) => {
  const { configuration, parameters } = rows[what] as Row
  const { ttl, rest, http, websocket } = printed(configuration)

  test("the demo APIs", () => {
    if (parameters === undefined) return // their values are in Config, and the demo APIs get them by hand
    expect(core.refusals(parameters)).toEqual([])
    const settings = ["ResultTtlSeconds", "IdentitySources", "HttpResponses"].filter((name) => name in parameters)
    const values = { ...outputs, ...Object.fromEntries(settings.map((name) => [name, parameters[name] ?? ""])) }
    const refused = settings.flatMap((name) => demo.problemsOf(name, values[name] ?? ""))
    if (refused.length > 0) {
      // What cannot be derived is refused; the stack goes without demo APIs then.
      expect(parameters.IdentitySources).not.toMatch(/^token(?:,route)?$/)
      return
    }
    const resources = demo.deployedResources(values)
    if ("refused" in rest || "refused" in http) throw new Error("the template deploys what hallpass check refuses")
    const { DefinitionBody } = resources.RestDemoApi?.Properties ?? {}
    const definition = DefinitionBody as { components: { securitySchemes: { Hallpass: { [name: string]: object } } } }
    const authorizer: { authorizerResultTtlInSeconds?: number; identitySource?: string } =
      definition.components.securitySchemes.Hallpass["x-amazon-apigateway-authorizer"] ?? {}
    expect(Number(authorizer.authorizerResultTtlInSeconds)).toBe(ttl)
    expectFiner(String(authorizer.identitySource).split(", "), rest.sources)
    const { AuthorizerResultTtlInSeconds, EnableSimpleResponses, IdentitySource } =
      resources.HttpDemoAuthorizer?.Properties ?? {}
    expect(Number(AuthorizerResultTtlInSeconds)).toBe(ttl)
    expect(EnableSimpleResponses).toBe(http.form.includes("with simple responses"))
    expectFiner(IdentitySource as string[], http.sources)
    if (websocket) expect(resources.WebSocketDemoAuthorizer?.Properties.IdentitySource).toEqual(websocket.sources)
  })
})

const attachable = Object.entries(rows).filter(([, { attached }]) => attached !== undefined)
test.each(attachable)("13-8-2: attach-existing-api.yaml and hallpass check agree: %s", (_what, row) => {
  const { ttl, rest, http, websocket } = printed(row.configuration)
  const { attached: values = {} } = row
  const found = attached(values)
  if (!/^token(?:,route)?$/.test(String(values.IdentitySources ?? "token"))) return expect(found).toBeUndefined()
  if (found === undefined || "refused" in rest || "refused" in http) throw new Error("refused")
  expect(Number(found.RestAuthorizer?.AuthorizerResultTtlInSeconds)).toBe(ttl)
  expect(Number(found.HttpAuthorizer?.AuthorizerResultTtlInSeconds)).toBe(ttl)
  expect(listOf(found.RestAuthorizer?.IdentitySource)).toEqual(rest.sources)
  expectFiner(found.HttpAuthorizer?.IdentitySource as string[], http.sources)
  expect(found.HttpAuthorizer?.EnableSimpleResponses).toBe(http.form.includes("with simple responses"))
  if (websocket) expect(found.WebSocketAuthorizer?.IdentitySource).toEqual(websocket.sources)
})

const typeOf = ({ form }: Settings): string => (form === "type TOKEN" ? "TOKEN" : "REQUEST")

describe("13-8-2: examples/cdk and hallpass check agree", () => {
  let made: readonly Authorizers[]
  beforeAll(() => {
    made = withCdk(configurations)
  })

  test.each(names.map((name, index): [string, number] => [name, index]))("%s", (name, index) => {
    const { ttl, rest, http, websocket } = printed((rows[name] as Row).configuration)
    const found = made[index]
    if (found === undefined) throw new Error("nothing was synthesised")
    if ("refused" in rest)
      expect(found.rest).toEqual({ refused: `A REST API cannot use this configuration: ${rest.refused}` })
    else {
      expect(found.rest).toMatchObject({ Type: typeOf(rest), AuthorizerResultTtlInSeconds: ttl })
      expect(listOf((found.rest as { IdentitySource: string }).IdentitySource)).toEqual(rest.sources)
    }
    if ("refused" in http)
      expect(found.http).toEqual({ refused: `An HTTP API cannot use this configuration: ${http.refused}` })
    else
      expect(found.http).toMatchObject({
        AuthorizerType: "REQUEST",
        AuthorizerPayloadFormatVersion: "2.0",
        AuthorizerResultTtlInSeconds: ttl,
        EnableSimpleResponses: http.form.includes("with simple responses"),
        IdentitySource: http.sources,
      })
    if (websocket)
      expect(found.websocket).toMatchObject({ AuthorizerType: "REQUEST", IdentitySource: websocket.sources })
  })
})

describe.skipIf(!terraform.isThere)("13-8-2: examples/terraform and hallpass check agree", () => {
  let made: readonly Authorizers[]
  beforeAll(() => {
    made = withTerraform(configurations)
  })

  test.each(names.map((name, index): [string, number] => [name, index]))("%s", (name, index) => {
    const { ttl, rest, http } = printed((rows[name] as Row).configuration)
    const found = made[index]
    if (found === undefined) throw new Error("nothing was planned")
    const expected: { rest: Deployed; http: Deployed } = {
      rest:
        "refused" in rest ? rest : { impossible: "", type: typeOf(rest), identity_source: rest.sources.join(","), ttl },
      http:
        "refused" in http
          ? http
          : {
              impossible: "",
              identity_sources: http.sources,
              enable_simple_responses: http.form.includes("with simple responses"),
              ttl,
            },
    }
    expect(found).toEqual(expected)
  })

  const broken = [
    "Token",
    "banana",
    "Authorization",
    "$request.header.A,$context.routeKey",
    "method.request.path.id",
    7,
    null,
  ]
  const refused = [
    ...broken.map((source) => ({ issuers, gateway: { identitySources: ["token", source] } })),
    { issuers, gateway: { identitySources: "token" } },
    { issuers, gateway: { identitySources: null } },
    { issuers, gateway: { resultTtlSeconds: "soon" } },
  ]

  test("what cannot be derived is refused, and by hallpass, too", () => {
    for (const configuration of refused)
      expect(() => createAuthorizer(configuration as never), JSON.stringify(configuration)).toThrow(/gateway\./)
    const all = withTerraform(refused)
    expect(all).toHaveLength(refused.length)
    for (const [index, { rest }] of all.entries())
      expect("refused" in rest ? rest.refused : "planned", JSON.stringify(refused[index])).toMatch(
        /gateway\.identitySources must hold|gateway\.resultTtlSeconds must be|Iteration over/,
      )
  })

  test("each authorizer takes its settings from the module, and is refused if it is impossible", () => {
    const text = readFileSync(join(root, "examples/terraform/attach.tf"), "utf8").replaceAll(/ += /g, " = ")
    for (const kind of ["rest", "http"]) {
      const [, resource = ""] = new RegExp(`resource "\\w+" "${kind}" \\{([\\s\\S]*?)\\n\\}`).exec(text) ?? []
      expect(resource).toContain(`condition = module.gateway.${kind}.impossible == ""`)
      expect(resource).toContain("authorizer_result_ttl_in_seconds = module.gateway.result_ttl_seconds")
      expect(resource).toMatch(new RegExp(`identity_sources? = module\\.gateway\\.${kind}\\.identity_sources?\\n`))
    }
    expect(text).toContain("type = module.gateway.rest.type")
    expect(text).toContain("enable_simple_responses = module.gateway.http.enable_simple_responses")
    expect(text).toContain("configuration = var.configuration")
  })
})
