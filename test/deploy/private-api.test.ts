import { describe, expect, test } from "vitest"
import { reservedContextKeys } from "../../src/answer/context.ts"
import { createAuthorizer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { restRequest } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"
import { privateSets } from "./parameter-sets.ts"
import { privateApi, type Resource, type Values } from "./template.ts"

const rest: Values = privateSets["a private REST API"] ?? {}
const whole: Values = privateSets["a private REST API with everything"] ?? {}
const http: Values = privateSets["an HTTP API"] ?? {}
const deployed = (values: Values): { [name: string]: Resource } => privateApi.deployedResources(values)
const properties = (name: string, values: Values): { [name: string]: unknown } => {
  const found = deployed(values)[name]
  if (found === undefined) throw new Error(`${name} is not deployed`)
  return found.Properties
}
interface Integration {
  readonly type: string
  readonly connectionType: string
  readonly connectionId: string
  readonly uri: string
  readonly requestParameters: { readonly [name: string]: string }
}
function operations(values: Values): [path: string, integration: Integration][] {
  const { paths } = properties("PrivateApi", values).DefinitionBody as {
    paths: { [path: string]: { "x-amazon-apigateway-any-method": { "x-amazon-apigateway-integration": Integration } } }
  }
  return Object.entries(paths).map(([path, each]) => [
    path,
    each["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"],
  ])
}
const httpMappings = (): { [name: string]: string } =>
  properties("HttpIntegration", http).RequestParameters as { [name: string]: string }

describe("17-4: the way to the backend", () => {
  test("private REST API: every path goes through the link to the load balancer, with TLS", () => {
    expect(operations(rest).map(([path]) => path)).toEqual(["/", "/{proxy+}"])
    for (const [path, integration] of operations(rest))
      expect(integration, path).toMatchObject({
        ...{ type: "http_proxy", connectionType: "VPC_LINK", connectionId: "RestLink" },
        uri: `https://orders.internal.example.test/${path === "/" ? "" : "{proxy}"}`,
      })
    expect(properties("RestLink", rest).TargetArns).toEqual([rest.LoadBalancerArn])
  })

  test("HTTP API: the only route goes through the link to the listener, with TLS, and without the stage in its path", () => {
    expect(properties("HttpIntegration", http)).toMatchObject({
      ...{ IntegrationType: "HTTP_PROXY", ConnectionType: "VPC_LINK", ConnectionId: "HttpLink" },
      IntegrationUri: http.LoadBalancerArn,
      PayloadFormatVersion: "1.0",
      TlsConfig: { ServerNameToVerify: "orders.internal.example.test" },
    })
    expect(httpMappings()["overwrite:path"]).toBe("$request.path")
    expect(properties("HttpDefault", http)).toMatchObject({ RouteKey: "$default", AuthorizationType: "CUSTOM" })
    expect(properties("HttpAuthorizer", http)).toMatchObject({
      AuthorizerResultTtlInSeconds: 60,
      EnableSimpleResponses: true,
    })
  })

  test("one kind deploys nothing of the other", () => {
    expect(Object.keys(deployed(rest)).filter((name) => name.startsWith("Http"))).toEqual([])
    expect(Object.keys(deployed(http)).filter((name) => /^(?:Rest|PrivateApi|ApiEndpoint)/.test(name))).toEqual([])
  })
})

describe("17-4: identity for the backend", () => {
  // Developer Guide, "Transform API requests and responses for HTTP APIs": these cannot be mapped.
  const reserved =
    /^(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-auth.*|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-(?:for|host|proto)|via)$/i
  const headersOf = (mappings: { readonly [name: string]: string }): [name: string, value: string][] =>
    Object.entries(mappings)
      .map(([key, value]): [string, string] => [
        /\.header\.(.*)$/.exec(key.replace("overwrite:", "."))?.[1] ?? "",
        value,
      ])
      .filter(([name]) => name !== "")

  test("carries principal, scopes, groups and trace ids, under names that API Gateway does not reserve", () => {
    for (const mappings of [...operations(rest).map(([, each]) => each.requestParameters), httpMappings()]) {
      const names = headersOf(mappings).map(([name]) => name.toLowerCase())
      expect(names).toEqual(
        expect.arrayContaining(["x-hallpass-principal", "x-hallpass-scopes", "x-hallpass-groups", "x-request-id"]),
      )
      expect(names.filter((name) => reserved.test(name))).toEqual([])
    }
  })

  test("HTTP: always overwrites, never appends, and no value can be empty", () => {
    for (const [key, value] of Object.entries(httpMappings())) {
      expect(key).toMatch(/^overwrite:/)
      if (key.startsWith("overwrite:header.x-hallpass-")) expect(value.replaceAll(/\$\{[^}]*\}/g, "")).not.toBe("")
    }
  })

  test("REST: every operation maps the same headers, the root included", () => {
    const [root, proxy] = operations(rest).map(([, { requestParameters }]) => headersOf(requestParameters))
    expect(root).toEqual(proxy)
  })

  const mappedKeys = (): Set<string> => {
    const text = [...operations(rest).map(([, each]) => each.requestParameters), httpMappings()]
      .flatMap((mappings) => Object.values(mappings))
      .join("\n")
    const read = new Set([...text.matchAll(/context\.authorizer\.(\w+)/g)].map(([, name = ""]) => name))
    read.delete("principalId") // API Gateway's own, of the answer
    return read
  }

  test("reads keys that hallpass writes into the context, and none that API Gateway keeps for itself", async () => {
    const gateway = { resultTtlSeconds: 0, emptyContext: "dash" } as const
    const { handler } = createAuthorizer({ issuers: [oidcIssuer()], gateway }, { clock })
    // A caller without roles, groups and permissions: each header is written all the same.
    const { context } = (await handler(restRequest(`Bearer ${mint()}`))) as { context?: { [key: string]: unknown } }
    expect(mappedKeys().size).toBeGreaterThan(5)
    for (const key of mappedKeys()) {
      expect(reservedContextKeys).not.toContain(key)
      expect(context?.[key], key).toMatch(/./)
    }
    expect(privateApi.text).toContain("gateway.emptyContext dash")
  })
})

