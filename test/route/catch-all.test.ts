import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer, type RouteRule } from "../../src/index.ts"
import { compilePolicy, configurationWarnings } from "../../src/policy.ts"
import { spellingsOf } from "../../src/route/spellings.ts"
import { evaluate } from "../conformance/policy/iam.ts"
import { eventOf } from "../conformance/policy/world.ts"
import { oidcIssuer } from "../support/config.ts"
import { clock, mint } from "../support/mint.ts"

type Routes = { readonly [key: string]: RouteRule }
type Gateway = NonNullable<AuthorizerConfig["gateway"]>

const ops: RouteRule = { groups: ["ops"] }
const plain = `Bearer ${mint()}`
const operator = `Bearer ${mint({ groups: ["ops"] })}`

/** Every way in which answers are for one route. */
const keyed: { readonly [name: string]: Gateway } = {
  "route and method in the key": { identitySources: ["token", "$context.routeKey", "$context.httpMethod"] },
  "route in the key": { identitySources: ["token", "$context.routeKey"] },
  "REST, method and resource in the key": { identitySources: ["token", "context.httpMethod", "context.resourcePath"] },
  "TTL 0": { resultTtlSeconds: 0 },
}
type Kind = "rest-request" | "http-1.0" | "http-2.0"
const kinds: readonly Kind[] = ["rest-request", "http-1.0", "http-2.0"]

function authorizer(routes: Routes, gateway: Gateway, changes: Partial<AuthorizerConfig> = {}) {
  return createAuthorizer({ issuers: [oidcIssuer()], routes, gateway, ...changes }, { clock })
}

/** The catch-alls of an API with a request that they take, and the stricter route that it must not open. */
const forms: readonly (readonly [routes: Routes, chosen: string, open: string, stricter: string])[] = [
  [{ "GET /admin/{x}": ops, $default: {} }, "$default", "/public", "/admin/1"],
  [{ "GET /admin/{x}": ops, "ANY /{proxy+}": {} }, "ANY /{proxy+}", "/public", "/admin/1"],
  [{ "GET /admin/{x}": ops, "GET /{proxy+}": {} }, "GET /{proxy+}", "/public", "/admin/1"],
  [{ "ANY /admin/{x+}": ops, "ANY /{proxy+}": {} }, "ANY /{proxy+}", "/public", "/admin/1/2"],
  [{ "ANY /admin/{x+}": ops, $default: {} }, "$default", "/public", "/admin/1/2"],
  [{ "GET /admin": ops, $default: {} }, "$default", "/public", "/admin"],
  [{ "GET /": ops, $default: {} }, "$default", "/public", "/"],
  [{ "GET /x/admin/{id}": ops, "GET /x/{proxy+}": {} }, "GET /x/{proxy+}", "/x/1", "/x/admin/1"],
  [{ "GET /x/admin/{id}": ops, "ANY /x/{proxy+}": {}, $default: {} }, "ANY /x/{proxy+}", "/x/1", "/x/admin/1"],
  [{ "GET /{tenant}/admin": ops, "GET /{tenant}/{rest+}": {} }, "GET /{tenant}/{rest+}", "/a/b", "/a/admin"],
  [{ "GET /admin": ops, "GET /{x}": {} }, "GET /{x}", "/public", "/admin"],
  [{ "GET /users/me": ops, "GET /users/{id}": {} }, "GET /users/{id}", "/users/7", "/users/me"],
  [{ "GET /a/{x}": ops, "GET /{x}/b": {} }, "GET /{x}/b", "/c/b", "/a/b"],
]

describe.each(Object.entries(keyed))("1.1: a catch-all beside finer routes, %s", (name, gateway) => {
  const rest = name.startsWith("REST")
  // Of payload 1.0, the builder's events do not say the route's method.
  const keyedKinds = name === "route in the key" ? (["http-2.0"] as const) : (["http-1.0", "http-2.0"] as const)
  const usable: readonly Kind[] = rest ? ["rest-request"] : name === "TTL 0" ? kinds : keyedKinds

  describe.each(forms)("%o on %s", (routes, chosen, open, stricter) => {
    it("answers the open path, and the answer opens no stricter route with it", async () => {
      for (const kind of usable) {
        const { handler, decide } = authorizer(routes, gateway)
        const event = eventOf(kind, plain, { method: "GET", path: open }, chosen)
        expect((await decide(event)).reason).toBe("ok")
        const { policyDocument } = (await handler(event)) as PolicyAnswer
        const arn = String(event.routeArn ?? event.methodArn)
        const base = arn.slice(0, arn.length - open.length)
        expect(evaluate(policyDocument, arn)).toBe("allow")
        for (const end of stricter === "/" ? [""] : ["", "/"])
          expect(evaluate(policyDocument, `${base}${stricter}${end}`), stricter + end).not.toBe("allow")
      }
    })

    it("never takes the stricter path for the catch-all's, for whoever may not call it", async () => {
      for (const kind of usable) {
        const { decide, handler } = authorizer(routes, gateway)
        const event = eventOf(kind, plain, { method: "GET", path: stricter }, chosen)
        expect((await decide(event)).reason).toBe("gateway_mismatch")
        await expect(handler(event)).rejects.toMatchObject({ code: "gateway_mismatch" })
      }
    })
  })
})

