import { describe, expect, it } from "vitest"
import {
  type AuthorizerConfig,
  type ConfigurationError,
  createAuthorizer,
  type PolicyDocument,
  type RouteRule,
} from "../../src/index.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders } from "../support/events.ts"
import { testKey } from "../support/keys.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

type Event = { readonly [name: string]: unknown }

const plain = `Bearer ${mint()}`
const ops: RouteRule = { groups: ["ops"] }
const routes: { readonly [key: string]: RouteRule } = {
  "GET /": {},
  "GET /orders": {},
  "GET /orders/{id}": {},
  "POST /orders": ops,
  "GET /files/{proxy+}": {},
  "ANY /admin/{proxy+}": ops,
}

describe("2.10: LocalStack lets people choose the id of an API", () => {
  it.each(["my-api", "local-api-1", "My_Api", "a", "-", "x".repeat(128)])("%s is read as any other", async (apiId) => {
    for (const [kind, build] of Object.entries(eventBuilders)) {
      if (kind === "websocket") continue
      const text = JSON.stringify(build(plain, { path: "/orders", apiId })).replaceAll("123456789012", "000000000000")
      const { decide, handler } = createAuthorizer({ issuers: [oidcIssuer()], routes }, { clock })
      expect((await decide(JSON.parse(text))).outcome, kind).toBe("allow")
      expect(JSON.stringify(await handler(JSON.parse(text)))).toContain(`:000000000000:${apiId}/`)
    }
  })

  it.each(["my*api", "a?b", "${x}", "", "a b", "a:b", "é", "x".repeat(129)])("%o is none", async (apiId) => {
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()], routes }, { clock })
    const event = eventBuilders["rest-token"](plain, { path: "/orders", apiId })
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "arn_invalid" })
  })
})

/** Events as serverless-offline 14 builds them: the ARN has the route's template, in the spelling of its router. */
function offline(
  kind: "TOKEN" | "1.0" | "2.0",
  method: string,
  template: string,
  path: string,
  authorization = plain,
): Event {
  const [accountId, apiId] = ["random-account-id", "random-api-id"]
  const resourcePath = template.replace("+}", "*}")
  const arn = `arn:aws:execute-api:us-east-1:${accountId}:${apiId}/dev/${method}${resourcePath}`
  const headers = { Authorization: authorization, Host: "localhost:3000" }
  const requestContext = { accountId, apiId, requestId: "random-request-id", stage: "dev", domainPrefix: apiId }
  const common = { enhancedAuthContext: {}, headers, pathParameters: null, queryStringParameters: null }
  if (kind === "2.0")
    return {
      ...common,
      identitySource: [authorization],
      rawPath: path,
      rawQueryString: "",
      requestContext: {
        ...requestContext,
        http: { method, path: resourcePath },
        routeKey: `${method} ${resourcePath}`,
      },
      routeArn: arn,
      routeKey: `${method} ${resourcePath}`,
      type: "REQUEST",
      version: "2.0",
    }
  return {
    ...common,
    authorizationToken: authorization,
    httpMethod: method,
    identitySource: authorization,
    methodArn: arn,
    multiValueHeaders: { Authorization: [authorization], Host: ["localhost:3000"] },
    multiValueQueryStringParameters: null,
    path: `/dev${path}`,
    requestContext: {
      ...requestContext,
      extendedRequestId: "random-request-id",
      httpMethod: method,
      path: `/dev${path}`,
      resourceId: `${method} ${resourcePath}`,
      resourcePath,
    },
    resource: resourcePath,
    type: kind === "TOKEN" ? "TOKEN" : "REQUEST",
    version: "1.0",
  }
}

/**
 * How serverless-offline judges a policy: a regular expression in which a dot is any character, and no anchor before
 * it.
 */
function judged({ Statement }: PolicyDocument, arn: string): boolean {
  const partsOf = (text: string): string[] =>
    [...(/^arn:aws:execute-api:([^\s:]+)(?::([^\s:]+))?(?::([^\s/:]+))?(?:\/(.*))?/.exec(text) ?? [])].slice(1)
  const given = partsOf(arn)
  const fits = (resource: string): boolean => {
    if (resource === arn || resource === "*") return true
    if (!/[*?]/.test(resource)) return false
    const wanted = partsOf(resource).map((part) => part ?? "*")
    if (wanted.slice(0, 3).some((part, at) => part !== "*" && part !== given[at])) return false
    return new RegExp(`${(wanted[3] ?? "*").replaceAll("*", ".*").replaceAll("?", ".")}$`).test(given[3] ?? "")
  }
  const has = (effect: string): boolean =>
    Statement.some(({ Effect, Resource }) => Effect === effect && Resource.some(fits))
  return !has("Deny") && has("Allow")
}

