import { describe, expect, it } from "vitest"
import type { RouteRule } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { testKey } from "../support/keys.ts"
import { audience, issuer } from "../support/mint.ts"
import { problems } from "./problems.ts"

const jwks = { keys: [testKey("rsa").jwk] }
const tenant = "7c1f0a3e-52b4-4d0b-9a86-0d6f2f1b9c11"
const client = "3f0e6a52-9c1d-4b7a-8a55-2d1c0b9e7f60"
const okta = { provider: "okta", domain: "acme.okta.com", audience: "api://orders", jwks }
const auth0 = { provider: "auth0", domain: "acme.eu.auth0.com", audience: "https://orders", jwks }
const entra = { provider: "entra", tenant, audience: client, jwks }
const cognito = { provider: "cognito", userPoolId: "eu-west-1_AbCdEf", clientIds: ["client"], jwks }
const oidc = oidcIssuer()
const edge = (headers: object = {}, more: object = {}): object => ({
  role: "identity",
  headers: { user: "x-edge-user", ...headers },
  evidence: [
    { jws: { header: "x-edge-identity", issuer: { ...oidc, issuer: "https://edge.example", audience: "edge" } } },
  ],
  ...more,
})

/** The problems of one rule of `GET /x`, without the beginning of their paths. */
function ruleProblems(rule: unknown, changes: { readonly [name: string]: unknown } = {}): readonly string[] {
  const lines = problems({ routes: { "GET /x": rule }, gateway: { resultTtlSeconds: 0 }, ...changes })
  return lines.map((line) => line.replace('routes["GET /x"]', ""))
}
const of = (...issuers: readonly object[]): { issuers: readonly object[] } => ({ issuers })

describe("13.3: a scope that no token can have", () => {
  it.each([
    ["a blank", "orders:read orders:write"],
    ["a tab", "orders:read\torders:write"],
    ["a line break", "orders:read\norders:write"],
    ["a blank that does not break", "orders:read\u00a0orders:write"],
    ["a mark that nobody sees", "orders:\u200bread"],
    ["a byte order mark", "orders:\ufeffread"],
    ["a control character", "orders:\u0000read"],
  ])("%s", (_, scope) => {
    const message =
      'has a blank or an invisible character, and no scope has one. Write one scope per entry: ["orders:read", "orders:write"]'
    expect(ruleProblems({ scopes: ["a", scope] })).toEqual([`.scopes[1]: ${message}`])
    expect(ruleProblems({ scopes: { any: [scope] } })).toEqual([`.scopes.any[0]: ${message}`])
    expect(ruleProblems({ anyOf: [{ kind: "app" }, { scopes: { all: [scope] } }] })).toEqual([
      `.anyOf[1].scopes.all[0]: ${message}`,
    ])
  })

  it("names of roles, groups and permissions may have blanks", () => {
    const changes = of({ ...oidc, permissions: "permissions" })
    expect(ruleProblems({ roles: ["Order Admin"], groups: ["Domain Users"], permissions: ["a b"] }, changes)).toEqual(
      [],
    )
  })
})

describe("13.3: an empty list or alternative", () => {
  it.each<[object, string]>([
    [{ scopes: [] }, ".scopes: must not be empty"],
    [{ roles: { any: [] } }, ".roles.any: must not be empty"],
    [{ groups: { all: [] } }, ".groups.all: must not be empty"],
    [{ permissions: [""] }, ".permissions[0]: must be"],
    [{ issuers: [] }, ".issuers: must not be empty"],
    [{ claims: [] }, ".claims: must be a list"],
    [{ claims: { any: [] } }, ".claims.any: must be a list"],
    [{ claims: [{ path: "a", equals: [] }] }, ".claims[0].equals: must be"],
    [{ claims: [{ path: [], equals: 1 }] }, ".claims[0].path: must not be empty"],
    [{ anyOf: [] }, ".anyOf: must be a list of at least two rules"],
    [{ anyOf: [{}, { kind: "app" }] }, ".anyOf[0]: must demand something"],
  ])("%o", (rule, expected) => {
    const [line = "", ...others] = ruleProblems(rule)
    expect(line.startsWith(expected)).toBe(true)
    expect(others).toEqual([])
  })
})

