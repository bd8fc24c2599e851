import { describe, expect, test } from "vitest"
import { configFromEnvironment, loadAuthorizer } from "../../src/index.ts"
import {
  Config,
  hmac,
  jws,
  mtls,
  mutualTls,
  okta,
  parameterSets,
  privateDemo,
  providers,
  Routes,
  vpce,
} from "./parameter-sets.ts"
import { deployedEnvironment, refusals, template, type Values, withDefaults } from "./template.ts"

const noIssuer = { issuers: [] }

test("every provider of the template is tried below", () => {
  expect(["", ...Object.keys(providers), "bundled"]).toEqual(template.Parameters.Provider?.AllowedValues)
})

test("every parameter has another value than its default in one of the sets", () => {
  const changed = new Set(Object.values(parameterSets).flatMap(Object.keys))
  expect(Object.keys(template.Parameters).filter((name) => !changed.has(name))).toEqual([])
})

describe.each(Object.entries(parameterSets))("%s", (_what, values) => {
  test("fits the parameters' patterns and passes the rules", () => {
    for (const [name, value] of Object.entries(withDefaults(values))) {
      expect(problemsOf(name, value)).toEqual([])
    }
    expect(refusals(values)).toEqual([])
  })

  test("makes a configuration that hallpass accepts", async () => {
    const config = configFromEnvironment(deployedEnvironment(values))
    if (config === undefined) throw new Error("The environment configures nothing")
    expect((await loadAuthorizer(config)).handler).toBeTypeOf("function")
  })
})

describe("refused before anything is deployed, and by hallpass too:", () => {
  const needed: readonly [Values, readonly string[]][] = [
    ...Object.values(providers).map((values): [Values, string[]] => [
      values,
      Object.keys(values).filter((name) => name !== "Provider"),
    ]),
    [jws, ["EdgeIssuer", "EdgeAudience"]],
    [vpce, ["VpceIds", "EdgeSecretArn"]],
    [mtls, ["EdgeCertificatePins", "EdgeSecretArn"]],
  ]
  const missing = needed.flatMap(([values, names]) =>
    names.map((name): [string, Values, RegExp] => [
      `${values.EdgeEvidence ?? values.Provider} without ${name}`,
      { ...values, [name]: "" },
      new RegExp(name),
    ]),
  )
  const contradictory: [string, Values, RegExp][] = [
    ["simple responses for all routes at once (SR-143)", { ...okta, Routes }, /HttpResponses is policy/],
    ["Unmatched without Routes", { ...okta, Unmatched: "deny" }, /Unmatched/],
    ["Jwks and JwksUri", { ...okta, Jwks: '{"keys":[{}]}', JwksUri: "https://issuer.example.test/keys" }, /JwksUri/],
    ["Config and a provider", { ...okta, Config, DeployDemoApis: "false" }, /Config/],
    ["Config and Domain", { Domain: "acme.okta.com", Config, DeployDemoApis: "false" }, /Domain/],
    ["Config and Routes", { Config, Routes, DeployDemoApis: "false", ResultTtlSeconds: 0 }, /Config/],
    ["Config and an edge", { ...hmac, Config }, /Config/],
    ["nobody at all", {}, /Provider/],
    ["an edge that only adds to tokens, and no tokens", { ...hmac, EdgeRole: "attributes" }, /Provider/],
    ["evidence that a cached answer would not check (SR-143)", { ...hmac, ResultTtlSeconds: 60 }, /ResultTtlSeconds 0/],
    ["a trace that a cached answer would bring to others", { ...okta, TraceContext: "true" }, /TraceContext/],
  ]

  test.each([...missing, ...contradictory])("%s", async (_what, values, named) => {
    expect(refusals(values).filter((text) => named.test(text))).not.toEqual([])
    await expect(
      (async () => loadAuthorizer(configFromEnvironment(deployedEnvironment(values)) ?? noIssuer))(),
    ).rejects.toThrow("The hallpass configuration has")
  })
})

