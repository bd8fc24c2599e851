import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuthorizerConfig, PolicyDocument } from "../../../src/index.ts"
import { seeded, worth } from "../../support/seed.ts"
import { type Asked, nastyValues, persons, requests, tables } from "./arbitraries.ts"
import type { Api } from "./expected.ts"
import { chosenRoute, methods, templateOf } from "./gateway.ts"
import { evaluate } from "./iam.ts"
import { meets } from "./rules.ts"
import { tally } from "./tally.ts"
import { arnOf, authorizerOf, authorizerUnlessConflicts, bearerOf, configOf, documentOf, eventOf } from "./world.ts"

const { count, of } = tally("methods")

/** Methods that API Gateway does not name, and texts that are none. */
const oddMethods = [
  ...["PROPFIND", "TRACE", "CONNECT", "LINK", "QUERY", "ANY", "get", "Get", "GETS", "GE", "XGET", "P", "a", "HEA"],
  ...[
    "*",
    "?ET",
    "G*",
    "GE?",
    "GET ",
    " GET",
    "GET\n",
    "GET\u0000",
    "${x}",
    "ＧＥＴ",
    "GÉT",
    "$connect",
    "$default",
    "-",
  ],
  ...[
    "GET/a",
    "HEAD/",
    "GET/a/b",
    "GET//",
    "PROPFIND/a",
    "/GET",
    "/",
    "",
    "a/GET",
    "*/a",
    "GET/..",
    "prod",
    "prod/GET",
  ],
]
const anyMethod = fc.oneof(
  { arbitrary: fc.constantFrom(...methods), weight: 3 },
  { arbitrary: fc.constantFrom(...oddMethods), weight: 3 },
  { arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }), weight: 1 },
)

/** What stands between the method and the path that a request has, and after it. */
const twists: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path,
  (path) => `/${path}`,
  (path) => `//${path}`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => path.slice(1),
  () => "",
  (path) => `/x${path}`,
  (path) => `/GET${path}`,
  (path) => `/prod/GET${path}`,
  (path) => `/x:abc123def4/prod/GET${path}`,
  (path) => path.toUpperCase(),
]
const texts = (keys: readonly string[]): fc.Arbitrary<Asked> =>
  fc
    .tuple(requests(keys), anyMethod, fc.constantFrom(...twists), fc.constantFrom("", "", "", ...nastyValues))
    .map(([{ path }, method, twist, end]) => ({ method, path: twist(path) + end }))

const cases = (catchAll: string | undefined) =>
  tables.chain((drawn) => {
    const table = catchAll === undefined ? drawn : { ...drawn, [catchAll]: drawn[catchAll] ?? {} }
    return fc.record({
      table: fc.constant(table),
      unmatched: fc.constantFrom<Api["unmatched"][]>("deny", "deny", "authenticated"),
      resourcePolicyAllows: fc.boolean(),
      person: persons,
      kind: fc.constantFrom("rest-token" as const, "rest-request" as const, "http-1.0" as const, "http-2.0" as const),
      asked: fc.array(texts(Object.keys(table)), { minLength: 12, maxLength: 12 }),
    })
  })

const catchAlls = [undefined, "ANY /{rest+}", "$default", "ANY /a/{rest+}", "GET /{rest+}"]