describe("13.3: issuers of a rule that are not configured", () => {
  const unknown = (shown: string): string =>
    `is never met: no caller has this issuer. Use the iss claim, character for character: ${shown}`

  it.each(["https://other.example.com", `${issuer}/`, issuer.toUpperCase(), "edge", "constructor"])("%s", (iss) => {
    expect(ruleProblems({ issuers: [iss] })).toEqual([`.issuers[0]: ${unknown(issuer)}`])
    expect(ruleProblems({ issuers: [issuer, iss] })).toEqual([`.issuers[1]: ${unknown(issuer)}`])
    expect(ruleProblems({ anyOf: [{ issuers: [iss] }, { scopes: ["a"] }] })).toEqual([
      `.anyOf[0].issuers[0]: ${unknown(issuer)}`,
    ])
  })

  it("presets accept the iss that they build", () => {
    const own = [
      "https://acme.okta.com/oauth2/default",
      "https://acme.eu.auth0.com/",
      `https://login.microsoftonline.com/${tenant}/v2.0`,
      "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
    ]
    expect(ruleProblems({ issuers: own }, of(okta, auth0, entra, cognito))).toEqual([])
    expect(ruleProblems({ issuers: own }, of(okta, auth0, entra))).toHaveLength(1)
  })

  it("every tenant of a pattern is one, and nothing around it", () => {
    const { tenant: _, ...rest } = entra
    const changes = {
      ...of({ ...rest, tenant: "organizations", allowAnyTenant: true }),
    }
    const rule = (iss: string): RouteRule => ({
      issuers: [iss],
      claims: [{ path: "tid", equals: tenant }],
      roles: ["a"],
    })
    expect(ruleProblems(rule(`https://login.microsoftonline.com/${tenant}/v2.0`), changes)).toEqual([])
    expect(ruleProblems(rule("https://login.microsoftonline.com/v2.0"), changes)[0]).toContain(
      "character for character: https://login.microsoftonline.com/TENANT/v2.0",
    )
  })

  it("the edge is one where its headers are the identity", () => {
    expect(ruleProblems({ issuers: ["edge"] }, { issuers: [], edge: edge() })).toEqual([])
    const attributes = edge({}, { role: "attributes" })
    expect(ruleProblems({ issuers: ["edge"] }, { edge: attributes })).toEqual([`.issuers[0]: ${unknown(issuer)}`])
  })

  it("of many issuers, five are shown", () => {
    const issuers = Array.from({ length: 9 }, (_, index) => ({ ...oidc, issuer: `https://i${index}.example` }))
    expect(ruleProblems({ issuers: ["https://i9.example"] }, { issuers })[0]).toMatch(
      /: https:\/\/i0\.example, .*https:\/\/i4\.example and 4 more$/,
    )
  })

  it("the rule and its alternatives have to leave one", () => {
    const second = { ...oidc, issuer: "https://second.example" }
    const rule = { issuers: [issuer], anyOf: [{ issuers: ["https://second.example"] }, { scopes: ["a"] }] }
    expect(ruleProblems(rule, of(oidc, second))[0]).toContain(".anyOf[0].issuers[0]: is never met")
  })
})

