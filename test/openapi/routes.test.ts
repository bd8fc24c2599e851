import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { createAuthorizer } from "../../src/index.ts"
import { type OpenApiOptions, type OpenApiRoutes, routesFromOpenApi } from "../../src/openapi.ts"
import { oidcIssuer } from "../support/config.ts"

const fixture = (name: string): unknown =>
  parse(readFileSync(new URL(`../fixtures/openapi/${name}`, import.meta.url), "utf8"))

const oauth = { type: "oauth2", flows: {} }
const bearer = { type: "http", scheme: "bearer" }
const lambda = {
  type: "apiKey",
  in: "header",
  name: "Authorization",
  "x-amazon-apigateway-authtype": "custom",
  "x-amazon-apigateway-authorizer": { type: "request", authorizerUri: "arn:aws:apigateway:eu-west-1:lambda:path/…" },
}
const sigv4 = { type: "apiKey", in: "header", name: "Authorization", "x-amazon-apigateway-authtype": "awsSigv4" }
const usageKey = { type: "apiKey", in: "header", name: "X-API-Key" }
const basic = { type: "http", scheme: "basic" }

/** A document with one operation, `GET /x`, and changes. */
function document(operation: object, changes: object = {}): object {
  const securitySchemes = { oauth, bearer, lambda, other: lambda, sigv4, key: usageKey, basic }
  return { openapi: "3.0.3", paths: { "/x": { get: operation } }, components: { securitySchemes }, ...changes }
}
/** The same with the schemes of a document that is not made for API Gateway. */
function plain(operation: object, changes: object = {}): object {
  return document(operation, { components: { securitySchemes: { oauth, bearer, basic, key: usageKey } }, ...changes })
}
const secured = { security: [{ oauth: [] }] }

function problems(of: unknown, options?: OpenApiOptions): readonly string[] {
  return routesFromOpenApi(of, options).problems.map(({ path, message }) => `${path}: ${message}`)
}
function notes({ notes }: OpenApiRoutes): string {
  return notes.map(({ path, message }) => `${path}: ${message}`).join("\n")
}

describe("an export of API Gateway", () => {
  const found = routesFromOpenApi(fixture("api-gateway.json"))

  it("gives the routes whose Lambda authorizer is asked", () => {
    expect(found.problems).toEqual([])
    expect(found.routes).toEqual({
      "GET /orders": {},
      "POST /orders": {},
      "GET /orders/{orderId}": {},
      "ANY /files/{proxy+}": {},
      "HEAD /files/{proxy+}": {},
    })
  })

  it("lists what asks nobody, and what something else protects", () => {
    expect(found.withoutSecurity).toEqual(["OPTIONS /orders", "GET /health"])
    expect(found.otherSecurity).toEqual([
      { route: "DELETE /orders/{orderId}", schemes: ["pool"] },
      { route: "PUT /internal", schemes: ["sigv4"] },
      { route: "GET /metered", schemes: ["api_key"] },
    ])
  })
})

describe("an export of WSO2 API Manager", () => {
  const found = routesFromOpenApi(fixture("wso2.yaml"))

  it("gives scopes of security.default and x-scopes, any of which is enough, and kinds of x-auth-type", () => {
    expect(found.problems).toEqual([])
    expect(found.routes).toEqual({
      "POST /menu": { scopes: { any: ["menu_write", "menu_admin"] } },
      "GET /order/{orderId}": { kind: "user", scopes: ["order_view"] },
      "PUT /order/{orderId}": { scopes: { any: ["order_change", "menu_admin"] } },
      "DELETE /order/{orderId}": { kind: "app", scopes: ["order_cancel"] },
      "POST /order": {},
    })
  })

  it("knows x-auth-type None and x-wso2-disable-security, whatever security says", () => {
    expect(found.withoutSecurity).toEqual(["GET /menu", "GET /status"])
  })

  it("demands all scopes where the caller says so", () => {
    const all = routesFromOpenApi(fixture("wso2.yaml"), { scopes: "all" })
    expect(all.routes["POST /menu"]).toEqual({ scopes: ["menu_write", "menu_admin"] })
  })
})

