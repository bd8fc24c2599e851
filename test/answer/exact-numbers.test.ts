import { describe, expect, it } from "vitest"
import {
  type AuthorizerConfig,
  ConfigurationError,
  createAuthorizer,
  type PolicyAnswer,
  type RouteRule,
} from "../../src/index.ts"
import { compilePolicy } from "../../src/policy.ts"
import { createVerifier } from "../../src/verify.ts"
import { oidcIssuer } from "../support/config.ts"
import { reasonOf } from "../support/doors.ts"
import { http1, http2, restToken } from "../support/events.ts"
import { clock, goodClaims, mint } from "../support/mint.ts"

/** Texts of numbers that JSON's readers do not tell from others. */
const inexact = [
  "9007199254740992",
  "9007199254740993",
  "-9007199254740993",
  "1e16",
  "1e300",
  "1e400",
  "1e999",
  "-1e999",
]
const exact = ["9007199254740991", "-9007199254740991", "0", "-0", "0.5", "-1.25", "1e3"]
const read = (text: string): number => JSON.parse(text) as number
/** The good claims, and one more as it is in the text of the token. */
const tokenWith = (member: string): string => mint(`${JSON.stringify(goodClaims).slice(0, -1)},${member}}`)

describe("1.8: a number that JSON cannot hold, in the configuration", () => {
  const demands = (value: unknown): object[] => [
    { path: "account", equals: value },
    { path: "account", equals: [1, value] },
    { path: "accounts", contains: value },
    { path: "accounts", contains: ["a", value] },
    { path: ["deep", "account"], equals: value },
  ]
  const rules = (value: unknown): RouteRule[] =>
    demands(value).flatMap((demand) => [
      { claims: [demand] },
      { claims: { any: [demand] } },
      { claims: { all: [demand] } },
      { anyOf: [{ claims: [demand] }, { scopes: ["a"] }] },
    ]) as RouteRule[]
  const start = (rule: RouteRule) => (): unknown =>
    createAuthorizer({ issuers: [oidcIssuer()], routes: { "GET /orders": rule } })

  it.each(inexact)("%s is refused in rules", (text) => {
    for (const rule of rules(read(text))) {
      expect(start(rule)).toThrow(ConfigurationError)
      expect(start(rule)).toThrow(/routes\["GET \/orders"\].*beyond 2\^53.*write text here/)
      expect(() => compilePolicy({ issuers: [oidcIssuer()], routes: { "GET /orders": rule } })).toThrow(/2\^53/)
    }
  })

  it.each([...inexact, "NaN"])("%s is refused in require, of every issuer and of an edge", (text) => {
    const require = { account: text === "NaN" ? Number.NaN : read(text) }
    const jwks = oidcIssuer().jwks as { keys: readonly object[] }
    for (const issuer of [
      oidcIssuer({ require }),
      { provider: "okta", domain: "acme.okta.com", audience: "api://a", jwks, require },
      { provider: "auth0", domain: "acme.eu.auth0.com", audience: "https://a", jwks, require },
    ] as AuthorizerConfig["issuers"]) {
      expect(() => createVerifier({ issuers: [issuer] })).toThrow(
        /issuers\[0\]\.require\.account: is a number beyond 2\^53/,
      )
    }
    const edge = {
      role: "identity",
      headers: { user: "x-user" },
      evidence: [
        { jws: { header: "x-jws", issuer: oidcIssuer({ issuer: "https://edge.example", audience: "edge", require }) } },
      ],
    } as AuthorizerConfig["edge"]
    expect(() => createAuthorizer({ issuers: [], gateway: { resultTtlSeconds: 0 }, edge } as AuthorizerConfig)).toThrow(
      /2\^53/,
    )
  })

  it.each(exact)("%s is taken", (text) => {
    for (const rule of rules(read(text))) expect(start(rule)).not.toThrow()
    expect(() => createVerifier({ issuers: [oidcIssuer({ require: { account: read(text) } })] })).not.toThrow()
  })

  it("does not repeat the number", () => {
    expect(start({ claims: [{ path: "account", equals: read("9007199254740993") }] })).not.toThrow(/90071992547409/)
  })
})

describe("1.8: a number that JSON cannot hold, in a token", () => {
  const most = 9007199254740991
  const decide = async (member: string, rule: RouteRule): Promise<string> => {
    const authorizer = createAuthorizer({ issuers: [oidcIssuer()], routes: { "GET /orders": rule } }, { clock })
    const event = { ...restToken(`Bearer ${tokenWith(member)}`), methodArn: ordersArn }
    return (await authorizer.decide(event)).reason
  }
  const ordersArn = "arn:aws:execute-api:eu-west-1:123456789012:abc123def4/prod/GET/orders"

  it.each(inexact)("%s equals nothing that a rule can say, alone or in a list", async (text) => {
    const equals = { claims: [{ path: "account", equals: [most, -most, 0, text, Number(text) > 0] }] }
    const contains = { claims: [{ path: "account", contains: [most, -most, 0, text] }] }
    expect(await decide(`"account":${text}`, equals)).toBe("claim_mismatch")
    expect(await decide(`"account":[${text}]`, contains)).toBe("claim_mismatch")
    expect(await reasonOf(tokenWith(`"account":${text}`), [oidcIssuer({ require: { account: most } })])).toBe(
      "claim_required",
    )
  })

  it("the largest exact ones are told apart", async () => {
    const rule = { claims: [{ path: "account", equals: most }] }
    expect(await decide(`"account":${most}`, rule)).toBe("ok")
    expect(await decide(`"account":${most - 1}`, rule)).toBe("claim_mismatch")
    expect(await decide(`"account":-0`, { claims: [{ path: "account", equals: 0 }] })).toBe("ok")
  })
})

describe("1.8, part 9: a number that JSON cannot hold, in the context", () => {
  const context = { account: "account", other: "other", deep: ["a", "b"] }
  const contextOf = async (build: typeof restToken, member: string): Promise<{ [key: string]: unknown }> => {
    const { handler } = createAuthorizer({ issuers: [oidcIssuer()], context }, { clock })
    return ((await handler(build(`Bearer ${tokenWith(member)}`))) as PolicyAnswer).context as { [key: string]: unknown }
  }

  it.each(inexact)("%s is left out and named, wherever it is", async (text) => {
    for (const build of [restToken, http1, http2]) {
      for (const value of [text, `[${text}]`, `["a",${text}]`, `{"a":{"b":[1,${text}]}}`, `[[{"a":${text}}]]`]) {
        const made = await contextOf(build, `"account":${value},"other":1`)
        expect(made).not.toHaveProperty("account")
        expect(made.contextOmitted).toBe("account")
        expect(String(made.other)).toBe("1")
      }
      const deep = await contextOf(build, `"a":{"b":${text}}`)
      expect(deep).not.toHaveProperty("deep")
      expect(deep.contextOmitted).toBe("deep")
    }
  })

  it.each(exact)("%s is handed on", async (text) => {
    const number = read(text) + 0
    expect((await contextOf(restToken, `"account":${text}`)).account).toBe(String(number))
    expect((await contextOf(http2, `"account":${text}`)).account).toBe(number)
    const list = (await contextOf(restToken, `"account":[${text},"a"]`)).account
    expect(JSON.parse(Buffer.from(String(list), "base64url").toString())).toEqual([number, "a"])
  })
})
