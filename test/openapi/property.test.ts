import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type RouteRule, routesFromOpenApi } from "../../src/openapi.ts"
import { seeded } from "../support/seed.ts"

const numRuns = 1000

const segment = fc.oneof(
  fc.constantFrom("orders", "items", "a", "new", "x.y", "constructor", "__proto__", "$default", "~@:!&'()=,"),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/),
  fc.constantFrom("{id}", "{name}", "{a.b-c_d}"),
)
const template = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom("", "/{proxy+}"))
  .map(([segments, greedy]) => `${segments.map((part) => `/${part}`).join("")}${greedy}` || "/")
const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
const key = fc.oneof(
  { arbitrary: fc.tuple(method, template).map(([verb, path]) => `${verb} ${path}`), weight: 20 },
  { arbitrary: fc.constant("$default"), weight: 1 },
)
const scopes = fc.uniqueArray(fc.stringMatching(/^[!#-[\]-~]{1,8}$/), { minLength: 1, maxLength: 3 })
const rule: fc.Arbitrary<RouteRule> = fc.oneof(
  fc.constant({}),
  scopes.map((list) => ({ scopes: list })),
  fc
    .uniqueArray(scopes, { minLength: 2, maxLength: 3, selector: (list) => JSON.stringify(list) })
    .map((lists) => ({ anyOf: lists.map((list) => ({ scopes: list })) })),
)
/** Two keys that differ only in the names of parameters are one route. */
const shape = (routeKey: string): string => routeKey.replace(/\{[^{}+]*\}/g, "{}")
const table = fc
  .uniqueArray(fc.tuple(key, rule), { minLength: 1, maxLength: 12, selector: ([routeKey]) => shape(routeKey) })
  .map((entries) => Object.fromEntries(entries))

const dialects = {
  "3.0": { root: { openapi: "3.0.3" }, schemes: (all: object) => ({ components: { securitySchemes: all } }) },
  "3.1": { root: { openapi: "3.1.1" }, schemes: (all: object) => ({ components: { securitySchemes: all } }) },
  "2.0": { root: { swagger: "2.0" }, schemes: (all: object) => ({ securityDefinitions: all }) },
}

/** The document that says what a table says: one requirement per alternative. */
function documentOf(routes: { readonly [routeKey: string]: RouteRule }, dialect: keyof typeof dialects): object {
  const { root, schemes } = dialects[dialect]
  const paths = new Map<string, [string, object][]>()
  for (const [routeKey, { scopes: all, anyOf = [{ scopes: all }] }] of Object.entries(routes)) {
    const [verb = "", path = "/$default"] = routeKey.split(" ")
    const security = anyOf.map(({ scopes: list = [] }) => ({ oauth: list }))
    const name = verb === "ANY" || verb === "$default" ? "x-amazon-apigateway-any-method" : verb.toLowerCase()
    const operation = { security, ...(verb === "$default" && { isDefaultRoute: true }) }
    // The path of $default is a name only; a route may be called the same.
    const named = verb === "$default" ? "/$default-route/{proxy+}" : path
    paths.set(named, [...(paths.get(named) ?? []), [name, operation]])
  }
  const items = [...paths].map(([path, operations]) => [path, Object.fromEntries(operations)] as const)
  return { ...root, paths: Object.fromEntries(items), ...schemes({ oauth: { type: "oauth2" } }) }
}

describe("a document that was made of a table", () => {
  it("gives that table back, as JSON too, with nothing beside it", () => {
    const dialect = fc.constantFrom(...(Object.keys(dialects) as (keyof typeof dialects)[]))
    let alternatives = 0
    const same = fc.property(table, dialect, fc.boolean(), (routes, written, asText) => {
      const document = documentOf(routes, written)
      const found = routesFromOpenApi(asText ? JSON.parse(JSON.stringify(document)) : document)
      expect(found).toEqual({ routes, withoutSecurity: [], otherSecurity: [], notes: [], problems: [] })
      if (Object.values(found.routes).some(({ anyOf }) => anyOf !== undefined)) alternatives++
    })
    fc.assert(same, seeded("a document of a table", { numRuns }))
    expect(alternatives).toBeGreaterThan(100) // else the generator is worth nothing
  })

  it("is refused as a whole, or read as a whole, whatever else stands in it", () => {
    const anything = fc.property(fc.jsonValue({ maxDepth: 5 }), fc.jsonValue({ maxDepth: 4 }), (item, security) => {
      const document = {
        openapi: "3.0.0",
        paths: { "/x": item, "/y": { get: { security } }, "/z": { get: { security: [{ oauth: ["s"] }] } } },
        components: { securitySchemes: { oauth: { type: "oauth2" } } },
      }
      const { routes, withoutSecurity, otherSecurity, problems } = routesFromOpenApi(document)
      const listed = [...Object.keys(routes), ...withoutSecurity, ...otherSecurity.map(({ route }) => route)]
      expect(routes["GET /z"]).toEqual({ scopes: ["s"] })
      if (problems.length === 0) expect(listed).toContain("GET /y")
      for (const { path, message } of problems)
        expect(`${path} ${message}`).toMatch(/^[\x20-\x7e…\u0080-\u{10ffff}]+$/u)
    })
    fc.assert(anything, seeded("any document", { numRuns }))
  })
})
