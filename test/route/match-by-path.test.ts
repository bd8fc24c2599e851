import { describe, expect, it } from "vitest"
import {
  type AuthorizerConfig,
  ConfigurationError,
  createAuthorizer,
  type PolicyAnswer,
  type RouteRule,
} from "../../src/index.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { eventOf } from "../conformance/policy/world.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

type Gateway = NonNullable<AuthorizerConfig["gateway"]>

const ops: RouteRule = { groups: ["ops"] }
const routes: { readonly [key: string]: RouteRule } = {
  "GET /orders": {},
  "GET /orders/{id}": {},
  "POST /orders": { scopes: ["orders:write"] },
  "GET /orders/export": ops,
  "ANY /admin/{path+}": ops,
  "GET /": {},
}
const plain = `Bearer ${mint()}`
const operator = `Bearer ${mint({ groups: ["ops"], scope: "orders:write" })}`

function authorizer(gateway: Gateway, changes: Partial<AuthorizerConfig> = {}) {
  return createAuthorizer(
    { issuers: [oidcIssuer()], routes, ...changes, gateway: { matchBy: "path", ...gateway } },
    { clock },
  )
}

const kinds = ["rest-token", "rest-request", "http-1.0", "http-2.0"] as const
/** The one route of an API, for each kind of event. */
const single = {
  "rest-token": "ANY /{proxy+}",
  "rest-request": "ANY /{proxy+}",
  "http-1.0": "$default",
  "http-2.0": "$default",
}
const modes: { readonly [name: string]: Gateway } = {
  "a principal policy": {},
  "TTL 0": { resultTtlSeconds: 0 },
  "path and method in the key": { identitySources: ["token", "context.path", "context.httpMethod"] },
}

const verdicts: readonly (readonly [method: string, path: string, caller: string, expected: string])[] = [
  ["GET", "/orders", plain, "GET /orders"],
  ["GET", "/orders/7", plain, "GET /orders/{id}"],
  ["GET", "/orders/auth0%7C7", plain, "GET /orders/{id}"],
  ["POST", "/orders", plain, "scope_missing"],
  ["POST", "/orders", operator, "POST /orders"],
  ["GET", "/orders/export", plain, "group_missing"],
  ["GET", "/orders/export", operator, "GET /orders/export"],
  ["DELETE", "/admin/users/7", plain, "group_missing"],
  ["DELETE", "/admin/users/7", operator, "ANY /admin/{path+}"],
  ["GET", "/else", plain, "route_unmatched"],
  ["GET", "/orders/7/items", plain, "route_unmatched"],
  ["GET", "/Admin/users", plain, "route_unmatched"],
  ["GET", "/", plain, "GET /"],
  ["PROPFIND", "/orders", plain, "method_unknown"],
  ["GET", "/orders/", plain, "GET /orders"],
  ["GET", "/orders/export/", plain, "group_missing"],
  ["GET", "//orders", plain, "path_ambiguous"],
  ["GET", "/orders/%65xport", plain, "path_ambiguous"],
  ["GET", "/orders/x/../export", plain, "path_ambiguous"],
  ["GET", "/orders/..%2fadmin%2fx", plain, "path_ambiguous"],
  ["GET", "/orders/export;x", plain, "path_ambiguous"],
  ["GET", "/admin\\users", plain, "path_ambiguous"],
]

describe.each(Object.entries(modes))("2.9, matchBy path, %s: one catch-all in front of a monolith", (name, gateway) => {
  // A TOKEN authorizer's key is the token.
  const usable = kinds.filter((kind) => kind !== "rest-token" || name !== "path and method in the key")

  it.each(verdicts)("%s %s", async (method, path, caller, expected) => {
    for (const kind of usable) {
      const { decide, handler } = authorizer(gateway)
      const event = eventOf(kind, caller, { method, path }, single[kind])
      const { outcome, reason, route } = await decide(event)
      expect(reason === "ok" ? route : reason, kind).toBe(expected)
      const { policyDocument } = (await handler(event)) as PolicyAnswer
      const arn = String(event.routeArn ?? event.methodArn)
      expect(evaluate(policyDocument, arn) === "allow", kind).toBe(outcome === "allow")
    }
  })
})

describe("2.9: the answer that is kept for a principal", () => {
  it("is right for every path, whatever it was made for", async () => {
    for (const kind of kinds) {
      const { handler, decide } = authorizer({})
      const made = await Promise.all(
        verdicts.map(([method, path]) => handler(eventOf(kind, plain, { method, path }, single[kind]))),
      )
      const [first] = made
      for (const each of made) expect(each).toEqual(first)
      for (const [method, path] of verdicts) {
        const event = eventOf(kind, plain, { method, path }, single[kind])
        const kept = evaluate((first as PolicyAnswer).policyDocument, String(event.routeArn ?? event.methodArn))
        expect(kept === "allow", `${kind} ${method} ${path}`).toBe((await decide(event)).outcome === "allow")
      }
    }
  })
})

