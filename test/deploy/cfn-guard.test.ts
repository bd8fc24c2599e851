import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { check, ruleNames } from "./cfn-guard.ts"
import { root } from "./external-tools.ts"
import { hmac, parameterSets, privateDemo } from "./parameter-sets.ts"
import { deployedResources, templateText } from "./template.ts"

type Resources = { [name: string]: { Type: string; Properties: { [name: string]: unknown } } }
test("the rules hold for the template, and each of them has something to judge", () => {
  const [whole] = check(templateText)
  expect(ruleNames).toHaveLength(13)
  expect(whole?.broken).toEqual([])
  expect(whole?.kept.toSorted()).toEqual(ruleNames.toSorted())
})

test("they hold for what each set of parameters deploys", () => {
  const texts = Object.values(parameterSets).map((values) => JSON.stringify({ Resources: deployedResources(values) }))
  const results = check(...texts)
  expect(results).toHaveLength(Object.keys(parameterSets).length)
  expect(results.flatMap(({ broken }) => broken)).toEqual([])
})

test("they hold for the example that attaches to existing APIs", () => {
  const [attached] = check(readFileSync(join(root, "examples/attach-existing-api.yaml"), "utf8"))
  expect(attached).toEqual({ broken: [], kept: ["http_authorizer_says_how_it_caches"] })
})

describe("each rule can be broken:", () => {
  const deployed = deployedResources({ ...privateDemo, ...hmac, DeployDemoApis: "true", EdgeRole: "attributes" })
  type Change = (resources: Resources) => void
  const set =
    (path: string, value: unknown): Change =>
    (resources) => {
      const keys = path.split("/")
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
  const secret = "EdgeSecretPolicy/Properties/PolicyDocument/Statement/0"
  const authorizer = "HttpDemoAuthorizer/Properties"

  const breaches: [rule: string, what: string, change: Change][] = [
    ["permission_has_source_arn", "no SourceArn", set("HttpBackendPermission/Properties/SourceArn", undefined)],
    ["permission_has_source_arn", "another action", set("HttpBackendPermission/Properties/Action", "lambda:*")],
    ["permission_has_source_arn", "anybody", set("HttpBackendPermission/Properties/Principal", "*")],
    ["role_trusts_one_service", "another service for any account", set(`${trust}/Principal`, scheduler)],
    ["role_trusts_one_service", "anybody", set(`${trust}/Principal`, "*")],
    ["role_trusts_one_service", "an account", set(`${trust}/Principal`, { AWS: "123456789012" })],
    [
      "role_has_no_managed_policies",
      "one",
      set("InvokeRole/Properties/ManagedPolicyArns", ["arn:aws:iam::aws:policy/x"]),
    ],
    ["no_action_is_a_wildcard", "all of a service", set(`${invoke}/Action`, "lambda:*")],
    ["no_action_is_a_wildcard", "everything, in a list", set(`${invoke}/Action`, ["lambda:InvokeFunction", "*"])],
    ["no_action_is_a_wildcard", "NotAction", set(`${invoke}/Action`, undefined)],
    ["no_action_is_a_wildcard", "in a policy beside the role", set(`${secret}/Action`, "secretsmanager:Get*")],
    ["no_resource_is_a_wildcard", "everything", set(`${invoke}/Resource`, "*")],
    ["no_resource_is_a_wildcard", "everything, in a list", set(`${invoke}/Resource/1`, "*")],
    ["no_resource_is_a_wildcard", "NotResource", set(`${invoke}/Resource`, undefined)],
    ["no_resource_is_a_wildcard", "in a policy beside the role", set(`${secret}/Resource`, "*")],
    ["function_has_a_role_of_its_own", "SAM's role", set("AuthorizerFunction/Properties/Role", undefined)],
    [
      "function_has_a_role_of_its_own",
      "SAM's policies",
      set("AuthorizerFunction/Properties/Policies", ["AWSLambdaRole"]),
    ],
    ["log_retention_is_set", "none", set("DemoAccessLogGroup/Properties/RetentionInDays", undefined)],
    [
      "function_logs_to_a_group_with_retention",
      "Lambda's group",
      set("RotationFunction/Properties/LoggingConfig/LogGroup", undefined),
    ],
    ["runtime_is_supported", "nodejs20.x", set("RotationFunction/Properties/Runtime", "nodejs20.x")],
    ["timeout_is_below_10_seconds", "10", set("AuthorizerFunction/Properties/Timeout", 10)],
    ["timeout_is_below_10_seconds", "none", set("AuthorizerFunction/Properties/Timeout", undefined)],
    ["http_authorizer_says_how_it_caches", "no TTL", set(`${authorizer}/AuthorizerResultTtlInSeconds`, undefined)],
    ["http_authorizer_says_how_it_caches", "no form", set(`${authorizer}/EnableSimpleResponses`, undefined)],
    ["http_authorizer_says_how_it_caches", "no source", set(`${authorizer}/IdentitySource`, undefined)],
    ["http_authorizer_says_how_it_caches", "no role", set(`${authorizer}/AuthorizerCredentialsArn`, undefined)],
    ["connect_has_an_authorizer", "open", set("WebSocketConnect/Properties/AuthorizationType", "NONE")],
    ["connect_has_an_authorizer", "none", set("WebSocketConnect/Properties/AuthorizerId", undefined)],
    ["secret_is_generated", "in the template", set("EdgeSecret/Properties/SecretString", "x")],
  ]

  test.each(breaches)("%s: %s", (rule, _what, change) => {
    const resources = structuredClone(deployed)
    change(resources)
    expect(check(JSON.stringify({ Resources: resources }))[0]?.broken).toEqual([rule])
  })

  test("13-8-1: a role of API Gateway keeps them with and without aws:SourceAccount", () => {
    const without = structuredClone(deployed)
    expect(JSON.stringify(without.InvokeRole)).not.toContain("SourceAccount")
    const demanding = deployedResources({ ...privateDemo, InvokeRoleCondition: "source-account" })
    expect(JSON.stringify(demanding.InvokeRole)).toContain("SourceAccount")
    for (const Resources of [without, demanding]) expect(check(JSON.stringify({ Resources }))[0]?.broken).toEqual([])
  })

  test("every rule is among them", () => {
    expect(new Set(breaches.map(([rule]) => rule))).toEqual(new Set(ruleNames))
  })
})
