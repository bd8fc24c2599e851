import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { type EventOptions, http1, http2, restRequest, restToken, webSocket } from "../support/events.ts"
import { clock, mint } from "../support/mint.ts"

const bearer = `Bearer ${mint()}`
const routes = {
  "GET /": {},
  "GET /orders": {},
  "GET /orders/{id}": {},
  "POST /orders/{id}": { scopes: ["orders:write"] },
  "ANY /orders/{id}/items": {},
  "GET /orders/new": {},
  "ANY /files/{path+}": {},
  "GET /files/{name}": {},
  $connect: {},
  $default: { scopes: ["nobody:has:this"] },
}

function decider(changes: Partial<AuthorizerConfig> = {}): (event: unknown) => Promise<string> {
  const { decide } = createAuthorizer(
    { issuers: [oidcIssuer()], routes, gateway: { resultTtlSeconds: 0 }, ...changes },
    { clock },
  )
  return async (event) => {
    const { reason, route } = await decide(event)
    return reason === "ok" ? (route ?? "no route") : reason
  }
}
const decide = decider()

describe("the template that the gateway chose decides, not the path", () => {
  it.each<[EventOptions, string]>([
    [{ template: "/orders", path: "/orders" }, "GET /orders"],
    [{ template: "/orders/{id}", path: "/orders/new" }, "GET /orders/{id}"],
    [{ template: "/orders/{orderId}", path: "/orders/7" }, "GET /orders/{id}"],
    [{ template: "/orders/{id}/items", path: "/orders/7/items", method: "PUT" }, "ANY /orders/{id}/items"],
    [{ template: "/files/{proxy+}", path: "/files/a/b", method: "DELETE" }, "ANY /files/{path+}"],
    [{ template: "/orders/{id}", path: "/orders/7", method: "POST" }, "scope_missing"],
    [{ template: "/orders/{id}", path: "/orders/7", method: "DELETE" }, "route_unmatched"],
    [{ template: "/{proxy+}", path: "/else" }, "route_unmatched"],
    [{ template: "/", path: "/" }, "GET /"],
  ])("%o", async (options, expected) => {
    for (const build of [restRequest, http1, http2]) expect(await decide(build(bearer, options))).toBe(expected)
  })

  it("an ANY route of an HTTP API is decided by the method of the request", async () => {
    const event = http2(bearer, { template: "/orders/{id}", path: "/orders/7", method: "POST" })
    expect(await decide({ ...event, routeKey: "ANY /orders/{id}" })).toBe("scope_missing")
  })

  it("$connect and $default are routes like any other", async () => {
    expect(await decide(webSocket(bearer))).toBe("$connect")
    expect(await decide(http2(bearer, { template: "$default", path: "/else" }))).toBe("scope_missing")
  })

  it.each(["get", "TRACE", "CONNECT", "*", "GET\n"])("SR-149: the method %o is unknown", async (method) => {
    expect(await decide(http2(bearer, { method, template: "/orders", path: "/orders" }))).toBe("method_unknown")
  })
})

describe("TOKEN events carry no template: the path is matched as the gateway documents it", () => {
  it.each([
    ["/", "GET /"],
    ["/orders", "GET /orders"],
    ["/orders/", "GET /orders"],
    ["/orders/7", "GET /orders/{id}"],
    ["/orders/new", "GET /orders/new"],
    ["/orders/7/items", "ANY /orders/{id}/items"],
    ["/files/a", "GET /files/{name}"],
    ["/files/a/b/c", "ANY /files/{path+}"],
    ["/files", "route_unmatched"],
    ["/orders/7/items/9", "route_unmatched"],
    ["/Orders", "route_unmatched"],
    ["/orders/a%20b", "GET /orders/{id}"],
    ["/orders/%C3%A9", "GET /orders/{id}"],
    ["/orders/a:b,c", "GET /orders/{id}"],
    ["/orders/*", "GET /orders/{id}"],
    ["/orders/?", "GET /orders/{id}"],
    ["/orders/%2A", "GET /orders/{id}"],
    ["/orders/%2D", "GET /orders/{id}"],
    ["/orders/%00", "GET /orders/{id}"],
    ["/orders/%zz", "GET /orders/{id}"],
    ["/orders/é", "GET /orders/{id}"],
    ["/orders/a b", "GET /orders/{id}"],
    ["/orders/${aws:username}", "GET /orders/{id}"],
  ])("%s is %s", async (path, expected) => {
    expect(await decide(restToken(bearer, { path }))).toBe(expected)
  })

  it.each([
    "//orders",
    "/orders//7",
    "/orders//",
    "/orders/./7",
    "/orders/../files",
    "/orders/..",
    "/orders/7;admin",
    "/orders/7\\x",
    "/orders/7%2fitems",
    "/orders/7%2Fitems",
    "/orders/%2e%2e",
    "/orders/7%5citems",
    "/orders/7%3badmin",
    "/orders/%252e",
    "/%6frders",
    "/orders/%41",
    "/orders/%7Ex",
    "/orders/7#x",
  ])("SR-148: %s could be read in two ways and is refused, even where unmatched routes are open", async (path) => {
    expect(await decide(restToken(bearer, { path }))).toBe("path_ambiguous")
    expect(await decider({ unmatched: "authenticated" })(restToken(bearer, { path }))).toBe("path_ambiguous")
  })
})

it("SR-148: the escape of a character that the table's own templates hold could spell another route", async () => {
  const dashed = decider({ routes: { "GET /order-lines": { roles: ["nobody"] }, "GET /{kind}": {} } })
  expect(await dashed(restToken(bearer, { path: "/order%2Dlines" }))).toBe("path_ambiguous")
  expect(await dashed(restToken(bearer, { path: "/order%2dlines" }))).toBe("path_ambiguous")
  expect(await dashed(restToken(bearer, { path: "/order%2Clines" }))).toBe("GET /{kind}")
})