describe("refused before anything is deployed, because only the template knows:", () => {
  const bundled: Values = { Provider: "bundled", DeployDemoApis: "false" }
  test.each<[string, Values, RegExp]>([
    ["demo APIs with Config", { Config }, /DeployDemoApis to false/],
    ["demo APIs with a bundled configuration", { Provider: "bundled" }, /DeployDemoApis to false/],
    ["an issuer beside a bundled configuration", { ...bundled, Domain: "acme.okta.com" }, /Domain/],
    ["demo APIs without tokens", { ...hmac, DeployDemoApis: "true" }, /DeployDemoApis to false/],
    ["demo APIs with other sources", { ...okta, IdentitySources: "token,context.identity.sourceIp" }, /DeployDemoApis/],
    ["minted tokens without their keys", { ...jws, EdgeJwksUri: "" }, /EdgeJwksUri/],
    ["recording beside Config", { Config, DeployDemoApis: "false", SampleAllows: 1 }, /observe/],
    ["a private demo that nobody reaches", { ...privateDemo, VpceIds: "" }, /VpceIds/],
    ["a private demo without its policy", { ...privateDemo, ResourcePolicyAllows: "false" }, /ResourcePolicyAllows/],
    ["a private demo without a backend", { ...privateDemo, DeployDemoApis: "false" }, /DeployDemoApis/],
    ["a domain without certificate", { ...mutualTls, CertificateArn: "" }, /CertificateArn/],
    ["a domain without trust store", { ...mutualTls, TruststoreUri: "" }, /TruststoreUri/],
    ["a certificate without domain", { ...mutualTls, DomainName: "" }, /DomainName/],
    ["a domain without APIs", { ...mutualTls, DeployDemoApis: "false" }, /DeployDemoApis/],
    ["two alarm topics", { ...okta, AlarmEmail: "a@example.test", AlarmTopicArn: "arn:aws:sns:x" }, /AlarmEmail/],
  ])("%s", (_what, values, named) => {
    expect(refusals(values)).toHaveLength(1)
    expect(refusals(values)[0]).toMatch(named)
  })
})

test("a bundled configuration is all there is: no variable configures anything", () => {
  const values = { Provider: "bundled", DeployDemoApis: "false" }
  expect(refusals(values)).toEqual([])
  expect(configFromEnvironment(deployedEnvironment(values))).toBeUndefined()
  const set = Object.entries(deployedEnvironment(values)).filter(([, value]) => value !== "")
  expect(set.map(([name]) => name).filter((name) => name.startsWith("HALLPASS_"))).toEqual([])
})

describe("refused by the patterns of the parameters:", () => {
  test.each([
    ["Domain", "https://acme.okta.com"],
    ["Domain", "ACME.okta.com"],
    ["Tenant", "common"],
    ["UserPoolId", "AbCdEf"],
    ["ClientIds", "a, b"],
    ["Issuer", "http://issuer.example.test"],
    ["Routes", "GET /orders"],
    ["ResultTtlSeconds", 3601],
    ["EdgeUserHeader", "X-User"],
    ["EdgeUserHeader", ""],
    ["EdgeUserHeader", 'x","roles":"y'],
    ["EdgeSecretArn", "edge/hmac"],
    ["EdgeSecretArn", 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"b'],
    ["EdgeIssuer", 'https://a"b'],
    ["EdgeIssuer", "https://a\\"],
    ["EdgeAudience", 'a"'],
    ["EdgeJwksUri", "http://bigip.example.test/keys"],
    ["EdgeCertificatePins", "ab"],
    ["VpceIds", "vpc-0a1b2c3d"],
    ["EdgeRotationDays", 0],
    ["SampleAllows", 1.5],
    ["FlushAfterSeconds", -1],
    ["LogRetentionDays", 42],
    ["DomainName", "https://api.example.test"],
    ["CertificateArn", "arn:aws:iam::123456789012:server-certificate/x"],
    ["TruststoreUri", "https://bucket/key"],
    ["Owner", ""],
    ["CostCenter", "a;b"],
    ["AlarmEmail", "nobody"],
  ])("%s %s", (name, value) => {
    expect(problemsOf(name, value)).not.toEqual([])
  })
})

/** What CloudFormation would say against a value; every member of a list is matched by itself. */
function problemsOf(name: string, value: string | number): string[] {
  const parameter = template.Parameters[name]
  if (parameter === undefined) return [`${name} is no parameter`]
  const { Type, AllowedPattern, AllowedValues, MinValue, MaxValue } = parameter
  const problems: string[] = []
  const members = Type === "CommaDelimitedList" ? String(value).split(",") : [String(value)]
  if (AllowedPattern !== undefined && !members.every((each) => new RegExp(AllowedPattern).test(each)))
    problems.push(`${name} does not match ${AllowedPattern}`)
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(String(value)))
    problems.push(`${name} is none of ${AllowedValues.join(", ")}`)
  if (MinValue !== undefined && Number(value) < MinValue) problems.push(`${name} is below ${MinValue}`)
  if (MaxValue !== undefined && Number(value) > MaxValue) problems.push(`${name} is above ${MaxValue}`)
  return problems
}
