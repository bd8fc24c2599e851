import { expect, it } from "vitest"
import type { RouteRule } from "../../src/index.ts"
import { coarseRoutes } from "../../src/policy/coarse-routes.ts"
import { compilePolicy } from "../../src/policy.ts"
import { RouteTable } from "../../src/route/table.ts"

type Routes = { readonly [key: string]: RouteRule }

const gateway = { identitySources: ["token", "route"], api: "rest" } as const
/** The longest start of an ARN that the bound counts with. */
const start = "arn:aws-us-gov:execute-api:ap-southeast-1:123456789012:abcdefghij/sixteen-letters-"
const ops: RouteRule = { groups: ["ops"] }
const staff: RouteRule = { groups: ["staff"] }
const callers = { id: "i|s", issuer: "i", subject: "s", kind: "user", scopes: ["any"], roles: [], permissions: [] }

/** Bytes of the document for a caller in some groups who asks for a route. */
function bytes(routes: Routes, request: string, groups: readonly string[]): number {
  const document = compilePolicy({ routes, gateway }).document(
    { ...callers, groups, claims: {} } as never,
    `${start}/${request}`,
  )
  return Buffer.byteLength(JSON.stringify(document))
}

const many: Routes = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`GET /svc-${at}/items/{id}`, { scopes: [`svc-${at}:read`] }]),
)

// A character of a denied route makes three more forms of paths ambiguous, each of which the answer denies.
const tables: readonly (readonly [name: string, routes: Routes, request: string, groups: readonly string[]])[] = [
  ["of one stricter route", { "GET /admin/{x}": ops, "GET /{p+}": {} }, "GET/public", []],
  ["of many rules, elsewhere", { ...many, "GET /files/{p+}": staff }, "GET/files/a", ["staff"]],
  [
    "with a character that only the last rule has",
    { ...many, "GET /~x": ops, "GET /files/{p+}": {} },
    "GET/files/a",
    [],
  ],
  [
    "without a character that only a route has which every caller may call",
    { ...many, "GET /~x": {}, "GET /files/{p+}": {} },
    "GET/files/a",
    [],
  ],
  ["of a route with a parameter", { "GET /users/me": ops, "GET /users/{id}": {} }, "GET/users/7", []],
]

it.each(tables)(
  "SR-143: the bound of an answer for one route is its largest answer %s",
  (_, routes, request, groups) => {
    expect(compilePolicy({ routes, gateway }).worstCaseBytes).toBe(bytes(routes, request, groups))
  },
)

it("leaves out the characters of a catch-all's own path, also where another of its methods is stricter", () => {
  const table = new RouteTable({ "GET /q": staff, "ANY /~/{p+}": {}, "DELETE /~/{p+}": ops }, true)
  const [forms] = [...coarseRoutes(table)].map(({ largest }) => largest().covers?.denyForms)
  expect(forms).toContain("*%71*")
  expect(forms).not.toContain("*%7e*")
})

it("looks at a number of routes that grows with the table, not with its square", () => {
  const looks = (services: number): number => {
    const parts = Array.from({ length: services }, (_, at) => ({
      [`GET /service-${at}/orders`]: { scopes: [`service-${at}`] },
      [`ANY /service-${at}/files/{path+}`]: { roles: [`files-${at % 7}`] },
    }))
    const table = new RouteTable(Object.assign({}, ...parts) as Routes, true)
    let asked = 0
    for (const { routes } of table.templates) {
      const get = routes.get.bind(routes)
      Object.assign(routes, {
        get(method: string) {
          asked++
          return get(method)
        },
      })
    }
    const found = [...coarseRoutes(table)]
    expect(found).toHaveLength(services)
    for (const { finer, largest } of found) {
      finer()
      largest()
    }
    return asked
  }
  expect(looks(800)).toBeLessThan(looks(200) * 6)
})
