import { describe, expect, test } from "vitest"
import { environmentVariables } from "../../src/configuration/environment.ts"
import { samProblems } from "./sam-schema.ts"
import { environment, resource, resourcesOf, template } from "./template.ts"

describe("the SAM schema", () => {
  test.each(Object.entries(template.Resources))("accepts %s", (_name, checked) => {
    expect(samProblems(checked)).toEqual([])
  })

  test.each([
    ["AuthorizerFunction", ["Properties", "Colour"], "red"],
    ["RestDemoApi", ["Properties", "Auth", "Authorizers", "Hallpass", "AuthorizationScopes"], ["a"]],
    ["PrivateDemoApi", ["Properties", "Auth", "Authorizers", "Hallpass", "Identity", "Cookies"], ["a"]],
  ])("would refuse %s with another member at %j, so its word counts", (name, path, value) => {
    const changed = structuredClone(resource(name))
    const parent = path
      .slice(0, -1)
      .reduce((node, key) => node[key] as typeof node, changed as object as { [key: string]: unknown })
    parent[path.at(-1) ?? ""] = value
    expect(samProblems(changed)).not.toEqual([])
  })
})

describe("references", () => {
  const pseudo = ["AWS::AccountId", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix"]
  const references = new Set<string>()
  const conditions = new Set<string>()
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key === "Ref" && typeof value === "string") references.add(value)
      else if (key === "Fn::GetAtt" && Array.isArray(value)) references.add(String(value[0]))
      else if (key === "Fn::Sub" && typeof value === "string") {
        for (const [, name] of value.matchAll(/\$\{([^}.!]+)[^}]*\}/g)) references.add(String(name))
      } else if (key === "Fn::Sub" && Array.isArray(value)) {
        const [text, variables] = value as [string, { [name: string]: unknown }]
        for (const [, name] of text.matchAll(/\$\{([^}.!]+)[^}]*\}/g))
          if (!Object.hasOwn(variables, String(name))) references.add(String(name))
        collect(variables)
      } else {
        if (key === "Fn::If" && Array.isArray(value)) conditions.add(String(value[0]))
        if (key === "Condition" && typeof value === "string") conditions.add(value)
        collect(value)
      }
    }
  }
  collect([template.Rules, template.Conditions, template.Resources, template.Outputs])

  test("each names a parameter, a resource or a pseudo parameter", () => {
    const made = ["RestDemoApi.Stage"] // SAM's name for the stage that it makes
    const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources), ...pseudo, ...made])
    expect([...references].filter((name) => !known.has(name))).toEqual([])
  })

  test("every parameter and every condition is used, and every condition that is used exists", () => {
    expect(Object.keys(template.Parameters).filter((name) => !references.has(name))).toEqual([])
    expect([...conditions].sort()).toEqual(Object.keys(template.Conditions).sort())
  })
})

describe("functions", () => {
  const functions = resourcesOf("AWS::Serverless::Function")

  test.each(functions)("%s runs on a runtime that Lambda has not deprecated", (_name, { Properties }) => {
    expect(["nodejs22.x", "nodejs24.x"]).toContain(Properties.Runtime)
  })

  test.each(functions)("%s ends before the 10 seconds that an HTTP API waits (SR-167)", (_name, { Properties }) => {
    expect(Properties.Timeout).toBeTypeOf("number")
    expect(Properties.Timeout).toBeLessThan(10)
  })

  test.each([
    ["AuthorizerFunction", "build/", "authorizer.handler", { Ref: "Tracing" }],
    ["RotationFunction", "build-rotation/", "rotate-edge-secret.handler", "Active"],
  ])("%s is the prebuilt bundle %s, and sam build leaves it alone", (name, CodeUri, Handler, Tracing) => {
    expect(resource(name)).toMatchObject({
      Metadata: { SkipBuild: true },
      Properties: { CodeUri, Handler, Runtime: "nodejs24.x", Architectures: ["arm64"], Tracing },
    })
  })

  test.each(functions)("%s writes to a log group of its own, kept for as long as the parameter says", (_name, each) => {
    const { LogGroup } = each.Properties.LoggingConfig as { LogGroup: { Ref: string } }
    expect(resource(LogGroup.Ref)).toMatchObject({
      Type: "AWS::Logs::LogGroup",
      Properties: { RetentionInDays: { Ref: "LogRetentionDays" } },
    })
    expect(resource(LogGroup.Ref).Condition).toBe(each.Condition)
  })

  test("the authorizer's environment is what it reads, and what Powertools reads", () => {
    const powertools = ["POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"]
    expect(Object.keys(environment).sort()).toEqual([...environmentVariables, ...powertools].sort())
  })
})
