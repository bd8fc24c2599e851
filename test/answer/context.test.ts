import { describe, expect, it } from "vitest"
import { type AuthorizerConfig, createAuthorizer, type PolicyAnswer } from "../../src/index.ts"
import { oidcIssuer } from "../support/config.ts"
import { http2, restToken, webSocket } from "../support/events.ts"
import { clock, mint, nowSeconds } from "../support/mint.ts"

type Builder = typeof restToken
const contextOf = async (
  build: Builder,
  claims: object,
  context?: AuthorizerConfig["context"],
): Promise<object | undefined> => {
  const config = { issuers: [oidcIssuer({ permissions: "permissions", tenant: "org" })], ...(context && { context }) }
  const { handler } = createAuthorizer(config, { clock })
  return ((await handler(build(`Bearer ${mint(claims)}`))) as PolicyAnswer).context
}
const fromBase64url = (text: unknown): unknown => JSON.parse(Buffer.from(String(text), "base64url").toString())
const lists = { roles: ["a", "b"], groups: ["EU, Sales"], permissions: ["p"] }

describe("the default context", () => {
  it("has scalars and the space-joined scopes on every kind", async () => {
    for (const build of [restToken, http2]) {
      expect(await contextOf(build, { scope: "x y", org: "acme" })).toEqual({
        sub: "canary-subject",
        issuer: "https://issuer.example/tenant",
        tokenKind: "unknown",
        clientId: "canary-client",
        tenant: "acme",
        // REST hands every value on as a string, payload 2.0 keeps numbers.
        exp: build === http2 ? nowSeconds + 3540 : String(nowSeconds + 3540),
        scopes: "x y",
        answer: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]*$/),
      })
    }
  })

  it("18, reference section 8: says of a WebSocket connection when its token ends", async () => {
    expect(await contextOf(webSocket, {})).toMatchObject({ exp: String(nowSeconds + 3540) })
  })

  it("SR-146: has lists as base64url JSON where only scalars are allowed, as lists in payload 2.0", async () => {
    const rest = (await contextOf(restToken, lists)) as Record<string, unknown>
    expect(fromBase64url(rest.groups)).toEqual(["EU, Sales"])
    expect(fromBase64url(rest.roles)).toEqual(["a", "b"])
    for (const value of Object.values(rest)) expect(["string", "number", "boolean"]).toContain(typeof value)
    expect(await contextOf(http2, lists)).toMatchObject(lists)
  })
})

describe("17-4: emptyContext dash", () => {
  const all = ["sub", "issuer", "tokenKind", "clientId", "tenant", "exp", "scopes", "roles", "groups", "permissions"]
  const dashed = async (build: Builder, claims: object, context?: AuthorizerConfig["context"]) => {
    const config: AuthorizerConfig = {
      issuers: [oidcIssuer({ permissions: "permissions", tenant: "org" })],
      ...(context && { context }),
      gateway: { emptyContext: "dash" },
    }
    const { handler } = createAuthorizer(config, { clock })
    return ((await handler(build(`Bearer ${mint(claims)}`))) as PolicyAnswer).context as {
      readonly [key: string]: unknown
    }
  }

  it("every default key has a value, so that a header mapped from it always replaces the client's", async () => {
    for (const build of [restToken, http2]) {
      const context = await dashed(build, { scope: undefined })
      expect(Object.keys(context)).toEqual(expect.arrayContaining(all))
      for (const key of ["tenant", "scopes", "roles", "groups", "permissions"]) expect(context[key], key).toBe("-")
      for (const value of Object.values(context)) expect(value).not.toBe("")
    }
  })

  it("values that are there stay as they are", async () => {
    expect(await dashed(http2, { scope: "x", ...lists })).toMatchObject({ scopes: "x", ...lists })
  })

  it("configured keys have one, too, and what is left out for its size", async () => {
    const context = await dashed(
      restToken,
      { long: "x".repeat(3000), none: null },
      { long: "long", gone: "gone", none: "none" },
    )
    expect(context).toMatchObject({ long: "-", gone: "-", none: "-", contextOmitted: "long" })
  })

  it("is off by default", async () => {
    expect(await contextOf(restToken, {})).not.toHaveProperty("groups")
  })
})

