import { describe, expect, it } from "vitest"
import { compileConfiguration } from "../../src/deployment.ts"
import { type Authorizer, type AuthorizerConfig, type AuthorizerParts, loadFromEnvironment } from "../../src/index.ts"
import type { CompiledForm } from "../../src/types/compiled-form.ts"
import type { DecisionRecord } from "../../src/types/decision.ts"
import { oidcIssuer } from "../support/config.ts"
import { eventBuilders } from "../support/events.ts"
import { mint, nowSeconds } from "../support/mint.ts"

const clock = (): number => nowSeconds * 1000
const config = {
  issuers: [oidcIssuer()],
  routes: {
    "GET /orders": { scopes: ["read"] },
    "ANY /orders/{id}": { scopes: ["read"] },
    "DELETE /orders/{id}": { scopes: ["admin"] },
    "POST /orders/{id}/items/{item}": { scopes: { any: ["write", "admin"] } },
    "GET /__proto__/{constructor}": { scopes: ["read"] },
    $connect: { scopes: ["read"] },
  },
  gateway: { resultTtlSeconds: 300, identitySources: ["token"] },
} as AuthorizerConfig

type Kind = keyof typeof eventBuilders
type Asked = readonly [method: string, path: string, template?: string]
const eventOf = (kind: Kind, scope: string, [method, path, template = path]: Asked): unknown => {
  const event = eventBuilders[kind](`Bearer ${mint({ scope })}`, { method, path, template })
  const routeKey = `${method} ${template}`
  return kind === "http-2.0"
    ? { ...event, routeKey, requestContext: { ...(event.requestContext as object), routeKey } }
    : event
}

const forms = new Map<AuthorizerConfig, string>()
const formOf = (own: AuthorizerConfig): CompiledForm => {
  const text = forms.get(own) ?? JSON.stringify(compileConfiguration(own, ""))
  forms.set(own, text)
  return JSON.parse(text)
}

/** A start with the compiled form, whose table is read when `readTable` says. */
const start = (
  own = config,
  { readTable, ...parts }: AuthorizerParts & { readTable?: () => Promise<object> } = {},
): Promise<Authorizer> => {
  const form = formOf(own)
  expect(form.first).toBeDefined()
  const code = { form, readTable: readTable ?? (async () => form.table as object) }
  return loadFromEnvironment({}, own, { clock, ...parts }, code)
}

/** The answer as the text that API Gateway gets, or the text of the error. */
const textOf = ({ handler }: Authorizer, event: unknown): Promise<string> => handler(event).then(JSON.stringify, String)

const asked: readonly Asked[] = [
  ["GET", "/orders"],
  ["GET", "/orders/7", "/orders/{id}"],
  ["DELETE", "/orders/7", "/orders/{id}"],
  ["POST", "/orders/7/items/8", "/orders/{id}/items/{item}"],
  ["GET", "/__proto__/constructor", "/__proto__/{constructor}"],
  ["GET", "/constructor"],
  ["GET", "/Orders"],
  ["get", "/orders"],
  ["constructor", "/orders"],
  ["ANY", "/orders"],
  ["GET", "/orders/", "/orders"],
  ["GET", "/orders//7", "/orders/{id}"],
  ["GET", "/orders/%6f", "/orders/{id}"],
  ["GET", "/orders/*", "/orders/{id}"],
  ["GET", "/"],
]
const undecided = "Unavailable: An unexpected fault. (internal)"
const never: Promise<object> = new Promise(() => undefined)