describe("17-4: health", () => {
  test("targets are watched under the names that CloudWatch has, of a balancer's ARN and of a listener's", () => {
    const dimensions = (values: Values) => properties("UnhealthyTargetsAlarm", values).Dimensions
    const targets = { Name: "TargetGroup", Value: "targetgroup/bigip/0123456789abcdef" }
    expect(dimensions(rest)).toEqual([targets, { Name: "LoadBalancer", Value: "net/bigip/0123456789abcdef" }])
    expect(dimensions(http)).toEqual([targets, { Name: "LoadBalancer", Value: "app/orders/0123456789abcdef" }])
    expect(properties("UnhealthyTargetsAlarm", rest).Namespace).toBe("AWS/NetworkELB")
    expect(properties("UnhealthyTargetsAlarm", http).Namespace).toBe("AWS/ApplicationELB")
  })

  test("5xx are those of the API's kind", () => {
    expect(properties("BackendErrorsAlarm", rest)).toMatchObject({
      MetricName: "5XXError",
      Dimensions: [
        { Name: "ApiName", Value: "hallpass-private" },
        { Name: "Stage", Value: "live" },
      ],
    })
    expect(properties("BackendErrorsAlarm", http)).toMatchObject({
      MetricName: "5xx",
      Dimensions: [
        { Name: "ApiId", Value: "HttpApi" },
        { Name: "Stage", Value: "$default" },
      ],
    })
    expect(properties("PrivateApi", rest).Name).toBe("hallpass-private")
  })
})