describe("a document of Swagger 2.0", () => {
  it("gives the same rules: alternatives, AND within, a key in Authorization as a token", () => {
    const found = routesFromOpenApi(fixture("swagger-2.0.yaml"))
    expect(found.problems).toEqual([])
    expect(found.routes).toEqual({
      "GET /orders": { scopes: ["orders:read"] },
      "POST /orders": { anyOf: [{ scopes: ["orders:write", "audit:write"] }, { scopes: ["orders:import"] }] },
      "GET /orders/{id}": {},
      "DELETE /orders/{id}": { scopes: ["orders:delete"] },
    })
    expect(found.withoutSecurity).toEqual(["GET /ping"])
    expect(notes(found)).toContain("security: is ignored by API Gateway at the root")
  })
})

it.each(["api-gateway.json", "wso2.yaml", "swagger-2.0.yaml"])("createAuthorizer takes the table of %s", (name) => {
  const { routes } = routesFromOpenApi(fixture(name))
  const config = { issuers: [oidcIssuer()], routes, gateway: { resultTtlSeconds: 0 } }
  expect(() => createAuthorizer(config)).not.toThrow()
})

describe("security requirements", () => {
  it.each<[string, readonly object[], object]>([
    ["one scheme", [{ oauth: ["a", "b"] }], { scopes: ["a", "b"] }],
    ["one scheme without scopes", [{ bearer: [] }], {}],
    ["scopes that repeat", [{ oauth: ["a", "a"] }], { scopes: ["a"] }],
    ["alternatives", [{ oauth: ["a"] }, { oauth: ["b", "c"] }], { anyOf: [{ scopes: ["a"] }, { scopes: ["b", "c"] }] }],
    ["alternatives that repeat", [{ oauth: ["a"] }, { oauth: ["a"] }], { scopes: ["a"] }],
    ["an alternative that demands nothing more", [{ oauth: ["a"] }, { bearer: [] }], {}],
    ["two schemes at once", [{ bearer: [], oauth: ["a"] }], { scopes: ["a"] }],
    ["a usage plan's key besides", [{ key: [], oauth: ["a"] }], { scopes: ["a"] }],
    ["a usage plan's key in an entry of its own", [{ key: [] }, { oauth: ["a"] }], { scopes: ["a"] }],
    ["something else besides", [{ basic: [], oauth: ["a"] }], { scopes: ["a"] }],
    ["something else instead", [{ basic: [] }, { oauth: ["a"] }], { scopes: ["a"] }],
  ])("%s", (_, security, rule) => {
    const found = routesFromOpenApi(plain({ security }))
    expect(found.problems).toEqual([])
    expect(found.routes).toEqual({ "GET /x": rule })
  })

  it("says what a rule leaves out", () => {
    expect(notes(routesFromOpenApi(plain({ security: [{ basic: [], oauth: [] }] })))).toContain('also demands "basic"')
    expect(notes(routesFromOpenApi(plain({ security: [{ basic: [] }, { oauth: [] }] })))).toContain('by "basic" alone')
    expect(notes(routesFromOpenApi(plain({ security: [{ key: [], oauth: [] }] })))).toContain("is a key of usage plans")
  })

  it.each<[string, object, object]>([
    ["none anywhere", {}, {}],
    ["an empty list", { security: [] }, { security: [{ oauth: [] }] }],
    ["an alternative that is empty", { security: [{}, { oauth: ["a"] }] }, {}],
    ["x-amazon-apigateway-auth NONE", { "x-amazon-apigateway-auth": { type: "none" } }, { security: [{ oauth: [] }] }],
  ])("without security: %s", (_, operation, root) => {
    const paths = { "/x": { get: operation, post: secured } }
    const found = routesFromOpenApi(plain({}, { paths, ...root }))
    expect(found.problems).toEqual([])
    expect(found.withoutSecurity).toEqual(["GET /x"])
    expect(Object.keys(found.routes)).toEqual(["POST /x"])
  })

  it("what is optional for the document is no security for API Gateway, and that is said", () => {
    const found = routesFromOpenApi(
      plain({}, { paths: { "/x": { get: { security: [{}, { oauth: [] }] }, post: secured } } }),
    )
    expect(notes(found)).toContain('paths["/x"].get.security: is optional')
  })

  it("the root's security is the intent of an operation that has none, and API Gateway ignores it", () => {
    const found = routesFromOpenApi(plain({}, { security: [{ oauth: ["a"] }] }))
    expect(found.routes).toEqual({ "GET /x": { scopes: ["a"] } })
    expect(notes(found)).toBe(
      "security: is ignored by API Gateway at the root; write it into each operation that has none: GET /x",
    )
  })

  it("lists are roles for other schemes of OpenAPI 3.1, and scopes for openIdConnect", () => {
    const securitySchemes = { bearer, oidc: { type: "openIdConnect", openIdConnectUrl: "https://issuer.example/x" } }
    const changes = { openapi: "3.1.0", components: { securitySchemes } }
    expect(routesFromOpenApi(plain({ security: [{ bearer: ["editor"], oidc: ["a"] }] }, changes)).routes).toEqual({
      "GET /x": { scopes: ["a"], roles: ["editor"] },
    })
  })
})

