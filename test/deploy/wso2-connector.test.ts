import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, it } from "vitest"
import { parse } from "yaml"
import type { ClientRequest } from "../../local/gateway/api.ts"
import { ApiGateway } from "../../local/gateway/gateway.ts"
import { type AuthorizerConfig, configFromEnvironment, createAuthorizer } from "../../src/index.ts"
import { routesFromOpenApi } from "../../src/openapi.ts"
import { gatewaySettings } from "../../src/policy.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { command } from "../cli/in-process.ts"
import { matchesArn } from "../conformance/policy/iam.ts"
import { clock } from "../support/mint.ts"
import { evaluate } from "./intrinsics.ts"
import { RecordingClient } from "./recording-client.ts"
import { core, deployedEnvironment } from "./template.ts"
import { nameOf, type OAuth2Policy, Wso2Connector } from "./wso2-connector.ts"

// 17-9: WSO2's connector against the outputs of the stack, without a network.

const values = {
  Provider: "auth0",
  Domain: "acme.eu.auth0.com",
  Audience: "https://orders.example.com",
  ResultTtlSeconds: 0,
}
const output = (name: string): string => String(evaluate(core.template.Outputs[name]?.Value, core.stackOf(values)))
const policy: OAuth2Policy = { lambdaARN: output("AuthorizerFunctionArn"), invokeRoleArn: output("InvokeRoleArn") }

const auth0 = createTestIssuer({ provider: "auth0", domain: values.Domain, audience: values.Audience, clock })
const exported: unknown = parse(readFileSync(new URL("../fixtures/openapi/wso2.yaml", import.meta.url), "utf8"))
const { routes } = routesFromOpenApi(exported)
const config: AuthorizerConfig = {
  issuers: [auth0.config],
  routes,
  gateway: { api: "rest", authorizerType: "token", resultTtlSeconds: 0 },
}
const definition = Object.fromEntries(
  Object.entries((exported as { readonly paths: { readonly [path: string]: object } }).paths).map(([path, item]) => [
    path,
    ["get", "post", "put", "delete"].filter((method) => Object.hasOwn(item, method)).map((each) => each.toUpperCase()),
  ]),
)

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

let client = new RecordingClient()
const connector = (): Wso2Connector => new Wso2Connector(client, "eu-west-1")
beforeEach(() => {
  client = new RecordingClient()
})

async function ask(
  method: string,
  path: string,
  token?: string,
  handler = createAuthorizer(config, { clock }).handler,
) {
  const headers: ClientRequest["headers"] = token === undefined ? [] : [["Authorization", `Bearer ${token}`]]
  const gateway = new ApiGateway(client.api(), handler, clock)
  const request = { method, path, query: "", sourceIp: "192.0.2.1", headers }
  const { response, event, cache } = await gateway.handle(request)
  return { status: response?.status ?? 200, headers: response?.headers ?? {}, event, cache }
}

describe("17-9: the two values of the policy AWS OAuth2", () => {
  it("have the forms that the connector accepts", () => {
    expect(policy.lambdaARN).toMatch(/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:\w+:live$/)
    expect(policy.invokeRoleArn).toMatch(/^arn:aws:iam::\d{12}:role\/.+$/)
  })

  it("name the alias: the function's name is not in the authorizer's name, so each stack needs its own role", () => {
    expect(nameOf(policy)).toBe("live-hallpass-InvokeRole-1A2B3C-authorizer")
    const other = { ...policy, lambdaARN: policy.lambdaARN.replace("AuthorizerFunction", "Other") }
    expect(nameOf(other)).toBe(nameOf(policy))
  })

  it("let API Gateway assume the role, which may invoke the alias and nothing else", () => {
    const { AssumeRolePolicyDocument: trust, Policies } = core.resource("InvokeRole").Properties as {
      readonly AssumeRolePolicyDocument: { readonly Statement: readonly { readonly Principal: object }[] }
      readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly object[] } }[]
    }
    expect(trust.Statement.map(({ Principal }) => Principal)).toEqual([{ Service: "apigateway.amazonaws.com" }])
    const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    expect(evaluate(statements, core.stackOf(values))).toEqual([
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: policy.lambdaARN },
    ])
  })
})