describe("17-4: the synthetic check", () => {
  const code = String(privateApi.resource("SyntheticFunction").Properties.InlineCode)
  const secret = { tokenUrl: "https://idp.test/token", clientId: "c", clientSecret: "hidden-secret", scope: "health" }

  /** Runs the inline code with answers by address and credential, and returns the line that it prints. */
  async function run(
    answers: (address: string, authorization: string | undefined) => number | Error,
    given: { readonly secret?: unknown; readonly token?: boolean } = {},
  ) {
    const lines: string[] = []
    const asked: string[] = []
    const fetched = async (address: string, options: { headers?: { authorization?: string }; body?: unknown } = {}) => {
      asked.push(`${address} ${options.body ?? ""}`)
      const answer = answers(address, options.headers?.authorization)
      if (answer instanceof Error) throw answer
      return { status: answer, json: async () => ({ access_token: "hidden-token" }) }
    }
    const entry: { handler?: () => Promise<void> } = {}
    const env = {
      SERVICE: "hallpass-private",
      URL: "https://api.test/health",
      TOKEN_SECRET_ARN: given.token === false ? "" : "arn",
    }
    const sdk = {
      SecretsManagerClient: class {
        send = async () => ({ SecretString: JSON.stringify(given.secret ?? secret) })
      },
      GetSecretValueCommand: class {},
    }
    const parameters = ["exports", "process", "fetch", "require", "console", "AbortSignal"]
    new Function(...parameters, code)(
      entry,
      { env },
      fetched,
      () => sdk,
      { log: (line: string) => lines.push(line) },
      {
        timeout: () => undefined,
      },
    )
    await entry.handler?.()
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/hidden/)
    return {
      ...(JSON.parse(lines[0] ?? "{}") as { SyntheticFailures: number; failed: object[]; service: string }),
      asked,
    }
  }
  const good = (address: string, authorization?: string): number =>
    address.startsWith("https://idp.test") ? 200 : authorization === "Bearer hidden-token" ? 200 : 401

  test("passes if a request without a token is refused and one with a token reaches the backend", async () => {
    const { SyntheticFailures, failed, service, asked } = await run(good)
    expect({ SyntheticFailures, failed, service }).toEqual({
      SyntheticFailures: 0,
      failed: [],
      service: "hallpass-private",
    })
    expect(asked).toHaveLength(3)
    expect(asked[1]).toContain("grant_type=client_credentials")
  })

  test.each<[string, (address: string, authorization?: string) => number | Error, object[]]>([
    ["an API that is open", () => 200, [{ check: "without a token", got: 200 }]],
    [
      "an authorizer that fails",
      (a) => (a.startsWith("https://idp") ? 200 : 500),
      [
        { check: "without a token", got: 500 },
        { check: "with a token", got: 500 },
      ],
    ],
    ["a backend that is down", (a, t) => (t === undefined ? good(a, t) : 503), [{ check: "with a token", got: 503 }]],
    [
      "a token that is refused",
      (a) => (a.startsWith("https://idp") ? 200 : 403),
      [{ check: "with a token", got: 403 }],
    ],
    [
      "an issuer that gives none",
      (a, t) => (a.startsWith("https://idp") ? 400 : good(a, t)),
      [{ check: "getting a token", got: "RangeError" }],
    ],
    [
      "a network that ends",
      (a, t) => (a.startsWith("https://idp") ? good(a, t) : Object.assign(new Error("x"), { name: "TimeoutError" })),
      [
        { check: "without a token", got: "TimeoutError" },
        { check: "with a token", got: "TimeoutError" },
      ],
    ],
  ])("finds %s", async (_what, answers, failed) => {
    expect(await run(answers)).toMatchObject({ SyntheticFailures: failed.length, failed })
  })

  test("sends no client secret over plain http", async () => {
    const { failed, asked } = await run(good, { secret: { ...secret, tokenUrl: "http://idp.test/token" } })
    expect(failed).toEqual([{ check: "getting a token", got: "TypeError" }])
    expect(asked.join()).not.toContain("client_secret")
  })

  test("without a secret it only tests that the API refuses", async () => {
    const { SyntheticFailures, asked } = await run(good, { token: false })
    expect({ SyntheticFailures, many: asked.length }).toEqual({ SyntheticFailures: 0, many: 1 })
  })

  test("runs every five minutes, in the subnets of a private API, and its metric is the alarm's", () => {
    expect(properties("SyntheticSchedule", rest).ScheduleExpression).toBe("rate(5 minutes)")
    expect(properties("SyntheticFunction", rest).VpcConfig).toMatchObject({
      SubnetIds: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
    })
    expect(properties("SyntheticFunction", http).VpcConfig).toBeUndefined()
    const urlOf = (values: Values) =>
      (properties("SyntheticFunction", values).Environment as { Variables: { URL: string } }).Variables.URL
    expect(urlOf(whole)).toBe("https://PrivateApi-vpce-0a1b2c3d.execute-api.eu-west-1.amazonaws.com/live/healthz")
    expect(urlOf(rest)).toContain("https://PrivateApi-ApiEndpoint.execute-api")
    expect(properties("SyntheticAlarm", rest)).toMatchObject({
      ...{ Namespace: "hallpass", MetricName: "SyntheticFailures" },
      Dimensions: [{ Name: "service", Value: "hallpass" }],
    })
    expect(Buffer.byteLength(code)).toBeLessThan(4096)
  })
})
