import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer, type RouteRule } from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, issuer, mint } from "../support/mint.ts"

const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod"
const config = (routes: { [key: string]: RouteRule }, changes: Partial<AuthorizerConfig> = {}): AuthorizerConfig => ({
  issuers: [oidcIssuer()],
  routes,
  ...changes,
})
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
const bearer = (scope: string): string => `Bearer ${mint({ scope })}`

/** Allow and Deny patterns below the stage. */
async function patterns(routes: { [key: string]: RouteRule }, scope: string, changes?: Partial<AuthorizerConfig>) {
  const { handler } = createAuthorizer(config(routes, changes), { clock })
  const answer = (await handler(restToken(bearer(scope), { path: "/nowhere" }))) as PolicyAnswer
  const of = (effect: string): readonly string[] =>
    answer.policyDocument.Statement.filter(({ Effect }) => Effect === effect)
      .flatMap(({ Resource }) => Resource)
      .map((resource) => resource.slice(stage.length + 1))
  return { allow: of("Allow"), deny: of("Deny") }
}

const orders = {
  "GET /orders": { scopes: ["read"] },
  "GET /orders/{id}": { scopes: ["read"] },
  "GET /orders/closed": { scopes: ["audit"] },
  "POST /orders": { scopes: ["write"] },
}

