import { describe, expect, it } from "vitest"
import { type CloudFrontRequest, createCloudFrontAuthorizer } from "../../src/aws.ts"
import { ConfigurationError } from "../../src/index.ts"
import { bearer, type Caller, clock, config, nowMs } from "../http/world.ts"
import { recorded } from "./recorded.ts"

// 18, section 8, "ALB, AppSync, …": one recorded event in, the exact request or response out.

interface CloudFrontEvent {
  readonly Records: readonly [
    { readonly cf: { readonly config: { eventType: string }; readonly request: CloudFrontRequest } },
  ]
}
const secret = "bXkgc2hhcmVkIHNlY3JldCBvZiB0aGUgZWRnZQ=="
const { handler } = createCloudFrontAuthorizer(config, { clock })

/** A recorded event with changes of its request. */
function event(name: string, changes: object = {}, headers: object = {}): CloudFrontEvent {
  const copy = recorded(`cloudfront-docs__${name}`) as unknown as CloudFrontEvent
  const [{ cf }] = copy.Records
  Object.assign(cf.request, changes)
  Object.assign(cf.request.headers, headers)
  return copy
}
const authorization = (caller: Caller): object => ({ authorization: [{ key: "Authorization", value: bearer(caller) }] })
const requestOf = (given: CloudFrontEvent): CloudFrontRequest => given.Records[0].cf.request
const status = async (given: unknown): Promise<unknown> => (await handler(given)).status ?? "allowed"

const identity = (values: { readonly [name: string]: string }): object =>
  Object.fromEntries(
    [
      ...[
        "principal",
        "sub",
        "issuer",
        "tokenkind",
        "clientid",
        "tenant",
        "exp",
        "groupsincomplete",
        "scopes",
        "roles",
      ],
      ...["groups", "permissions", "contextomitted", "email"],
    ].map((name) => [`x-hallpass-${name}`, [{ key: `x-hallpass-${name}`, value: values[name] ?? "" }]]),
  )
const principalOf = {
  principal: "https://test.okta.com/oauth2/default|00u1",
  ...{ sub: "ann", issuer: "https://test.okta.com/oauth2/default", tokenkind: "user", clientid: "0oatestclient00000" },
  ...{ exp: `${nowMs / 1000 + 3600}`, scopes: "orders:read", email: "ann@example.com" },
}

describe.each(["viewer-request", "origin-request"])("18: CloudFront, the recorded %s", (name) => {
  it("goes on with every identity header, and without another change", async () => {
    const given = event(name, { uri: "/orders/7", querystring: "page=2&a=%20b" }, authorization("reader"))
    const before = structuredClone(given)
    const request = requestOf(given)
    const allowed = await handler(given)
    expect(allowed).toEqual({
      ...request,
      headers: { ...request.headers, ...identity(principalOf) },
    })
    expect(given).toEqual(before)
    expect(allowed).not.toBe(request)
  })

  it("is answered 401 without a credential", async () => {
    expect(await handler(event(name))).toEqual({
      status: "401",
      statusDescription: "Unauthorized",
      headers: {
        "www-authenticate": [{ key: "www-authenticate", value: 'Bearer realm="hallpass"' }],
        "cache-control": [{ key: "cache-control", value: "no-store" }],
      },
    })
  })

  it("is answered 401 with a bad credential", async () => {
    const headers = { authorization: [{ key: "Authorization", value: `${bearer("reader")}x` }] }
    expect(await handler(event(name, {}, headers))).toEqual({
      status: "401",
      statusDescription: "Unauthorized",
      headers: {
        "www-authenticate": [{ key: "www-authenticate", value: 'Bearer realm="hallpass", error="invalid_token"' }],
        "cache-control": [{ key: "cache-control", value: "no-store" }],
      },
    })
  })

  it("is answered 403 without the right", async () => {
    expect(await handler(event(name, { method: "POST", uri: "/orders" }, authorization("reader")))).toEqual({
      status: "403",
      statusDescription: "Forbidden",
      headers: { "cache-control": [{ key: "cache-control", value: "no-store" }] },
    })
  })

  it("is answered 503 if keys cannot be fetched", async () => {
    const parts = { clock, fetchKeySet: () => Promise.reject(new Error("down")) }
    const remote = { provider: "okta", domain: "test.okta.com", audience: "api://orders" } as const
    const down = createCloudFrontAuthorizer({ issuers: [remote] }, parts)
    expect(await down.handler(event(name, {}, authorization("reader")))).toEqual({
      status: "503",
      statusDescription: "Service Unavailable",
      headers: { "cache-control": [{ key: "cache-control", value: "no-store" }] },
    })
    expect(await down.warmUp()).toBeUndefined()
  })
})

