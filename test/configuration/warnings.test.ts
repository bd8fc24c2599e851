import { describe, expect, it } from "vitest"
import { configurationWarnings } from "../../src/policy.ts"
import type { AuthorizerConfig } from "../../src/types/configuration.ts"
import { oidcIssuer } from "../support/config.ts"
import { problems } from "./problems.ts"

/** The warnings of a table as `path: message` lines, without the beginning of the path. The table is not refused. */
function warnings(routes: object, changes: object = {}): readonly string[] {
  const config = {
    issuers: [oidcIssuer({ permissions: "permissions" })],
    routes,
    gateway: { resultTtlSeconds: 0 },
    ...changes,
  }
  expect(problems(config)).toEqual([])
  return configurationWarnings(config as unknown as AuthorizerConfig).map(({ path, message }) =>
    `${path}: ${message}`.replace(/^routes\["GET \/x"\]/, ""),
  )
}
const ofRule = (rule: object): readonly string[] => warnings({ "GET /x": rule })

describe("13.3: hallpass check warns of what hardly a caller meets", () => {
  it.each<[string, object, string]>([
    ["a wildcard", { scopes: ["orders:*"] }, ".scopes[0]: has a *, which is compared as it is"],
    ["a wildcard in any", { permissions: { any: ["a", "*"] } }, ".permissions.any[1]: has a *"],
    ["a wildcard in all", { roles: { all: ["*"] } }, ".roles.all[0]: has a *"],
    [
      "a wildcard in an alternative",
      { anyOf: [{ groups: ["a*"] }, { scopes: ["a"] }] },
      ".anyOf[0].groups[0]: has a *",
    ],
    ["scopes with a comma", { scopes: ["read,write"] }, ".scopes[0]: has a comma"],
    ["a scope beyond ASCII", { scopes: ["bücher:lesen"] }, ".scopes[0]: has a character that RFC 6749 does not allow"],
    ["a scope in quotes", { scopes: ['"read"'] }, ".scopes[0]: has a character that RFC 6749 does not allow"],
    ["a role with a mark that nobody sees", { roles: ["ad\u200bmin"] }, ".roles[0]: has an invisible character"],
    [
      "a group with a blank that does not break",
      { groups: ["Domain\u00a0Users"] },
      ".groups[0]: has an invisible character",
    ],
    [
      "a claim that is new in every token",
      { claims: [{ path: "jti", equals: "a" }] },
      ".claims[0]: demands one value of a claim that is new",
    ],
    [
      "a pattern",
      { claims: { any: [{ path: "sub", equals: "repo:acme/*" }] } },
      ".claims.any[0]: has a value with characters of a pattern",
    ],
    [
      "a regular expression",
      { claims: { all: [{ path: "team", contains: ["^ops$"] }] } },
      ".claims.all[0]: has a value with characters",
    ],
    [
      "true as a text",
      { claims: [{ path: "email_verified", equals: "true" }] },
      ".claims[0]: has true or false as a text",
    ],
    ["people by a generic issuer", { kind: "user" }, ".kind: is met only by tokens with auth_time"],
  ])("%s", (_, rule, expected) => {
    const [line = "", ...others] = ofRule(rule)
    expect(line.startsWith(expected)).toBe(true)
    expect(others).toEqual([])
  })

  it.each<[string, string]>([
    ["GET /$id", "has a segment with characters of a pattern"],
    ["GET /(group)/x", "has a segment with characters of a pattern"],
    ["OPTIONS /x", "is refused to browsers"],
  ])("the key %s", (key, expected) => {
    const [line = "", ...others] = warnings({ [key]: {} })
    expect(line.startsWith(`routes["${key}"]: ${expected}`)).toBe(true)
    expect(others).toEqual([])
  })

  it.each<object>([
    { "GET /odata/$metadata": {}, "POST /odata/$batch": {} },
    { "GET /x:batch": {}, "GET /o'neill": {} },
    { $default: {}, $connect: {} },
    {
      "GET /x": {
        scopes: ["https://api.example/orders.read", "read:orders"],
        groups: ["CN=ops,OU=x"],
        roles: ["Order Admin"],
      },
    },
    {
      "GET /x": {
        claims: [
          { path: "sub", equals: "repo:acme/orders:ref:refs/heads/main" },
          { path: "level", equals: true },
        ],
      },
    },
    { "GET /x": { kind: "app" } },
    // GET has a route of its own, and only GET is stricter elsewhere.
    { "ANY /{proxy+}": { scopes: ["a"] }, "GET /{proxy+}": { scopes: ["a", "b"] }, "GET /x": { scopes: ["a", "b"] } },
  ])("not of %o", (routes) => expect(warnings(routes)).toEqual([]))

  it("of scopes where only ID tokens are taken", () => {
    const idTokens = [oidcIssuer({ tokenUse: "id" })]
    const rule = { scopes: ["a"], anyOf: [{ scopes: ["b"] }, { groups: ["c"] }] }
    const message = "is rarely met: ID tokens have no scopes. Demand groups or roles"
    expect(warnings({ "GET /x": rule }, { issuers: idTokens })).toEqual([
      `.scopes: ${message}`,
      `.anyOf[0].scopes: ${message}`,
    ])
    expect(warnings({ "GET /x": rule }, { issuers: [oidcIssuer({ tokenUse: "id", scopes: ["scope"] })] })).toEqual([])
    const another = oidcIssuer({ issuer: "https://another.example" })
    expect(warnings({ "GET /x": rule }, { issuers: [...idTokens, another] })).toEqual([])
  })

  it("nor of people where another issuer knows them", () => {
    const auth0 = { provider: "auth0", domain: "acme.eu.auth0.com", audience: "a" }
    expect(warnings({ "GET /x": { kind: "user" } }, { issuers: [auth0] })).toEqual([])
  })

  it("beside conflicts and a shadow block, and not of a configuration with problems", () => {
    const issuers = [oidcIssuer()]
    const routes = { "ANY /{proxy+}": { scopes: ["a"] }, "GET /x/{id}": { scopes: ["b*"] } }
    const of = (config: object): readonly object[] => configurationWarnings(config as AuthorizerConfig)
    // Of the * and of the catch-all.
    expect(of({ issuers, routes })).toHaveLength(2)
    expect(of({ issuers, routes, shadow: { acknowledge: "" } })).toHaveLength(2)
    expect(of({ issuers: [], routes })).toEqual([])
    for (const config of [null, undefined, 7, [], "x"]) expect(of(config as unknown as object)).toEqual([])
  })
})