describe("13.3: names that no issuer gives", () => {
  it.each<[string, object, object]>([
    ["permissions", okta, { permissions: ["x"] }],
    ["roles", okta, { roles: ["x"] }],
    ["groups", auth0, { groups: ["x"] }],
    ["roles", auth0, { roles: ["x"] }],
    ["permissions", entra, { permissions: ["x"] }],
    ["permissions", cognito, { permissions: ["x"] }],
    ["roles", cognito, { roles: ["x"] }],
    ["permissions", oidc, { permissions: ["x"] }],
  ])("%s of %o", (list, from, rule) => {
    const [line = "", ...others] = ruleProblems(rule, of(from))
    expect(line.startsWith(`.${list}: is never met: issuers[0] gives no ${list}. `)).toBe(true)
    expect(others).toEqual([])
    expect(ruleProblems({ anyOf: [rule, { kind: "user" }] }, of(from))[0]).toContain(`.anyOf[0].${list}: is never met`)
  })

  it.each<[object, object]>([
    [{ ...okta, roles: "roles" }, { roles: ["x"] }],
    [okta, { groups: ["x"] }],
    [auth0, { permissions: ["x"] }],
    [entra, { roles: ["x"], groups: [tenant] }],
    [cognito, { groups: ["x"] }],
    [{ ...oidc, permissions: "permissions" }, { permissions: ["x"] }],
  ])("%o has a source for %o", (from, rule) => expect(ruleProblems(rule, of(from))).toEqual([]))

  it("one of several issuers is enough, unless the rule leaves it out", () => {
    expect(ruleProblems({ permissions: ["x"] }, of(okta, auth0))).toEqual([])
    const rule = { permissions: ["x"], issuers: ["https://acme.okta.com/oauth2/default"] }
    expect(ruleProblems(rule, of(okta, auth0))[0]).toContain(".permissions: is never met: issuers[0] gives no")
  })

  it("the edge's headers are a source", () => {
    expect(ruleProblems({ permissions: ["x"] }, { issuers: [], edge: edge() })[0]).toContain(
      ".permissions: is never met: edge gives no permissions",
    )
    expect(
      ruleProblems({ permissions: ["x"] }, { issuers: [], edge: edge({ permissions: "x-edge-permissions" }) }),
    ).toEqual([])
    const added = edge({ permissions: "x-edge-permissions" }, { role: "attributes" })
    expect(ruleProblems({ permissions: ["x"] }, { ...of(okta), edge: added })).toEqual([])
  })
})

describe("13.3: a kind that no caller has", () => {
  it("users of the edge are people", () => {
    expect(ruleProblems({ kind: "app" }, { issuers: [], edge: edge() })).toEqual([
      ".kind: is never met: no caller by edge has this kind. Leave kind out",
    ])
  })

  it("an alternative of the other kind than its rule", () => {
    expect(ruleProblems({ kind: "user", anyOf: [{ kind: "app", scopes: ["a"] }, { scopes: ["b"] }] })).toEqual([
      '.anyOf[0].kind: is never met: the rule around it demands "user". Leave one of the two out',
    ])
  })

  it("an app of Entra has roles and no scopes", () => {
    const message = "is never met together with kind app: an app's token of Entra has roles and no scopes. Demand roles"
    expect(ruleProblems({ kind: "app", scopes: ["read"] }, of(entra))).toEqual([`.scopes: ${message}`])
    expect(ruleProblems({ scopes: ["read"], anyOf: [{ kind: "app" }, { roles: ["a"] }] }, of(entra))).toEqual([
      `.anyOf[0].kind: ${message}`,
    ])
    expect(ruleProblems({ kind: "app", scopes: ["read"] }, of(entra, okta))).toEqual([])
  })
})