describe("which authorizer API Gateway runs", () => {
  it("scopes beside a Lambda authorizer's scheme become its rule", () => {
    const found = routesFromOpenApi(document({ security: [{ lambda: [], oauth: ["a"] }] }))
    expect(found).toMatchObject({ routes: { "GET /x": { scopes: ["a"] } }, notes: [], problems: [] })
  })

  it("an authtype of one's own is a Lambda authorizer, one of AWS is not", () => {
    const securitySchemes = { own: { ...sigv4, "x-amazon-apigateway-authtype": "oauth2" }, sigv4 }
    const paths = { "/x": { get: { security: [{ own: [] }] }, put: { security: [{ sigv4: [] }] } } }
    const found = routesFromOpenApi(document({}, { paths, components: { securitySchemes } }))
    expect(found.routes).toEqual({ "GET /x": {} })
    expect(found.otherSecurity).toEqual([{ route: "PUT /x", schemes: ["sigv4"] }])
  })

  it.each(["jwt", "cognito_user_pools"])("a route of API Gateway's own %s authorizer is not in the table", (type) => {
    const own = { ...oauth, "x-amazon-apigateway-authorizer": { type } }
    const paths = { "/x": { get: { security: [{ own: ["a"] }] }, put: { security: [{ lambda: [] }] } } }
    const changes = { paths, components: { securitySchemes: { own, lambda } } }
    expect(routesFromOpenApi(document({}, changes))).toMatchObject({
      routes: { "PUT /x": {} },
      otherSecurity: [{ route: "GET /x", schemes: ["own"] }],
    })
    // Unless it is the one that this authorizer shall take over.
    const taken = routesFromOpenApi(document({}, changes), { schemes: ["own"] })
    expect(taken).toMatchObject({
      routes: { "GET /x": { scopes: ["a"] } },
      otherSecurity: [{ route: "PUT /x", schemes: ["lambda"] }],
    })
  })

  it("x-amazon-apigateway-auth AWS_IAM is not in the table", () => {
    const paths = { "/x": { get: { "x-amazon-apigateway-auth": { type: "AWS_IAM" } }, put: secured } }
    expect(routesFromOpenApi(plain({}, { paths })).otherSecurity).toEqual([{ route: "GET /x", schemes: ["AWS_IAM"] }])
  })

  it("says so where API Gateway would ask nobody", () => {
    const found = routesFromOpenApi(document({ security: [{ oauth: ["a"] }] }))
    expect(found.routes).toEqual({ "GET /x": { scopes: ["a"] } })
    expect(notes(found)).toBe(
      "components.securitySchemes.oauth: has no x-amazon-apigateway-authorizer: API Gateway calls no authorizer on GET /x",
    )
  })

  it("of several Lambda authorizers the caller can name one; the routes of the others are not in the table", () => {
    const paths = { "/x": { get: { security: [{ lambda: [] }] }, put: { security: [{ other: [] }] } } }
    const both = routesFromOpenApi(document({}, { paths }))
    expect(Object.keys(both.routes)).toEqual(["GET /x", "PUT /x"])
    expect(notes(both)).toContain('have several Lambda authorizers: "lambda", "other"')
    const one = routesFromOpenApi(document({}, { paths }), { schemes: ["lambda"] })
    expect(one).toMatchObject({ routes: { "GET /x": {} }, notes: [], problems: [] })
    expect(one.otherSecurity).toEqual([{ route: "PUT /x", schemes: ["other"] }])
  })
})