describe("configured keys", () => {
  it("map claim paths, nested ones as base64url JSON", async () => {
    const claims = { email: "a@b.example", profile: { plan: "gold", deep: { x: 1 } }, flag: false, count: 3 }
    const context = await contextOf(restToken, claims, {
      email: "email",
      plan: ["profile", "plan"],
      all: "profile",
      flag: "flag",
      count: "count",
      gone: "gone",
    })
    expect(context).toMatchObject({ email: "a@b.example", plan: "gold", flag: "false", count: "3" })
    expect(context).not.toHaveProperty("gone")
    expect(fromBase64url((context as Record<string, unknown>).all)).toEqual({ plan: "gold", deep: { x: 1 } })
  })

  it("take the place of a default key of that name", async () => {
    expect(await contextOf(http2, { ...lists, other: ["c"] }, { groups: "other" })).toMatchObject({ groups: ["c"] })
    expect(await contextOf(http2, lists, { groups: "other" })).not.toHaveProperty("groups")
  })

  it("leave out null", async () => {
    expect(await contextOf(restToken, { a: null }, { a: "a" })).not.toHaveProperty("a")
  })

  it.each([
    ["line\r\nbreak", "UTF-8''line%0D%0Abreak"],
    ["Müller", "UTF-8''M%C3%BCller"],
    ["\u0000", "UTF-8''%00"],
    ["\ud800", "UTF-8''%EF%BF%BD"],
    ["UTF-8''x", "UTF-8''UTF-8''x"],
    ["100%", "100%"],
    ["plain text", "plain text"],
  ])("SR-146: %j reaches a header as %s", async (value, expected) => {
    expect(await contextOf(restToken, { v: value }, { v: "v" })).toMatchObject({ v: expected })
  })
})

describe("lists in payload 2.0", () => {
  it("SR-146: have their texts encoded like any other", async () => {
    const context = await contextOf(http2, { groups: ["a\r\nX-Admin: 1", "é", "plain"] })
    expect(context).toMatchObject({ groups: ["UTF-8''a%0D%0AX-Admin%3A%201", "UTF-8''%C3%A9", "plain"] })
  })
})

describe("the size of the context", () => {
  it("leaves out what does not fit, from the least important end, and says so", async () => {
    const long = (count: number): string[] => Array.from({ length: count }, (_, i) => `group-with-a-long-name-${i}`)
    const context = (await contextOf(restToken, { groups: long(300), permissions: ["p"] })) as Record<string, unknown>
    expect(context).not.toHaveProperty("groups")
    expect(context.contextOmitted).toBe("groups")
    expect(fromBase64url(context.permissions)).toEqual(["p"])
    expect(context.sub).toBe("canary-subject")
  })

  it("keeps the whole answer below 8 KB", async () => {
    const text = "x".repeat(1900)
    const context = { a: "a", b: "b", c: "c", d: "d", e: "e" }
    const claims = { a: text, b: text, c: text, d: text, e: text }
    for (const [routes, omitted] of [
      [undefined, "d e"],
      [Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`GET /a-rather-long-path-${i}`, {}])), "a b c d e"],
    ] as const) {
      const config = { issuers: [oidcIssuer()], context, ...(routes && { routes }) }
      const { handler } = createAuthorizer(config, { clock })
      const answer = await handler(restToken(`Bearer ${mint(claims)}`))
      expect(JSON.stringify(answer).length).toBeLessThan(8192)
      expect((answer as PolicyAnswer).context?.contextOmitted).toBe(omitted)
    }
  })

  it("names as many of the omitted keys as there is room for, and counts the rest", async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `aLongContextKey${i}`)
    const context = Object.fromEntries(keys.map((key) => [key, "long"]))
    const found = (await contextOf(restToken, { long: "x".repeat(2100) }, context)) as Record<string, unknown>
    expect(found.contextOmitted).toMatch(/^aLongContextKey0 aLongContextKey1 .* and \d+ more$/)
    expect(String(found.contextOmitted).length).toBeLessThan(200)
  })
})