describe("2.9: beside a catch-all of the table", () => {
  /** For each kind of event, with kept answers and without: the reason of a GET. */
  const reasonsBy = (table: AuthorizerConfig["routes"] & object) =>
    kinds.flatMap((kind) =>
      [{}, { resultTtlSeconds: 0 }].map((gateway) => {
        const { decide } = authorizer(gateway, { routes: table })
        return async (caller: string, path: string): Promise<string> =>
          (await decide(eventOf(kind, caller, { method: "GET", path }, single[kind]))).reason
      }),
    )

  it("takes what is left, and stricter routes stay as they are", async () => {
    for (const reason of reasonsBy({ ...routes, $default: {} })) {
      expect(await reason(plain, "/else/where")).toBe("ok")
      expect(await reason(plain, "/admin/x")).toBe("group_missing")
      for (const path of ["/%61dmin/x", "//admin/x", "/else/../admin/x"])
        expect(await reason(plain, path)).toBe("path_ambiguous")
    }
  })

  const others = ["POST /{rest+}", "POST /health/{rest+}", "DELETE /{rest+}"]
  const tables = [
    { "ANY /{proxy+}": ops },
    // The catch-all of the request's method counts, whatever stands before it for other methods.
    ...others.flatMap((before) =>
      ["$default", "ANY /{rest+}", "GET /{rest+}"].map((last) => ({ [before]: {}, [last]: ops })),
    ),
  ]
  it.each(tables)("a slash at the end counts as refused where the catch-all would take it: %o", async (catchAlls) => {
    for (const reason of reasonsBy({ "GET /health": {}, ...catchAlls })) {
      expect(await reason(plain, "/health")).toBe("ok")
      expect(await reason(plain, "/health/")).toBe("path_ambiguous")
      expect(await reason(operator, "/health/")).toBe("ok")
    }
  })
})

describe("2.9: simple responses", () => {
  it("are one boolean for one path", async () => {
    for (const gateway of [modes["TTL 0"], modes["path and method in the key"]] as Gateway[]) {
      const { handler } = authorizer({ ...gateway, responses: "simple" })
      for (const [method, path, caller, expected] of verdicts) {
        const answer = await handler(eventOf("http-2.0", caller, { method, path }, "$default"))
        expect(answer, `${method} ${path}`).toMatchObject({ isAuthorized: expected.includes("/") })
      }
    }
  })
})

describe("2.9: the configuration", () => {
  const problems = (gateway: Gateway, changes: Partial<AuthorizerConfig> = {}): readonly string[] => {
    try {
      authorizer(gateway, changes)
      return []
    } catch (error) {
      return (error as ConfigurationError).problems.map(({ path }) => path)
    }
  }

  it.each([
    [["token", "route"]],
    [["token", "$context.routeKey", "$context.httpMethod"]],
    [["token", "context.httpMethod", "context.resourcePath"]],
    [["token", "route", "context.path"]],
  ])("a key of %o holds the route and not the path: refused", (identitySources) => {
    expect(problems({ identitySources })).toEqual(["gateway.identitySources"])
  })

  it.each([
    [["token"]],
    [["token", "context.path"]],
    [["token", "context.httpMethod"]],
    [["token", "$context.path", "$context.httpMethod"]],
    [["token", "route", "context.path", "context.httpMethod"]],
  ])("a key of %o is taken", (identitySources) => {
    expect(problems({ identitySources })).toEqual([])
  })

  it("other values, and the option without routes, are refused", () => {
    expect(problems({ matchBy: "paths" } as unknown as Gateway)).toEqual(["gateway.matchBy"])
    const { routes: _, ...without } = { routes }
    expect(() => createAuthorizer({ issuers: [oidcIssuer()], ...without, gateway: { matchBy: "path" } })).toThrow(
      ConfigurationError,
    )
    expect(problems({ responses: "simple" })).toEqual(["gateway.responses"])
  })

  it("a kept answer that covers what the table does not name is a conflict, with its remedies", () => {
    const nested = { "GET /orders/{id}": {}, "GET /orders/{id}/items": {} }
    expect(() => authorizer({}, { routes: nested })).toThrow(
      /routes\["GET \/orders\/\{id\}\/items"\]: cannot be distinguished from what the table does not name .*context\.path/,
    )
    for (const gateway of [modes["TTL 0"], modes["path and method in the key"]] as Gateway[])
      expect(problems(gateway, { routes: nested })).toEqual([])
    for (const more of [{ "ANY /orders/{id}/{rest+}": {} }, { $default: {} }])
      expect(problems({}, { routes: { ...nested, ...more } })).toEqual([])
    expect(problems({}, { routes: nested, unmatched: "authenticated" })).toEqual([])
  })

  it("without it, rules per path on one catch-all are undecided", async () => {
    const { decide } = createAuthorizer({ issuers: [oidcIssuer()], routes }, { clock })
    for (const kind of ["rest-request", "http-2.0"] as const) {
      const event = eventOf(kind, plain, { method: "GET", path: "/orders" }, single[kind])
      expect((await decide(event)).reason).toBe("gateway_mismatch")
    }
  })

  it("$connect is a route of its own", async () => {
    const { decide } = authorizer({}, { routes: { ...routes, $connect: ops } })
    expect((await decide(eventOf("websocket", plain, { method: "", path: "" }, "$connect"))).reason).toBe(
      "group_missing",
    )
  })
})