describe("routes", () => {
  it("isDefaultRoute is $default, x-amazon-apigateway-any-method is ANY", () => {
    const any = "x-amazon-apigateway-any-method"
    const paths = { "/$default": { [any]: { ...secured, isDefaultRoute: true } }, "/{proxy+}": { [any]: secured } }
    expect(Object.keys(routesFromOpenApi(plain({}, { paths })).routes)).toEqual(["$default", "ANY /{proxy+}"])
  })

  it("follows $ref of path items and schemes within the document", () => {
    const changes = {
      openapi: "3.1.0",
      paths: { "/a": { $ref: "#/components/pathItems/a~1b%20c" }, "/b": { $ref: "#/paths/~1a" } },
      components: {
        pathItems: { "a/b c": { get: { security: [{ alias: ["s"] }] } } },
        securitySchemes: { oauth, alias: { $ref: "#/components/securitySchemes/oauth" } },
      },
    }
    expect(routesFromOpenApi(plain({}, changes)).routes).toEqual({
      "GET /a": { scopes: ["s"] },
      "GET /b": { scopes: ["s"] },
    })
  })

  it("a route written by hand wins, whatever its parameters are called, or is added", () => {
    const paths = { "/x/{id}": { get: secured, put: secured }, "/open": { get: {} } }
    const besides = { "GET /x/{name}": { roles: ["r"] }, "GET /open": {}, "GET /more": { groups: ["g"] }, oddity: {} }
    const found = routesFromOpenApi(plain({}, { paths }), { besides })
    expect(found.routes).toEqual({
      "GET /x/{name}": { roles: ["r"] },
      "PUT /x/{id}": {},
      "GET /open": {},
      "GET /more": { groups: ["g"] },
      oddity: {}, // refused where every other configured key is
    })
    expect(found.withoutSecurity).toEqual([])
  })
})