/** Spellings of `/admin/1` that some backend takes for it. */
const spellings = [
  ...["/admin/1/", "//admin/1", "/admin//1", "/%61dmin/1", "/%61%64%6d%69%6E/1", "/x/../admin/1", "/./admin/1"],
  ...[
    "/admin/./1",
    "/admin;x/1",
    "/admin/1;x=y",
    "/admin\\1",
    "/admin%2f1",
    "/admin%2F1",
    "/admin%5C1",
    "/x%2f..%2fadmin/1",
  ],
  ...["/%2e/admin/1", "/x/%2E%2E/admin/1", "/admin/1#x", "/admin/1//", "/%2561dmin/1", "/admin/1/."],
]

describe.each(Object.entries(keyed).filter(([name]) => !name.startsWith("REST")))(
  "1.1, SR-148: a spelling that leads to a stricter route, %s",
  (_name, gateway) => {
    const routes: Routes = { "GET /admin/{x}": ops, "GET /open": {}, $default: {} }

    it.each(spellings)("%s through $default is refused by the decision and by the kept answer", async (path) => {
      for (const kind of ["http-1.0", "http-2.0"] as const) {
        const { decide, handler } = authorizer(routes, gateway)
        const event = eventOf(kind, plain, { method: "GET", path }, "$default")
        expect(await decide(event)).toMatchObject({ outcome: "forbidden", reason: "path_ambiguous" })
        const arn = String(event.routeArn ?? event.methodArn)
        expect(evaluate(((await handler(event)) as PolicyAnswer).policyDocument, arn)).not.toBe("allow")
        const first = await handler(eventOf(kind, plain, { method: "GET", path: "/public" }, "$default"))
        expect(evaluate((first as PolicyAnswer).policyDocument, arn)).not.toBe("allow")
      }
    })

    it("a refused path leaves an answer that opens the others", async () => {
      const { handler } = authorizer(routes, gateway)
      const event = eventOf("http-2.0", plain, { method: "GET", path: "/admin/1/" }, "$default")
      const { policyDocument } = (await handler(event)) as PolicyAnswer
      const other = String(event.routeArn).replace("/admin/1/", "/public")
      expect(evaluate(policyDocument, other)).toBe(gateway.resultTtlSeconds === 0 ? "deny" : "allow")
    })

    it.each(["/public", "/public/", "/a%20b/c", "/a%7Cb", "/admin/1/2/3", "/Admin/1", "/adminx/1"])(
      "%s is not denied to a caller who may call every route",
      async (path) => {
        const { decide, handler } = authorizer(routes, gateway)
        const event = eventOf("http-2.0", operator, { method: "GET", path }, "$default")
        expect((await decide(event)).reason).toBe("ok")
        expect(evaluate(((await handler(event)) as PolicyAnswer).policyDocument, String(event.routeArn))).toBe("allow")
      },
    )
  },
)

