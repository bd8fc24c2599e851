import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import { judge } from "./cfn-guard.ts"
import { root } from "./external-tools.ts"
import { watchSets } from "./parameter-sets.ts"
import { type Values, watch } from "./template.ts"

const folder = join(root, "test/fixtures/config-items")
const items = new Map(
  globSync("*.json", { cwd: folder }).map((name) => [
    basename(name, ".json"),
    readFileSync(join(folder, name), "utf8"),
  ]),
)
const everything: Values = { ...watchSets["all of it"], ResultTtlSeconds: 300, TokenHeader: "Authorization" }
interface Source {
  readonly Owner: string
  readonly SourceDetails?: readonly { readonly EventSource: string; readonly MessageType: string }[]
  readonly CustomPolicyDetails?: { readonly PolicyRuntime: string; readonly PolicyText: string }
}

function policyOf(name: string, values: Values): string {
  const { Source } = watch.deployedResources(values)[name]?.Properties ?? {}
  return (Source as Source | undefined)?.CustomPolicyDetails?.PolicyText ?? ""
}
function statusesOf(policy: string): Map<string, string> {
  const judged = judge(policy, ...items.values())
  return new Map(
    [...items.keys()].map((name, at) => [
      name,
      Object.values(judged[at] ?? {})
        .filter((status) => status !== "SKIP")
        .join() || "SKIP",
    ]),
  )
}
/** Exactly the items of these types are judged, and of them exactly these are not compliant. */
function expectJudged(policy: string, types: RegExp, failing: readonly string[]): void {
  for (const [name, status] of statusesOf(policy)) {
    const { resourceType } = JSON.parse(items.get(name) ?? "{}")
    const expected = types.test(resourceType) ? (failing.includes(name) ? "FAIL" : "PASS") : "SKIP"
    expect([name, status]).toEqual([name, expected])
  }
}

describe("17-6: AWS Config rules, run by cfn-guard on recorded items", () => {
  test("every method of a REST API has an authorizer, except a preflight, under both spellings of its properties", () => {
    const failing = [
      "method-open",
      "method-open-api-names",
      "method-key-only",
      "method-without-type",
      "method-open-options",
    ]
    expectJudged(policyOf("MethodAuthorizationRule", everything), /^AWS::ApiGateway::Method$/, failing)
  })

  test("every stage of an HTTP or WebSocket API has a throttle", () => {
    const failing = ["stage-without-throttle", "stage-without-burst", "stage-throttled-to-nothing"]
    expectJudged(policyOf("StageThrottleRule", everything), /^AWS::ApiGatewayV2::Stage$/, failing)
  })

  const wrong = [
    "rest-authorizer-long-ttl",
    "rest-authorizer-without-ttl",
    "rest-authorizer-other-source",
    "rest-authorizer-similar-source",
    "http-authorizer-other-ttl",
    "http-authorizer-without-source",
  ]
  test("TTL and identity sources are as configured", () => {
    const policy = policyOf("AuthorizerSettingsRule", { ...everything, IdentitySources: "token" })
    expectJudged(policy, /Authorizer$/, wrong)
  })

  test("with token,route every authorizer has the route among its identity sources", () => {
    const byToken = ["rest-authorizer", "http-authorizer"]
    expectJudged(policyOf("AuthorizerSettingsRule", everything), /Authorizer$/, [...wrong, ...byToken])
  })

  test("the TTL and the header are those of the parameters", () => {
    const policy = policyOf("AuthorizerSettingsRule", { ...everything, ResultTtlSeconds: 60, IdentitySources: "token" })
    expect(statusesOf(policy).get("http-authorizer-other-ttl")).toBe("PASS")
    expect(statusesOf(policy).get("http-authorizer")).toBe("FAIL")
    const header = policyOf("AuthorizerSettingsRule", {
      ...everything,
      TokenHeader: "X-Tenant",
      IdentitySources: "token",
    })
    expect(statusesOf(header).get("rest-authorizer-other-source")).toBe("PASS")
  })

  test("a text that does not parse is an error, so a silent rule would be found", () => {
    expect(() => judge("rule x {", items.get("method-open") ?? "")).toThrow(/cfn-guard ended/)
  })

  const custom = watch
    .resourcesOf("AWS::Config::ConfigRule")
    .map(([name, { Properties }]) => [name, Properties.Source as Source] as const)
    .filter(([, { Owner }]) => Owner === "CUSTOM_POLICY")

  test.each(custom)("%s is within the limits of AWS Config", (name, { SourceDetails, CustomPolicyDetails }) => {
    const policy = policyOf(name, everything)
    expect(policy.length).toBeLessThan(10_000)
    expect(CustomPolicyDetails?.PolicyRuntime).toBe("guard-2.x.x")
    // Functions came with version 3, which AWS Config may not have.
    expect(policy).not.toMatch(
      /\b(?:count|json_parse|regex_replace|substring|to_upper|to_lower|join|url_decode|parse_\w+)\(/,
    )
    expect(SourceDetails).toEqual([
      { EventSource: "aws.config", MessageType: "ConfigurationItemChangeNotification" },
      { EventSource: "aws.config", MessageType: "OversizedConfigurationItemChangeNotification" },
    ])
  })

  test("rules are deployed only if they are wanted, because an account without a recorder refuses them", () => {
    const deployed = Object.keys(watch.deployedResources({ FunctionName: "f" }))
    expect(deployed.filter((name) => watch.resource(name).Type === "AWS::Config::ConfigRule")).toEqual([])
    expect(Object.keys(watch.deployedResources(everything))).toEqual(
      expect.arrayContaining(custom.map(([name]) => name)),
    )
  })
})