describe("problems, each with its place and a remedy", () => {
  const at = (key: string, item: unknown = { get: secured }): object =>
    plain({}, { paths: { [key]: item, "/ok": { get: secured } } })
  const secure = (security: unknown, schemes: object = {}, changes: object = {}): object =>
    document(
      { security },
      { components: { securitySchemes: { oauth, lambda, other: lambda, sigv4, bearer, ...schemes } }, ...changes },
    )

  it.each<[string, unknown, string]>([
    ["no object", "openapi: 3.0.0", "document: must be an object"],
    ["a list", [], "document: must be an object"],
    ["no version", { paths: {} }, 'openapi: must be "3.0.x" or "3.1.x"'],
    ["a version to come", plain({}, { openapi: "3.2.0" }), "openapi: must be"],
    ["a number for a version", { swagger: 2, paths: {} }, "(a text, in quotes)"],
    ["no paths", { openapi: "3.1.0" }, "paths: is missing"],
    ["no security at all", plain({}), "paths: has no operation whose security demands a token"],
    [
      "two operations of one route",
      plain({}, { paths: { "/x/{a}": { get: secured }, "/x/{b}": { get: secured } } }),
      'paths["/x/{b}"].get: names the same route as paths["/x/{a}"].get',
    ],
    ["a path without /", at("x"), "has a path that does not begin with /"],
    ["a slash at the end", at("/x/"), 'ends in a slash, which no route of API Gateway does. Write "GET /x"'],
    [
      "a wildcard of WSO2",
      at("/x/*"),
      'a wildcard as another framework writes it; API Gateway takes that as plain text. Write "GET /x/{proxy+}"',
    ],
    ["half a parameter", at("/x/{id}.json"), "a parameter is a whole segment"],
    ["a greedy middle", at("/{a+}/x"), "has a {parameter+} before its last segment"],
    ["dots", at("/x/.."), "has a segment . or .."],
    ["an item that is none", at("/x", null), 'paths["/x"]: must be an object'],
    ["an operation that is none", at("/x", { get: [] }), 'paths["/x"].get: must be an object'],
    ["a method that API Gateway does not have", at("/x", { trace: secured }), 'paths["/x"].trace: is no operation'],
    ["a method in capitals", at("/x", { GET: secured }), 'paths["/x"].GET: is no operation'],
    ["a reference to another file", at("/x", { $ref: "other.yaml#/x" }), "bundle the parts"],
    ["a reference to nothing", at("/x", { $ref: "#/components/pathItems/x" }), "leads to nothing"],
    ["a reference to what every object has", at("/x", { $ref: "#/constructor" }), "leads to nothing"],
    ["a reference to itself", at("/x", { $ref: "#/paths/~1x" }), "leads to itself"],
    ["a broken reference", at("/x", { $ref: "#/%zz" }), "leads to nothing"],
    ["security that is no list", secure({ oauth: [] }), 'paths["/x"].get.security: must be a list'],
    ["a requirement that is none", secure([null]), "get.security[0]: must be an object"],
    ["scopes that are no list", secure([{ oauth: "a" }]), "get.security[0].oauth: must be a list of scopes"],
    ["a scope that is no text", secure([{ oauth: [1] }]), "must be a list of scopes"],
    ["two scopes in one", secure([{ oauth: ["a b"] }]), "one scope per entry"],
    ["scopes of a scheme that has none", secure([{ bearer: ["a"] }]), "must be empty"],
    ["a scheme that is not there", secure([{ nobody: [] }]), "components.securitySchemes does not have"],
    ["a scheme that every object has", secure([{ constructor: [] }]), "components.securitySchemes does not have"],
    [
      "a scheme of an unknown type",
      secure([{ odd: [] }], { odd: { type: "magic" } }),
      "components.securitySchemes.odd.type: must be",
    ],
    [
      "an authorizer of an unknown type",
      secure([{ odd: [] }], { odd: { ...lambda, "x-amazon-apigateway-authorizer": {} } }),
      "x-amazon-apigateway-authorizer.type: must be",
    ],
    ["two authorizers at once", secure([{ lambda: [], other: [] }]), "two authorizers at once"],
    ["IAM and a token at once", secure([{ sigv4: [], lambda: [] }]), "two authorizers at once"],
    [
      "open and secured",
      document({ security: [{ lambda: [] }], "x-amazon-apigateway-auth": { type: "NONE" } }),
      "contradicts security",
    ],
    [
      "an unknown x-amazon-apigateway-auth",
      document({ "x-amazon-apigateway-auth": "NONE" }),
      "must be NONE or AWS_IAM",
    ],
    ["an unknown x-auth-type", document({ "x-auth-type": "Nobody" }), "x-auth-type: must be None, Any"],
    [
      "x-wso2-disable-security that is no flag",
      document({ "x-wso2-disable-security": "true" }),
      "must be true or false",
    ],
    ["x-scopes of another form", document({ "x-scopes": { a: 1 } }), "x-scopes: must be a list of scopes"],
    [
      "x-scopes that differ",
      document({ security: [{ oauth: ["a"] }], "x-scopes": ["b"] }),
      "has other scopes in security",
    ],
  ])("%s", (_, of, expected) => {
    expect(problems(of).join("\n")).toContain(expected)
  })

  it("a scheme that the caller names and the document does not have", () => {
    expect(problems(document(secured), { schemes: ["nobody"] })).toContainEqual(
      expect.stringContaining('components.securitySchemes: has no "nobody"; it has "oauth"'),
    )
  })

  it("are all told at once", () => {
    const paths = { "/a/": { get: secured }, "/b": { trace: {} }, "/c": { get: { security: [{ nobody: [] }] } } }
    expect(problems(plain({}, { paths }))).toHaveLength(3)
  })

  it("SR-149: a method that nobody asked for is never left out in silence", () => {
    expect(problems(at("/x", { Get: secured }))).toHaveLength(1)
    expect(problems(at("/x", { "x-internal": true, summary: "", parameters: [], get: secured }))).toEqual([])
  })

  it("hold no control character of the document", () => {
    const text = problems(at("/x\u001b[2J", { "\u001b]0;": secured })).join("\n")
    expect(text).toContain("\\u001b")
    expect(text.includes("\u001b")).toBe(false)
  })
})

describe("names that every object has", () => {
  it("are names like any other in a document", () => {
    const text = `{"openapi":"3.0.0","paths":{"/__proto__":{"get":{"security":[{"__proto__":["a"]}]}},"/constructor":{"get":{"security":[{"toString":[]}]}}},
      "components":{"securitySchemes":{"__proto__":{"type":"oauth2"},"toString":{"type":"http","scheme":"bearer"}}}}`
    const found = routesFromOpenApi(JSON.parse(text))
    expect(found.problems).toEqual([])
    expect(found.routes).toEqual({ "GET /__proto__": { scopes: ["a"] }, "GET /constructor": {} })
  })

  it("what a document inherits does not count", () => {
    const inherited = Object.create(plain({ security: [{ oauth: [] }] }))
    expect(problems(inherited)).toEqual([expect.stringContaining("openapi: must be")])
    const operation = Object.create({ security: [] })
    expect(routesFromOpenApi(plain(operation, { security: [{ oauth: ["a"] }] })).routes).toEqual({
      "GET /x": { scopes: ["a"] },
    })
  })
})