describe("18: CloudFront, what is allowed", () => {
  it("keeps the body, the origin and what CloudFront may add", async () => {
    const body = { inputTruncated: false, action: "read-only", encoding: "base64", data: "e30=" }
    const given = event("origin-request", { uri: "/orders/7", body, futureMember: [1] }, authorization("reader"))
    const { origin } = requestOf(given)
    expect(await handler(given)).toMatchObject({ body, origin, futureMember: [1], uri: "/orders/7" })
  })

  it.each([
    ["the route's path", "/orders/7", "reader", "allowed"],
    ["another method of the path", "/orders", "reader", "403"],
    ["a path under a route with another rule", "/admin/x", "reader", "403"],
    ["an operator's path", "/admin/x", "operator", "allowed"],
    ["an encoded slash", "/orders/7%2F8", "reader", "403"],
    ["dots", "/admin/../orders/7", "reader", "403"],
    ["encoded dots", "/orders/%2e%2e/admin", "reader", "403"],
    ["a byte outside ASCII", "/orders/é", "reader", "403"],
    ["a blank", "/orders/ 7", "reader", "403"],
    ["a query string in the path", "/orders/7?x", "reader", "403"],
    ["a fragment", "/orders/7#x", "reader", "403"],
    ["an absolute address", "https://d111111abcdef8.cloudfront.net/orders/7", "reader", "403"],
    ["no path", "", "reader", "403"],
  ] as const)("depends on %s", async (_what, uri, caller, expected) => {
    expect(await status(event("viewer-request", { uri }, authorization(caller)))).toBe(expected)
  })

  it("uses the viewer's address where evidence names addresses, and no header's", async () => {
    const variable = "HALLPASS_TEST_CLOUDFRONT"
    process.env[variable] = JSON.stringify([secret])
    const edge = {
      role: "identity",
      headers: { user: "x-edge-user" },
      evidence: [{ secret: { header: "x-origin-verify", values: { env: variable } }, cidrs: ["203.0.113.0/24"] }],
    } as const
    const trusted = createCloudFrontAuthorizer({ issuers: [], edge }, { clock })
    const headers = {
      "x-edge-user": [{ key: "X-Edge-User", value: "ann" }],
      "x-origin-verify": [{ key: "X-Origin-Verify", value: secret }],
      "x-forwarded-for": [{ key: "X-Forwarded-For", value: "203.0.113.178" }],
    }
    const allowed = await trusted.handler(event("viewer-request", {}, headers))
    expect(allowed.headers["x-hallpass-principal"]).toEqual([{ key: "x-hallpass-principal", value: "edge|ann" }])
    const elsewhere = await trusted.handler(event("viewer-request", { clientIp: "198.51.100.7" }, headers))
    expect(elsewhere.status).toBe("401")
  })
})

describe("18: CloudFront, the configuration", () => {
  it("may not demand what the edge does not show; every problem at once", () => {
    const shared = { header: "x-origin-verify", values: { env: "X" } }
    const wrong = {
      issuers: [{ provider: "okta", domain: "acme.okta.com", audience: "" }],
      edge: {
        role: "attributes",
        headers: { user: "x-edge-user" },
        evidence: [
          { mtls: { san: "DNS:a" }, secret: shared },
          { vpceIds: "vpce-0123456789abcdef0", secret: shared },
        ],
      },
    } as const
    let problems: readonly { path: string; message: string }[] = []
    try {
      createCloudFrontAuthorizer(wrong)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError)
      problems = (error as ConfigurationError).problems
    }
    expect(problems.slice(0, 2)).toEqual([
      {
        path: "edge.evidence[0].mtls",
        message: "has no certificate to compare: CloudFront shows none to a function. Use jws or hmac",
      },
      {
        path: "edge.evidence[1].vpceIds",
        message: "has no VPC endpoint to compare: CloudFront is asked over the internet. Use jws or hmac",
      },
    ])
    expect(problems.map(({ path }) => path)).toContain("issuers[0].audience")
  })

  it.each([undefined, null, "x", {}, { edge: 7 }, { edge: { evidence: [7] } }])("that is %j is refused", (wrong) => {
    expect(() => createCloudFrontAuthorizer(wrong as never)).toThrow(ConfigurationError)
  })
})