describe("1.1: what the answer of a catch-all denies", () => {
  const table: Routes = {
    "GET /admin/{x}": ops,
    "POST /admin/{x}": { groups: ["ops", "root"] },
    "GET /open/{x}": {},
    "GET /read": { scopes: ["orders:read"] },
    $default: { scopes: ["orders:read"] },
  }
  const deny = async (bearer: string, gateway: Gateway, method = "GET"): Promise<readonly string[]> => {
    const event = eventOf("http-2.0", bearer, { method, path: "/public" }, "$default")
    const { policyDocument } = (await authorizer(table, gateway).handler(event)) as PolicyAnswer
    return policyDocument.Statement.filter(({ Effect }) => Effect === "Deny")
      .flatMap(({ Resource }) => Resource)
      .filter((text) => !text.includes(":*:*:*"))
      .map((text) => text.replace(/^.*\/\$default\//, ""))
  }
  const byMethod = keyed["route and method in the key"] as Gateway
  const byRoute = keyed["route in the key"] as Gateway

  it("the stricter routes of the key's method, in both endings; not those whose rule it implies", async () => {
    expect(await deny(plain, byMethod)).toEqual(["GET/admin/?*"])
    expect(await deny(plain, byMethod, "POST")).toEqual(["POST/admin/?*"])
    expect(await deny(plain, byMethod, "PUT")).toEqual([])
  })

  it("those of every method, if the key does not hold the method", async () => {
    expect(await deny(plain, byRoute)).toEqual(["GET/admin/?*", "POST/admin/?*"])
  })

  it("nothing that the caller may call", async () => {
    expect(await deny(operator, byMethod)).toEqual([])
    expect(await deny(operator, byRoute)).toEqual(["POST/admin/?*"])
  })
})

describe("1.1: an answer that does not fit", () => {
  const wide = Object.fromEntries(
    Array.from({ length: 400 }, (_, i) => [`GET /a-rather-long-path-of-an-api-${i}/{x}`, { groups: [`g${i % 7}`] }]),
  )
  const routes: Routes = { ...wide, $default: {} }
  const cached = { identitySources: ["token", "route"] }
  const event = eventOf("http-2.0", plain, { method: "GET", path: "/public" }, "$default")

  it("is undecided where it would be kept, and check says so beforehand", async () => {
    const { handler, decide } = authorizer(routes, cached)
    expect(await decide(event)).toMatchObject({ outcome: "unavailable", reason: "policy_too_large" })
    await expect(handler(event)).rejects.toMatchObject({ code: "policy_too_large" })
    const compiled = compilePolicy({ issuers: [oidcIssuer()], routes, gateway: cached })
    expect(compiled.worstCaseBytes).toBeGreaterThan(compiled.maxBytes)
    const finer = eventOf(
      "http-2.0",
      plain,
      { method: "GET", path: "/a-rather-long-path-of-an-api-1/2" },
      "GET /a-rather-long-path-of-an-api-1/{x}",
    )
    expect((await decide(finer)).reason).toBe("group_missing")
  })

  it("allows the route alone where nothing is kept", async () => {
    const { policyDocument } = (await authorizer(routes, { resultTtlSeconds: 0 }).handler(event)) as PolicyAnswer
    expect(policyDocument.Statement.map(({ Resource }) => Resource.length)).toEqual([1])
  })

  it("a caller who may call all of it gets an answer", async () => {
    const groups = Array.from({ length: 7 }, (_, i) => `g${i}`)
    const allowed = eventOf("http-2.0", `Bearer ${mint({ groups })}`, { method: "GET", path: "/public" }, "$default")
    expect((await authorizer(routes, cached).decide(allowed)).reason).toBe("ok")
  })
})

describe("1.1: at TTL 0 nothing more is refused than what a backend may read as a stricter route", () => {
  const routes: Routes = { "GET /admin/{x}": ops, "GET /users/me": ops, "GET /users/{id}": {}, "ANY /{proxy+}": {} }
  const reason = async (path: string, chosen: string): Promise<string> =>
    (
      await authorizer(routes, { resultTtlSeconds: 0 }).decide(
        eventOf("http-2.0", plain, { method: "GET", path }, chosen),
      )
    ).reason

  it.each([
    ["/admin/1/2", "ANY /{proxy+}", "ok"],
    ["/admin", "ANY /{proxy+}", "ok"],
    ["/public/", "ANY /{proxy+}", "ok"],
    ["/admin/1/", "ANY /{proxy+}", "path_ambiguous"],
    ["/users/ann%40example.com", "GET /users/{id}", "ok"],
    ["/users/%61nn", "GET /users/{id}", "ok"],
    ["/users/a%2Fb", "GET /users/{id}", "ok"],
    ["/users/%6de", "GET /users/{id}", "path_ambiguous"],
    ["/users/me;x", "GET /users/{id}", "path_ambiguous"],
    ["/users/..%2fadmin%2f1", "GET /users/{id}", "path_ambiguous"],
    [`/users/%${"25".repeat(100)}6de`, "GET /users/{id}", "path_ambiguous"],
  ])("%s on %s is %s", async (path, chosen, expected) => {
    expect(await reason(path, chosen)).toBe(expected)
  })

  it("a stricter route may be shorter than the catch-all", async () => {
    const shorter: Routes = { "GET /admin": ops, "ANY /files/a/{proxy+}": {} }
    const { decide } = authorizer(shorter, { resultTtlSeconds: 0 })
    const ask = async (path: string) =>
      (await decide(eventOf("http-2.0", plain, { method: "GET", path }, "ANY /files/a/{proxy+}"))).reason
    expect(await ask("/files/a/b/c")).toBe("ok")
    expect(await ask("/files/a/..%2f..%2fadmin")).toBe("path_ambiguous")
    expect(await ask("/files/a/%2e%2e/%2e%2e/admin")).toBe("path_ambiguous")
  })

  it.each([
    ["/../admin", ["/admin"]],
    ["/a/./b", ["/a/b"]],
    ["/a/%2e%2E/b", ["/a/../b", "/b"]],
    ["/a/..", ["/"]],
    ["/a/.", ["/a/", "/a"]],
  ])("dots of %s lead to %j, and nowhere else", (path, expected) => {
    expect(spellingsOf(path)?.toSorted()).toEqual(expected.toSorted())
  })

  it("no path has so many readings that they are not all looked at, or it is refused", async () => {
    const hostile = [
      "%2e%2e%2f;\\".repeat(130),
      "%252e%252e;".repeat(130),
      "..;/".repeat(380),
      `%${"25".repeat(700)}41`,
    ]
    for (const path of hostile) {
      const spellings = spellingsOf(`/users/${path}`)
      if (spellings === undefined) expect(await reason(`/users/${path}`, "GET /users/{id}")).toBe("path_ambiguous")
      else expect(spellings.length).toBeLessThan(33)
    }
  })
})

describe("1.1: simple responses", () => {
  const simple: Gateway = { responses: "simple", identitySources: ["token", "$context.routeKey"] }
  const beside: Routes = { "GET /admin/{x}": ops, $default: {} }

  it("are refused at start where one is kept for a catch-all beside stricter routes", () => {
    for (const routes of [beside, { "GET /admin/{x}": ops, "ANY /{p+}": {} }, { "GET /y": ops, "GET /x/{p+}": {} }])
      expect(() => authorizer(routes, simple)).toThrow(
        /gateway\.responses: must be "policy": a cached simple response of "/,
      )
  })

  it("are taken where nothing is kept, and where no route is stricter", async () => {
    const { handler } = authorizer(beside, { responses: "simple", resultTtlSeconds: 0 })
    const ask = (path: string): Promise<unknown> =>
      handler(eventOf("http-2.0", plain, { method: "GET", path }, "$default"))
    expect(await ask("/public")).toMatchObject({ isAuthorized: true })
    expect(await ask("/admin/1/")).toMatchObject({ isAuthorized: false })
    for (const routes of [
      { "GET /admin/{x}": {}, $default: {} },
      { "GET /x": {}, "GET /y/{p+}": ops },
    ] as Routes[])
      expect(() => authorizer(routes, simple)).not.toThrow()
  })

  it("are undecided where the gateway has a catch-all that the table does not name", async () => {
    const { handler } = authorizer({ "GET /admin/{x}": ops }, simple, { unmatched: "authenticated" })
    const event = eventOf("http-2.0", plain, { method: "GET", path: "/public" }, "$default")
    await expect(handler(event)).rejects.toMatchObject({ code: "gateway_mismatch" })
    const allowed = eventOf("http-2.0", operator, { method: "GET", path: "/public" }, "$default")
    expect(await handler(allowed)).toMatchObject({ isAuthorized: true })
  })

  it("of a route with parameters are undecided for a path that leads to a stricter one, and never true", async () => {
    const { handler } = authorizer({ "GET /users/me": ops, "GET /users/{id}": {} }, simple)
    const ask = (path: string): Promise<unknown> =>
      handler(eventOf("http-2.0", plain, { method: "GET", path }, "GET /users/{id}"))
    expect(await ask("/users/7")).toMatchObject({ isAuthorized: true })
    await expect(ask("/users/%6de")).rejects.toMatchObject({ code: "path_ambiguous" })
    await expect(ask("/users/me")).rejects.toMatchObject({ code: "gateway_mismatch" })
  })
})

describe("1.1: hallpass check warns where a catch-all is beside stricter routes", () => {
  const warned = (routes: Routes): readonly string[] =>
    configurationWarnings({ issuers: [oidcIssuer({ groups: "groups" })], routes })
      .filter(({ message }) => message.includes("catch-all"))
      .map(({ path, message }) => `${path} ${message}`)

  it("and names them", () => {
    const [first, ...others] = warned({ "GET /admin/{x}": ops, "GET /b": ops, $default: {} })
    expect(first).toMatch(
      /^routes\["\$default"\] is a catch-all beside stricter routes: "GET \/admin\/\{x\}" and 1 more\./,
    )
    expect(others).toEqual([])
    expect(warned({ "GET /admin/{x}": ops, "ANY /{p+}": {}, "GET /x/{p+}": {} })).toHaveLength(1)
    expect(warned({ "GET /x/admin/{x}": ops, "GET /x/{p+}": {}, "ANY /{p+}": ops })).toHaveLength(1)
  })

  it("and not where no finer route is stricter", () => {
    for (const routes of [
      { "GET /admin/{x}": {}, $default: {} },
      { "GET /admin/{x}": {}, $default: ops },
      { "GET /admin/{x}": ops, $default: ops },
      { "POST /admin/{x}": ops, "GET /{p+}": {} },
      { "GET /admin/{x}": ops, "GET /{y}": {} },
    ] as Routes[])
      expect(warned(routes)).toEqual([])
  })
})
