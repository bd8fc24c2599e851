import { describe, expect, it } from "vitest"
import { problems } from "../configuration/problems.ts"

const withKeys = (...keys: readonly string[]): readonly string[] =>
  problems({ routes: Object.fromEntries(keys.map((key) => [key, {}])), gateway: { resultTtlSeconds: 0 } })

describe("13.3: a route key that is written as in another framework is refused, and the right one is named", () => {
  it.each([
    ["GET /o/:id", "GET /o/{id}"],
    ["GET /o/:id?", "GET /o/{id}"],
    ["GET /o/:id(\\d+)", "GET /o/{id}"],
    ["GET /o/:id/items", "GET /o/{id}/items"],
    ["GET /f/:path*", "GET /f/{path+}"],
    ["GET /f/:path+", "GET /f/{path+}"],
    ["GET /o/<id>", "GET /o/{id}"],
    ["GET /o/<int:id>", "GET /o/{id}"],
    ["GET /f/<path:rest>", "GET /f/{rest+}"],
    ["GET /o/{id:int}", "GET /o/{id}"],
    ["GET /o/{id:\\d+}", "GET /o/{id}"],
    ["GET /o/{id:[0-9]+}", "GET /o/{id}"],
    ["GET /o/{id?}", "GET /o/{id}"],
    ["GET /o/{id=7}", "GET /o/{id}"],
    ["GET /f/{*path}", "GET /f/{path+}"],
    ["GET /f/{**path}", "GET /f/{path+}"],
    ["GET /f/{path*}", "GET /f/{path+}"],
    ["GET /f/{rest:path}", "GET /f/{rest+}"],
    ["GET /f/{rest...}", "GET /f/{rest+}"],
    ["GET /o/[id]", "GET /o/{id}"],
    ["GET /f/[...slug]", "GET /f/{slug+}"],
    ["GET /f/[[...slug]]", "GET /f/{slug+}"],
    ["GET /f/*path", "GET /f/{path+}"],
    ["GET /f/*", "GET /f/{proxy+}"],
    ["GET /f/**", "GET /f/{proxy+}"],
    ["GET /*", "GET /{proxy+}"],
    ["GET /o/*/items", "GET /o/{name}/items"],
    ["GET /o/.*", "GET /o/{proxy+}"],
    ["GET /o/.+", "GET /o/{proxy+}"],
    ["GET /o/(.*)", "GET /o/{proxy+}"],
    ["GET /o/(.+)", "GET /o/{proxy+}"],
    ["GET /o/[0-9]+", "GET /o/{name}"],
    ["GET /o/\\d+", "GET /o/{name}"],
    ["GET /o/{}", "GET /o/{name}"],
    ["GET /o/:", "GET /o/{name}"],
    ["^/o/.*$", "ANY /o/{proxy+}"],
  ])("%s → %s", (key, right) => {
    const lines = withKeys(key)
    expect(lines).toEqual([
      `routes[${JSON.stringify(key)}]: has a parameter or a wildcard as another framework writes it; ` +
        `API Gateway takes that as plain text. Write "${right}"`,
    ])
    expect(withKeys(right)).toEqual([])
  })

  it.each(["/{id}x", "/x{id}", "/{id}{x}", "/{id}-{x}", "/{id}x/y", "/{rest+}x", "/{id"])(
    "%s is no path: a parameter is a whole segment",
    (path) => expect(withKeys(`GET ${path}`)).toHaveLength(1),
  )

  it.each([
    "/o/x:cancel",
    "/odata/$metadata",
    "/@me",
    "/(draft)",
    "/a.b",
    "/-",
    "/{a.b}",
    "/~user",
    "/a+b",
    "/{proxy+}",
  ])("%s is a path of API Gateway", (path) => expect(withKeys(`GET ${path}`)).toEqual([]))
})

describe("13.3: a route key that no request has is refused with a remedy", () => {
  it.each([
    ["orders", "has no path"],
    ["", "has no path"],
    ["GET", "has no path"],
    ["$disconnect", 'has no path. Write it as API Gateway does, such as "GET /orders/{id}", "$default" or "$connect"'],
    ["GET orders", "has a path that does not begin with /"],
    [
      "get /orders",
      'has a method that API Gateway does not know; it knows ANY, GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Write "GET /orders"',
    ],
    [
      "any /orders",
      'has a method that API Gateway does not know; it knows ANY, GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Write "ANY /orders"',
    ],
    [
      "* /orders",
      'has a method that API Gateway does not know; it knows ANY, GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Write "ANY /orders"',
    ],
    [
      "ALL /orders",
      'has a method that API Gateway does not know; it knows ANY, GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Write "ANY /orders"',
    ],
    [
      "PROPFIND /orders",
      "has a method that API Gateway does not know; it knows ANY, GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS. Write it as API Gateway does",
    ],
    ["GET|POST /orders", "names several methods"],
    ["GET,POST /orders", "names several methods"],
    ["GET /orders /x", "has a character that no route of API Gateway has"],
    ["/orders", 'has no method. Write "ANY /orders"'],
    ["/orders GET", 'is not a method, one blank and a path. Write "GET /orders"'],
    ["GET/orders", 'is not a method, one blank and a path. Write "GET /orders"'],
    ["GET  /orders", 'is not a method, one blank and a path. Write "GET /orders"'],
    ["GET\t/orders", 'is not a method, one blank and a path. Write "GET /orders"'],
    [" GET /orders", 'is not a method, one blank and a path. Write "GET /orders"'],
    ["GET /orders ", 'is not a method, one blank and a path. Write "GET /orders"'],
    ["GET /orders/", 'ends in a slash, which no route of API Gateway does. Write "GET /orders"'],
    ["GET /orders//x", 'has an empty segment. Write "GET /orders/x"'],
    ["GET /orders?status=open", 'has a query string or a fragment, which no route has. Write "GET /orders"'],
    ["GET /orders#top", 'has a query string or a fragment, which no route has. Write "GET /orders"'],
    ["GET /orders/a{id}", "has a parameter that is a part of a segment; a parameter is a whole segment"],
    ["GET /orders/{id}.json", "has a parameter that is a part of a segment; a parameter is a whole segment"],
    ["GET /{a}-{b}", "has a parameter that is a part of a segment; a parameter is a whole segment"],
    ["GET /{proxy+}/x", 'has a {parameter+} before its last segment. Write "GET /{proxy}/x"'],
    ["GET /a/../b", "has a segment . or .., which clients resolve before they send it"],
    ["GET /a/.", "has a segment . or .., which clients resolve before they send it"],
    ["GET https://api.example.com/prod/orders", "has a host; a route begins with the path after the stage"],
    ["GET /größe", "has a character that no route of API Gateway has"],
    ["GET /a%20b", "has a character that no route of API Gateway has"],
    ["GET /a\u001b[2J", "has a character that no route of API Gateway has"],
    ["__proto__", "has no path"],
  ])("%j", (key, expected) => {
    const lines = withKeys(key)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`routes[${JSON.stringify(key)}]: ${expected}`)
  })

  it("a very long key is refused by its length alone, and is cut in the message", () => {
    const [line = "", ...others] = withKeys(`GET /${":id/".repeat(100_000)}`)
    expect(line).toMatch(/must not be longer than 300 characters, which API Gateway could not keep apart$/)
    expect(line.length).toBeLessThan(200)
    expect(others).toEqual([])
  })
})
