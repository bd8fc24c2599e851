import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { App, Stack } from "aws-cdk-lib"
import { Template } from "aws-cdk-lib/assertions"
import { AuthorizationType, MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway"
import { HttpApi, HttpMethod, WebSocketApi } from "aws-cdk-lib/aws-apigatewayv2"
import { HttpUrlIntegration, WebSocketMockIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { HallpassAuthorizer } from "../../src/cdk.ts"
import type { AuthorizerConfig } from "../../src/index.ts"

const bundle = mkdtempSync(join(tmpdir(), "hallpass-cdk-"))
mkdirSync(join(bundle, "chunks"))
writeFileSync(join(bundle, "authorizer.mjs"), "export const handler = () => undefined\n")
afterAll(() => rmSync(bundle, { recursive: true, force: true }))
// The CDK's own look at templates prints advice alone, and takes two seconds. test/deploy/cdk-example.test.ts holds that
// there is none.
beforeAll(() => void vi.stubEnv("CDK_VALIDATION", "false"))

const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
const environments: readonly AuthorizerConfig[] = [
  { issuers },
  { issuers, gateway: { resultTtlSeconds: 0 } },
  { issuers, gateway: { resultTtlSeconds: 60, identitySources: ["token", "route"] }, routes: { "GET /orders": {} } },
]

const templates = new Map<AuthorizerConfig, Template>()

/** A stack with an API of each kind, each guarded in one line; one for each configuration. */
function synthesised(config: AuthorizerConfig = environments[0] as AuthorizerConfig): Template {
  const template = templates.get(config) ?? synthesise(config)
  templates.set(config, template)
  return template
}
function synthesise(config: AuthorizerConfig): Template {
  const stack = new Stack(new App(), "Orders")
  const hallpass = new HallpassAuthorizer(stack, "Hallpass", { config, bundle })
  const rest = new RestApi(stack, "Rest", {
    defaultMethodOptions: { authorizer: hallpass.rest, authorizationType: AuthorizationType.CUSTOM },
  })
  rest.root.addResource("orders").addMethod("GET", new MockIntegration())
  rest.root.addMethod("POST", new MockIntegration())
  const http = new HttpApi(stack, "Http", { defaultAuthorizer: hallpass.http })
  for (const path of ["/orders", "/users"])
    http.addRoutes({
      path,
      methods: [HttpMethod.GET],
      integration: new HttpUrlIntegration(path, "https://backend.example"),
    })
  new WebSocketApi(stack, "WebSocket", {
    connectRouteOptions: { authorizer: hallpass.webSocket, integration: new WebSocketMockIntegration("Connect") },
  })
  return Template.fromStack(stack)
}

describe("17-8: hallpass/cdk", () => {
  it.each(environments)("sets the authorizers as the configuration needs them: %j", (config) => {
    const template = synthesised(config)
    const ttl = config.gateway?.resultTtlSeconds ?? 300
    template.hasResourceProperties("AWS::ApiGateway::Authorizer", {
      Type: "REQUEST",
      AuthorizerResultTtlInSeconds: ttl,
    })
    template.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: false,
      AuthorizerResultTtlInSeconds: ttl,
    })
    const [sources] = Object.values(template.findResources("AWS::ApiGateway::Authorizer")).map(
      ({ Properties }) => Properties.IdentitySource as string,
    )
    const holdsRoute = sources?.includes("context.resourcePath")
    expect(holdsRoute).toBe(config.gateway?.identitySources?.includes("route") ?? false)
  })

  it("guards every route, by one authorizer for each API", () => {
    const template = synthesised()
    for (const { Properties } of Object.values(template.findResources("AWS::ApiGateway::Method")))
      expect(Properties.AuthorizationType).toBe("CUSTOM")
    for (const { Properties } of Object.values(template.findResources("AWS::ApiGatewayV2::Route")))
      expect(Properties.AuthorizationType).toBe("CUSTOM")
    template.resourceCountIs("AWS::ApiGateway::Authorizer", 1)
    template.resourceCountIs("AWS::ApiGatewayV2::Authorizer", 2)
  })

  it("gives the function the configuration, and the role nothing but the function", () => {
    const template = synthesised()
    template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "authorizer.handler",
      Environment: { Variables: { HALLPASS_CONFIG: JSON.stringify({ issuers }) } },
    })
    const policies = Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[] }[],
    )
    const actions = policies.flatMap(({ Action }) => Action)
    expect(actions.filter((action) => action.includes("*"))).toEqual([])
    expect(actions).toContain("lambda:InvokeFunction")
  })

  it("refuses what the function would refuse, and an API that cannot use the configuration", () => {
    const stack = (): Stack => new Stack(new App(), "Orders")
    expect(() => new HallpassAuthorizer(stack(), "Hallpass", { config: { issuers: [] }, bundle })).toThrow(/issuers/)
    const token: AuthorizerConfig = { issuers, gateway: { authorizerType: "token" } }
    const { rest } = new HallpassAuthorizer(stack(), "Hallpass", { config: token, bundle })
    expect(rest).toBeDefined()
    const scope = stack()
    const { http } = new HallpassAuthorizer(scope, "Hallpass", { config: token, bundle })
    const api = new HttpApi(scope, "Http", { defaultAuthorizer: http })
    const integration = new HttpUrlIntegration("Orders", "https://backend.example")
    expect(() => api.addRoutes({ path: "/orders", methods: [HttpMethod.GET], integration })).toThrow(
      /An HTTP API cannot use this configuration/,
    )
  })

  it("says what to do with a configuration that is too large for a variable", () => {
    const routes = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`GET /v1/resource-${at}/{id}`, { roles: ["reader"] }]),
    )
    const config: AuthorizerConfig = { issuers: [{ ...issuers[0], roles: "roles" } as never], routes }
    expect(() => new HallpassAuthorizer(new Stack(new App(), "S"), "H", { config, bundle })).toThrow(/hallpass bundle/)
    writeFileSync(join(bundle, "configuration.json"), JSON.stringify(config))
    const stack = new Stack(new App(), "S")
    new HallpassAuthorizer(stack, "H", { config, bundle })
    const [{ Properties } = { Properties: {} }] = Object.values(
      Template.fromStack(stack).findResources("AWS::Lambda::Function"),
    )
    expect(Properties.Environment.Variables).not.toHaveProperty("HALLPASS_CONFIG")
    rmSync(join(bundle, "configuration.json"))
  })
})
