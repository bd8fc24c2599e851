import { describe, expect, it, vi } from "vitest"
import { compileConfiguration } from "../../src/deployment.ts"
import { readRequest } from "../../src/event/read.ts"
import type { AuthorizerConfig } from "../../src/index.ts"
import { CodeNeeded } from "../../src/policy/code-needed.ts"
import { type FirstForm, firstDecisions } from "../../src/policy/first-decisions.ts"
import { firstFormOf } from "../../src/policy/first-form.ts"
import { everyMethod } from "../../src/policy/methods.ts"
import type { Coverable } from "../../src/policy/patterns.ts"
import type { DecidingPolicy } from "../../src/policy/stage-decisions.ts"
import type { OrderForm, TableForm } from "../../src/policy/table-form.ts"
import type { RouteRule } from "../../src/types/configuration.ts"
import type { Principal } from "../../src/types/principal.ts"
import type { AccessRequest } from "../../src/types/request.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restRequest, webSocket } from "../support/events.ts"

type Routes = { readonly [key: string]: RouteRule }

const firstOf = (routes: Routes, changes: Partial<AuthorizerConfig> = {}): FirstForm | undefined => {
  const form = compileConfiguration({ issuers: [oidcIssuer()], routes, ...changes } as AuthorizerConfig, "")
  return JSON.parse(JSON.stringify(form?.first ?? null)) ?? undefined
}
const routes: Routes = {
  "GET /orders": { scopes: ["read"] },
  "GET /orders/{id}": { scopes: ["read"] },
  "POST /orders": { scopes: ["write"] },
  "ANY /files/{path+}": { scopes: ["files"] },
  $connect: { scopes: ["chat"] },
}
const caller = (...scopes: string[]): Principal =>
  ({ scopes, roles: [], groups: [], permissions: [] }) as unknown as Principal
const read = (event: unknown): AccessRequest => readRequest(event) as AccessRequest
const request = (method: string, path: string, template = path): AccessRequest =>
  read(restRequest("Bearer x", { method, path, template }))

const withoutPath = ({ arn, ...rest }: AccessRequest): AccessRequest =>
  ({ ...rest, arn: { ...arn, path: undefined } }) as unknown as AccessRequest

const whole: DecidingPolicy = {
  conflicts: [],
  decide: () => ({ route: undefined, refused: undefined, covers: undefined }),
  permitted: () => [7],
}
const decisionsOf = (loadTable = async (): Promise<DecidingPolicy> => whole): DecidingPolicy =>
  firstDecisions({ routes }, firstOf(routes) as FirstForm, loadTable)
