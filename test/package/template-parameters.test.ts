import { describe, expect, test } from "vitest"
import { configFromEnvironment, createAuthorizer } from "../../src/index.ts"
import { deployedEnvironment, refusals, template, type Values, withDefaults } from "./template.ts"

const okta: Values = { Provider: "okta", Domain: "acme.okta.com", Audience: "api://orders" }
const providers: { readonly [provider: string]: Values } = {
  okta,
  auth0: { Provider: "auth0", Domain: "acme.eu.auth0.com", Audience: "https://orders" },
  entra: {
    Provider: "entra",
    Tenant: "7c1f0a3e-0000-4000-8000-000000009c11",
    Audience: "3f0e6a52-0000-4000-8000-000000007f60",
  },
  cognito: { Provider: "cognito", UserPoolId: "eu-west-1_AbCdEf", ClientIds: "4k7tabc,5m8uxyz" },
  oidc: { Provider: "oidc", Issuer: "https://issuer.example.test/t", Audience: "api://orders" },
}
const optional: { readonly [what: string]: Values } = {
  "an Okta authorization server": { ...okta, AuthorizationServer: "aus1a2b3c" },
  "Entra version 1": {
    ...providers.entra,
    EntraVersion: "1",
    Audience: "api://orders,3f0e6a52-0000-4000-8000-000000007f60",
  },
  "a key set of its own": { ...providers.oidc, JwksUri: "https://issuer.example.test/keys" },
  "two audiences": { ...okta, Audience: "api://orders,api://stock" },
  "denials instead of errors": { ...okta, Unauthorized: "deny" },
  "no cache": { ...okta, ResultTtlSeconds: 0 },
  "policies for HTTP APIs": { ...okta, HttpResponses: "policy", DeployDemoApis: "false" },
}
const Routes = '{"GET /orders":{"scopes":["orders:read"]},"POST /orders":{"scopes":["orders:write"]}}'
const withRoutes: { readonly [what: string]: Values } = {
  "routes without a cache": { ...okta, Routes, ResultTtlSeconds: 0 },
  "routes with the route in the cache key": { ...okta, Routes, IdentitySources: "token,route" },
  "routes for some": { ...okta, Routes, Unmatched: "authenticated", IdentitySources: "token,route" },
}
const Config = JSON.stringify({ issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] })
const wholeConfig: { readonly [what: string]: Values } = {
  "the whole configuration": { Config, DeployDemoApis: "false" },
}

test("every provider of the template is tried below", () => {
  expect(["", ...Object.keys(providers)]).toEqual(template.Parameters.Provider?.AllowedValues)
})

describe.each(Object.entries({ ...providers, ...optional, ...withRoutes, ...wholeConfig }))("%s", (_what, values) => {
  test("fits the parameters' patterns and passes the rules", () => {
    for (const [name, value] of Object.entries(withDefaults(values))) {
      const { AllowedPattern, AllowedValues } = template.Parameters[name] ?? {}
      if (AllowedPattern !== undefined) expect(String(value), name).toMatch(new RegExp(AllowedPattern))
      if (AllowedValues !== undefined) expect(AllowedValues, name).toContain(value)
    }
    expect(refusals(values)).toEqual([])
  })

  test("makes a configuration that hallpass accepts", () => {
    const config = configFromEnvironment(deployedEnvironment(values))
    if (config === undefined) throw new Error("The environment configures nothing")
    expect(createAuthorizer(config).handler).toBeTypeOf("function")
  })
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
    ["routes under a cache by token (SR-143)", { ...okta, Routes }, /ResultTtlSeconds/],
    ["Unmatched without Routes", { ...okta, Unmatched: "deny" }, /Unmatched/],
    ["Config and a provider", { ...okta, Config, DeployDemoApis: "false" }, /Config/],
    ["Config and Routes", { Config, Routes, DeployDemoApis: "false", ResultTtlSeconds: 0 }, /Config/],
    ["neither", {}, /Provider/],
  ]

  test.each([...missing, ...contradictory])("%s", (_what, values, named) => {
    expect(refusals(values)).toHaveLength(1)
    expect(refusals(values)[0]).toMatch(named)
    expect(() => {
      const config = configFromEnvironment(deployedEnvironment(values))
      createAuthorizer(config ?? { issuers: [] })
    }).toThrow("The hallpass configuration has")
  })
})

test("the demo APIs go with what they were made for only", () => {
  expect(refusals({ ...okta, HttpResponses: "policy" })).toHaveLength(1)
  expect(refusals({ Config })).toHaveLength(1)
})