describe("17-9: the calls of the connector", () => {
  it("make the authorizer that the configuration asks for", () => {
    connector().deploy(definition, policy)
    const [made] = client.authorizers
    const { rest, resultTtlSeconds } = gatewaySettings(config)
    expect(client.authorizers).toHaveLength(1)
    expect(rest.authorizerTypes).toContain(made?.type)
    expect(rest.identitySources.join(",")).toBe(made?.identitySource)
    expect(resultTtlSeconds).toBe(made?.authorizerResultTtlInSeconds)
    expect(made?.identityValidationExpression).toBeUndefined()
    expect(made?.authorizerUri).toBe(output("AuthorizerUri"))
    expect(made?.authorizerCredentials).toBe(policy.invokeRoleArn)
  })

  it("fit the deployed function with the parameters of docs/wso2.md", () => {
    const deployed = configFromEnvironment(deployedEnvironment(values)) as AuthorizerConfig
    expect(gatewaySettings(deployed).resultTtlSeconds).toBe(0)
    expect(gatewaySettings(deployed).rest.authorizerTypes).toContain("TOKEN")
    expect(gatewaySettings({ ...deployed, gateway: {} }).resultTtlSeconds).not.toBe(0)
    const page = readFileSync(new URL("../../docs/wso2.md", import.meta.url), "utf8")
    for (const [name, value] of Object.entries(values)) expect(page).toContain(`${name}=${value}`)
  })

  it("come in the order of the connector, and deploy after the authorizers are set", () => {
    connector().deploy({ "/menu": ["GET"] }, policy)
    expect(client.calls.map(({ name }) => name)).toEqual([
      ...["ImportRestApi", "GetResources", "CreateAuthorizer"],
      ...["PutMethod", "PutMethodResponse", "PutIntegration", "PutIntegrationResponse"],
      ...["UpdateMethodResponse", "UpdateIntegrationResponse", "UpdateGatewayResponse"],
      ...["GetMethod", "PutIntegration", "PutIntegrationResponse", "UpdateMethod", "GetMethod"],
      ...["UpdateMethodResponse", "UpdateIntegrationResponse", "CreateDeployment", "GetRestApi"],
    ])
  })

  it("guard every method but OPTIONS, and none without the policy", () => {
    connector().deploy(definition, policy)
    for (const [key, { authorizationType }] of client.methods)
      expect(`${key} ${authorizationType}`).toBe(`${key} ${key.startsWith("OPTIONS ") ? "NONE" : "CUSTOM"}`)
    client = new RecordingClient()
    connector().deploy(definition)
    expect(new Set([...client.methods.values()].map((each) => each.authorizationType))).toEqual(new Set(["NONE"]))
  })

  it("take the known authorizer again in a redeployment", () => {
    connector().deploy(definition, policy)
    connector().redeploy("abcdef1234", definition, policy)
    expect(client.authorizers).toHaveLength(1)
    expect(client.deployments).toBe(2)
    expect([...client.methods.values()].filter(({ authorizerId }) => authorizerId === "auth0")).not.toHaveLength(0)
  })

  it("leave the draft open if a redeployment fails after the import", () => {
    connector().deploy(definition, policy)
    client.failsAt = "GetAuthorizers"
    expect(() => connector().redeploy("abcdef1234", definition, policy)).toThrow()
    expect(client.methods.get("POST /menu")?.authorizationType).toBe("NONE")
    expect(client.deployments).toBe(1)
  })

  it("leave resources after the 25th without the authorizer", () => {
    connector().deploy(Object.fromEntries(Array.from({ length: 26 }, (_, at) => [`/r${at}`, ["GET"]])), policy)
    expect(client.methods.get("GET /r24")?.authorizationType).toBe("CUSTOM")
    expect(client.methods.get("GET /r25")?.authorizationType).toBe("NONE")
  })
})

describe("17-9: the policy of hallpass generate wso2-connector-policy", () => {
  /** Method and path of each call in the control plane of API Gateway. */
  const places: { readonly [name: string]: readonly [verb: string, path: string] } = {
    ImportRestApi: ["POST", "/restapis"],
    PutRestApi: ["PUT", "/restapis/a1"],
    GetRestApi: ["GET", "/restapis/a1"],
    GetResources: ["GET", "/restapis/a1/resources"],
    GetAuthorizers: ["GET", "/restapis/a1/authorizers"],
    CreateAuthorizer: ["POST", "/restapis/a1/authorizers"],
    PutMethod: ["PUT", "/restapis/a1/resources/r1/methods/OPTIONS"],
    GetMethod: ["GET", "/restapis/a1/resources/r1/methods/GET"],
    UpdateMethod: ["PATCH", "/restapis/a1/resources/r1/methods/GET"],
    PutMethodResponse: ["PUT", "/restapis/a1/resources/r1/methods/GET/responses/200"],
    UpdateMethodResponse: ["PATCH", "/restapis/a1/resources/r1/methods/GET/responses/200"],
    PutIntegration: ["PUT", "/restapis/a1/resources/r1/methods/GET/integration"],
    PutIntegrationResponse: ["PUT", "/restapis/a1/resources/r1/methods/GET/integration/responses/200"],
    UpdateIntegrationResponse: ["PATCH", "/restapis/a1/resources/r1/methods/GET/integration/responses/200"],
    UpdateGatewayResponse: ["PATCH", "/restapis/a1/gatewayresponses/DEFAULT_4XX"],
    CreateDeployment: ["POST", "/restapis/a1/deployments"],
    GetDeployments: ["GET", "/restapis/a1/deployments"],
  }

  it("allows each call that the connector made, and passes the role of the stack", async () => {
    const flags = ["--region", "eu-west-1", "--invoke-role-arn", policy.invokeRoleArn]
    const { code, stdout } = await command(["generate", "wso2-connector-policy", ...flags])
    expect(code).toBe(0)
    const { Statement } = JSON.parse(stdout) as { readonly Statement: readonly Statement[] }
    const allows = (action: string, resource: string): boolean =>
      Statement.some(
        ({ Effect, Action, Resource }) =>
          Effect === "Allow" &&
          [Action].flat().includes(action) &&
          [Resource].flat().some((pattern) => matchesArn(pattern, resource)),
      )
    connector().deploy(definition, policy)
    connector().redeploy("a1", definition, policy)
    for (const { name } of client.calls) {
      const [verb, path] = places[name] ?? ["", ""]
      expect(`${name} ${allows(`apigateway:${verb}`, `arn:aws:apigateway:eu-west-1::${path}`)}`).toBe(`${name} true`)
    }
    expect(allows("iam:PassRole", policy.invokeRoleArn)).toBe(true)
    expect(allows("iam:PassRole", "arn:aws:iam::123456789012:role/admin")).toBe(false)
    expect(allows("lambda:InvokeFunction", policy.lambdaARN)).toBe(false)
  })
})