describe("19.3: the first requests of a start with bundled routes", () => {
  it.each([
    ["policies", {}],
    ["denials in place of errors", { unauthorized: "deny" }],
  ])("get the octets that every later request gets, and a start without a form: %s", async (_, gateway) => {
    const own = { ...config, gateway: { ...config.gateway, ...gateway } } as AuthorizerConfig
    const fresh = await loadFromEnvironment({}, own, { clock })
    for (const kind of Object.keys(eventBuilders) as Kind[])
      for (const scope of ["read", "write", "read admin", "other"])
        for (const each of asked) {
          const event = eventOf(kind, scope, each)
          const expected = await textOf(fresh, event)
          const compiled = await start(own)
          expect(await textOf(compiled, event)).toBe(expected)
          await compiled.handler(eventOf("rest-token", "read", ["PUT", "/none"])).catch(String) // loads the table
          expect(await textOf(compiled, event)).toBe(expected)
        }
  })

  it("are recorded as those of a start without a form, also if a custom check refuses them", async () => {
    const check = async (_: unknown, { method }: { readonly method: string }) => method === "GET"
    for (const scope of ["read", "write", "other"])
      for (const each of asked) {
        const records: object[] = []
        const decision = (record: DecisionRecord): void => {
          const { latencyUs: _, ...details } = record.details?.("id", "full") ?? {}
          records.push({ ...record, durationUs: 0, ...details })
        }
        const event = eventOf("rest-request", scope, each)
        const given = { check, observer: { decision } }
        const fresh = await loadFromEnvironment({}, config, { clock, ...given })
        const compiled = await start(config, given)
        expect(await textOf(compiled, event)).toBe(await textOf(fresh, event))
        expect(records[0]).toEqual(records[1])
        const { principal, ...decided } = await compiled.decide(event, { trace: true })
        expect(decided).toEqual({ ...(await fresh.decide(event, { trace: true })), principal: undefined })
        expect(principal).toBeDefined()
      }
  })

  it("are answered while the table is loaded, and those that need it wait", async () => {
    const loads: ((table: object) => void)[] = []
    const readTable = () => new Promise<object>((resolve) => void loads.push(resolve))
    const [fresh, compiled] = [await loadFromEnvironment({}, config, { clock }), await start(config, { readTable })]
    const [allowed, refused] = [
      eventOf("rest-token", "read", ["GET", "/orders"]),
      eventOf("rest-token", "write", ["GET", "/orders"]),
    ]
    const first = await textOf(compiled, allowed)
    const waiting = [textOf(compiled, refused), textOf(compiled, refused)]
    expect(await textOf(compiled, allowed)).toBe(first)
    expect(await Promise.race([...waiting, "waits"])).toBe("waits")
    for (const load of loads.splice(0)) load(formOf(config).table as object)
    for (const text of waiting) expect(await text).toBe(await textOf(fresh, refused))
    expect(await textOf(compiled, allowed)).toBe(first)
    expect(first).toBe(await textOf(fresh, allowed))
  })

  it("are undecided and never allowed if they need a table that cannot be loaded, which is tried again", async () => {
    const faults: unknown[] = []
    let table: Promise<object> | undefined
    const observer = { fault: async (error: unknown) => void faults.push(error) }
    const readTable = () => table ?? Promise.reject(new Error("no such file"))
    const compiled = await start(config, { readTable, observer })
    const [allowed, refused] = [
      eventOf("rest-token", "read", ["GET", "/orders"]),
      eventOf("rest-token", "write", ["GET", "/orders"]),
    ]
    for (const times of [1, 2]) {
      expect(await textOf(compiled, refused)).toBe(undecided)
      expect(faults).toHaveLength(times)
      expect(JSON.parse(await textOf(compiled, allowed))).toMatchObject({
        policyDocument: { Statement: [{ Effect: "Allow" }, { Effect: "Deny" }] },
      })
    }
    // What is put off until an answer is out fails, too, and is no fault of a request.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(faults).toHaveLength(2)
    table = Promise.resolve(formOf(config).table as object)
    expect(await textOf(compiled, refused)).toBe(
      await textOf(await loadFromEnvironment({}, config, { clock }), refused),
    )
  })

  it("are undecided if the table is of no use", async () => {
    for (const table of [undefined, null, {}, [], "table"]) {
      const compiled = await start(config, { readTable: async () => table as never })
      const refused = eventOf("rest-token", "write", ["GET", "/orders"])
      expect(await textOf(compiled, refused)).toBe(undecided)
    }
  })

  it("need no table to be allowed", async () => {
    const compiled = await start(config, { readTable: () => never })
    expect(await textOf(compiled, eventOf("rest-token", "read", ["GET", "/orders"]))).toContain(`"Allow"`)
    expect(await textOf(compiled, eventOf("websocket", "read", ["GET", "/"]))).toContain("$connect")
  })

  it.each([1, 2, 50, 300, 2000])("of a table of %s routes get what a start without a form answers", async (count) => {
    const routes = Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        `${["GET", "POST", "ANY"][at % 3]} /r${at % 7}/s${at}${at % 2 ? "/{id}" : ""}`,
        { scopes: [`scope-${at % 3}`] },
      ]),
    )
    const own = { ...config, routes, gateway: { ...config.gateway, tooLarge: "unavailable" } } as AuthorizerConfig
    const fresh = await loadFromEnvironment({}, own, { clock })
    for (const at of [0, 1, count - 1]) {
      const path = `/r${at % 7}/s${at}${at % 2 ? "/x" : ""}`
      const event = eventOf("rest-token", `scope-${at % 3}`, [["GET", "POST", "PUT"][at % 3] as string, path])
      expect(await textOf(await start(own), event)).toBe(await textOf(fresh, event))
    }
  })
})