describe("13.3: demands on claims that contradict each other", () => {
  const a1 = { path: "a", equals: 1 }
  it.each<[string, object, string]>([
    ["two values", { claims: [a1, { path: "a", equals: 2 }] }, ".claims[1]: is never met: it contradicts"],
    [
      "two lists",
      {
        claims: {
          all: [
            { path: "a", equals: [1, 2] },
            { path: ["a"], equals: [3] },
          ],
        },
      },
      ".claims.all[1]",
    ],
    ["a text and a number", { claims: [a1, { path: "a", equals: "1" }] }, ".claims[1]: is never met"],
    [
      "three of which two fit",
      {
        claims: [
          { path: "a", equals: [1, 2] },
          { path: "a", equals: [2, 3] },
          { path: "a", equals: [1, 3] },
        ],
      },
      ".claims[2]",
    ],
    [
      "a value and a list in one",
      { claims: [{ path: "a", equals: 1, contains: 1 }] },
      ".claims[0]: is never met: it contradicts itself",
    ],
    ["a value and a list", { claims: [{ path: "a", contains: 1 }, a1] }, ".claims[1]: is never met"],
    ["one in any", { claims: { any: [a1, { path: "b", equals: 1, contains: 1 }] } }, ".claims.any[1]: is never met"],
    ["a value and a member of it", { claims: [a1, { path: ["a", "b"], equals: 1 }] }, ".claims[1]: is never met"],
    [
      "a member and what it is in",
      {
        claims: [
          { path: ["a", "b", "c"], equals: 1 },
          { path: ["a"], contains: 1 },
        ],
      },
      ".claims[0]: is never met",
    ],
    [
      "an alternative",
      { claims: [a1], anyOf: [{ claims: [{ path: "a", equals: 2 }] }, { kind: "app" }] },
      ".anyOf[0].claims: is never met: it contradicts the claims of the rule",
    ],
    [
      "an alternative of any",
      {
        claims: { any: [a1, { path: "a", equals: 3 }] },
        anyOf: [
          {
            claims: {
              any: [
                { path: "a", equals: 2 },
                { path: "a", equals: 4 },
              ],
            },
          },
          { kind: "app" },
        ],
      },
      ".anyOf[0].claims: is never met",
    ],
  ])("%s", (_, rule, expected) => {
    const [line = "", ...others] = ruleProblems(rule)
    expect(line.startsWith(expected)).toBe(true)
    expect(others).toEqual([])
  })

  it.each<[string, object]>([
    ["two claims", { claims: [a1, { path: "b", equals: 2 }] }],
    ["any of two values", { claims: { any: [a1, { path: "a", equals: 2 }] } }],
    [
      "two members of one list",
      {
        claims: [
          { path: "a", contains: 1 },
          { path: "a", contains: 2 },
        ],
      },
    ],
    [
      "lists that overlap",
      {
        claims: [
          { path: "a", equals: [1, 2] },
          { path: "a", equals: [2, 3] },
        ],
      },
    ],
    [
      "two members of one object",
      {
        claims: [
          { path: ["a", "b"], equals: 1 },
          { path: ["a", "c"], equals: 2 },
        ],
      },
    ],
    ["a name with a dot", { claims: [a1, { path: "a.b", equals: 2 }] }],
    ["alternatives of their own", { anyOf: [{ claims: [a1] }, { claims: [{ path: "a", equals: 2 }] }] }],
    [
      "an alternative that fits one of any",
      {
        claims: { any: [a1, { path: "a", equals: 2 }] },
        anyOf: [{ claims: [{ path: "a", equals: 2 }] }, { kind: "app" }],
      },
    ],
  ])("%s do not", (_, rule) => expect(ruleProblems(rule)).toEqual([]))

  it("ten thousand demands take no time to speak of", () => {
    const claims = Array.from({ length: 10_000 }, (_, index) => ({ path: [`a${index}`, "b"], equals: index }))
    expect(ruleProblems({ claims })).toEqual([])
  })
})

