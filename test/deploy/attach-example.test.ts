import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { root } from "./external-tools.ts"
import { evaluate, holds, type Stack, type Values } from "./intrinsics.ts"
import { outputs } from "./parameter-sets.ts"
import { samProblems } from "./sam-schema.ts"
import { core, demo, type Resource, type Template } from "./template.ts"

const example = parseTemplate(readFileSync(join(root, "examples/attach-existing-api.yaml"), "utf8")) as Template
const needed: Values = outputs
const apis: Values = { ...needed, RestApiId: "r3st", HttpApiId: "httq", WebSocketApiId: "ws0ck" }

function stackOf(values: Values): Stack {
  const defaults = Object.entries(example.Parameters).map(([name, { Default }]) => [name, Default])
  return { values: { ...Object.fromEntries(defaults), ...values }, conditions: example.Conditions, lists: new Set() }
}
function attached(values: Values): { [name: string]: Resource["Properties"] } {
  const stack = stackOf(values)
  return Object.fromEntries(
    Object.entries(example.Resources)
      .filter(([, { Condition }]) => Condition === undefined || holds(Condition, stack))
      .map(([name, { Properties }]) => [name, evaluate(Properties, stack) as Resource["Properties"]]),
  )
}
const refusals = (values: Values): string[] =>
  Object.values(example.Rules ?? {})
    .filter(({ RuleCondition }) => RuleCondition === undefined || evaluate(RuleCondition, stackOf(values)))
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => !evaluate(Assert, stackOf(values)))
    .map(({ AssertDescription }) => AssertDescription)

describe("examples/attach-existing-api.yaml", () => {
  test("attaches each kind of API as the template attaches its demo API", () => {
    for (const sources of ["token", "token,route"]) {
      const settings = { ResultTtlSeconds: 300, IdentitySources: sources, HttpResponses: "policy" }
      const ours = attached({ ...apis, ...settings })
      const demos = demo.deployedResources({ ...outputs, ...settings })
      const same = ({ ApiId, Name, AuthorizerCredentialsArn, ...properties }: Resource["Properties"]) => properties
      expect(same(ours.HttpAuthorizer ?? {})).toEqual(same(demos.HttpDemoAuthorizer?.Properties ?? {}))
      expect(same(ours.WebSocketAuthorizer ?? {})).toEqual(same(demos.WebSocketDemoAuthorizer?.Properties ?? {}))
      expect(ours.RestAuthorizer).toMatchObject({
        Type: "REQUEST",
        AuthorizerUri: demos.HttpDemoAuthorizer?.Properties.AuthorizerUri,
        AuthorizerCredentials: needed.InvokeRoleArn,
        AuthorizerResultTtlInSeconds: 300,
        IdentitySource: `method.request.header.Authorization${sources === "token" ? "" : ",context.httpMethod,context.resourcePath"}`,
      })
    }
  })

  test("attaches the APIs that are named, and changes their gateway responses only when asked", () => {
    const made = (values: Values): string[] => Object.keys(attached({ ...needed, ...values }))
    expect(made({ RestApiId: "r3st" })).toEqual(["CheckedSettings", "RestAuthorizer"])
    expect(made({ HttpApiId: "httq" })).toEqual(["CheckedSettings", "HttpAuthorizer"])
    expect(made({ WebSocketApiId: "ws0ck" })).toEqual(["CheckedSettings", "WebSocketAuthorizer"])
    const values = {
      ...needed,
      RestApiId: "r3st",
      RestGatewayResponses: "true",
      AllowOrigin: "https://app.example.test",
    }
    const { CheckedSettings: _, RestAuthorizer, ...responses } = attached(values)
    expect(Object.values(responses).map(({ ResponseType }) => ResponseType)).toEqual([
      "UNAUTHORIZED",
      "ACCESS_DENIED",
      "AUTHORIZER_FAILURE",
      "AUTHORIZER_CONFIGURATION_ERROR",
    ])
    for (const { ResponseParameters } of Object.values(responses)) {
      expect(ResponseParameters).toMatchObject({
        "gatewayresponse.header.Access-Control-Allow-Origin": "'https://app.example.test'",
      })
    }
    expect(RestAuthorizer).toBeDefined()
  })

  test("is refused when it would do nothing", () => {
    expect(refusals(apis)).toEqual([])
    expect(refusals(needed)).toHaveLength(1)
    expect(refusals({ ...needed, HttpApiId: "httq", RestGatewayResponses: "true" })).toHaveLength(1)
  })

  test("17-1: has the defaults of the template", () => {
    for (const name of ["ResultTtlSeconds", "IdentitySources", "HttpResponses"])
      expect(example.Parameters[name]?.Default, name).toBe(core.template.Parameters[name]?.Default)
  })

  test("takes what the template's outputs print", () => {
    const command = JSON.stringify(core.template.Outputs.AttachCommand?.Value)
    expect(command).toContain("examples/attach-existing-api.yaml")
    const named = [...command.matchAll(/ (\w+)=/g)].map(([, name = ""]) => name)
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter((name) => example.Parameters[name] === undefined)).toEqual([])
  })

  test.each(Object.entries(example.Resources))("%s is a resource that exists", (_name, checked) => {
    expect(samProblems(checked)).toEqual([])
  })
})
