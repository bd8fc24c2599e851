import { readFileSync } from "node:fs"
import { load } from "js-yaml"
import { describe, expect, it } from "vitest"
import { templateSchema } from "../../src/cli/check/template-tags.ts"
import { inventory } from "../../src/openapi.ts"

// Issue 15, item 7: `check --api` finds every removed authorizer in mutated documents of examples/, and lists every
// public route.

// biome-ignore lint/suspicious/noExplicitAny: documents are changed at places of any form
type Json = any
type Change = readonly [what: string, change: (document: Json) => void, routes: readonly string[]]

const schema = await templateSchema()
const text = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8")
const read = (name: string): Json =>
  (name.endsWith(".json") ? JSON.parse(text(name)) : load(text(name), { schema, maxDepth: 100 })) as Json
const at = (document: Json, ...path: readonly (string | number)[]): Json =>
  path.reduce((value, name) => value[name], document)
const without =
  (...path: readonly (string | number)[]) =>
  (document: Json): void => {
    delete at(document, ...path.slice(0, -1))[path.at(-1) as string]
  }
const set =
  (value: unknown, ...path: readonly (string | number)[]) =>
  (document: Json): void => {
    at(document, ...path.slice(0, -1))[path.at(-1) as string] = value as Json
  }

const methods = ["get", "post", "x-amazon-apigateway-any-method"]
const keyOf = (path: string, method: string): string =>
  `${method.startsWith("x-") ? "ANY" : method.toUpperCase()} ${path}`

/** Every operation with security, each without it in turn. */
function operations(name: string): Change[] {
  const { paths } = read(name)
  return Object.entries<Json>(paths).flatMap(([path, item]) =>
    methods.flatMap((method): Change[] => {
      if (!Array.isArray(item[method]?.security) || item[method].security.length === 0) return []
      const route = [keyOf(path, method)]
      return [
        [`${route} has no security`, without("paths", path, method, "security"), route],
        [`${route} has an empty list`, set([], "paths", path, method, "security"), route],
        [
          `${route} has optional security`,
          (document) => void at(document, "paths", path, method, "security").push({}),
          route,
        ],
        [`${route} names no scheme`, set([{ none: [] }], "paths", path, method, "security"), route],
      ]
    }),
  )
}
const openApi = (name: string): Change[] => {
  const all = [...new Set(operations(name).flatMap(([, , routes]) => routes))]
  const changes = operations(name)
  if (name.includes("plain")) return changes
  return [
    ...changes,
    [
      "the scheme has no authorizer",
      without("components", "securitySchemes", "hallpass", "x-amazon-apigateway-authorizer"),
      all,
    ],
    ["the scheme is gone", without("components", "securitySchemes", "hallpass"), all],
  ]
}

const samEvents = (read("sam/template.yaml").Resources as Json).OrdersFunction?.Properties?.Events as Json
const event = (name: string): (string | number)[] => [
  "Resources",
  "OrdersFunction",
  "Properties",
  "Events",
  name,
  "Properties",
]
const samRoute = (name: string): string => {
  const { Method, Path } = (samEvents[name] as Json).Properties as unknown as { Method: string; Path: string }
  return `${Method} ${Path}`
}
const sam: Change[] = [
  [
    "OrdersApi has no default",
    without("Resources", "OrdersApi", "Properties", "Auth", "DefaultAuthorizer"),
    ["GET /orders"],
  ],
  ["OrdersApi has no Auth", without("Resources", "OrdersApi", "Properties", "Auth"), ["GET /orders", "POST /orders"]],
  [
    "OrdersApi has no authorizers",
    without("Resources", "OrdersApi", "Properties", "Auth", "Authorizers"),
    ["GET /orders", "POST /orders"],
  ],
  ["List opens itself", set({ Authorizer: "NONE" }, ...event("List"), "Auth"), ["GET /orders"]],
  ["Create opens itself", set({ Authorizer: "NONE" }, ...event("Create"), "Auth"), ["POST /orders"]],
  ...["HttpList", "HttpRead"].flatMap((name): Change[] => [
    [`${name} has no Auth`, without(...event(name), "Auth"), [samRoute(name)]],
    [`${name} opens itself`, set("NONE", ...event(name), "Auth", "Authorizer"), [samRoute(name)]],
    [`${name} names another authorizer`, set("Missing", ...event(name), "Auth", "Authorizer"), [samRoute(name)]],
  ]),
  [
    "OrdersHttpApi has no Auth",
    without("Resources", "OrdersHttpApi", "Properties", "Auth"),
    ["GET /orders", "GET /orders/{id}"],
  ],
  [
    "$connect has no type",
    without("Resources", "OrdersSocketConnect", "Properties", "AuthorizationType"),
    ["$connect"],
  ],
  [
    "$connect has no authorizer",
    without("Resources", "OrdersSocketConnect", "Properties", "AuthorizerId"),
    ["$connect"],
  ],
  [
    "$connect says NONE",
    set("NONE", "Resources", "OrdersSocketConnect", "Properties", "AuthorizationType"),
    ["$connect"],
  ],
  ["the authorizer of $connect is gone", without("Resources", "OrdersSocketAuthorizer"), ["$connect"]],
  ["$connect is gone", without("Resources", "OrdersSocketConnect"), ["$connect"]],
]

