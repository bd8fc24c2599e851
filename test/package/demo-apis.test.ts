import { describe, expect, test } from "vitest"
import { environment, type Resource, resource, resourcesOf } from "./template.ts"

interface Authorizer {
  FunctionArn: unknown
  Identity?: { Headers?: string[]; Context?: string[]; ReauthorizeEvery?: unknown }
}
interface Auth {
  DefaultAuthorizer?: string
  Authorizers: { [name: string]: Authorizer }
}
const authOf = ({ Properties }: Resource): Auth => Properties.Auth as Auth
const authorizersOf = (api: Resource): Authorizer[] => Object.values(authOf(api).Authorizers)

const apis = [...resourcesOf("AWS::Serverless::Api"), ...resourcesOf("AWS::Serverless::HttpApi")]

test("there is a REST and an HTTP demo API, both on one condition", () => {
  expect(apis.map(([name, { Condition }]) => [name, Condition])).toEqual([
    ["RestDemoApi", "DemoApis"],
    ["HttpDemoApi", "DemoApis"],
  ])
})

describe.each(apis)("%s", (_name, api) => {
  test("has the authorizer on every route", () => {
    const { DefaultAuthorizer = "", Authorizers } = authOf(api)
    expect(Authorizers[DefaultAuthorizer]?.FunctionArn).toEqual({ "Fn::GetAtt": ["AuthorizerFunction", "Arn"] })
    const events = resourcesOf("AWS::Serverless::Function").flatMap(([, { Properties }]) =>
      Object.values((Properties.Events ?? {}) as { [name: string]: { Properties: object } }),
    )
    expect(events).toHaveLength(6)
    expect(events.filter(({ Properties }) => "Auth" in Properties)).toEqual([])
  })

  test("answers 401 without a call when the Authorization header is missing", () => {
    expect(authorizersOf(api).map(({ Identity }) => Identity?.Headers)).toEqual([["Authorization"]])
  })

  test("keeps answers for as long as HALLPASS_RESULT_TTL_SECONDS says, or not at all (SR-143)", () => {
    const declared = { Ref: "ResultTtlSeconds" }
    expect(environment.HALLPASS_RESULT_TTL_SECONDS).toEqual({ "Fn::If": ["OneIssuer", declared, ""] })
    const [age] = authorizersOf(api).map(({ Identity }) => Identity?.ReauthorizeEvery)
    expect([declared, 0]).toContainEqual(age)
  })

  test("has the route in the cache key where it caches, so that Routes work with IdentitySources token,route", () => {
    const caching = authorizersOf(api).filter(({ Identity }) => Identity?.ReauthorizeEvery !== 0)
    for (const { Identity } of caching) expect(Identity?.Context).toEqual(["httpMethod", "resourcePath"])
    expect(caching).toHaveLength(api.Type === "AWS::Serverless::Api" ? 1 : 0)
  })
})

test("REST: preflights need no token, and refusals carry CORS headers and a challenge (RFC 6750 section 3)", () => {
  const { Auth, GatewayResponses } = resource("RestDemoApi").Properties
  expect(Auth).toMatchObject({ AddDefaultAuthorizerToCorsPreflight: false })
  const cors = { ResponseParameters: { Headers: { "Access-Control-Allow-Origin": "'*'" } } }
  const challenge = { ResponseParameters: { Headers: { "WWW-Authenticate": `'Bearer realm="hallpass"'` } } }
  expect(GatewayResponses).toMatchObject({
    UNAUTHORIZED: { StatusCode: 401, ...cors },
    ACCESS_DENIED: { StatusCode: 403, ...cors },
    DEFAULT_4XX: cors,
    DEFAULT_5XX: cors,
  })
  expect(GatewayResponses).toMatchObject({ UNAUTHORIZED: challenge })
})

test("HTTP: API Gateway may call the function, the payload version is text, and responses are simple", () => {
  expect(authorizersOf(resource("HttpDemoApi"))).toMatchObject([
    { EnableFunctionDefaultPermissions: true, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true },
  ])
})

test("the backend refuses a request without authorizer context (SR-152)", async () => {
  const entry: { handler?: (event: object) => Promise<{ statusCode: number }> } = {}
  new Function("exports", String(resource("DemoBackendFunction").Properties.InlineCode))(entry)
  const status = async (requestContext?: object): Promise<number | undefined> =>
    (await entry.handler?.({ routeKey: "GET /orders", requestContext }))?.statusCode

  expect(await status()).toBe(403)
  expect(await status({})).toBe(403)
  expect(await status({ authorizer: null })).toBe(403)
  expect(await status({ authorizer: { integrationLatency: 3 } })).toBe(403)
  expect(await status({ authorizer: { lambda: null } })).toBe(403)
  expect(await status({ authorizer: { lambda: {} } })).toBe(403)
  expect(await status({ authorizer: { principalId: "i|s", issuer: "i" } })).toBe(200)
  expect(await status({ authorizer: { lambda: { issuer: "i" } } })).toBe(200)
})