describe("a cached answer holds everything that the principal may call", () => {
  it("allowed routes in both spellings, parameters as ?*, and a Deny for what ?* covers of others", async () => {
    const { allow, deny } = await patterns(orders, "read")
    expect(allow).toEqual(["GET/orders", "GET/orders/", "GET/orders/?*"])
    expect(deny).toEqual(
      expect.arrayContaining(["GET/orders/closed", "GET/orders/closed/", "POST/orders", "POST/orders/"]),
    )
  })

  it("several segments where a parameter takes one are denied, as far as no other route stands there", async () => {
    expect((await patterns(orders, "read")).deny).toContain("GET/orders/?*/?*")
    const nested = { ...orders, "GET /orders/{id}/items": { scopes: ["read"] } }
    const { deny } = await patterns(nested, "read")
    expect(deny).not.toContain("GET/orders/?*/?*")
    expect(deny).toContain("GET/orders/?*/?*/?*")
  })

  it("is the same on every route, also on a forbidden one; decide says what the route gets", async () => {
    const { handler, decide } = createAuthorizer(config(orders), { clock })
    const events = [
      restRequest(bearer("read"), { path: "/orders" }),
      restRequest(bearer("read"), { path: "/orders", method: "POST" }),
      restRequest(bearer("read"), { path: "/orders/closed" }),
      restRequest(bearer("read"), { path: "/orders/7", template: "/orders/{id}" }),
    ]
    const answers = await Promise.all(events.map((event) => handler(event)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const outcomes = await Promise.all(events.map(async (event) => (await decide(event)).reason))
    expect(outcomes).toEqual(["ok", "scope_missing", "scope_missing", "ok"])
  })

  it("a request that differs from the last one in one member alone gets what it gets when it is the first", async () => {
    const paths = ["/orders", "/orders/", "/orders/7", "/orders//", "/orders/%6f", "/else"]
    const events = ["read", "write", "read write audit"].flatMap((scope) =>
      paths.flatMap((path) =>
        ["GET", "POST", "BREW"].flatMap((method) =>
          ["/orders", "/orders/{id}", "/{proxy+}"].flatMap((template) =>
            [restRequest, http2].map((build) => build(bearer(scope), { path, method, template })),
          ),
        ),
      ),
    )
    const { decide } = createAuthorizer(config(orders), { clock })
    const said = async (event: unknown, by = createAuthorizer(config(orders), { clock }).decide) => {
      const { outcome, reason, route } = await by(event)
      return { outcome, reason, route }
    }
    const reasons = new Set<string>()
    for (const event of events) {
      const alone = await said(event)
      reasons.add(alone.reason)
      expect(await said(event, decide)).toEqual(alone)
      expect(await said(event, decide)).toEqual(alone)
    }
    expect(reasons.size).toBeGreaterThan(5)
  })

  it("whoever may call nothing gets an explicit Deny of the stage", async () => {
    expect(await patterns(orders, "else")).toEqual({ allow: [], deny: ["*"] })
  })

  it("a resource policy that allows is answered with a Deny for every forbidden route", async () => {
    const gateway = { resourcePolicyAllows: true }
    const { deny } = await patterns({ "GET /a": { scopes: ["a"] }, "PUT /b/{id}": { scopes: ["b"] } }, "a", { gateway })
    expect(deny).toEqual(expect.arrayContaining(["PUT/b/?*"]))
  })

  it("1.6: routes of every method are allowed method by method, and denied by one pattern", async () => {
    const { allow, deny } = await patterns({ "ANY /admin/{id}": {}, "ANY /ops/{id}": { scopes: ["ops"] } }, "x")
    expect(allow).toEqual(methods.map((method) => `${method}/admin/?*`))
    expect(deny).toContain("*/ops/?*")
    const both = await patterns({ "ANY /admin/{id}": { scopes: ["no"] }, "GET /eu/admin/{id}": {} }, "x")
    expect(both.deny.filter((pattern) => pattern.endsWith("/admin/?*"))).not.toContain("*/admin/?*")
  })

  it("unmatched authenticated is everything but the forbidden routes", async () => {
    const { allow, deny } = await patterns({ "GET /a": { scopes: ["a"] } }, "x", { unmatched: "authenticated" })
    expect(allow).toEqual(methods.map((method) => `${method}/*`))
    expect(deny).toEqual(expect.arrayContaining(["GET/a", "GET/a/"]))
  })

  it("$connect is answered by itself", async () => {
    const { handler } = createAuthorizer(config({ ...orders, $connect: { scopes: ["chat"] } }), { clock })
    const answer = (await handler(webSocket(bearer("chat read")))) as PolicyAnswer
    expect(answer.policyDocument.Statement).toEqual([
      { Effect: "Allow", Action: "execute-api:Invoke", Resource: [`${stage}/$connect`] },
    ])
    const denied = (await handler(webSocket(bearer("read")))) as PolicyAnswer
    expect(denied.policyDocument.Statement[0]?.Effect).toBe("Deny")
  })
})

describe("SR-148: the answer is judged by the text of the path, so the decision is made by it", () => {
  const table = { "GET /{kind}": {}, "GET /orders": { scopes: ["read"] }, "ANY /files/{path+}": { scopes: ["files"] } }
  const reason = async (event: unknown): Promise<string> =>
    (await createAuthorizer(config(table), { clock }).decide(event)).reason

  it.each(["/a;b", "/%6frders", "/a%2Fb", "/../orders", "/a//b", "/a%252fb", "/a\\b"])(
    "%s could be read in two ways and is refused to whoever may not call everything",
    async (path) => {
      for (const build of [restRequest, restToken])
        expect(await reason(build(bearer("x"), { path, template: "/{kind}" }))).toBe("path_ambiguous")
    },
  )

  it("whoever may call everything is not asked how the path is read", async () => {
    expect(await reason(restToken(bearer("read files"), { path: "/a;b" }))).toBe("ok")
  })

  it("a slash at the end is refused where a catch-all with another verdict might take it", async () => {
    const rival = { "GET /files": {}, "ANY /{rest+}": { scopes: ["all"] } }
    const { decide } = createAuthorizer(config(rival), { clock })
    expect((await decide(restToken(bearer("x"), { path: "/files" }))).reason).toBe("ok")
    expect((await decide(restToken(bearer("x"), { path: "/files/" }))).reason).toBe("path_ambiguous")
    expect((await decide(restToken(bearer("all"), { path: "/files/" }))).reason).toBe("ok")
  })

  it("a gateway that chose another route than the text leads to contradicts the table", async () => {
    expect(await reason(http2(bearer("read"), { path: "/orders", template: "/{kind}" }))).toBe("gateway_mismatch")
    expect(await reason(http2(bearer("read"), { path: "/a", template: "/{else}" }))).toBe("ok")
    expect(await reason(http2(bearer("read"), { path: "/a/b/c", template: "/a/{proxy+}" }))).toBe("route_unmatched")
  })
})

it("13.5: a pattern that covers more costs nothing where every forbidden route is denied anyway", async () => {
  const many = (name: string, count: number, scope: string): [string, RouteRule][] =>
    Array.from({ length: count }, (_, at) => [`GET /reports/of-the-year/${name}-${at}`, { scopes: [scope] }])
  const routes = Object.fromEntries([...many("forbidden", 30, "write"), ...many("permitted", 20, "read")])
  const { handler } = createAuthorizer(config(routes, { gateway: { resourcePolicyAllows: true } }), { clock })
  const answer = await handler(restToken(bearer("read"), { path: "/reports/of-the-year/permitted-1" }))
  const [allow] = (answer as PolicyAnswer).policyDocument.Statement
  expect(allow).toMatchObject({ Effect: "Allow", Resource: [`${stage}/GET/reports/of-the-year*`] })
})

describe("REST and HTTP APIs order routes that both fit differently", () => {
  const crossing = {
    "GET /s/{id}/items": { scopes: ["read"] },
    "GET /s/{id}/items/{item}": { scopes: ["read"] },
    "ANY /s/files/{proxy+}": { scopes: ["write"] },
  }
  const refused = (api?: "rest" | "http"): string => {
    try {
      createAuthorizer(config(crossing, { gateway: { ...(api && { api }) } }))
      return ""
    } catch (error) {
      return (error as Error).message
    }
  }

  it("a table that is sound for one of them only is refused, unless the configuration says which one is meant", () => {
    expect(refused()).toMatch(/on HTTP APIs only.*set gateway\.api to "rest"/)
    expect(refused("http")).toMatch(/cannot be distinguished from/)
    expect(refused("rest")).toBe("")
  })

  it("a conflict of both kinds of API is named once, and not as one of HTTP APIs", () => {
    const both = { "GET /t/{id}/x/{key}": { scopes: ["read"] }, "GET /t/{id}/{proxy+}": { scopes: ["write"] } }
    const { conflicts } = compilePolicy(config({ ...crossing, ...both }))
    const ofBoth = conflicts.filter(({ routes }) => routes.every((route) => route in both))
    expect(ofBoth.map(({ message }) => /HTTP APIs/.test(message))).toEqual([false])
    expect(conflicts.length).toBeGreaterThan(1)
  })

  it("the other kind is undecided then, and never allowed by the wrong order", async () => {
    const { decide } = createAuthorizer(config(crossing, { gateway: { api: "rest" } }), { clock })
    const path = "/s/files/items"
    const event = http2(bearer("read write"), { path, template: "/s/{id}/items" })
    expect((await decide(event)).reason).toBe("gateway_mismatch")
    const template = "/s/files/{proxy+}"
    expect((await decide(restRequest(bearer("write"), { path, template }))).reason).toBe("ok")
    expect((await decide(restRequest(bearer("read"), { path, template }))).reason).toBe("scope_missing")
  })
})

describe("what does not fit", () => {
  const long = (count: number, rule: RouteRule): { [key: string]: RouteRule } =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`GET /a-rather-long-path-of-an-api/${i}`, rule]))

  it("is merged where every route below a prefix is permitted, which is right for all routes of the table", async () => {
    const routes = { ...long(500, { scopes: ["all"] }), "GET /a-rather-long-path-of-an-api": { scopes: ["no"] } }
    const { allow, deny } = await patterns(routes, "all")
    expect(allow).toEqual(["GET/a-rather-long-path-of-an-api/?*"])
    expect(deny).toContain("GET/a-rather-long-path-of-an-api/")
    const services = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`ANY /service-number-${i}/{proxy+}`, { scopes: ["all"] }]),
    )
    // An Allow names its method, so a service has seven patterns, and 280 do not fit.
    const wild = (await patterns(services, "all")).allow
    expect(wild).toEqual(methods.map((method) => `${method}/service-number-*`))
  })

  it("opens no whole method beside routes that the table does not name, and tells which requests it does open", async () => {
    const areas = (count: number): { [key: string]: RouteRule } =>
      Object.fromEntries(
        Array.from({ length: count * 4 }, (_, i) => [
          `GET /area-${i >> 2}/a-rather-long-path-of-an-api-${i & 3}`,
          { scopes: ["all"] },
        ]),
      )
    const policy = compilePolicy(config(areas(20)))
    expect(policy.worstCaseBytes).toBeGreaterThan(policy.maxBytes)
    expect(policy.exposed.map(({ route }) => route)).toContain("GET /area-7/*")
    const { allow } = await patterns(areas(20), "all")
    expect(allow).toEqual(Array.from({ length: 20 }, (_, i) => `GET/area-${i}/?*`))
    for (const { example } of policy.exposed) expect(example).toMatch(/^GET\/area-\d+(?:\/|$)/)
    // What the areas begin with is kept, so that no other first segment is opened.
    expect((await patterns(areas(150), "all")).allow).toEqual(["GET/area-*"])
    const { decide } = createAuthorizer(config(areas(150)), { clock })
    expect((await decide(restToken(bearer("all"), { path: "/admin" }))).reason).toBe("route_unmatched")
    expect(compilePolicy(config(areas(1))).exposed).toEqual([])
  })

  it("is unavailable otherwise, not a Deny that the gateway would keep", async () => {
    const mixed = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `GET /a-rather-long-path-of-an-api-${i}`,
        { scopes: [i % 2 === 0 ? "all" : "no"] },
      ]),
    )
    const { handler, decide } = createAuthorizer(config(mixed, { gateway: { tooLarge: "unavailable" } }), { clock })
    const event = restToken(bearer("all"), { path: "/a-rather-long-path-of-an-api-2" })
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "policy_too_large" })
    await expect(handler(event)).rejects.toMatchObject({ name: "Unavailable", code: "policy_too_large" })
    const other = (await handler(restToken(bearer("none"), { path: "/x" }))) as PolicyAnswer
    expect(other.policyDocument.Statement[0]?.Effect).toBe("Deny")
  })

  it("every answer is at most 8 KB", async () => {
    for (const count of [10, 30, 40, 50, 60]) {
      const routes = { ...long(count, { scopes: ["all"] }), "GET /secret/{id}": { scopes: ["secret"] } }
      const { handler } = createAuthorizer(config(routes), { clock })
      const answer = await handler(restToken(`Bearer ${mint({ scope: "all", groups: ["g".repeat(1500)] })}`))
      expect(JSON.stringify(answer).length).toBeLessThanOrEqual(8192)
    }
  })
})