describe("SR-148: a path that the route of the gateway does not cover as it is written", () => {
  it.each([
    ["/orders/%6eew", "path_ambiguous"],
    ["/orders//new", "path_ambiguous"],
    ["/orders/old", "gateway_mismatch"],
    ["/orders", "gateway_mismatch"],
    ["/orders/new", "GET /orders/new"],
  ])("%s is refused for what is wrong with it: %s", async (path, expected) => {
    const table = { "GET /orders/new": {}, "GET /files/{p+}": {} }
    for (const event of [http2, restRequest])
      expect(await decider({ routes: table })(event(bearer, { template: "/orders/new", path }))).toBe(expected)
  })
})

it("SR-148: an escape that leads to no other route is a value like any other, on a route with a parameter", async () => {
  const table = { "GET /orders/{id}": {}, "GET /orders/new": { roles: ["nobody"] } }
  for (const event of [http2, restRequest])
    for (const [path, expected] of [
      ["/orders/%71", "GET /orders/{id}"],
      ["/orders/%6eew", "path_ambiguous"],
    ] as const)
      expect(await decider({ routes: table })(event(bearer, { template: "/orders/{id}", path }))).toBe(expected)
})

describe("requests that no route matches", () => {
  it("are denied unless the configuration says otherwise", async () => {
    const event = http2(bearer, { template: "/else", path: "/else" })
    expect(await decide(event)).toBe("route_unmatched")
    expect(await decider({ unmatched: "authenticated" })(event)).toBe("no route")
  })
})

describe("a gateway whose route is coarser than the table", () => {
  it.each([
    ["$default", "/orders", "GET"],
    ["/{proxy+}", "/orders/7", "GET"],
  ])("SR-148: on %s, the finer rule for %s is not passed by without a word", async (template, path, method) => {
    expect(await decide(http2(bearer, { template, path, method }))).toBe("gateway_mismatch")
  })

  it("a path that could be read in two ways is refused there", async () => {
    expect(await decide(http2(bearer, { template: "$default", path: "/orders/%2e%2e/x" }))).toBe("path_ambiguous")
  })
})

describe("SR-143: a cache key that holds the route key, where the gateway's route is for every method", () => {
  const gateway = { resultTtlSeconds: 300, identitySources: ["token", "$context.routeKey"] }
  const methods = { "GET /a": {}, "DELETE /a": { roles: ["admin"] }, "ANY /b": {} }
  const at = (method: string, path: string): unknown => {
    const event = http2(bearer, { method, path })
    const routeKey = `ANY ${path}`
    return { ...event, routeKey, requestContext: { ...(event.requestContext as object), routeKey } }
  }

  it("a table that tells methods apart contradicts it", async () => {
    for (const method of ["GET", "DELETE"])
      expect(await decider({ routes: methods, gateway })(at(method, "/a"))).toBe("gateway_mismatch")
  })

  it("a rule for every method is answered for every method", async () => {
    const { handler } = createAuthorizer({ issuers: [oidcIssuer()], routes: methods, gateway }, { clock })
    const { policyDocument } = (await handler(at("GET", "/b"))) as PolicyAnswer
    // One pattern per method: a * would also be every unknown method, and a method with the first segments.
    const methodsOfApi = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    const tails = policyDocument.Statement[0]?.Resource.map((text) => text.replace(/^.*\/\$default\//, ""))
    expect(tails).toEqual(methodsOfApi.flatMap((method) => [`${method}/b`, `${method}/b/`]))
  })

  it("with the method in the key, or without a cache, methods are told apart", async () => {
    for (const other of [
      { ...gateway, identitySources: [...gateway.identitySources, "$context.httpMethod"] },
      { resultTtlSeconds: 0 },
    ]) {
      const decideOther = decider({ routes: methods, gateway: other })
      expect(await decideOther(at("GET", "/a"))).toBe("GET /a")
      expect(await decideOther(at("DELETE", "/a"))).toBe("role_missing")
    }
  })

  it("a route of one method is no question", async () => {
    const event = http2(bearer, { method: "GET", path: "/a" })
    expect(await decider({ routes: methods, gateway })(event)).toBe("GET /a")
  })
})

describe("SR-148: every finer rule that the path fits counts on a catch-all route", () => {
  it.each<[object, string, string, string]>([
    [{ "ANY /admin/{p+}": { roles: ["admin"] } }, "$default", "/admin/users", "GET"],
    [{ "ANY /admin/{p+}": { roles: ["admin"] } }, "/{proxy+}", "/admin/users", "GET"],
    [{ "GET /a/b": {}, "POST /a/{x}": { roles: ["admin"] }, $default: {} }, "$default", "/a/b", "POST"],
    [
      { "GET /admin/users": {}, "ANY /admin/{p+}": { roles: ["x"] }, "ANY /{p+}": {} },
      "/{proxy+}",
      "/admin/users",
      "DELETE",
    ],
  ])("%o on %s with %s %s", async (table, template, path, method) => {
    const undecided = decider({ routes: table as AuthorizerConfig["routes"] & object, unmatched: "authenticated" })
    expect(await undecided(http2(bearer, { template, path, method }))).toBe("gateway_mismatch")
  })

  it("a coarser rule beside the gateway's route does not", async () => {
    const table = { "ANY /{p+}": { roles: ["x"] }, "ANY /admin/{p+}": {} }
    const event = http2(bearer, { template: "/admin/{proxy+}", path: "/admin/users" })
    expect(await decider({ routes: table })(event)).toBe("ANY /admin/{p+}")
  })
})
