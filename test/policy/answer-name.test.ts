import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type RouteRule } from "../../src/index.ts"
import { createPowertoolsObserver } from "../../src/observe.ts"
import { canonicalJson } from "../../src/policy/answer-name.ts"
import { answerTableHash, readAnswerName } from "../../src/policy.ts"
import { createTestIssuer } from "../../src/testing.ts"
import { allWritten } from "../support/observer.ts"
import { outputOfEachTest } from "../support/output.ts"
import { seeded } from "../support/seed.ts"

const issuer = createTestIssuer({ provider: "okta" })
const output = outputOfEachTest()
const arn = (key: string): string =>
  `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/${key.replace(" ", "")}`

async function nameOf(config: Partial<AuthorizerConfig>, scp: readonly string[], key: string): Promise<unknown> {
  const { handler } = createAuthorizer({ issuers: [issuer.config], ...config })
  const event = { type: "TOKEN", methodArn: arn(key), authorizationToken: `Bearer ${issuer.token({ scp })}` }
  return ((await handler(event)).context as { answer?: unknown } | undefined)?.answer
}

const routes = (count: number): { [key: string]: RouteRule } =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`GET /r${at}`, { scopes: [`s${at}`] }]))

describe("15.3: each answer has a name", () => {
  it("v1, the hash of the table as RFC 8785 writes it, and the permitted routes, first route highest", async () => {
    const table = { "GET /b": { scopes: ["x"] }, "GET /a": { scopes: ["y"], roles: ["r"] }, "GET /c": {} }
    const gateway = { resultTtlSeconds: 60 }
    const text =
      '{"gateway":{"resultTtlSeconds":60},"routes":[["GET /b",{"scopes":["x"]}],["GET /a",{"roles":["r"],"scopes":["y"]}],["GET /c",{}]]}'
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8)
    expect(answerTableHash({ routes: table, gateway })).toBe(hash)
    const own = { ...issuer.config, roles: "roles" } as AuthorizerConfig["issuers"][number]
    expect(await nameOf({ issuers: [own], routes: table, gateway }, ["x"], "GET /b")).toBe(
      `v1.${hash}.${Buffer.from([0b10100000]).toString("base64url")}`,
    )
  })

  it("of one route only, where answers are for one route, and of none for a refusal", async () => {
    const gateway = { resultTtlSeconds: 0 }
    const config = { routes: routes(12), gateway }
    const bits = async (scp: readonly string[], key: string) =>
      readAnswerName(String(await nameOf(config, scp, key)), 12)?.permitted?.flatMap((bit, at) => (bit ? [at] : []))
    expect(await bits(["s0", "s3", "s11"], "GET /r11")).toEqual([11])
    expect(await bits(["s0", "s3"], "GET /r11")).toEqual([])
  })

  it("holds every permitted route, whatever the caller may call", async () => {
    const table = routes(13)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(12), { maxLength: 13 }), fc.nat(12), async (given, asked) => {
        const scp = given.map((at) => `s${at}`)
        const name = readAnswerName(String(await nameOf({ routes: table }, scp, `GET /r${asked}`)), 13)
        const permitted = name?.permitted?.flatMap((bit, at) => (bit ? [at] : []))
        expect(permitted).toEqual(given.toSorted((a, b) => a - b))
      }),
      seeded("names of answers", { numRuns: 40 }),
    )
  })

  it("is never longer than 256 characters; the record has the bitmap then", async () => {
    const observer = createPowertoolsObserver({ sampleAllows: 1 })
    const config: AuthorizerConfig = {
      issuers: [issuer.config],
      routes: routes(1600),
      gateway: { resultTtlSeconds: 0 },
    }
    const { handler } = createAuthorizer({ ...config, observe: { sampleAllows: 1 } }, { observer })
    const event = {
      type: "TOKEN",
      methodArn: arn("GET /r9"),
      authorizationToken: `Bearer ${issuer.token({ scp: ["s9"] })}`,
    }
    const { context } = await handler(event)
    const name = String(context?.answer)
    expect(name).toMatch(/^v1\.[0-9a-f]{8}\.#[0-9a-f]{16}$/)
    await allWritten(observer)
    const [record] = output.records()
    expect(record).toMatchObject({ answer: name })
    const octets = Buffer.from(String(record?.answerBitmap), "base64url")
    expect(octets.length).toBe(200)
    expect(octets[1]).toBe(0b01000000)
    expect(name.endsWith(createHash("sha256").update(octets).digest("hex").slice(0, 16))).toBe(true)
  })

  it("can be turned off, and takes no key of yours", async () => {
    expect(await nameOf({ routes: routes(2), observe: { answerInContext: false } }, ["s1"], "GET /r1")).toBeUndefined()
    const context = { answer: "department" }
    expect(() => createAuthorizer({ issuers: [issuer.config], context })).toThrow(/context\.answer/)
    expect(() =>
      createAuthorizer({ issuers: [issuer.config], context, observe: { answerInContext: false } }),
    ).not.toThrow()
  })

  it("canonical JSON sorts by UTF-16 code units, and writes numbers and texts as JSON does (RFC 8785)", () => {
    const value = { "\u20ac": 1, "\r": 2, "1": [true, null, 4.5, 1e30], a: undefined, "\ud83d\ude00": "\u000f" }
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":[true,null,4.5,1e+30],"\u20ac":1,"\ud83d\ude00":"\\u000f"}')
  })
})

describe("15.4: a record", () => {
  const record = async (path: string, observe: AuthorizerConfig["observe"] = {}) => {
    const observer = createPowertoolsObserver()
    const table = { "GET /orders/{id}/items": { scopes: ["x"] } }
    const { handler } = createAuthorizer({ issuers: [issuer.config], routes: table, observe }, { observer })
    const event = {
      type: "TOKEN",
      methodArn: arn(`GET ${path}`),
      authorizationToken: `Bearer ${issuer.token({ scp: ["y"] })}`,
    }
    await handler(event).catch(() => undefined)
    await allWritten(observer)
    return output.records().at(-1)
  }

  it("names what is missing, and of a path without a route only what the table itself has", async () => {
    expect(await record("/orders/7/items")).toMatchObject({ method: "GET", missing: { scopes: ["x"] } })
    expect(await record("/orders/canary/items/canary")).toMatchObject({
      reason: "route_unmatched",
      path: "/orders/{}/items/{}",
    })
    expect(await record("/canary")).toMatchObject({ path: "/{}" })
  })

  it("shows the path in full or not at all, as configured", async () => {
    expect(await record("/x/1", { path: "full" })).toMatchObject({ path: "/x/1" })
    expect(await record("/x/1", { path: "none" })).not.toHaveProperty("path")
  })
})