describe("the custom check under principal policies", () => {
  it("is asked on a forbidden route, too, because the answer allows others; what it refuses is denied everywhere", async () => {
    const asked: string[] = []
    const check = (_principal: unknown, request: { readonly method: string }): boolean => {
      asked.push(request.method)
      return false
    }
    const { handler, decide } = createAuthorizer(config(orders), { clock, check })
    const forbidden = restRequest(bearer("read"), { path: "/orders", method: "POST" })
    const answer = (await handler(forbidden)) as PolicyAnswer
    expect(answer.policyDocument.Statement).toEqual([
      { Effect: "Deny", Action: "execute-api:Invoke", Resource: [`${stage}/*`] },
    ])
    expect(asked).toEqual(["POST"])
    expect((await decide(restRequest(bearer("read"), { path: "/orders" }))).reason).toBe("check_refused")
  })
})

describe("rules that name issuers", () => {
  it("admit only tokens of these", async () => {
    const another = "https://another.example"
    const routes = { "GET /a": { issuers: [issuer] }, "GET /b": { issuers: [another] } }
    const issuers = [...config(routes).issuers, oidcIssuer({ issuer: another })]
    const { decide } = createAuthorizer({ ...config(routes), issuers }, { clock })
    expect((await decide(restToken(bearer("x"), { path: "/a" }))).reason).toBe("ok")
    expect((await decide(restToken(bearer("x"), { path: "/b" }))).reason).toBe("issuer_mismatch")
  })
})
