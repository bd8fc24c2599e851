import { describe, expect, test } from "vitest"
import { configFromEnvironment, loadAuthorizer } from "../../src/index.ts"
import { Config, mutualTls, okta, outputs, parameterSets, privateSets, providers, Routes } from "./parameter-sets.ts"
import {
  core,
  type Deployable,
  demo,
  deployedEnvironment,
  edge,
  operations,
  privateApi,
  type Values,
  watch,
} from "./template.ts"

const noIssuer = { issuers: [] }

test("17-1: every provider of the template is tried below, the four newer presets included", () => {
  const allowed = core.template.Parameters.Provider?.AllowedValues ?? []
  expect(["", ...Object.keys(providers), "bundled"].toSorted()).toEqual(allowed.toSorted())
  expect(allowed).toEqual(expect.arrayContaining(["entra-external-id", "entra-b2c", "adfs", "wso2"]))
})

describe.each(Object.entries(parameterSets))("%s", (_what, values) => {
  test("makes a configuration that hallpass accepts", async () => {
    const config = configFromEnvironment(deployedEnvironment(values))
    if (config === undefined) throw new Error("The environment configures nothing")
    expect((await loadAuthorizer(config)).handler).toBeTypeOf("function")
  })
})

test.each(Object.entries(providers))("17-1: Provider %s becomes that issuer", (provider, values) => {
  const [issuer] = configFromEnvironment(deployedEnvironment(values))?.issuers ?? []
  expect(issuer).toMatchObject({ provider })
  if (provider === "wso2") expect(issuer).toMatchObject({ baseUrl: `https://${values.Domain}` })
  if (provider === "entra-b2c") expect(issuer).toMatchObject({ policy: ["B2C_1_signin"], domain: values.Domain })
})

test("17-1: adding Routes just works: the answers are policies, the TTL is 300, the token is the key", async () => {
  const values = { ...okta, Routes }
  expect(core.refusals(values)).toEqual([])
  const config = configFromEnvironment(deployedEnvironment(values))
  expect(config?.gateway).toMatchObject({ resultTtlSeconds: 300, identitySources: ["token"], responses: "policy" })
  expect((await loadAuthorizer(config ?? noIssuer)).handler).toBeTypeOf("function")
})

describe("refused before anything is deployed, and by hallpass too:", () => {
  const missing = Object.values(providers).flatMap((values) =>
    Object.keys(values)
      .filter((name) => name !== "Provider")
      .map((name): [string, Values, RegExp] => [
        `${values.Provider} without ${name}`,
        { ...values, [name]: "" },
        new RegExp(name),
      ]),
  )
  const contradictory: [string, Values, RegExp][] = [
    [
      "simple responses for all routes at once (SR-143)",
      { ...okta, Routes, HttpResponses: "simple" },
      /HttpResponses simple needs/,
    ],
    ["Config and a provider", { ...okta, Config }, /Config/],
    ["Config and Domain", { Domain: "acme.okta.com", Config }, /Domain/],
    ["Config and Routes", { Config, Routes }, /Config/],
    ["nobody at all", {}, /Provider/],
  ]

  test.each([...missing, ...contradictory])("%s", async (_what, values, named) => {
    expect(core.refusals(values).filter((text) => named.test(text))).not.toEqual([])
    await expect(
      (async () => loadAuthorizer(configFromEnvironment(deployedEnvironment(values)) ?? noIssuer))(),
    ).rejects.toThrow("The hallpass configuration has")
  })
})

describe("refused before anything is deployed, because only the template knows:", () => {
  const bundled: Values = { Provider: "bundled" }
  const backend: Values = privateSets["a private REST API"] ?? {}
  const tls13: Values = {
    ...outputs,
    DomainName: "api.example.test",
    CertificateArn: mutualTls.CertificateArn ?? "",
    TlsPolicy: "TLS_1_3",
  }
  test.each<[string, Deployable, Values, RegExp]>([
    ["an issuer beside a bundled configuration", core, { ...bundled, Domain: "acme.okta.com" }, /Domain/],
    ["a TTL beside Config", core, { Config, ResultTtlSeconds: 60 }, /ResourcePolicyAllows/],
    ["a domain without certificate", demo, { ...mutualTls, CertificateArn: "" }, /CertificateArn/],
    ["a certificate without domain", demo, { ...mutualTls, DomainName: "" }, /DomainName/],
    ["a trust store without domain", demo, { ...outputs, TruststoreUri: "s3://b/k" }, /DomainName/],
    ["TLS 1.3 only without a domain", demo, { ...outputs, TlsPolicy: "TLS_1_3" }, /DomainName/],
    ["TLS 1.3 only with mutual TLS", demo, { ...tls13, TruststoreUri: "s3://b/k" }, /mutual TLS/],
    [
      "a private API with an Application Load Balancer",
      privateApi,
      { ...backend, LoadBalancerKind: "application" },
      /Network/,
    ],
    [
      "two alarm topics",
      operations,
      {
        AlarmEmail: "a@example.test",
        AlarmTopicArn: "arn:aws:sns:x",
        FunctionName: "f",
        LogGroupName: "g",
        MetricsService: "s",
      },
      /AlarmEmail/,
    ],
  ])("%s", (_what, one, values, named) => {
    expect(one.refusals(values)).toHaveLength(1)
    expect(one.refusals(values)[0]).toMatch(named)
  })
})

test("a bundled configuration is all there is: no variable configures anything", () => {
  const values = { Provider: "bundled" }
  expect(core.refusals(values)).toEqual([])
  expect(configFromEnvironment(deployedEnvironment(values))).toBeUndefined()
  const set = Object.entries(deployedEnvironment(values)).filter(([, value]) => value !== "")
  expect(set.map(([name]) => name).filter((name) => name.startsWith("HALLPASS_"))).toEqual([])
})

describe("refused by the patterns of the parameters:", () => {
  test.each<[Deployable, string, string | number]>([
    [core, "Domain", "https://acme.okta.com"],
    [core, "Domain", "ACME.okta.com"],
    [core, "Domain", "is.acme.example:port"],
    [core, "Tenant", "common"],
    [core, "UserPoolId", "AbCdEf"],
    [core, "ClientIds", "a, b"],
    [core, "Issuer", "http://issuer.example.test"],
    [core, "Routes", "GET /orders"],
    [core, "Config", "[]"],
    [core, "ResultTtlSeconds", 3601],
    [core, "EdgeSecretArn", "edge/hmac"],
    [core, "EdgeSecretArn", 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"b'],
    [core, "ReservedConcurrency", "0"],
    [core, "TrafficShift", "Canary50Percent1Minute"],
    [core, "LogRetentionDays", 42],
    [edge, "RotationDays", 0],
    [privateApi, "VpceIds", "vpc-0a1b2c3d"],
    [privateApi, "LoadBalancerArn", "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1"],
    [privateApi, "BackendHost", "https://orders"],
    [privateApi, "ThrottleRate", 0],
    [demo, "DomainName", "https://api.example.test"],
    [demo, "CertificateArn", "arn:aws:iam::123456789012:server-certificate/x"],
    [demo, "TruststoreUri", "https://bucket/key"],
    [demo, "UsageKey", "short"],
    [demo, "ThrottleBurst", 0],
    [demo, "WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1"],
    [operations, "AlarmEmail", "nobody"],
    [watch, "DaysBeforeExpiry", 0],
    [watch, "DeployerArnPrefix", "deploy"],
  ])("%# %s %s", (one, name, value) => {
    expect(one.problemsOf(name, value)).not.toEqual([])
  })
})
