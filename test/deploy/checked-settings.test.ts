import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { publishCheckedVersion } from "../../src/deployment/publish-checked-version.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { attachmentProblems } from "../../src/policy.ts"
import { parseTemplate } from "./cloudformation-yaml.ts"
import { root } from "./external-tools.ts"
import { evaluate, holds, type Values } from "./intrinsics.ts"
import { demoSets, outputs, privateSets } from "./parameter-sets.ts"
import { demo, privateApi, type Resource, type Template } from "./template.ts"

type Properties = { [name: string]: unknown }
interface Api {
  readonly Kind: "rest" | "http" | "websocket"
  readonly [name: string]: unknown
}
const issuers = [{ provider: "okta", domain: "acme.okta.com", audience: "api://orders" }] as const
const routes = { "GET /orders": { scopes: ["orders:read"] } }
const matching: AuthorizerConfig = { issuers, routes, gateway: { resultTtlSeconds: 300, resourcePolicyAllows: true } }

const example = parseTemplate(readFileSync(join(root, "examples/attach-existing-api.yaml"), "utf8")) as Template
function attached(given: Values): { [name: string]: Resource } {
  const defaults = Object.entries(example.Parameters).map(([name, { Default = "" }]) => [name, Default])
  const stack = {
    values: { ...Object.fromEntries(defaults), ...given },
    conditions: example.Conditions,
    lists: new Set<string>(),
  }
  const made = Object.entries(example.Resources).filter(([, { Condition }]) => !Condition || holds(Condition, stack))
  return Object.fromEntries(
    made.map(([name, each]) => [name, { ...each, Properties: evaluate(each.Properties, stack) as Properties }]),
  )
}

const apiIds = { RestApiId: "r3st", HttpApiId: "httq", WebSocketApiId: "ws0ck" }
const stacks: readonly [string, { [name: string]: Resource & { DependsOn?: string } }][] = [
  ...Object.entries(demoSets).map(
    ([what, values]) => [`deploy/demo.yaml, ${what}`, demo.deployedResources(values)] as const,
  ),
  ...Object.entries(privateSets).map(
    ([what, values]) => [`deploy/private.yaml, ${what}`, privateApi.deployedResources(values)] as const,
  ),
  ["examples/attach-existing-api.yaml", attached({ ...outputs, ...apiIds })],
  [
    "examples/attach-existing-api.yaml, simple",
    attached({ ...outputs, ...apiIds, IdentitySources: "token,route", HttpResponses: "simple", ResultTtlSeconds: 60 }),
  ],
].map(([what, made]) => [what as string, made as { [name: string]: Resource }])
const apisOf = (resources: { [name: string]: Resource }): Api[] => resources.CheckedSettings?.Properties.Apis as Api[]
const sources = (value: unknown): string[] => (typeof value === "string" ? value.split(/ *, */) : (value as string[]))

describe.each(stacks)("17-2: the settings that %s lets hallpass check", (_what, resources) => {
  test("are those of its authorizers, and no authorizer is made before them", () => {
    const found: Properties[] = []
    for (const { Type, Properties: own, DependsOn } of Object.values(resources)) {
      const schemes = Object(Object(own.DefinitionBody).components).securitySchemes
      const openApi = Object(schemes?.Hallpass)["x-amazon-apigateway-authorizer"]
      if (openApi !== undefined) {
        const allows = own.Policy === undefined ? {} : { ResourcePolicyAllows: "true" }
        const { identitySource, authorizerResultTtlInSeconds: ResultTtlSeconds, type } = openApi
        found.push({
          Kind: "rest",
          Type: type.toUpperCase(),
          ResultTtlSeconds,
          IdentitySource: identitySource,
          ...allows,
        })
      } else if (/^AWS::ApiGateway(?:V2)?::Authorizer$/.test(Type)) {
        const { AuthorizerPayloadFormatVersion: PayloadFormatVersion, EnableSimpleResponses, IdentitySource } = own
        const Kind = Type === "AWS::ApiGateway::Authorizer" ? "rest" : PayloadFormatVersion ? "http" : "websocket"
        const Responses = EnableSimpleResponses === true ? "simple" : "policy"
        const ResultTtlSeconds = own.AuthorizerResultTtlInSeconds
        found.push({
          ...{ Kind, IdentitySource },
          ...(Kind === "rest" && { Type: own.Type, ResultTtlSeconds }),
          ...(Kind === "http" && { PayloadFormatVersion, Responses, ResultTtlSeconds }),
        })
      } else continue
      expect(DependsOn).toBe("CheckedSettings")
    }
    const said = apisOf(resources)
    expect(said).toHaveLength(found.length)
    for (const each of found) {
      const same = said.find(({ Kind }) => Kind === each.Kind) ?? {}
      expect(sources(Object(same).IdentitySource)).toEqual(sources(each.IdentitySource))
      expect(same).toMatchObject({ ...each, IdentitySource: Object(same).IdentitySource })
    }
  })

  test("fit a configuration that says the same, and not one with a shorter TTL or another form of answers", () => {
    const apis = apisOf(resources)
    const http = apis.find(({ Kind }) => Kind === "http")
    const responses = (http?.Responses ?? "policy") as "policy" | "simple"
    const ttls = apis.flatMap(({ ResultTtlSeconds }) =>
      ResultTtlSeconds === undefined ? [] : Number(ResultTtlSeconds),
    )
    const gateway = { ...matching.gateway, responses }
    expect(attachmentProblems({ ...matching, gateway }, apis)).toEqual([])
    const paths = (changed: AuthorizerConfig["gateway"]): string[] =>
      attachmentProblems({ ...matching, gateway: { ...gateway, ...changed } }, apis).map(({ message }) => message)
    if (Math.max(...ttls) > 0)
      expect(paths({ resultTtlSeconds: Math.max(...ttls) - 1 }).join()).toContain("and gateway.resultTtlSeconds is")
    const other = responses === "policy" ? "simple" : "policy"
    if (http !== undefined) expect(paths({ responses: other }).join()).toContain("every request ends in 500")
    if (apis.some(({ ResourcePolicyAllows }) => ResourcePolicyAllows === "true"))
      expect(paths({ resourcePolicyAllows: false }).join()).toContain("gateway.resourcePolicyAllows")
  })
})

test("17-2: a demo stack whose TTL is longer than the configuration's is refused, with the reason in its event", async () => {
  const { Properties: properties } = demo.deployedResources(outputs).CheckedSettings ?? {}
  const config: AuthorizerConfig = { issuers, gateway: { resultTtlSeconds: 60 } }
  let body = ""
  await publishCheckedVersion(
    {
      ...{ RequestType: "Create", ResponseURL: "https://s3.example/x", StackId: "s", RequestId: "r" },
      ...{ LogicalResourceId: "CheckedSettings", ResourceProperties: properties },
    },
    {
      lambda: {
        run: async (name: string, version: undefined) => {
          expect([name, version]).toEqual([outputs.AuthorizerFunctionArn, undefined])
          return { returned: { sound: true, problems: [], mayPass: false, decisions: [], configuration: config } }
        },
      } as never,
      send: async (_url, sent) => {
        body = sent
      },
      log: () => undefined,
    },
  )
  const { Status, Reason } = JSON.parse(body)
  expect(Status).toBe("FAILED")
  expect(Reason).toMatch(
    /^This stack sets its authorizers otherwise than the function needs: 2 problems\. 1\. REST: the authorizer hallpass keeps answers for 300 seconds, and gateway\.resultTtlSeconds is 60\. Set its TTL to 60 at most/,
  )
})