describe("1.6, SR-149: decision and answer agree for every text of a method and of a path", () => {
  it.each(catchAlls)("beside the catch-all %s: 80 tables", async (catchAll) => {
    const property = fc.asyncProperty(cases(catchAll), async ({ table, person, kind, asked, ...api }) => {
      const { unmatched, resourcePolicyAllows } = api
      const config = configOf(table, {
        unmatched,
        gateway: { resultTtlSeconds: 300, resourcePolicyAllows, tooLarge: "unavailable" },
      })
      const authorizer = authorizerUnlessConflicts(config)
      if (authorizer === undefined) return count("refused")
      const keys = Object.keys(table)
      const { decide, handler } = authorizer
      const documents: PolicyDocument[] = []
      const decided: (Asked & { readonly arn: string; readonly outcome: string })[] = []
      for (const { method, path } of asked) {
        const chosen = keys.find((key) => !key.startsWith("$")) ?? "$default"
        const near = chosenRoute(keys, method, path, "http") ?? chosen
        const event = eventOf(kind, bearerOf(person), { method, path }, near)
        const { outcome, reason } = await decide(event)
        count(reason === "method_unknown" ? reason : outcome)
        // A TOKEN event says nothing but the ARN, in which `GET/a` is GET and the beginning of the path.
        const named = kind === "rest-token" ? method.split("/")[0] : method
        if (outcome === "allow" && !methods.includes(named ?? ""))
          expect(outcome, `${method} ${path}`).not.toBe("allow")
        if (outcome === "unavailable" || reason === "arn_invalid") continue
        decided.push({ method, path, arn: arnOf(event), outcome })
        documents.push(documentOf(await handler(event)))
      }
      for (const document of documents) {
        for (const { method, path, arn, outcome } of decided) {
          const isAllowed = evaluate(document, arn) === "allow"
          if (isAllowed === (outcome === "allow")) continue
          // An Allow may cover a path that no route of the table takes; such a request has no route in the gateway.
          const tail = arn.split("/").slice(2)
          const unlisted = (["rest", "http"] as const).every(
            (reading) => chosenRoute(keys, tail[0] ?? "", `/${tail.slice(1).join("/")}`, reading) === undefined,
          )
          if (isAllowed && unlisted && unmatched === "deny" && methods.includes(tail[0] ?? "")) {
            count("a path of no route is covered")
            continue
          }
          const at = `${JSON.stringify(method)} ${JSON.stringify(path)}`
          throw new Error(`${at}: decide says ${outcome}\n${JSON.stringify(document.Statement)}`)
        }
      }
    })
    await fc.assert(property, seeded(`methods ${catchAll}`, { numRuns: 80 }))
  })

  it("the cases are worth something: many of each kind", () => {
    for (const what of ["allow", "forbidden", "method_unknown"]) expect(of(what)).toBeGreaterThan(worth(100))
  })

  const catchAll: AuthorizerConfig["routes"] = { "ANY /{proxy+}": {}, "ANY /admin/{x+}": { groups: ["ops"] } }
  it.each(oddMethods)(
    "%o is allowed by no answer, neither on a forbidden route nor on a permitted one",
    async (method) => {
      const person = { issuer: "https://issuer.example/tenant", kind: "user", scopes: ["read"], roles: [] } as const
      const bearer = bearerOf({ ...person, groups: [], permissions: [], department: "it" })
      for (const routes of [
        catchAll,
        { ...catchAll, $default: {} },
        { "ANY /x": {} },
        { "ANY /": {}, "ANY /{a}": {} },
      ]) {
        const { handler } = authorizerOf(configOf(routes))
        const kept = documentOf(await handler(eventOf("rest-token", bearer, { method: "GET", path: "/x" }, "ANY /x")))
        const stage = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/"
        for (const path of ["/admin/x", "/x", "/x/", "/", "", "//x", "//admin/x", "/y/admin/x", "/x/y"]) {
          const [name = "", ...rest] = `${method}${path}`.split("/")
          // Some of these texts are a method that API Gateway names, and a path.
          const key = chosenRoute(Object.keys(routes), name, `/${rest.join("/")}`, "rest")
          if (
            key !== undefined &&
            meets({ ...person, groups: [], permissions: [], department: "it" }, routes[key] ?? {})
          )
            continue
          const verdict = evaluate(kept, `${stage}${method}${path}`)
          if (verdict === "allow") expect(verdict, `${method}${path} ${templateOf("GET /")}`).not.toBe("allow")
        }
      }
    },
  )

  it("a HEAD whose path begins with an empty segment is no other route's HEAD", async () => {
    const config = configOf({ "ANY /a/orders": { scopes: ["read"] }, "ANY /a/users": { scopes: ["write"] } })
    const person = { issuer: "https://issuer.example/tenant", kind: "user", scopes: ["read"], roles: [] } as const
    const bearer = bearerOf({ ...person, groups: [], permissions: [], department: "it" })
    const { handler, decide } = authorizerOf(config)
    for (const path of ["//a/orders", "/x/a/orders", "/a/a/orders"]) {
      const event = eventOf("rest-token", bearer, { method: "HEAD", path }, "ANY /a/orders")
      expect((await decide(event)).outcome).toBe("forbidden")
      expect(evaluate(documentOf(await handler(event)), arnOf(event))).not.toBe("allow")
    }
  })
})

describe("1.6: an event whose parts name two methods decides nothing", () => {
  it.each(["rest-request", "http-1.0", "http-2.0"] as const)("%s", async (kind) => {
    const { decide } = authorizerOf(configOf({ "GET /a": {}, "POST /a": { scopes: ["write"] } }))
    const person = { issuer: "https://issuer.example/tenant", kind: "user", scopes: ["read"], roles: [] } as const
    const bearer = bearerOf({ ...person, groups: [], permissions: [], department: "it" })
    const event = eventOf(kind, bearer, { method: "GET", path: "/a" }, "GET /a")
    const name = kind === "http-2.0" ? "routeArn" : "methodArn"
    const other = { ...event, [name]: String(event[name]).replace("/GET/", "/POST/") }
    expect(await decide(event)).toMatchObject({ outcome: "allow" })
    expect(await decide(other)).toMatchObject({ outcome: "unavailable", reason: "gateway_mismatch" })
  })
})