describe("13.3: claims that the configuration fixes to another value", () => {
  const never =
    "is never met: no caller by issuers[0] has such a claim, or the configuration demands another value there"
  it.each<[string, object, object]>([
    ["the issuer", oidc, { path: "iss", equals: "https://other.example" }],
    ["the audience", oidc, { path: "aud", equals: "other" }],
    ["a claim that require fixes", { ...oidc, require: { org: "a" } }, { path: "org", equals: ["b", "c"] }],
    ["… as a list", { ...oidc, require: { org: "a" } }, { path: "org", contains: "a" }],
    ["… as an object", { ...oidc, require: { org: "a" } }, { path: ["org", "id"], equals: "a" }],
    ["the kind of a token", cognito, { path: "token_use", equals: "id" }],
    ["the client", cognito, { path: "client_id", equals: "other" }],
    ["the tenant", entra, { path: "tid", equals: client }],
    ["the version", entra, { path: "ver", equals: "1.0" }],
    ["a mark of ID tokens", oidc, { path: "at_hash", equals: "x" }],
    ["a confirmation key", oidc, { path: ["cnf", "jkt"], equals: "x" }],
  ])("%s", (_, from, demand) => {
    expect(ruleProblems({ claims: [{ path: "x", equals: 1 }, demand] }, of(from))).toEqual([`.claims[1]: ${never}`])
    expect(ruleProblems({ claims: { any: [{ path: "x", equals: 1 }, demand] } }, of(from))).toEqual([
      `.claims.any[1]: ${never}`,
    ])
  })

  it.each<[string, object, object]>([
    ["the issuer", oidc, { path: "iss", equals: issuer }],
    ["the audience", oidc, { path: "aud", equals: ["other", audience] }],
    ["an audience that is a list", oidc, { path: "aud", contains: "other" }],
    ["a claim that require fixes", { ...oidc, require: { org: "a" } }, { path: "org", equals: ["a", "b"] }],
    ["a claim that must be there", { ...oidc, require: { org: { present: true } } }, { path: "org", equals: "b" }],
  ])("%s may be demanded as it is", (_, from, demand) => {
    expect(ruleProblems({ claims: [demand] }, of(from))).toEqual([])
  })

  it("users of the edge have the claims of its headers, and sub", () => {
    const changes = { issuers: [], edge: edge({ department: "x-edge-department" }) }
    expect(ruleProblems({ claims: [{ path: "department", equals: "a" }] }, changes)).toEqual([])
    expect(ruleProblems({ claims: [{ path: "sub", equals: "a" }] }, changes)).toEqual([])
    expect(ruleProblems({ claims: [{ path: "team", equals: "a" }] }, changes)[0]).toContain(".claims[0]: is never met")
  })

  it("one issuer that can meet all of it is enough, and none that can meet it together is not", () => {
    const [one, two] = [
      { ...oidc, issuer: "https://one.example", require: { org: "a" } },
      { ...oidc, issuer: "https://two.example", require: { org: "b" } },
    ]
    expect(ruleProblems({ claims: [{ path: "org", equals: "b" }] }, of(one, two))).toEqual([])
    const rule = { issuers: ["https://one.example"], claims: [{ path: "org", equals: "b" }] }
    expect(ruleProblems(rule, of(one, two))[0]).toContain(".claims[0]: is never met: no caller by issuers[0]")
  })
})

describe("13.3, SR-077: an email address in a rule", () => {
  it.each<[object, string]>([
    [{ path: "email", contains: "ann@example.com" }, ".claims[0].contains: is never met: an email address is one text"],
    [{ path: "email", equals: "ann" }, ".claims[0].equals: is never met: it has to be an email address"],
    [{ path: "email", equals: ["ann@exämple.com", 7] }, ".claims[0].equals: is never met"],
    [{ path: ["email"], equals: "Ann <ann@example.com>" }, ".claims[0].equals: is never met"],
  ])("%o", (demand, expected) => {
    const [line = ""] = ruleProblems({ claims: [demand] })
    expect(line.startsWith(expected)).toBe(true)
  })

  it("a name that can change hands is refused in both spellings of its path", () => {
    for (const path of ["upn", ["upn"]]) {
      expect(ruleProblems({ claims: [{ path, equals: "ann" }] })).toEqual([
        ".claims[0].path: is a name that can change hands. Use an identifier such as sub or oid",
      ])
    }
  })
})

describe("13.3: a credential that no route has", () => {
  const of = (credential: object, routes: object): readonly string[] =>
    problems({ credential, routes, gateway: { resultTtlSeconds: 0 } })

  it("a WebSocket subprotocol without $connect", () => {
    expect(of({ subprotocol: "bearer" }, { "GET /x": {} })).toEqual([
      "credential.subprotocol: is on WebSocket APIs only, and routes has no $connect. Add it, or name another place",
    ])
    expect(of({ subprotocol: "bearer" }, { "GET /x": {}, $connect: {} })).toEqual([])
    expect(of({ subprotocol: "bearer", header: "Authorization" }, { "GET /x": {} })).toEqual([])
    expect(problems({ credential: { subprotocol: "bearer" }, gateway: { resultTtlSeconds: 0 } })).toEqual([])
  })
})

it("13.3: who can call is judged only where nothing else is wrong: no error follows from another", () => {
  const rule = { permissions: ["x"], issuers: ["https://other.example"] }
  expect(ruleProblems(rule, of({ ...okta, audience: [] }))).toEqual([
    'issuers[0].audience: must not be empty: an empty list would check nothing. Set it, for example "api://orders"',
  ])
})