/** The table with changes to what answers cover of its first template. */
const covering = (order: OrderForm, change: Partial<Coverable>): Partial<TableForm> => ({
  orders: [{ ...order, covered: [{ ...(order.covered[0] as Coverable), ...change }, ...order.covered.slice(1)] }],
})
const twoRules: Partial<Coverable> = {
  grants: [
    [0, 1],
    [1, everyMethod - 1],
  ],
  wildMethod: "listed",
  overlaps: [],
}
const ofAll: Partial<Coverable> = {
  ...{ grants: [[0, everyMethod]], wildMethod: "listed", overlaps: [] },
  deniedWith: [{ at: 1, bits: 1 }],
}
/** GET is first in the list for all methods, and POST is first by itself. */
const around: Partial<Coverable> = {
  ...{
    grants: [
      [0, 1],
      [1, 2],
    ],
    wildMethod: "no",
    overlaps: [],
  },
  around: { deny: [["a", "b"], ["b", "a"], [], [], [], [], []] },
}
/** The work after an answer waits for turns of the event loop. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe("19.3: the first decisions of a start with bundled routes", () => {
  it.each([
    ["GET", "/orders", undefined, "GET /orders"],
    ["GET", "/orders/7", "/orders/{id}", "GET /orders/{id}"],
    ["PATCH", "/files/a/b", "/files/{path+}", "ANY /files/{path+}"],
  ])("allow %s %s", (method, path, template, key) => {
    const { route, refused, covers } = decisionsOf().decide(request(method, path, template), caller("read", "files"))
    expect(route).toMatchObject({ key, configured: routes[key] })
    expect(refused).toBeUndefined()
    expect(covers).toHaveProperty("form")
  })

  it("allow the root", () => {
    const root: Routes = { "GET /": { scopes: ["read"] }, "GET /orders": { scopes: ["write"] } }
    const decisions = firstDecisions({ routes: root }, firstOf(root) as FirstForm, async () => whole)
    expect(decisions.decide(request("GET", "/"), caller("read")).route?.key).toBe("GET /")
  })

  it("cover the same for every request of a caller, so that its policy is written once", () => {
    const [decisions, one] = [decisionsOf(), caller("read", "files")]
    const { covers } = decisions.decide(request("GET", "/orders"), one)
    expect(decisions.decide(request("GET", "/files/a", "/files/{path+}"), one).covers).toBe(covers)
  })

  it("allow a connection wherever the table has it, and only if it has it", () => {
    const { $connect: chat, ...others } = routes
    const first = { $connect: chat, ...others } as Routes
    const decisions = firstDecisions({ routes: first }, firstOf(first) as FirstForm, async () => whole)
    expect(decisions.decide(read(webSocket("Bearer x")), caller("chat")).route?.key).toBe("$connect")
    expect(firstOf(others as Routes)).not.toHaveProperty("connect")
    const without = firstDecisions(
      { routes: others as Routes },
      firstOf(others as Routes) as FirstForm,
      async () => whole,
    )
    expect(() => without.decide(read(webSocket("Bearer x")), caller("read", "write", "files", "chat"))).toThrow(
      CodeNeeded,
    )
  })

  it("deny every method at once only if the table has every method", () => {
    const methods = ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    const most = Object.fromEntries(methods.map((method) => [`${method} /{path+}`, { scopes: ["files"] }]))
    expect(firstOf(most)?.silent).toBeUndefined()
    expect(firstOf({ ...most, "GET /{path+}": { scopes: ["files"] } })?.silent?.texts).toEqual(["*/?*"])
  })

  it("hold patterns once that allow or deny", () => {
    expect(firstOf({ "GET /orders": { scopes: ["read"] }, "PUT /a": {} })).not.toHaveProperty("silent")
    expect(firstOf({ "ANY /orders": { scopes: ["read"] } })?.silent).toEqual({
      ...{ texts: ["*/orders", "*/orders/"], unmet: [[0], [0]] },
    })
  })

  it("allow a connection", () => {
    const { route, covers } = decisionsOf().decide(read(webSocket("Bearer x")), caller("chat"))
    expect(route?.key).toBe("$connect")
    expect(covers).toEqual({ allow: ["$connect"], deny: [], denyIfRoom: [] })
  })

  it.each<[string, AccessRequest]>([
    ["a route that the caller may not call", request("POST", "/orders")],
    ["a connection that it may not open", read(webSocket("Bearer x"))],
    ["a path that no route has", request("GET", "/other")],
    ["a method that no route has", request("DELETE", "/orders")],
    ["a method that HTTP APIs do not have", request("PURGE", "/files/a", "/files/{path+}")],
    ["a template that the path does not lead to", request("GET", "/orders/7", "/orders")],
    ["a template with another name", request("GET", "/orders/7", "/orders/{order}")],
    ["a slash at the end", request("GET", "/orders/")],
    ["another method in the ARN", { ...request("GET", "/files/a", "/files/{path+}"), method: "HEAD" }],
    ["an empty segment below a catch-all", request("GET", "/files/a//b", "/files/{path+}")],
    ["no ARN", { ...request("GET", "/orders"), arn: undefined }],
    ["no path in the ARN", withoutPath(request("GET", "/orders"))],
    ...["/orders//7", "/orders/.", "/orders/..", "/orders/a;b", "/orders/a\\b", "/orders/a#b", "/orders/%6f"].map(
      (path): [string, AccessRequest] => [`the path ${path}`, request("GET", path, "/orders/{id}")],
    ),
  ])("leave %s to the whole table", async (_, asked) => {
    const decisions = decisionsOf()
    const decide = () => decisions.decide(asked, caller("read", "files"))
    let needed: unknown
    try {
      decide()
    } catch (error) {
      needed = error
    }
    expect(needed).toBeInstanceOf(CodeNeeded)
    await (needed as CodeNeeded).load()
    expect(decide()).toEqual({ route: undefined, refused: undefined, covers: undefined })
  })

  it("leave a policy that does not fit to the whole table", () => {
    const { covers } = decisionsOf().decide(request("GET", "/orders"), caller("read"))
    const form = covers && "form" in covers ? covers.form() : undefined
    expect(() => form?.shorter?.()).toThrow(CodeNeeded)
  })

  it("give way to the whole table once the first answer is out", async () => {
    const load = vi.fn(async () => whole)
    const decisions = decisionsOf(load)
    const asked = request("GET", "/orders")
    for (const _ of [1, 2]) expect(decisions.decide(asked, caller("read")).route?.key).toBe("GET /orders")
    expect(decisions.permitted(caller("read"))).toEqual([0, 1])
    expect(load).not.toHaveBeenCalled()
    await turns()
    expect(load).toHaveBeenCalledTimes(1)
    expect(decisions.decide(asked, caller("read")).route).toBeUndefined()
    expect(decisions.permitted(caller("read"))).toEqual([7])
  })

  it("let the whole table decide once when it is loaded, so that the next request finds it compiled", async () => {
    const decide = vi.fn(whole.decide)
    const decisions = decisionsOf(async () => ({ ...whole, decide }))
    const [asked, reader] = [request("GET", "/orders"), caller("read")]
    decisions.decide(asked, reader)
    decisions.decide(request("GET", "/orders/7", "/orders/{id}"), caller("read", "write"))
    expect(decide).not.toHaveBeenCalled()
    await turns()
    expect(decide.mock.calls).toEqual([[asked, reader]])
  })

  it("go on if the whole table cannot be loaded", async () => {
    const decisions = decisionsOf(() => Promise.reject(new Error("no such file")))
    const asked = request("GET", "/orders")
    decisions.decide(asked, caller("read"))
    await turns()
    expect(decisions.decide(asked, caller("read")).route?.key).toBe("GET /orders")
    expect(decisions.permitted(caller("read"))).toEqual([0, 1])
  })

  it("tell callers apart", () => {
    const decisions = decisionsOf()
    const asked = request("GET", "/orders")
    expect(decisions.decide(asked, caller("read")).refused).toBeUndefined()
    expect(() => decisions.decide(asked, caller("write"))).toThrow(CodeNeeded)
    expect(decisions.permitted(caller("write"))).toEqual([2])
    expect(decisions.permitted(caller("read"))).toEqual([0, 1])
  })

  it("hold no rule that could be asked again", () => {
    const { route } = decisionsOf().decide(request("GET", "/orders"), caller("read"))
    expect(() => route?.rule.refuse(caller())).toThrow(TypeError)
    expect(route?.rule.missing(caller())).toEqual({})
  })

  it("read names of prototypes as what they are", () => {
    const odd: Routes = { "GET /orders": { scopes: ["read"] }, "GET /__proto__/{id}": { scopes: ["read"] } }
    const decisions = firstDecisions({ routes: odd }, firstOf(odd) as FirstForm, async () => whole)
    for (const path of ["/constructor", "/toString", "/__proto__"])
      expect(() => decisions.decide(request("GET", path), caller("read"))).toThrow(CodeNeeded)
    const asked = request("GET", "/__proto__/7", "/__proto__/{id}")
    expect(decisions.decide(asked, caller("read")).route?.key).toBe("GET /__proto__/{id}")
  })

  it.each<[string, Routes, Partial<AuthorizerConfig>]>([
    ["admits what it does not name", { "GET /orders": { scopes: ["read"] } }, { unmatched: "authenticated" }],
    ["has $default", { ...routes, $default: { scopes: ["read"] } }, {}],
    ["decides by the path", routes, { gateway: { matchBy: "path" } }],
    ["is beside a resource policy that allows", routes, { gateway: { resourcePolicyAllows: true } }],
    ["demands a claim", { "GET /orders": { claims: [{ path: "department", equals: "hr" }] } } as Routes, {}],
    ["has alternatives", { "GET /orders": { anyOf: [{ scopes: ["a"] }, { roles: ["b"] }] } }, {}],
    ["has answers for one route", routes, { gateway: { resultTtlSeconds: 0 } }],
  ])("are not for a table that %s", (_, table, changes) => {
    expect(firstOf(routes)).toBeDefined()
    expect(firstOf(table, changes)).toBeUndefined()
  })

  it.each<[string, (table: TableForm, order: OrderForm) => Partial<TableForm>]>([
    ["that each kind of API reads in another way", () => ({ ordersDiffer: true })],
    ["that admits every path", () => ({ complete: true })],
    ["whose path decides", () => ({ closed: true })],
    ["that HTTP APIs read", (_, order) => ({ orders: [{ ...order, order: "http" }] })],
    ["that is read in no way", () => ({ orders: [] })],
    ["with a rule that is read anew", ({ rules }) => ({ rules: [null, ...rules.slice(1)] })],
    ["with a template that no pattern of an answer covers", (_, order) => covering(order, { paths: [] })],
    ["with a template that takes what is named nowhere", (_, order) => covering(order, { isDefault: true })],
    ["with a template beside a catch-all", (_, order) => covering(order, { slashRivals: [0] })],
    ["with one pattern for methods of two rules", (_, order) => covering(order, twoRules)],
    ["with one pattern that another template takes part in", (_, order) => covering(order, ofAll)],
    ["around which more is denied for all methods than for each", (_, order) => covering(order, around)],
  ])("are not for a table %s", (_, changed) => {
    const table = compileConfiguration({ issuers: [oidcIssuer()], routes } as AuthorizerConfig, "")?.table as TableForm
    expect(firstFormOf(table, false)).toBeDefined()
    expect(firstFormOf(table, true)).toBeUndefined()
    expect(firstFormOf({ ...table, ...changed(table, table.orders[0] as OrderForm) }, false)).toBeUndefined()
  })

  it("are the same for an HTTP API", () => {
    const asked = read(http2("Bearer x", { method: "GET", path: "/orders/7", template: "/orders/{id}" }))
    expect(decisionsOf().decide(asked, caller("read")).route?.key).toBe("GET /orders/{id}")
  })
})