const cdkResources = read("cdk/synthesised.template.json").Resources as Json
const cdk: Change[] = Object.entries<Json>(cdkResources).flatMap(([id, resource]): Change[] => {
  const properties = resource.Properties as unknown as { readonly [name: string]: string }
  if (properties?.AuthorizationType !== undefined && properties.AuthorizationType !== ("NONE" as string)) {
    const route = [properties.RouteKey ?? `${properties.HttpMethod} /orders`]
    return [
      [`${id} has no type`, without("Resources", id, "Properties", "AuthorizationType"), route],
      [`${id} says NONE`, set("NONE", "Resources", id, "Properties", "AuthorizationType"), route],
      [`${id} names no authorizer`, without("Resources", id, "Properties", "AuthorizerId"), route],
    ]
  }
  if (!(resource.Type as unknown as string).endsWith("::Authorizer")) return []
  const users = Object.values<Json>(cdkResources)
    .map(({ Properties }) => Properties)
    .filter((each) => each?.AuthorizerId?.Ref === id)
  return [
    [`${id} is gone`, without("Resources", id), users.map((each) => each.RouteKey ?? `${each.HttpMethod} /orders`)],
  ]
})

const planned = (read("terraform/plan.json").planned_values as Json).root_module?.resources as unknown as {
  readonly address: string
  readonly type: string
  readonly values: { readonly [name: string]: string }
}[]
const paths = { list: "GET /orders", create: "POST /orders", read: "GET /orders/{id}" }
const terraform: Change[] = [
  ...planned.flatMap(({ address, values }, index): Change[] => {
    const name = values.authorization === "CUSTOM" ? "authorization" : "authorization_type"
    if (values[name] !== "CUSTOM") return []
    const route = [values.route_key ?? paths[address.split(".")[1] as keyof typeof paths]]
    const place = ["planned_values", "root_module", "resources", index, "values", name]
    return [
      [`${address} has none`, without(...place), route],
      [`${address} says NONE`, set("NONE", ...place), route],
    ]
  }),
  [
    "the authorizers of the module are gone",
    set([], "planned_values", "root_module", "child_modules"),
    ["GET /orders", "POST /orders", "GET /orders/{id}"],
  ],
  [
    "$connect is gone",
    (document) => void (at(document, "planned_values", "root_module", "resources") as unknown as unknown[]).pop(),
    ["$connect"],
  ],
]

const documents: readonly (readonly [string, readonly Change[], readonly string[]])[] = [
  ["openapi/rest-api.yaml", openApi("openapi/rest-api.yaml"), ["OPTIONS /orders", "GET /health"]],
  ["openapi/http-api.yaml", openApi("openapi/http-api.yaml"), ["GET /health"]],
  ["openapi/plain.yaml", openApi("openapi/plain.yaml"), ["GET /health"]],
  ["sam/template.yaml", sam, ["GET /health", "OPTIONS /orders", "OPTIONS /health", "GET /health"]],
  ["cdk/synthesised.template.json", cdk, []],
  ["terraform/plan.json", terraform, ["GET /health", "GET /health"]],
]
const errors = (document: unknown): string[] =>
  inventory(document, { public: ["GET /health"] })
    .findings.filter(({ severity }) => severity === "error")
    .map(({ route = "" }) => route)

describe.each(documents)("15-7: examples/%s", (name, changes, open) => {
  it("has no error, and lists its public routes", () => {
    expect(errors(read(name))).toEqual([])
    const listed = inventory(read(name)).routes.filter(({ authorizer }) => authorizer === "none")
    expect(listed.map(({ route }) => route)).toEqual(open)
  })

  it("has authorizers to remove", () => expect(changes.length).toBeGreaterThan(6))

  it.each(changes)("%s: an error names the route", (_, change, routes) => {
    const document = read(name)
    change(document)
    expect([...new Set(errors(document))].toSorted()).toEqual([...new Set(routes)].toSorted())
  })
})

describe("15-7: every public route is listed", () => {
  it("in each document, as an error without --public", () => {
    for (const [name, , open] of documents) {
      const { findings } = inventory(read(name))
      const named = findings.filter(({ message }) => message.includes("no authorizer")).map(({ route }) => route)
      expect(named.toSorted(), name).toEqual(open.toSorted())
    }
  })
})
