import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import { matches } from "./event-pattern.ts"
import { root } from "./external-tools.ts"
import { watchSets } from "./parameter-sets.ts"
import { type Values, watch } from "./template.ts"

const folder = join(root, "test/fixtures/cloudtrail")
const events = new Map<string, unknown>(
  globSync("*.json", { cwd: folder })
    .toSorted()
    .map((name) => [basename(name, ".json"), JSON.parse(readFileSync(join(folder, name), "utf8"))]),
)
const defaults = watchSets["the defaults"] ?? {}
const pipeline: Values = { ...defaults, DeployerArnPrefix: "arn:aws:sts::123456789012:assumed-role/deploy/" }

/** The recorded events that a rule reports. */
function reported(rule: string, values: Values = defaults): string[] {
  const { EventPattern } = watch.deployedResources(values)[rule]?.Properties ?? {}
  return [...events]
    .filter(([, event]) => matches(EventPattern as object as { [key: string]: unknown }, event))
    .map(([name]) => name)
    .toSorted()
}

const protection = [
  "create-route-preflight",
  "put-method-open",
  "put-rest-api",
  "update-authorizer",
  "update-authorizer-by-pipeline",
  "update-method-key",
  "update-method-open",
  "update-route-custom",
  "update-route-open",
  "update-route-open-by-pipeline",
]

describe("17-6: EventBridge rules, on recorded events", () => {
  test("every change of protection that succeeded is reported, and nothing else", () => {
    expect(reported("ProtectionChangedRule")).toEqual(protection)
  })

  test("the pipeline is spared, if it is named", () => {
    expect(reported("ProtectionChangedRule", pipeline)).toEqual(
      protection.filter((name) => !name.endsWith("-by-pipeline")),
    )
  })

  test("a route or method that ended up open is reported, by whomever, a preflight is not", () => {
    const open = ["put-method-open", "update-method-open", "update-route-open", "update-route-open-by-pipeline"]
    expect(reported("RouteOpenedRule")).toEqual(open)
    expect(reported("RouteOpenedRule", pipeline)).toEqual(open)
  })

  test("what was taken away is reported", () => {
    expect(reported("ApiOfflineRule")).toEqual(["delete-authorizer", "delete-rest-api", "delete-stage"])
  })

  test("changes of the authorizer's function are reported, by its name or its ARN, and of no other", () => {
    expect(reported("AuthorizerChangedRule")).toEqual(["put-function-concurrency", "update-function-code"])
  })

  test("a refused call and a reading call are reported by no rule", () => {
    const rules = watch.resourcesOf("AWS::Events::Rule").map(([name]) => name)
    const all = new Set(rules.flatMap((name) => reported(name)))
    for (const name of ["update-route-denied", "get-routes", "create-usage-plan", "update-other-function"])
      expect(all, name).not.toContain(name)
    expect(rules).toHaveLength(4)
  })

  test("the names of calls cover REST and v2 APIs", () => {
    const text = JSON.stringify(watch.template.Resources)
    for (const name of [
      "PutMethod",
      "UpdateMethod",
      "CreateRoute",
      "UpdateRoute",
      "PutRestApi",
      "ReimportApi",
      "UpdateAuthorizer",
    ])
      expect(text).toContain(`"${name}"`)
  })

  test("the topic takes messages of these rules and of alarms of this account only", () => {
    const { PolicyDocument } = watch.resource("TopicPolicy").Properties as {
      PolicyDocument: { Statement: { Principal: object; Action: string; Condition: object }[] }
    }
    expect(PolicyDocument.Statement.map(({ Action }) => Action)).toEqual(["sns:Publish", "sns:Publish"])
    for (const [name, { Properties }] of watch.resourcesOf("AWS::Events::Rule")) {
      expect(Properties.Targets).toEqual([{ Id: "topic", Arn: { Ref: "Topic" } }])
      expect(JSON.stringify(PolicyDocument.Statement[0]?.Condition)).toContain(`"${name}","Arn"`)
    }
  })
})

describe("the matcher of the tests", () => {
  const pattern = { a: { b: ["x", { prefix: "y" }] }, c: [{ exists: false }] }
  test.each([
    [{ a: { b: "x" } }, true],
    [{ a: { b: "yes" } }, true],
    [{ a: { b: ["z", "x"] } }, true],
    [{ a: { b: "X" } }, false],
    [{ a: { b: "x" }, c: null }, false],
    [{ a: {} }, false],
    [{}, false],
  ])("%j: %s", (event, expected) => {
    expect(matches(pattern, event)).toBe(expected)
  })

  test("fields of a list match in the same element", () => {
    const fields = { list: { path: ["/a"], value: ["1"] } }
    expect(matches(fields, { list: [{ path: "/a", value: "1" }] })).toBe(true)
    expect(
      matches(fields, {
        list: [
          { path: "/a", value: "2" },
          { path: "/b", value: "1" },
        ],
      }),
    ).toBe(false)
  })

  test("anything-but needs the member, and an unknown operator is an error", () => {
    expect(matches({ a: [{ "anything-but": { prefix: "x" } }] }, {})).toBe(false)
    expect(() => matches({ a: [{ wildcard: "*" }] }, { a: "b" })).toThrow(/wildcard/)
  })
})