describe("2.10: the events of serverless-offline", () => {
  const requests: readonly (readonly [method: string, template: string, path: string, expected: string])[] = [
    ["GET", "/orders", "/orders", "GET /orders"],
    ["GET", "/orders/{id}", "/orders/7", "GET /orders/{id}"],
    ["GET", "/files/{proxy+}", "/files/a/b", "GET /files/{proxy+}"],
    ["POST", "/orders", "/orders", "group_missing"],
    ["DELETE", "/admin/{proxy+}", "/admin/x/y", "group_missing"],
    ["GET", "/else", "/else", "route_unmatched"],
  ]
  const gateways: { readonly [name: string]: AuthorizerConfig["gateway"] } = {
    "a principal policy": {},
    "TTL 0": { resultTtlSeconds: 0 },
  }

  it.each(Object.keys(gateways))("are read, and its own judgement of the answer agrees: %s", async (name) => {
    for (const kind of ["TOKEN", "1.0", "2.0"] as const) {
      for (const [method, template, path, expected] of requests) {
        const event = offline(kind, method, template, path)
        const { decide, handler } = createAuthorizer(
          { issuers: [oidcIssuer()], routes, gateway: gateways[name] ?? {} },
          { clock },
        )
        const { outcome, reason, route } = await decide(event)
        expect(reason === "ok" ? route : reason, `${kind} ${method} ${template}`).toBe(expected)
        const { policyDocument } = (await handler(event)) as { readonly policyDocument: PolicyDocument }
        const arn = String(event.routeArn ?? event.methodArn)
        expect(judged(policyDocument, arn), `${kind} ${method} ${template}`).toBe(outcome === "allow")
      }
    }
  })

  it("another event of two kinds at once is still none", async () => {
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()], routes }, { clock })
    const mixed = offline("TOKEN", "GET", "/orders", "/orders")
    const real = JSON.parse(
      JSON.stringify(mixed).replaceAll("random-account-id:random-api-id", "123456789012:abc123def4"),
    )
    expect((await decide(real)).reason).toBe("event_unknown")
    for (const account of ["undefined", "null", "random-account", "random-account-id-2", ""]) {
      const event = offline("1.0", "GET", "/orders", "/orders")
      const other = { ...event, methodArn: String(event.methodArn).replace("random-account-id", account) }
      expect((await decide(other)).reason, account).toBe("arn_invalid")
    }
  })
})

describe("2.10: cognito-local's issuers", () => {
  const key = testKey("rsa")
  const userPoolId = "local_6DBmVy2V"
  const of = (changes: object = {}, keys: object = { allowHttpLoopback: true }): AuthorizerConfig =>
    ({
      issuers: [
        { provider: "cognito", userPoolId, clientIds: ["client-1"], endpoint: "http://localhost:9229", ...changes },
      ],
      keys,
    }) as AuthorizerConfig
  const problems = (config: AuthorizerConfig): readonly string[] => {
    try {
      createAuthorizer(config)
      return []
    } catch (error) {
      return (error as ConfigurationError).problems.map(({ path }) => path)
    }
  }
  /** As cognito-local signs them. */
  const access = {
    auth_time: nowSeconds - 60,
    client_id: "client-1",
    event_id: "e",
    jti: "j",
    aud: undefined,
    scope: "aws.cognito.signin.user.admin",
    token_use: "access",
    username: "ann",
    sub: "user-1",
    iss: `http://localhost:9229/${userPoolId}`,
  }
  const fetched: string[] = []
  const parts = {
    clock,
    fetchKeySet: async (url: string) => {
      fetched.push(url)
      return { status: 200, headers: {}, body: JSON.stringify({ keys: [{ ...key.jwk, kid: "CognitoLocal" }] }) }
    },
  }
  const signed = (claims: object): string => mint({ ...access, ...claims }, { key, header: { kid: "CognitoLocal" } })

  it("are known by their endpoint, and the token rules are the pool's", async () => {
    const { verify } = createVerifier(of(), parts)
    expect(await verify(signed({}))).toMatchObject({ provider: "cognito", kind: "user", tenant: userPoolId })
    expect(fetched).toEqual([`http://localhost:9229/${userPoolId}/.well-known/jwks.json`])
    await expect(verify(signed({ token_use: "id" }))).rejects.toMatchObject({ code: "token_kind_refused" })
    await expect(verify(signed({ client_id: "other" }))).rejects.toMatchObject({ code: "audience_mismatch" })
    await expect(verify(signed({ iss: `https://localhost:9229/${userPoolId}` }))).rejects.toMatchObject({
      code: "issuer_unknown",
    })
    const ids = createVerifier(of({ tokenUse: "id" }), parts)
    const id = signed({ token_use: "id", aud: "client-1", client_id: undefined, username: undefined, scope: undefined })
    expect(await ids.verify(id)).toMatchObject({ subject: "user-1", clientId: "client-1" })
  })

  it.each(["http://localhost:9229", "http://127.0.0.1:9229", "http://[::1]:9229", "http://localhost"])(
    "%s is a loopback address",
    (endpoint) => {
      expect(problems(of({ endpoint }))).toEqual([])
      expect(problems(of({ endpoint }, {}))).toEqual(["issuers[0].jwksUri"])
    },
  )

  it.each([
    ...["http://localhost:9229/", "http://localhost:9229/x", "http://localhost.evil.example", "http://0.0.0.0:9229"],
    ...["http://127.0.0.1.evil.example", "https://localhost:9229", "http://user@localhost", "http://localhost:999999"],
    ...["http://LOCALHOST", "localhost:9229", "http://cognito.example", "http://127.1", "", 7, null, {}],
  ])("%o is no endpoint", (endpoint) => {
    expect(problems(of({ endpoint }))).toContain("issuers[0].endpoint")
  })

  it("a pool of that form, or keys from elsewhere, are refused", () => {
    expect(problems(of({ endpoint: undefined }))).not.toEqual([])
    for (const id of ["", "local", "local_", "a/b_c", "local_x|y", "local_6D b"])
      expect(problems(of({ userPoolId: id }))).toContain("issuers[0].userPoolId")
    for (const more of [{ jwks: { keys: [key.jwk] } }, { jwksUri: "https://a.example/x" }, { issuerType: "updated" }])
      expect(problems(of(more))).toEqual([`issuers[0].${Object.keys(more)[0]}`])
  })
})