describe("17-9: requests to the API that the connector deployed, with tokens of Auth0", () => {
  beforeEach(() => connector().deploy(definition, policy))
  const scoped = (scope: string, claims = {}) => auth0.token({ scope, ...claims })

  it("are TOKEN events, and each one reaches the function", async () => {
    const { status, event, cache } = await ask("POST", "/menu", scoped("menu_write"))
    expect({ status, cache }).toEqual({ status: 200, cache: "off" })
    expect(Object.keys(event ?? {}).toSorted()).toEqual(["authorizationToken", "methodArn", "type"])
  })

  it.each<[string, string, string, object, number]>([
    ["POST", "/menu", "menu_write", {}, 200],
    ["POST", "/menu", "menu_admin", {}, 200],
    ["POST", "/menu", "order_view", {}, 403],
    ["GET", "/order/7", "order_view", {}, 200],
    ["GET", "/order/7", "menu_admin", {}, 403],
    ["PUT", "/order/7", "order_change", {}, 200],
    ["DELETE", "/order/7", "order_cancel", {}, 403],
    ["DELETE", "/order/7", "order_cancel", { gty: "client-credentials", sub: "app@clients", azp: "app" }, 200],
    ["POST", "/order", "openid", {}, 200],
  ])("get the scopes of the exported document: %s %s with %s", async (method, path, scope, claims, status) => {
    expect((await ask(method, path, scoped(scope, claims))).status).toBe(status)
  })

  it("are closed on operations without security, because the policy covers the API", async () => {
    expect((await ask("GET", "/menu")).status).toBe(401)
    expect((await ask("GET", "/menu", scoped("menu_admin"))).status).toBe(403)
  })

  it("take tokens of WSO2's own server as well, whose aut is the kind of the caller", async () => {
    const wso2 = createTestIssuer({ provider: "wso2", clock })
    const { handler } = createAuthorizer({ ...config, issuers: [wso2.config] }, { clock })
    const program = wso2.token({ aut: "APPLICATION", scope: "order_cancel" })
    const person = wso2.token({ aut: "APPLICATION_USER", scope: "order_cancel order_view" })
    expect((await ask("DELETE", "/order/7", program, handler)).status).toBe(200)
    expect((await ask("DELETE", "/order/7", person, handler)).status).toBe(403)
    expect((await ask("GET", "/order/7", person, handler)).status).toBe(200)
  })

  it("take the consumer key from azp", async () => {
    const { decide } = createAuthorizer(config, { clock })
    const { event } = await ask("POST", "/order", scoped("openid", { azp: "consumer-key" }))
    expect(await decide(event as object)).toMatchObject({ principal: { clientId: "consumer-key" } })
  })

  it("have CORS headers at 401 and 403, and none at 500", async () => {
    const allowed = { "access-control-allow-origin": "*", "access-control-allow-methods": "GET,OPTIONS" }
    const lost = createAuthorizer(
      { ...config, issuers: [{ provider: "auth0", domain: values.Domain, audience: values.Audience }] },
      { clock, fetchKeySet: async () => Promise.reject(new Error("no network")) },
    )
    const missing = await ask("POST", "/menu")
    const bad = await ask("POST", "/menu", auth0.token({}, "expired"))
    const forbidden = await ask("POST", "/menu", scoped("order_view"))
    const undecided = await ask("POST", "/menu", scoped("menu_write"), lost.handler)
    expect([missing, bad, forbidden, undecided].map(({ status }) => status)).toEqual([401, 401, 403, 500])
    for (const each of [missing, bad, forbidden]) expect(each.headers).toMatchObject(allowed)
    expect(Object.keys(undecided.headers).filter((name) => name.startsWith("access-control"))).toEqual([])
    expect(Object.keys(client.gatewayResponses)).toEqual(["DEFAULT_4XX"])
  })

  it("ask the function for no preflight", async () => {
    expect(await ask("OPTIONS", "/menu")).toMatchObject({ status: 200, event: undefined })
  })
})
